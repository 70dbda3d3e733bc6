"""An allocation in words: what case it was, how long it waited, and whether nDelius shows it."""

from datetime import date

from wmt.allocation.cases import case_words
from wmt.facts import kinds
from wmt.site.allocation.labels import REASONS
from wmt.site.allocation.models import CaseAllocation
from wmt.text import counted

_Now = CaseAllocation.State
#: What a manager has to look at: nDelius does not show the case where it was given.
ATTENTION = (_Now.GIVEN, _Now.ELSEWHERE, _Now.ENDED, _Now.LEFT)


def what(row: CaseAllocation) -> str:
    """What the case was when it was given: 'custody B3'."""
    kind = kinds(row.tier_scheme)[row.kind_no]
    return case_words(kind.location, kind.tier, kind.stream, suspended=bool(kind.suspended))


def waited(row: CaseAllocation) -> int | None:
    """For how many days nobody held the case before it was given, where the data says since when."""
    known = row.was_waiting and row.held_since is not None and row.state != _Now.UNDONE
    return max((row.first_day - row.held_since).days, 0) if known and row.held_since else None


def not_seen(row: CaseAllocation, day: date) -> int | None:
    """For how many days nDelius has not shown it; nothing where that is settled."""
    return (day - row.first_day).days if row.state == _Now.GIVEN else None


def state_words(row: CaseAllocation, day: date) -> str:
    """Its state, and how long nDelius has not shown it."""
    days = not_seen(row, day)
    return f"{row.get_state_display()} for {counted(days, 'day')}" if days else row.get_state_display()


def why(row: CaseAllocation) -> str:
    """Why it was given, as it was chosen and written."""
    beside = (("over the threshold", row.why_over), ("against the rules", row.why_not_eligible))
    more = [f"{words}: {text}" for words, text in beside if text]
    return "; ".join([REASONS.get(row.reason, row.reason), *more])
