"""Which advice to courts there is of a unit, on the day of the figures as was recorded by then."""

from datetime import datetime, time, timedelta

from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from wmt.site.advice.models import CourtAdvice
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

_ABOVE = ("team", "pdu", "region")


class UnknownAdvice(Http404):
    """There is no advice with this number."""


def find(number: int) -> CourtAdvice:
    """Advice by its number. Raises UnknownAdvice."""
    found = CourtAdvice.objects.filter(pk=number).first()
    if found is None:
        raise UnknownAdvice(f"there is no advice {number}")
    return found


def advice_of(unit: Unit, state: State) -> list[CourtAdvice]:
    """What was given for a unit, and what stands for those it is in, the last first; of a day in the past, as
    it stood then."""
    mine = Q(level=unit.level, code=unit.code)
    above = Q(pk__in=())
    for level in _ABOVE:
        code = getattr(unit, f"{level}_code")
        if level != unit.level and code:
            above |= Q(level=level, code=code)
    rows = CourtAdvice.objects.filter(mine | (above & Q(ended_at__isnull=True, last_day__gte=state.day)))
    if state.as_of is not None:
        over = timezone.make_aware(datetime.combine(state.day + timedelta(1), time.min))
        rows = rows.filter(recorded_at__lt=over)
    return list(rows.order_by("-first_day", "-pk"))
