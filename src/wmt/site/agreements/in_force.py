"""Which agreements a unit goes by on the day of the figures, as was recorded by then."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from wmt.agreements import reading
from wmt.agreements.pack import Agreement
from wmt.site.agreements.models import UnitAgreement
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


class UnknownAgreement(Http404):
    """There is no agreement with this number."""


def find(number: int) -> UnitAgreement:
    """An agreement of a unit by its number. Raises UnknownAgreement."""
    found = UnitAgreement.objects.filter(pk=number).first()
    if found is None:
        raise UnknownAgreement(f"there is no agreement {number}")
    return found


def of_unit(unit: Unit) -> QuerySet[UnitAgreement]:
    """All that was ever switched on for a unit or for those it lies in, the last first."""
    rows = Q(level=unit.level, code=unit.code) | Q(level="nation")
    for level in ("team", "pdu", "region"):
        if code := getattr(unit, f"{level}_code"):
            rows |= Q(level=level, code=code)
    return UnitAgreement.objects.filter(rows).order_by("-first_day", "-pk")


def on_day(unit: Unit, state: State) -> list[UnitAgreement]:
    """Those a unit goes by on the day of the figures: in force first, then in shadow."""
    day = state.day
    rows = known_on(of_unit(unit), state).filter(first_day__lte=day)
    rows = rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=day))
    return sorted(rows, key=lambda row: (row.mode != UnitAgreement.Mode.LIVE, row.first_day, row.pk))


def known_on(rows: QuerySet[UnitAgreement], state: State) -> QuerySet[UnitAgreement]:
    """Those that stand; of a day in the past, those that stood when it ended."""
    if state.as_of is None:
        return rows.filter(ended_at__isnull=True)
    over = timezone.make_aware(datetime.combine(state.day + timedelta(1), time.min))
    return rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=over), recorded_at__lt=over)


def pack_of(row: UnitAgreement) -> Agreement:
    """The agreement itself, with the levels chosen."""
    return _pack(row.text, row.pack_key, tuple(sorted(row.levels.items())))


@lru_cache(maxsize=200)
def _pack(text: str, key: str, levels: tuple[tuple[str, str], ...]) -> Agreement:
    return reading.read_pack(text, key).with_levels({name: Decimal(level) for name, level in levels})
