"""Which month a monthly report is of, on which nights it stands, and whether the month has ended."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from wmt import days
from wmt.history import History
from wmt.site.loads import past_nights
from wmt.site.queries import movement
from wmt.site.workload import state as workload_state

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})", re.ASCII)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ReportMonth:
    """A month by its first day: the figures are of the day `until`, and what happened is counted to the day
    `last`, which may be later.

    `before`: the night that the last day of the month before stands on; None where there is none, and
    `no_before` says why. `has_ended`: the month is over and the figures are of its last night, which is
    that of its last day or stands for it. `corrected` says that these data were corrected afterwards.
    """

    first: date
    until: date
    last: date
    has_ended: bool
    before: movement.NightOnDay | None
    no_before: str = ""
    corrected: str = ""

    @property
    def words(self) -> str:
        """The month as people write it."""
        return words_of(self.first)


def read(text: str) -> date | None:
    """The first day of a month that is written 2026-11; None for anything else, and for years that no
    figures are of."""
    found = _MONTH.fullmatch(text)
    if not found or not 1 <= int(found[2]) <= 12:
        return None
    first, last = days.RANGES["figure"]
    return date(int(found[1]), int(found[2]), 1) if first.year <= int(found[1]) <= last.year else None


def words_of(first: date) -> str:
    """A month as people write it: November 2026."""
    return f"{first:%B} {first.year}"


def key_of(first: date) -> str:
    """A month as addresses have it: 2026-11."""
    return f"{first.year:04}-{first.month:02}"


def last_of(first: date) -> date:
    """The last day of a month."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY


def before(first: date) -> date:
    """The first day of the month before."""
    return (first - _DAY).replace(day=1)


def months_of(past: History) -> list[date]:
    """The months that have a night with lines, the latest first."""
    found = {day.replace(day=1) for day in past.days if (stood := past.standing(day)) and stood.night}
    return sorted(found, reverse=True)


def night_in(past: History, first: date) -> date | None:
    """The last day of a month that has a night with lines; None where it has none."""
    there = [day for day in past.days if first <= day <= last_of(first)]
    return next((day for day in reversed(there) if (stood := past.standing(day)) and stood.night), None)


def usual(past: History, day: date) -> date:
    """The month that is meant where none is named: the last one that has ended, if it has a night, else
    that of the day."""
    own = day.replace(day=1)
    return before(own) if night_in(past, before(own)) else own


def month_of(state: workload_state.State, past: History) -> ReportMonth | None:
    """The month of the day of the figures; None where they are of a night before it."""
    first = state.day.replace(day=1)
    if state.as_at.date() < first:
        return None
    now, night = workload_state.state_if_any() or state, state.as_at.date()
    latest = workload_state.today(now.as_at.date())
    is_over, is_last = latest > last_of(first), night_in(past, first) == night
    if state.as_of and not is_last:
        latest = state.as_of.day
    stands = has_ended(first, night, now.as_at.date(), past_nights.days_back(last_of(first)))
    stood, none_then = None, ""
    try:
        stood = movement.stood_on(past, first - _DAY)
    except movement.NoLines as none:
        none_then = _no_before(none)
    last = counted_to(first, state.day, latest)
    return ReportMonth(
        first, state.day, last, is_over and is_last and stands, stood, none_then, _corrected(state)
    )


def counted_to(first: date, until: date, latest: date) -> date:
    """The last day that counts of a month go to: its own last day, or the latest there is to count of. What
    happened after the last night of a month is of that month too: no other report has it."""
    return min(last_of(first), max(until, latest))


def has_ended(first: date, night: date, newest: date, back: int) -> bool:
    """Whether a night stands for a whole month: it is of its last day, or at most so many days older where
    the newest night is of a later month, so that none is to come."""
    last = last_of(first)
    return night == last or (newest > last and (last - night).days <= back)


def _corrected(state: workload_state.State) -> str:
    """That the figures were corrected after the day they are shown of, as the banner of the page says."""
    if state.as_of is None:
        return ""
    later = [days.written(loaded.date()) for _, loaded in past_nights.corrections_of(state)]
    return corrected_words(later, is_correction=state.as_of.revision is not None)


def corrected_words(later: list[str], *, is_correction: bool) -> str:
    """The sentence about corrections, by the days on which later ones were loaded."""
    if later:
        return f"This data was corrected on {' and on '.join(later)}. The figures here are those from before."
    return "The figures here are as corrected later." if is_correction else ""


def _no_before(none: movement.NoLines) -> str:
    """Why there is nothing to compare a month with."""
    day = days.written(none.day)
    if none.archived:
        return f"We hold only totals for {day}, so this report does not compare with the month before."
    back = past_nights.days_back(none.day)
    return (
        f"There is no data for {day} or for the {back} days before it, so this report does not compare with "
        "the month before."
    )


def none_words(past: History, first: date) -> str:
    """That there is nothing of a month, and which months there is something of."""
    said = f"There is no data for {words_of(first)}."
    if found := months_of(past):
        return f"{said} There is data for months from {words_of(found[-1])} to {words_of(found[0])}."
    return said


def standing_words(month: ReportMonth) -> str:
    """Until when a report goes that does not have the whole month; else nothing."""
    until = days.written(month.until)
    if not month.has_ended:
        known = (
            f"its figures are from {until}"
            if month.last > month.until
            else f"it has what was known on {until}"
        )
        return f"This report of {month.words} is not complete: {known}."
    return "" if month.until == last_of(month.first) else f"The last data for {month.words} is from {until}."


def counted_words(month: ReportMonth) -> str:
    """Until when things are counted, where that is later than the figures; else nothing."""
    return f"What happened is counted to {days.written(month.last)}." if month.last > month.until else ""
