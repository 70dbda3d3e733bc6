"""What pages over time say of hours that were entered late: the figures of past days stay as they were."""

from bisect import bisect_left, bisect_right
from datetime import date

from wmt.history import History
from wmt.site.availability import late_entries
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


def late_of(past: History, state: State, unit: Unit, first: date, last: date) -> list[late_entries.Late]:
    """What was entered late about the posts of a unit, for the days of a range."""
    days = past.days[bisect_left(past.days, first) : bisect_right(past.days, last)]
    standing = {day: past.standing(day) for day in days}
    return late_entries.late_for(state, unit, {day: each.night for day, each in standing.items() if each})


def late_sentence(past: History, state: State, unit: Unit, first: date, last: date) -> str:
    """The same in words; empty where nothing was late."""
    return late_entries.late_words(late_of(past, state, unit, first, last))
