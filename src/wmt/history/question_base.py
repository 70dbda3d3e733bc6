"""What every question over years has: the days it is about, its streams, its tables and its words."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from wmt import ledger
from wmt.history import index
from wmt.history.day_steps import RunThreshold
from wmt.history.reader import History, check_stream
from wmt.text import counted

Row = dict[str, Any]

#: One and many of each level.
WORDS = {
    "post": ("post", "posts"),
    "person": ("person", "people"),
    "team": ("team", "teams"),
    "pdu": ("PDU", "PDUs"),
    "region": ("region", "regions"),
    "nation": ("nation", "nations"),
}


@dataclass(frozen=True)
class AnswerTable:
    """A table in plain data. `columns` are (key, heading); rows have every key. Shares and capacities end in
    `_x100` and are hundredths of a per cent."""

    title: str
    columns: tuple[tuple[str, str], ...]
    rows: list[Row]


@dataclass(frozen=True)
class Answer(AnswerTable):
    """An answer: its table, the sentence that says it, what it rests on, and further tables behind it."""

    sentence: str
    notes: tuple[str, ...]
    details: tuple[AnswerTable, ...] = ()


@dataclass(frozen=True)
class DaysCovered:
    """The days a question is about, as far as there are figures."""

    first: date
    last: date
    days: int
    missing: int
    stream: str = ledger.HEADLINE
    #: the days of an archive that added all streams together: the first, the last and how many
    together: tuple[date, date, int] | None = None

    @property
    def years(self) -> list[tuple[int, date, date]]:
        """Each calendar year with its part of the days."""
        return [
            (year, max(self.first, date(year, 1, 1)), min(self.last, date(year, 12, 31)))
            for year in range(self.first.year, self.last.year + 1)
        ]

    @property
    def words(self) -> str:
        """What every answer says of its days."""
        when = said_day(self.first)
        when = when if self.first == self.last else f"{when} to {said_day(self.last)}"
        days = counted(self.days, "day")
        return f"{when}: {days} with figures, {self.missing:,} without."

    @property
    def notes(self) -> tuple[str, ...]:
        """The same, and which streams the figures are of."""
        said = [self.words, f"Figures are of {stream_words(self.stream)} alone."]
        if self.together is not None:
            first, last, days = self.together
            when = f"on {said_day(first)}" if days == 1 else f"from {said_day(first)} to {said_day(last)}"
            said.append(f"Archive figures {when} are of all streams together, as the archive gave them.")
        return tuple(said)


def said_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def said_percent(percent_x100: int) -> str:
    """A mark as people write it: 110%, 112.5%."""
    whole, rest = divmod(percent_x100, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%" if rest else f"{whole}%"


def stream_words(stream: str) -> str:
    name = ledger.STREAM_NAMES[stream]
    return name if name == "OMiC" else name.lower()


def said_stream(stream: str) -> str:
    """A stream after what is said of it; of the headline nothing need be said."""
    return "" if stream == ledger.HEADLINE else f" in {stream_words(stream)}"


def asked(
    history: History,
    first: date | None = None,
    last: date | None = None,
    stream: str = ledger.HEADLINE,
    *,
    capacity: bool = True,
) -> DaysCovered:
    """The days of a question: the whole history unless given.

    Raises HistoryError without figures, and for the capacity of a stream that has none.
    """
    check_stream(stream)
    if capacity and stream == ledger.OMIC:
        raise index.HistoryError("OMiC has no capacity yet: ask about sentence_management or courts")
    if history.first is None or history.last is None:
        raise index.HistoryError(
            f"there is no history in {index.folder_of(history.nights)} yet: load nights, or bring in an "
            "archive with `wmt nights import-archive`; `wmt nights compact` makes it from nights that are "
            "there"
        )
    if first is not None and last is not None and first > last:
        raise index.HistoryError(f"{said_day(first)} is after {said_day(last)}; give the earlier day first")
    begin, end = max(first or history.first, history.first), min(last or history.last, history.last)
    days = sum(begin <= day <= end for day in history.days)
    together = [day for day in history.together if begin <= day <= end] if stream == ledger.HEADLINE else []
    if not days:
        asked = [f"from {said_day(first)}"] if first else []
        asked += [f"to {said_day(last)}"] if last else []
        raise index.HistoryError(
            f"no day {' '.join(asked)} has figures; they run from "
            f"{said_day(history.first)} to {said_day(history.last)}"
        )
    basis = (together[0], together[-1], len(together)) if together else None
    return DaysCovered(begin, end, days, (end - begin).days + 1 - days, stream, basis)


#: What ended a run, in words.
END_REASONS = {
    "under": "a day at or under the threshold",
    "no time": "no available hours for too long",
    "gone": "no longer in the data",
}


def said_runs(found: pl.DataFrame) -> list[Row]:
    """Runs (`SPELL`) as rows of an answer, with the reason for the end of each in words."""
    return [
        {**row, "end_reason": END_REASONS.get(row["end_reason"], "")}
        for row in found.drop("level").iter_rows(named=True)
    ]


def rule_words(mark: RunThreshold, reading: str, level: str) -> tuple[str, ...]:
    if reading == "weekly":
        return (
            "Counted by week: the points of Monday to Sunday divided by the available points of these days. "
            "A week that has not ended is not counted. A week without figures neither counts nor ends a run.",
        )
    if reading == "sum":
        return (
            f"Counted by total: the points of the last {mark.days} days with figures divided by the "
            "available points of these days.",
        )
    return (
        f"Over the threshold, exactly at it not counted, on {mark.days} days with figures in a row. Days "
        "without figures neither count nor end a run. A run ends on a day at or under the threshold, after "
        f"more than {mark.longest_pause} days in a row with no available hours, or when the "
        f"{WORDS[level][0]} "
        f"has been missing from more than {mark.longest_absence} nights in a row that have figures of "
        "others. A run continues when a code, team, grade or name changes, where the data shows that it did.",
    )
