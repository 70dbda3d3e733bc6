"""Finding initiatives: those of a unit, those above it that reach down to it, as was known on a day."""

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from fractions import Fraction

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from wmt.site.figures.units import NATION
from wmt.site.initiatives.models import Initiative
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.staffing.initiative_cost import Instruction

#: Where an initiative may be entered.
LEVELS = (NATION, "region", "pdu")


class UnknownInitiative(Http404):
    """There is no initiative with this number."""


def find(number: int) -> Initiative:
    """An initiative by its number. Raises UnknownInitiative."""
    found = Initiative.objects.filter(pk=number).first()
    if found is None:
        raise UnknownInitiative(f"there is no initiative {number}")
    return found


def known_on(state: State) -> QuerySet[Initiative]:
    """Everything that was entered, the next to begin last; of a day in the past, what had been by its end."""
    found = Initiative.objects.order_by("-first_day", "-pk")
    if state.as_of is None:
        return found
    return found.filter(recorded_at__lt=_end_of(state))


def of_unit(state: State, unit: Unit) -> list[Initiative]:
    """Those that reach a unit: its own, and those of units it lies in; neither withdrawn nor over."""
    wanted = Q(level=NATION)
    for level in ("region", "pdu"):
        code = unit.code if unit.level == level else getattr(unit, f"{level}_code")
        if code:
            wanted |= Q(level=level, code=code)
    rows = known_on(state).filter(wanted)
    return [row for row in rows if not is_withdrawn(row, state) and not is_over(row, state)]


def is_withdrawn(row: Initiative, state: State) -> bool:
    """Whether it was withdrawn; of a day in the past, by its end."""
    if row.withdrawn_at is None:
        return False
    return state.as_of is None or row.withdrawn_at < _end_of(state)


def is_over(row: Initiative, state: State) -> bool:
    """Whether its last day has passed."""
    return row.last_day is not None and row.last_day < state.day


def reaches(row: Initiative, unit: Unit) -> bool:
    """Whether a unit is, or lies in, the unit that an initiative is of."""
    if row.level == NATION or (unit.level, unit.code) == (row.level, row.code):
        return True
    return bool(getattr(unit, f"{row.level}_code") == row.code)


def instruction(row: Initiative) -> Instruction:
    """What it asks, as what works out its cost takes it."""
    minutes, times, share = (
        Fraction(each, 100) for each in (row.minutes_x100, row.times_x100, row.share_x100)
    )
    return Instruction(minutes, times, share / 100, row.case_type, row.tiers)


def follow(present: Mapping[str, str], shown: Collection[str]) -> None:
    """Initiatives of PDUs that go on under another code go with them. The caller holds the transaction."""
    for row in Initiative.objects.filter(level="pdu").exclude(code__in=list(shown)):
        if (code := present.get(row.code, "")) and code in shown:
            row.code = code
            row.save(update_fields=["code"])


def _end_of(state: State) -> datetime:
    return timezone.make_aware(datetime.combine(state.day + timedelta(1), time.min))
