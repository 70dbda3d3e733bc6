"""What happened at a unit in a month, as counts: excessive workload actions, moves of cases, plans applied.

Counts alone: no name, no case and no reason, because a monthly report is printed and passed on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from wmt.site.allocation.models import CaseAllocation, CaseKindChange
from wmt.site.duties import queries as duties
from wmt.site.duties.models import Step
from wmt.site.figures import units
from wmt.site.plans.models import AppliedStep
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

_KIND = Step.Kind
#: Which deadline a step meets.
_MEETS = {_KIND.ACKNOWLEDGED: "acknowledge", _KIND.DECIDED: "decide", _KIND.REVIEWED: "review"}
_BEGINS = (_KIND.OPENED, _KIND.REOPENED, _KIND.RESUMED)
_UNDONE = CaseAllocation.State.UNDONE


class DutyStep(NamedTuple):
    """A step of a duty; `what` is the deadline that passed, where it says that one did."""

    duty: int
    kind: str
    day: date
    what: str


@dataclass(frozen=True)
class DutyCounts:
    """Actions that opened (or opened again) and closed, and deadlines that were met, met late and missed."""

    opened: int
    closed: int
    met: int
    met_late: int
    overdue: int


class TeamMove(NamedTuple):
    """A case that was given, by the teams it left and came to."""

    from_team: str
    to_team: str
    was_waiting: bool
    undone: bool


@dataclass(frozen=True)
class MoveCounts:
    """Allocations at a unit: first ones, those within it, from and to other units, and those undone."""

    allocated: int
    within: int
    came: int
    given_up: int
    undone: int


@dataclass(frozen=True)
class PlanCounts:
    """Plans of which steps were applied, how many steps, and how many of these were put back since."""

    plans: int
    steps: int
    put_back: int


def duty_counts(steps: Iterable[DutyStep], first: date, last: date) -> DutyCounts:
    """The counts of some days. `steps` are in their order, from before these days too: what is done after
    its deadline passed is met late, whenever that was."""
    found = dict.fromkeys(DutyCounts.__dataclass_fields__, 0)
    late: set[tuple[int, str]] = set()
    for step in steps:
        name, what = "", _MEETS.get(_KIND(step.kind), "")
        if step.kind in _BEGINS:
            late = {each for each in late if each[0] != step.duty}
            name = "opened"
        elif step.kind == _KIND.CLOSED:
            name = "closed"
        elif step.kind == _KIND.ESCALATED and step.what in _MEETS.values():
            late.add((step.duty, step.what))
            name = "overdue"
        elif what:
            name = "met_late" if (step.duty, what) in late else "met"
            late.discard((step.duty, what))
        if name and first <= step.day <= last:
            found[name] += 1
    return DutyCounts(**found)


def move_counts(moves: Iterable[TeamMove], teams: set[str] | None) -> MoveCounts:
    """The counts of a unit that has these teams; None: all of them. An allocation that was undone is in no
    other count."""
    found = dict.fromkeys(MoveCounts.__dataclass_fields__, 0)
    for move in moves:
        left, came = (teams is None or team in teams for team in (move.from_team, move.to_team))
        if not left and not came:
            continue
        if move.undone:
            found["undone"] += 1
        elif not came:
            found["given_up"] += 1
        elif move.was_waiting:
            found["allocated"] += 1
        else:
            found["within" if left else "came"] += 1
    return MoveCounts(**found)


def duties_of(unit: Unit, state: State, first: date) -> DutyCounts:
    """Those of a unit from a day until that of the figures, as of now: a deadline tells late of itself."""
    kinds = [*_MEETS, *_BEGINS, _KIND.CLOSED, _KIND.ESCALATED]
    here = duties.under(unit, state)
    rows = Step.objects.filter(duty__in=here, kind__in=kinds, day__lte=state.day)
    rows = rows.order_by("duty_id", "number")
    steps = (
        DutyStep(duty, kind, day, data.get("what", "") if kind == _KIND.ESCALATED else "")
        for duty, kind, day, data in rows.values_list("duty_id", "kind", "day", "data")
    )
    return duty_counts(steps, first, state.day)


def moves_of(unit: Unit, state: State, first: date) -> MoveCounts:
    """The same of allocations, by the day from which they count."""
    rows = CaseAllocation.objects.filter(first_day__gte=first, first_day__lte=state.day)
    names = ("from_post", "to_post", "was_waiting", "state")
    return move_counts(
        (
            TeamMove(_team(from_post), _team(to_post), waited, stands == _UNDONE)
            for from_post, to_post, waited, stands in rows.values_list(*names)
        ),
        teams_of(unit, state),
    )


def kind_changes_of(unit: Unit, state: State, first: date) -> int:
    """How many changes of tier or type were recorded of cases of a unit, without those undone."""
    teams = teams_of(unit, state)
    rows = CaseKindChange.objects.filter(first_day__gte=first, first_day__lte=state.day)
    posts = rows.exclude(state=CaseKindChange.State.UNDONE).values_list("post", flat=True)
    return sum(teams is None or _team(post) in teams for post in posts)


def plans_of(unit: Unit, state: State, first: date) -> PlanCounts:
    """Steps of plans that were applied and changed something at a unit."""
    teams, pdus = teams_of(unit, state), _pdus_of(unit, state)
    at = "application__at__date"
    rows = AppliedStep.objects.filter(**{f"{at}__gte": first, f"{at}__lte": state.day})
    here = [
        (plan, again)
        for plan, made, again in rows.values_list("application__plan_id", "made", "again")
        if teams is None or any(_team(place) in teams or place in pdus for *_, place in made)
    ]
    return PlanCounts(len({plan for plan, _ in here}), len(here), sum(again is not None for _, again in here))


def knows_duties(state: State) -> bool:
    """Whether any action had opened anywhere by the day of the figures."""
    return Step.objects.filter(day__lte=state.day).exists()


def knows_moves(state: State) -> bool:
    """The same of allocations and changes of tier or type."""
    kinds = (CaseAllocation, CaseKindChange)
    return any(kind.objects.filter(first_day__lte=state.day).exists() for kind in kinds)


def knows_plans(state: State) -> bool:
    """The same of plans that were applied."""
    return AppliedStep.objects.filter(application__at__date__lte=state.day).exists()


def teams_of(unit: Unit, state: State) -> set[str] | None:
    """The codes of the teams of a unit in the figures; None of the nation, which has all."""
    if unit.level == units.NATION:
        return None
    if unit.level == "team":
        return {unit.code}
    here = Unit.objects.filter(load_id=state.load_id, level="team", whole=True)
    return set(here.filter(**{f"{unit.level}_code": unit.code}).values_list("code", flat=True))


def _pdus_of(unit: Unit, state: State) -> Sequence[str]:
    """The PDUs in a unit, whose own records a plan may make."""
    if unit.level in (units.NATION, "team"):
        return ()
    if unit.level == "pdu":
        return (unit.code,)
    return list(units.below(state, unit, "pdu").values_list("code", flat=True))


def _team(post: str) -> str:
    return post.partition(":")[0]
