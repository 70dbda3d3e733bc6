"""Histories for tests, at random or by hand, put into a folder; and a counter of one unit, day by day.

The counter knows nothing of the program: it reads the rule as the documents state it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import polars as pl

from wmt.history import FIGURE, History, compact, open_history
from wmt.history.archive import keep

FIRST = date(2026, 1, 14)
#: A figure: points and available points, both in hundredths. None: no figure on that day.
Figure = tuple[int, int] | None
AVAILABLE = 217_600
OVER, EXACT, HAIR, UNDER, IDLE = (
    (239_361 * 2, 2 * AVAILABLE),
    (239_360, AVAILABLE),
    (68_753, 62_500),
    (200_000, AVAILABLE),
    (50_000, 0),
)


def write_history(
    nights: Path,
    units: Mapping[str, Sequence[Figure]],
    first: date = FIRST,
    names: Mapping[str, str | None] | None = None,
    cases: int = 0,
) -> History:
    """Posts by code ('TEAM:STAFF') and their figures from a first day on, made into a history."""
    names = names or {}
    rows = [
        {
            "day": first + timedelta(number),
            "as_at": datetime.combine(first + timedelta(number), datetime.min.time()),
            "night": "",
            "level": "post",
            "code": code,
            "name": names.get(code, f"Name of {code}"),
            "grade": "PO",
            "team_code": code.split(":")[0],
            "pdu_code": "P",
            "region_code": "R",
            "staff_code": code.split(":")[1],
            "points_x100": figure[0],
            "available_x100": figure[1],
            "cases": cases,
            "posts": 1,
        }
        for code, figures in units.items()
        for number, figure in enumerate(figures)
        if figure is not None
    ]
    keep(nights, whole(pl.DataFrame(rows, infer_schema_length=None)))
    compact(nights)
    return open_history(nights)


def whole(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows with all columns of a figure; counts that were not given are nought."""
    lacking = [
        pl.lit(0 if dtype == pl.Int64 else "", dtype).alias(name)
        for name, dtype in FIGURE.items()
        if name not in frame.columns
    ]
    return frame.with_columns(lacking).select(FIGURE.names()).cast(dict(FIGURE))


def random_figures(chance: Random, days: int) -> list[Figure]:
    """A post's figures: stretches of every kind, of lengths near every limit."""
    figures: list[Figure] = []
    while len(figures) < days:
        kind = chance.choice((OVER, OVER, OVER, HAIR, EXACT, UNDER, IDLE, IDLE, None, None))
        stretch = chance.choice(
            (1, 2, 3, 3, 4, 7, 8, 26, 27, 28, 29) if kind in (OVER, HAIR) else (1, 2, 3, 4, 5, 6, 7, 8, 9, 30)
        )
        figures += [kind] * stretch
    return figures[:days]


def nights_of(units: Mapping[str, Sequence[Figure]]) -> list[bool]:
    """Which days have a night: those on which anybody has a figure."""
    return [any(figure is not None for figure in of_day) for of_day in zip(*units.values(), strict=True)]


@dataclass
class Run:
    """A run as the counter tells it. Days are numbers from the first day on."""

    began: int
    last_over: int = -1
    days: int = 0
    excess_from: int | None = None
    ended: int | None = None
    best: tuple[int, int] | None = None
    why: str | None = None
    first: int = 0
    with_figures: int = 0


@dataclass
class Counter:
    """One unit, one mark: walk the days and note every run.

    A day without any figure is passed over. A day on which others have figures and this unit has none is
    passed over too, unless it is the eighth such day in a row: then the unit is gone.
    """

    percent: int
    days: int = 28
    absence: int = 7
    pause: int = 7
    runs: list[Run] = field(default_factory=list)
    now: Run | None = None
    idle: int = 0
    gone: int = 0
    away: int = 0
    seen: int = 0
    last: str = "nothing"

    def walk(
        self, figures: Sequence[Figure], percents: Sequence[int] = (), nights: Sequence[bool] = ()
    ) -> "Counter":
        """All days in turn; `percents` gives a mark of its own to each day.

        `nights` says of each day whether it has a night, which may have nothing of this unit; none of it
        means that only this unit's figures make nights.
        """
        for number, figure in enumerate(figures):
            if percents:
                self.percent = percents[number]
            if figure is not None:
                self.gone = self.away = 0
                self.seen += 1
                self._day(number, figure)
            else:
                self.gone += 1
                if nights and nights[number]:
                    self._absent(number)
        return self

    def _absent(self, number: int) -> None:
        self.away += 1
        if self.away > self.absence:
            self.last, self.idle = "nothing", 0
            self._break(number, "gone")

    def _day(self, number: int, figure: tuple[int, int]) -> None:
        self.last = self._kind(figure)
        if self.last == "no time":
            self.idle += 1
            if self.idle > self.pause:
                self._break(number, "no time")
            return
        self.idle = 0
        if self.last == "under":
            self._break(number, "under")
        else:
            self._over(number, figure)

    def _kind(self, figure: tuple[int, int]) -> str:
        points, available = figure
        if available == 0:
            return "no time"
        # capacity in per cent is 100 x points / available
        return "over" if 100 * points > self.percent * available else "under"

    def _over(self, number: int, figure: tuple[int, int]) -> None:
        if self.now is None:
            self.now = Run(number, first=self.seen)
            self.runs.append(self.now)
        run = self.now
        run.days += 1
        run.last_over = number
        run.with_figures = self.seen - run.first + 1
        if run.best is None or figure[0] * run.best[1] > run.best[0] * figure[1]:
            run.best = figure
        if run.days == self.days:
            run.excess_from = number

    def _break(self, number: int, why: str) -> None:
        if self.now is not None:
            self.now.ended, self.now.why = number, why
        self.now = None


def holes(run: Run, nights: Sequence[bool]) -> tuple[int, int]:
    """Days of a run, to its last day over, without any night, and with a night but without the unit."""
    inside = nights[run.began : run.last_over + 1]
    return inside.count(False), inside.count(True) - run.with_figures
