"""The one day it is, for everything that is not of some figures: roles, policies, records.

Figures have a day of their own (`workload.state.today`). Both are held still by a day in `WMT_TODAY`.
`WMT_TODAY=extract` holds the figures at the day of their extract; the calendar then goes on.
"""

from datetime import date

from django.conf import settings
from django.utils import timezone


def calendar_day() -> date:
    """The day that `WMT_TODAY` names, else that of the calendar."""
    held: str = settings.CONFIG.today
    return timezone.localdate() if held in ("", "extract") else date.fromisoformat(held)
