"""Duties of units: which there are as of a day, and how long they stood."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.db.models.fields.json import KT

from wmt.site.duties import due_dates, models, projection
from wmt.site.figures import units
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


def under(unit: Unit, state: State) -> QuerySet[models.Duty]:
    """The duties of the posts of a unit: of the teams it has in the figures, and those that closed in it."""
    closed_here = Q(closed_on__isnull=False, **{f"{unit.level}_code": unit.code})
    return units.about(models.Duty.objects.all(), unit, state.load_id, closed_here)


def as_they_stood(duties: Iterable[models.Duty], state: State) -> list[models.Duty]:
    """The same duties as of the day of the figures: in the past, what happened later is not there yet."""
    found = list(duties)
    if state.as_of is None:
        return found
    later = [duty.pk for duty in found if duty.moved_on > state.day]
    steps: dict[int, list[models.Step]] = defaultdict(list)
    for start in range(0, len(later), 500):
        for step in models.Step.objects.filter(duty_id__in=later[start : start + 500]).order_by("number"):
            steps[step.duty_id].append(step)
    return [
        duty for duty in found if duty.pk not in steps or projection.as_of(duty, steps[duty.pk], state.day)
    ]


def counts(unit: Unit, state: State) -> tuple[int, int]:
    """How many duties of a unit are open, and how many of them late. One question to the database."""
    if state.as_of is not None:
        standing = [duty for duty in as_they_stood(under(unit, state), state) if duty.is_open]
        return len(standing), sum(due_dates.is_late(duty, state.day) for duty in standing)
    found = under(unit, state).filter(closed_on__isnull=True)
    row = found.aggregate(number=Count("pk"), late=Count("pk", filter=due_dates.late_on(state.day)))
    return row["number"], row["late"]


def open_of(unit: Unit, state: State) -> models.Duty | None:
    found = under(unit, state)
    if state.as_of is None:
        return found.filter(closed_on__isnull=True).first()
    return next((duty for duty in as_they_stood(found, state) if duty.is_open), None)


@dataclass(frozen=True)
class Stay:
    """One time that a duty stood: from its opening or reopening until it closed (None: it stands)."""

    duty_id: int
    began: date
    ended: date | None
    decision: str
    why: str

    def days(self, day: date) -> int:
        return ((self.ended or day) - self.began).days


def stays(duties: QuerySet[models.Duty], state: State) -> list[Stay]:
    """Every time that duties stood, in the order in which they began."""
    kinds = (
        models.Step.Kind.OPENED,
        models.Step.Kind.REOPENED,
        models.Step.Kind.DECIDED,
        models.Step.Kind.CLOSED,
    )
    rows = models.Step.objects.filter(duty__in=duties, kind__in=kinds, day__lte=state.day)
    by_duty: dict[int, list[_StepRow]] = defaultdict(list)
    columns = ("duty_id", "kind", "day", KT("data__decision"), KT("data__why"))
    for number, *step in rows.order_by("number").values_list(*columns):
        by_duty[number].append(_StepRow(*step))
    found = [stay for number, steps in by_duty.items() for stay in _stays(number, steps)]
    return sorted(found, key=lambda stay: (stay.began, stay.duty_id))


class _StepRow(NamedTuple):
    """A step: its kind, its day, what was decided, and why the duty closed, each where it is such a step."""

    kind: str
    day: date
    decision: str
    why: str


def _stays(number: int, steps: Sequence[_StepRow]) -> list[Stay]:
    found: list[Stay] = []
    began, decision = None, ""
    for step in steps:
        if step.kind in (models.Step.Kind.OPENED, models.Step.Kind.REOPENED):
            began, decision = step.day, ""
        elif step.kind == models.Step.Kind.DECIDED:
            decision = step.decision
        elif began is not None:
            found.append(Stay(number, began, step.day, decision, step.why))
            began = None
    if began is not None:
        found.append(Stay(number, began, None, decision, ""))
    return found
