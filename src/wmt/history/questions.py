"""Questions over years, with answers a person can read out: a sentence, a table, and what it rests on."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from wmt.history.day_steps import RunThreshold, dated_marks
from wmt.history.index import HistoryError
from wmt.history.matrices import Block, Units, blocks
from wmt.history.question_base import (
    WORDS,
    Answer,
    AnswerTable,
    Row,
    asked,
    rule_words,
    said_day,
    said_percent,
    said_runs,
    said_stream,
)
from wmt.history.reader import History
from wmt.history.runs import spells
from wmt.history.succession import Links
from wmt.ledger import HEADLINE
from wmt.ledger.arithmetic import divide_half_up
from wmt.text import counted


def over_for_weeks(
    history: History,
    percent_x100: int,
    weeks: int,
    level: str = "post",
    first: date | None = None,
    last: date | None = None,
    *,
    grade: str = "",
    reading: str = "every day",
    stream: str = HEADLINE,
) -> Answer:
    """How many units were over a mark for so many weeks in a row in each calendar year, and who.

    A unit counts in every year in which it has a figure and on some day of which it was in such a run, that
    is, from the day the run had lasted so many weeks to the day before it broke. One that got another code in
    a year counts once, under the last. Of a year without any figure nothing is known: its numbers are None.
    Raises HistoryError for what cannot be asked.
    """
    span = asked(history, first, last, stream)
    mark = _mark(percent_x100, 7 * weeks, span.last)
    met = _Met()
    found = spells(
        history, mark, level=level, last=span.last, grade=grade, reading=reading, seen=met.see, stream=stream
    )
    found = found.filter(pl.col("excess_from").is_not_null())
    rows, who = [], []
    for year, begin, end in span.years:
        there = met.between(history.links, level, begin, end)
        inside = _counted_as(found, history.links, level, begin, end, set(there))
        rows.append(_year_row(history, (year, begin, end), len(there), inside["code"].n_unique()))
        who += [{"year": year, **row} for row in said_runs(inside)]
    words = f"over {said_percent(percent_x100)} for {counted(weeks, 'week')} in a row{said_stream(stream)}"
    return Answer(
        title=f"{_many(level, grade)} {words}",
        sentence=_sentence(rows, level, grade, words),
        columns=(
            ("year", "Year"),
            ("first", "From"),
            ("last", "To"),
            ("units", f"{WORDS[level][1]} with figures"),
            ("over", f"over for {counted(weeks, 'week')}"),
            ("share_x100", "share, %"),
            ("days", "days with figures"),
            ("missing", "days without"),
        ),
        rows=rows,
        notes=(*span.notes, *rule_words(mark, reading, level)),
        details=(AnswerTable(f"Who was {words}", (("year", "Year"), *_SPELL_COLUMNS), who),),
    )


def _year_row(history: History, span: tuple[int, date, date], units: int, over: int) -> dict[str, Any]:
    """A year of the answer: of one without any figure the numbers are None."""
    year, begin, end = span
    days = sum(begin <= day <= end for day in history.days)
    known = {"units": units, "over": over, "share_x100": _share_x100(over, units)}
    return {
        "year": year, "first": begin, "last": end, "days": days, "missing": (end - begin).days + 1 - days,
        **(known if days else dict.fromkeys(known)),
    }  # fmt: skip


_SPELL_COLUMNS = (
    ("code", "Code"), ("name", "Name"), ("began", "Over since"), ("excess_from", "Long enough from"),
    ("last_over", "Last day over"), ("ended", "Ended"), ("end_reason", "Why it ended"), ("days", "Days over"),
    ("with_figures", "Days with figures"), ("missing_nights", "Days with no data"),
    ("absent_nights", "Days with no data for this unit"), ("peak_x100", "Highest, %"),
)  # fmt: skip


def _mark(percent_x100: int, days: int, day: date) -> RunThreshold:
    """The mark that is asked for; holes and pauses as the rules of the last day have them."""
    if percent_x100 < 0 or days < 1:
        raise HistoryError("the threshold must be a percentage of 0 or more, for at least 1 day or week")
    rule = dated_marks()(day)[0]
    return RunThreshold("asked", percent_x100, days, rule.longest_absence, rule.longest_pause)


def _counted_as(
    found: pl.DataFrame, links: Links, level: str, first: date, last: date, there: Collection[str]
) -> pl.DataFrame:
    """Runs that had lasted long enough on some day of a range, under the codes their units are counted under:
    the last one up to the last day of those there are.

    A run has the code of the day it ended on: who moved later in the year has another by its last day, and
    whose run went on into the next year may have had another then. Runs of nobody there are left out.
    """
    stays = pl.col("ended").is_null() | (pl.col("ended") > first)
    found = found.filter((pl.col("excess_from") <= last) & stays)
    codes = [
        next(
            (
                each
                for each in reversed(links.codes_until(level, code, ended or date.max, last))
                if each in there
            ),
            None,
        )
        for code, ended in found.select("code", "ended").iter_rows()
    ]
    return found.with_columns(pl.Series("code", codes, dtype=pl.String)).filter(pl.col("code").is_not_null())


class _Met:
    """Which units have a figure on some day of each year."""

    def __init__(self) -> None:
        self.days: dict[date, npt.NDArray[np.uint8]] = {}
        self.units = Units()

    def see(self, block: Block, units: Units) -> None:
        """Note who is there: month by month, for years begin and end with months."""
        self.units = units
        for column, day in block.days:
            self.days[day] = np.packbits(block.present[:, column])

    def between(self, links: Links, level: str, first: date, last: date) -> pl.Series:
        """The codes of all units that have a figure on some day of a range, each under its last one."""
        days = {day: row for day, row in self.days.items() if first <= day <= last}
        there = self._there(days.values())
        for since, pairs in links.moves(level).items():
            if first <= since <= last and pairs:
                later = self._there(row for day, row in days.items() if day >= since)
                for code, former in pairs:
                    # a post that moved to another stream or grade is not there under its new code
                    if self._is_in(later, code) and self._is_in(there, former):
                        there[self.units.numbers[former]] = self._is_in(later, former)
        return pl.Series(self.units.codes, dtype=pl.String).gather(np.flatnonzero(there))

    def _is_in(self, there: npt.NDArray[np.uint8], code: str) -> bool:
        number = self.units.numbers.get(code, len(there))
        return number < len(there) and bool(there[number])

    def _there(self, rows: Iterable[npt.NDArray[np.uint8]]) -> npt.NDArray[np.uint8]:
        packed = list(rows)
        whole = np.zeros(max((len(row) for row in packed), default=0), np.uint8)
        for row in packed:
            whole[: len(row)] |= row
        return np.unpackbits(whole)


def _share_x100(part: int, whole: int) -> int | None:
    return divide_half_up(part * 10_000, whole) if whole else None


def _many(level: str, grade: str) -> str:
    of_grade = (
        f"{WORDS[level][1]} of grade {grade}"
        if level in ("post", "person")
        else f"{WORDS[level][1]} (posts of grade {grade})"
    )
    text = of_grade if grade else WORDS[level][1]
    return text[0].upper() + text[1:]


def _sentence(rows: Sequence[Row], level: str, grade: str, words: str) -> str:
    told = [said_year(row) for row in rows]
    listed = told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
    return f"{_many(level, grade)} {words}: {listed}."


def said_year(row: Row) -> str:
    """A year of an answer: how many of how many, and on how few days that rests; or that nothing is known."""
    if not row["days"]:
        return f"no data in {row['year']}"
    some = f" ({counted(row['days'], 'day')} with figures)" if row["missing"] else ""
    return f"{row['over']:,} of {row['units']:,} in {row['year']}{some}"


def longest_spells(
    history: History,
    percent_x100: int,
    level: str = "post",
    first: date | None = None,
    last: date | None = None,
    top: int = 20,
    *,
    grade: str = "",
    reading: str = "every day",
    stream: str = HEADLINE,
) -> Answer:
    """The longest runs over a mark that touch a range, longest first. Days count from where a run began."""
    span = asked(history, first, last, stream)
    mark = _mark(percent_x100, 28, span.last)
    found = spells(
        history,
        mark,
        level=level,
        first=span.first,
        last=span.last,
        grade=grade,
        reading=reading,
        stream=stream,
    )
    found = found.sort(["days", "code", "began"], descending=[True, False, False])
    rows = said_runs(found.head(top) if top else found)
    words = f"over {said_percent(percent_x100)}{said_stream(stream)}"
    best = (
        f"the longest is of {counted(rows[0]['days'], 'day')}, since {said_day(rows[0]['began'])}"
        if rows
        else "there is none"
    )
    return Answer(
        title=f"Longest spells {words}: {WORDS[level][1]}",
        sentence=f"{len(found):,} spells of {_many(level, grade).lower()} {words}; {best}.",
        columns=_SPELL_COLUMNS,
        rows=rows,
        notes=(*span.notes, *rule_words(mark, reading, level)),
    )


def days_over(
    history: History,
    percent_x100: int,
    level: str = "team",
    first: date | None = None,
    last: date | None = None,
    *,
    grade: str = "",
    stream: str = HEADLINE,
) -> Answer:
    """How many days each unit spent strictly over a mark, of those on which it has a figure; most first."""
    span = asked(history, first, last, stream)
    if percent_x100 < 0:
        raise HistoryError("the threshold must be a percentage of 0 or more")
    units = Units()
    over, there = np.zeros(0, np.int64), np.zeros(0, np.int64)
    for block in blocks(history, units, level, span.first, span.last, None, grade, stream):
        over, there = (np.pad(each, (0, len(units) - len(each))) for each in (over, there))
        is_over = block.present & (block.available > 0)
        is_over &= block.points * 10_000 > percent_x100 * block.available
        over += is_over.sum(axis=1)
        there += block.present.sum(axis=1)
    rows: list[Row] = [
        {"code": code, "name": units.names[code], "over": int(over[n]), "days": int(there[n])}
        | {"share_x100": _share_x100(int(over[n]), int(there[n]))}
        for code, n in units.numbers.items()
    ]
    rows.sort(key=lambda row: (-row["over"], row["code"]))
    some = sum(row["over"] > 0 for row in rows)
    words = f"over {said_percent(percent_x100)}{said_stream(stream)}"
    return Answer(
        title=f"Days {words}: {WORDS[level][1]}",
        sentence=f"{some:,} of {len(rows):,} {_many(level, grade).lower()} were {words} on at least one day.",
        columns=(
            ("code", "Code"),
            ("name", "Name"),
            ("over", f"days {words}"),
            ("days", "days with figures"),
            ("share_x100", "share, %"),
        ),
        rows=rows,
        notes=(*span.notes, "A day counts by its own figure; a day without one counts nowhere."),
    )
