"""What every page of a team or PDU says while it has an alarm. Templates call it."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from wmt.days import written
from wmt.site.alarms import levels
from wmt.site.links import unit_url
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


@dataclass(frozen=True)
class AlarmStrip:
    """An alarm in words, where the odds are, and where its level is."""

    words: str
    href: str
    level_href: str


def alarm_strip(unit: Any, state: State | None) -> AlarmStrip | None:
    """The strip of a page about a unit; None where it has no alarm, and for what is no team or PDU."""
    if state is None or not isinstance(unit, Unit) or not unit.level:
        return None
    row = levels.open_alarm(state, unit)
    if row is None:
        return None
    what = "this team" if unit.level == "team" else "this PDU"
    words = (
        f"It is at least {row.percent}% likely that {what} will be over {state.over_text} for four weeks "
        f"in a row within {levels.WEEKS} weeks. The alarm began on {written(row.first_day)}."
    )
    href = unit_url(unit.level, unit.code, "over-time")
    return AlarmStrip(words, href, reverse("alarm-level", args=[unit.level, unit.code]))
