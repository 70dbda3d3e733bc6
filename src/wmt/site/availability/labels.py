"""Hours, days and records in the words of the pages."""

from collections.abc import Mapping
from datetime import date

from wmt.days import written
from wmt.ledger.serialise import micro
from wmt.site.availability import records
from wmt.site.availability.limits import ReasonOnDay
from wmt.site.workload.models import Unit
from wmt.text import counted


def day_words(day: date) -> str:
    """A day as people write it; the first of all days is the beginning."""
    return "the beginning" if day == date.min else written(day)


def hours_words(hours_micro: int) -> str:
    found = micro(hours_micro)
    return counted(f"{found}", "hour")


def percent_words(percent_x100: int) -> str:
    whole, rest = divmod(percent_x100, 100)
    return f"{whole}" + (f".{rest:02d}".rstrip("0") if rest else "") + "%"


def entry_words(entry: records.Entry, reasons: Mapping[str, ReasonOnDay]) -> str:
    if isinstance(entry, records.HoursRecord):
        return f"{hours_words(entry.hours_micro)} a week from {day_words(entry.first_day)}"
    until = f" to {day_words(entry.last_day)}" if entry.last_day else " until ended"
    span = f"from {day_words(entry.first_day)}{until}"
    if not isinstance(entry, records.ReductionRecord):
        return f"grade {entry.grade} {span}"
    name = reasons[entry.reason].short_name if entry.reason in reasons else entry.reason
    if entry.hours_micro is not None:
        return f"{name}: {hours_words(entry.hours_micro)} {span}"
    return f"{name}: {percent_words(entry.percent_x100 or 0)} of the contracted hours, {span}"


#: Where the contracted hours of a post come from.
SOURCES = ENTERED, SUPPLIED, ASSUMED, NONE = "entered", "from the extract", "assumed by grade", "none entered"


def source_of(post: Unit, plan: records.PostRecords, day: date) -> str:
    """Whether the hours that count were entered, came with the extract, or are those usual for the grade.

    Where the grade has no usual hours, or only contacts and the like mention the post, nobody gave any.
    """
    if plan.hours_on(day) is not None:
        return ENTERED
    if post.is_only_mentioned or (post.supplied_micro is None and not post.contracted_hours_micro):
        return NONE
    return ASSUMED if post.supplied_micro is None else SUPPLIED
