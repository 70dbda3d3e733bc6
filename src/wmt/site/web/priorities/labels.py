"""Words about priority levels."""

from datetime import date

from django.utils import timezone

from wmt.days import moment_words, written
from wmt.site.priorities.levels import AMBER, GREEN, RED, has_ended
from wmt.site.priorities.models import PriorityLevel
from wmt.site.workload import staff_names
from wmt.site.workload.state import State

#: Said wherever a figure is shown of a unit that is not at green.
VALIDITY = "This figure shows business as usual. It is less valid while your area is not at green."
#: What each level is, for people who choose one.
MEANINGS = {
    GREEN: "all work is done, as the rules of the measure expect (business as usual)",
    AMBER: "some work is put aside, because there is more than the people here can do",
    RED: "only the most important work is done",
}


def set_words(row: PriorityLevel) -> str:
    """Since when a level holds, until when and who set it, after its name: ' since …, until …, set by …'."""
    until = f" until {written(row.last_day)}" if row.last_day else ", until it is ended"
    return f"from {written(row.first_day)}{until}, set by {staff_names.person(row.who)}"


def state_words(row: PriorityLevel, state: State) -> str:
    """Whether a level is in force, is to begin, or how it ended; of a day in the past, as it stood then."""
    if row.ended_at is not None and has_ended(row, state):
        when = moment_words(timezone.localtime(row.ended_at))
        how = PriorityLevel.End(row.end).label
        return f"{how}, {when}, by {staff_names.person(row.ended_by)}"
    if row.last_day and row.last_day < state.day:
        return f"over: its last day was {written(row.last_day)}"
    return "in force" if row.first_day <= state.day else "not begun"


def is_open(row: PriorityLevel, day: date) -> bool:
    """Whether a level can still be ended on a day."""
    return row.ended_at is None and (row.last_day is None or row.last_day >= day)
