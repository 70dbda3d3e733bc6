"""Which agreements a unit goes by on the day of the figures, as was recorded by then."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from wmt.agreements import reading
from wmt.agreements.pack import Agreement
from wmt.site.agreements import models
from wmt.site.workload.former_codes import followed
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: What is kept of a unit by its code.
Kept = models.UnitAgreement | models.StateAnswer | models.CountedFigure


class UnknownAgreement(Http404):
    """There is no agreement with this number."""


def find(number: int) -> models.UnitAgreement:
    """An agreement of a unit by its number. Raises UnknownAgreement."""
    found = models.UnitAgreement.objects.filter(pk=number).first()
    if found is None:
        raise UnknownAgreement(f"there is no agreement {number}")
    return found


def of_unit(unit: Unit, state: State) -> QuerySet[models.UnitAgreement]:
    """All that was ever switched on for a unit or for those it lies in, the last first."""
    places = {(level, getattr(unit, f"{level}_code")) for level in ("team", "pdu", "region")}
    places.add((unit.level, unit.code))
    rows = Q(level="nation")
    for level, code in places:
        if code:
            rows |= Q(level=level, code=code)
    if state.as_of is not None:
        rows |= Q(pk__in=formerly(models.UnitAgreement, places, state))
    return models.UnitAgreement.objects.filter(rows).order_by("-first_day", "-pk")


def on_day(unit: Unit, state: State) -> list[models.UnitAgreement]:
    """Those a unit goes by on the day of the figures: in force first, then in shadow."""
    day = state.day
    rows = known_on(of_unit(unit, state), state).filter(first_day__lte=day)
    rows = rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=day))
    return sorted(rows, key=lambda row: (row.mode != models.UnitAgreement.Mode.LIVE, row.first_day, row.pk))


def known_on(rows: QuerySet[models.UnitAgreement], state: State) -> QuerySet[models.UnitAgreement]:
    """Those that stand; of a day in the past, those that stood when it ended."""
    if state.as_of is None:
        return rows.filter(ended_at__isnull=True)
    over = end_of(state.day)
    return rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=over), recorded_at__lt=over)


def end_of(day: date) -> datetime:
    """The moment on which a day is over."""
    return timezone.make_aware(datetime.combine(day + timedelta(1), time.min))


def open_on(unit: Unit, state: State) -> QuerySet[models.UnitAgreement]:
    """Those a unit goes by on the day of the figures, or will: what people count for them may come before."""
    return known_on(of_unit(unit, state), state).exclude(last_day__lt=state.day)


def has_ended(row: models.UnitAgreement, state: State) -> bool:
    """Whether somebody has ended it; of a day in the past, by the end of that day."""
    if row.ended_at is None:
        return False
    return state.as_of is None or timezone.localdate(row.ended_at) <= state.day


def formerly(
    model: type[models.UnitAgreement | models.StateAnswer | models.CountedFigure],
    places: Iterable[tuple[str, str]],
    state: State,
) -> list[int]:
    """The records of units that had one of these codes, each with its level, on the day of the figures.

    None of posts: their codes are given to other people, and what is kept of posts is private.
    """
    wanted = set(places)
    rows = model.objects.exclude(former=[]).exclude(level="post")
    return [row.pk for row in rows if wanted & {(row.level, code) for code in codes_on(row, state)[1:]}]


def codes_on(
    row: models.UnitAgreement | models.StateAnswer | models.CountedFigure, state: State
) -> list[str]:
    """The codes by which the figures may have the unit of a record: its own, else those it had before."""
    if state.as_of is None or row.level == "post" or not row.former:
        return [row.code]
    there = Unit.objects.filter(load_id=state.load_id, level=row.level, code=row.code)
    return [row.code] if there.exists() else [row.code, *reversed(row.former)]


def follow(level: str, present: Mapping[str, str], shown: Collection[str]) -> None:
    """What is kept of units that go on under another code goes with them, and comes back with a former one.

    `present` is the code that units of the level have now by every code they had before, `shown` the codes
    in the figures. Of posts nothing comes back: somebody else may have the code. The caller holds the
    transaction.
    """
    for model in (models.UnitAgreement, models.StateAnswer, models.CountedFigure):
        for row in model.objects.filter(level=level).only("code", "former"):
            if found := followed(row.code, row.former, present, shown, back=level != "post"):
                row.code, row.former = found
                row.save(update_fields=["code", "former"])


def pack_of(row: models.UnitAgreement) -> Agreement:
    """The agreement itself, with the levels chosen."""
    return _pack(row.text, row.pack_key, tuple(sorted(row.levels.items())))


@lru_cache(maxsize=200)
def _pack(text: str, key: str, levels: tuple[tuple[str, str], ...]) -> Agreement:
    return reading.read_pack(text, key).with_levels({name: Decimal(level) for name, level in levels})
