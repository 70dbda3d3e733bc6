"""The days a page over time was asked for: read leniently, refused in words, and kept as they were typed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wmt.days import read_day, written
from wmt.site.date_field import DayField
from wmt.site.queries.periods import YEAR
from wmt.site.query_form import OneOf, QueryForm

FIRST, LAST = "from", "to"
REVERSED = "The last day must be the first day or later"


class SpanForm(QueryForm):
    """Two days of an address, written as people write them, whatever asked for them.

    `first` is the default of the first day; None: a year up to the last day that was asked for. With
    `until_now` the last day may be left empty: it is then `last`. `choices` stand beside the days.
    """

    locals()[FIRST] = DayField("the first day", kind="rule", required=False)
    locals()[LAST] = DayField("the last day", kind="rule", required=False)

    def __init__(
        self,
        query: Mapping[str, str],
        first: date | None,
        last: date,
        *,
        until_now: bool = False,
        choices: Mapping[str, OneOf] | None = None,
    ) -> None:
        self.last, self._choices = last, choices or {}
        typed = query.get(LAST, "")
        if until_now and typed.strip().casefold() == "now":
            query = {name: value for name, value in query.items() if name != LAST}
        begin = first if first is not None else (read_day(typed) or last) - YEAR
        super().__init__(query, **{FIRST: begin, LAST: None if until_now else last})
        if self.days:
            days = {name: self.cleaned_data[name] for name in (FIRST, LAST)}
            self.data |= {name: written(day) for name, day in days.items() if day}

    def add_fields(self) -> None:
        """What is chosen beside the days."""
        self.fields |= self._choices

    def clean(self) -> dict[str, Any]:
        """Refuse a last day before the first."""
        first = self.cleaned_data.get(FIRST)
        if first and LAST in self.cleaned_data and first > (self.cleaned_data[LAST] or self.last):
            self.add_error(LAST, REVERSED)
        return self.cleaned_data

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day; None where they are wrong."""
        if self.errors.keys() - self._choices.keys():
            return None
        return self.cleaned_data[FIRST], self.cleaned_data[LAST] or self.last

    @property
    def ends_now(self) -> bool:
        """Whether the last day was left empty."""
        return not self.data[LAST]

    @property
    def words(self) -> str:
        """The days as people write them; empty where they are wrong."""
        return days_words(*self.days) if self.days else ""


def days_words(first: date, last: date) -> str:
    """A range of days; of one day, that day."""
    return written(first) if first == last else f"{written(first)} to {written(last)}"
