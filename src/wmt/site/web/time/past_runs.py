"""The runs over the threshold of a post, with what ended each."""

from bisect import bisect_left
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from wmt import history, rules
from wmt.days import written
from wmt.history.question_base import END_REASONS
from wmt.ledger import decimal, shown_capacity
from wmt.site import tables
from wmt.site.queries.movement import marks_on
from wmt.site.queries.periods import KeyedHistory
from wmt.site.web.time.over_request import OverTimeRequest

_RULE = "excessive_workload"
#: Days with figures that are read before the first of those asked for; and how far into them a run may begin
#: before it may have begun earlier: longer than a run stands still without available time or figures.
_BEFORE, _SURE = 60, 30


def table(asked: OverTimeRequest) -> tables.Table | None:
    """Every run that touches the days asked for, the newest first; None where there is none."""
    if asked.span.days is None:
        return None
    first, last = asked.span.days
    found = _found(KeyedHistory(asked.past), asked.unit.code, first, last).sort("began", descending=True)
    rows = [_row(asked, row) for row in found.iter_rows(named=True)]
    if not rows:
        return None
    over = asked.question.state.over_text
    return tables.Table(
        "runs",
        f"{asked.unit.name}: runs over {over}, {asked.span.words}",
        [
            tables.Column("began", "Over since", "date"),
            tables.Column("full", "Excessive workload from", "date", "the day on which four weeks were full"),
            tables.Column("last_over", "Last day over", "date"),
            tables.Column("ended", "Ended", "date"),
            tables.Column("why", "Why it ended"),
            tables.Column("days", "Days over", "count"),
            tables.Column("with_figures", "Days with data", "count", "from the first day over to the last"),
            tables.Column(
                "missing", "Days with no data", "count", "nights without data; they do not end a run"
            ),
            tables.Column(
                "absent", "Nights without this post", "count", "nights on which only others had figures"
            ),
            tables.Column("peak", "Highest capacity", "percent"),
        ],
        rows,
    )


def _row(asked: OverTimeRequest, row: dict[str, Any]) -> tables.Row:
    reason = END_REASONS.get(row["end_reason"], "")
    running = f"Not ended on {written(asked.span.days[1])}" if asked.span.days else ""
    return tables.Row(
        {
            "began": tables.day(row["began"]),
            "full": tables.day(row["excess_from"]),
            "last_over": tables.day(row["last_over"]),
            "ended": tables.day(row["ended"]),
            "why": tables.text(reason[:1].upper() + reason[1:] if row["ended"] else running),
            "days": tables.count(row["days"]),
            "with_figures": tables.count(row["with_figures"]),
            "missing": tables.count(row["missing_nights"]),
            "absent": tables.count(row["absent_nights"]),
            "peak": tables.Value(decimal(row["peak_x100"]), shown_capacity(row["peak_x100"], 10_000)),
        }
    )


@lru_cache(maxsize=200)
def _found(held: KeyedHistory, code: str, first: date, last: date) -> pl.DataFrame:
    """The runs (columns `wmt.history.SPELL`) that touch some days, each from its very beginning."""
    past = held.past
    begin = max(0, bisect_left(past.days, first) - _BEFORE)
    recent = history.spells(_Since(past, begin), _mark, first=first, last=last, code=code)
    sure = past.days[min(begin + _SURE, len(past.days) - 1)]
    if not begin or recent.filter(pl.col("began") <= sure).is_empty():
        return recent
    return history.spells(past, _mark, first=first, last=last, code=code)


class _Since(history.History):
    """A history without its first days."""

    def __init__(self, past: history.History, begin: int) -> None:
        self.__dict__.update(past.__dict__)
        self.days = past.days[begin:]


def _mark(day: date) -> history.RunThreshold:
    """The threshold that the rules have on a day; before there was one, the first there is."""
    first = rules.load().parameter(f"thresholds.{_RULE}.percent").values[0].valid_from
    return next(mark for mark in marks_on(max(day, first)) if mark.name == _RULE)
