"""The days a page over time was asked for: read leniently, refused in words, and kept as they were typed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from wmt.days import written
from wmt.site.queries.periods import YEAR
from wmt.site.web.forms.date_param import DateParam, asked

FIRST, LAST = "from", "to"
#: A year with both its days, whatever its length.
REVERSED = "The last day must be the first day or later"


@dataclass(frozen=True)
class Span:
    """Two fields of an address, and the days they mean where both can be read."""

    first: DateParam
    last: DateParam

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day; None where something is wrong."""
        if self.errors or self.first.day is None or self.last.day is None:
            return None
        return self.first.day, self.last.day

    @property
    def errors(self) -> list[tuple[str, str]]:
        """What is wrong, with the id of the field it is about."""
        return [(each.name, each.error) for each in (self.first, self.last) if each.error]

    @property
    def words(self) -> str:
        """The days as people write them; empty where something is wrong."""
        return days_words(*self.days) if self.days else ""


def span_of(query: Mapping[str, str], first: date | None, last: date) -> Span:
    """The range of an address. `first` is its default; None: a year up to the last day that was asked for."""
    to = asked(LAST, query.get(LAST), "the last day", last)
    begin = first if first is not None else (to.day or last) - YEAR
    since = asked(FIRST, query.get(FIRST), "the first day", begin)
    if since.day and to.day and since.day > to.day:
        to = replace(to, error=REVERSED)
    wrong = bool(since.error or to.error)
    return Span(*(_shown(field, as_typed=wrong) for field in (since, to)))


def _shown(field: DateParam, *, as_typed: bool) -> DateParam:
    """A day stands in its field as people write it, whatever asked for it; beside a fault as it was typed."""
    if field.day is None or (as_typed and field.typed):
        return field
    return replace(field, typed=written(field.day))


def days_words(first: date, last: date) -> str:
    """A range of days; of one day, that day."""
    return written(first) if first == last else f"{written(first)} to {written(last)}"
