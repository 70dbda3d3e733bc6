"""What loads that ended long ago still quote: their faults and messages may hold a cell of the input."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from wmt.site.loads.reports import remedy
from wmt.site.workload.models import Fault, Load

REMOVED = "Removed after the retention period."
_WAITS = (Load.State.WAITING, Load.State.RUNNING, Load.State.HELD)


def quoted_cells(before: datetime) -> QuerySet[Any]:
    """Faults of loads that ended before, as far as they may quote a cell."""
    old = Fault.objects.filter(load__asked_at__lt=before)
    return old.exclude(message=REMOVED).exclude(message__startswith=f"{REMOVED} ")


def without_quotes(found: QuerySet[Any]) -> int:
    """Faults keep their place, their code and what to do about it; how many."""
    return sum(
        found.filter(code=code).update(message=f"{REMOVED} {remedy(code)}".strip())
        for code in list(found.order_by().values_list("code", flat=True).distinct())
    )


def loads_that_tell(before: datetime) -> QuerySet[Any]:
    """Loads that ended before and still say of posts why they were set aside, or quote in their message."""
    over = Load.objects.filter(asked_at__lt=before).exclude(state__in=_WAITS)
    return over.exclude(set_aside=[], message__in=("", REMOVED))
