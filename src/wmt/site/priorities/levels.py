"""The priority level of PDUs on the day of the figures, as was recorded by then."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from wmt.site.priorities.models import PriorityLevel
from wmt.site.workload.former_codes import followed
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

GREEN, AMBER, RED = (str(level) for level in PriorityLevel.Level)


class UnknownPriorityLevel(Http404):
    """There is no priority level with this number."""


def find(number: int) -> PriorityLevel:
    """A priority level by its number. Raises UnknownPriorityLevel."""
    found = PriorityLevel.objects.filter(pk=number).first()
    if found is None:
        raise UnknownPriorityLevel(f"there is no priority level {number}")
    return found


def known_on(state: State) -> QuerySet[PriorityLevel]:
    """The levels that stand; of a day in the past, those that stood when it ended."""
    if state.as_of is None:
        return PriorityLevel.objects.filter(ended_at__isnull=True)
    over = timezone.make_aware(datetime.combine(state.day + timedelta(1), time.min))
    ended = Q(ended_at__isnull=True) | Q(ended_at__gte=over)
    return PriorityLevel.objects.filter(ended, recorded_at__lt=over)


def has_ended(row: PriorityLevel, state: State) -> bool:
    """Whether somebody has ended a level; of a day in the past, by that day."""
    if row.ended_at is None:
        return False
    return state.as_of is None or timezone.localdate(row.ended_at) <= state.day


def not_green(state: State) -> Mapping[str, PriorityLevel]:
    """The PDUs at amber or red on the day of the figures, by every code they have or had: most have none."""
    day = state.day
    rows = known_on(state).filter(first_day__lte=day).exclude(level=GREEN)
    rows = rows.filter(Q(last_day__isnull=True) | Q(last_day__gte=day))
    found: dict[str, PriorityLevel] = {}
    for row in rows.order_by("pk"):
        found |= {code: row for code in row.former if code not in found}
        found[row.pdu] = row
    return found


def not_green_on(day: date) -> Mapping[str, PriorityLevel]:
    """The PDUs at amber or red on a day in the past, as was known when it ended, by every code they have or
    had."""
    over = timezone.make_aware(datetime.combine(day + timedelta(1), time.min))
    stood = Q(ended_at__isnull=True) | Q(ended_at__gte=over)
    lasts = Q(last_day__isnull=True) | Q(last_day__gte=day)
    rows = PriorityLevel.objects.filter(stood, lasts, recorded_at__lt=over, first_day__lte=day)
    found: dict[str, PriorityLevel] = {}
    for row in rows.exclude(level=GREEN).order_by("pk"):
        found |= dict.fromkeys([*row.former, row.pdu], row)
    return found


def by_day(pdu: str, days: Collection[date]) -> dict[date, str]:
    """The level of a PDU on those of some days on which it was at amber or red, as was known then."""
    rows = list(PriorityLevel.objects.filter(pdu=pdu).exclude(level=GREEN).order_by("pk")) if pdu else []
    return {day: row.get_level_display() for day in days for row in rows if _stood(row, day)}


def _stood(row: PriorityLevel, day: date) -> bool:
    """Whether a level was in force on a day, by what was known when the day ended."""
    is_known = timezone.localdate(row.recorded_at) <= day
    had_ended = row.ended_at is not None and timezone.localdate(row.ended_at) <= day
    lasts = row.last_day is None or day <= row.last_day
    return is_known and not had_ended and row.first_day <= day and lasts


def pdu_of(unit: Unit) -> str:
    """The code of the PDU that a unit is or lies in; empty for regions and the nation."""
    return unit.code if unit.level == "pdu" else unit.pdu_code


def of_pdu(code: str) -> QuerySet[PriorityLevel]:
    """Everything that was ever set for a PDU, the last first."""
    return PriorityLevel.objects.filter(pdu=code).order_by("-first_day", "-pk")


def follow(present: Mapping[str, str], shown: Collection[str]) -> None:
    """Levels of PDUs that go on under another code go with them, and come back with a former one.

    `present` is the code that PDUs have now by every code they had before, `shown` the PDUs of the figures.
    The caller holds the transaction.
    """
    for row in PriorityLevel.objects.exclude(pdu__in=shown):
        if found := followed(row.pdu, row.former, present, shown):
            row.pdu, row.former = found
            row.save(update_fields=["pdu", "former"])
