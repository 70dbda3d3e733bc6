"""Reading a history: one unit's days, the units below one, all units month by month."""

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import polars as pl

from wmt.history.figures import FIGURE, GRADED, SUMMED, in_stream, summed
from wmt.history.index import (
    REMEDY,
    DayEntry,
    HistoryError,
    Index,
    folder_of,
    month_path,
    months_between,
    read_index,
)
from wmt.history.links import read_links
from wmt.history.succession import Links
from wmt.ledger import LEVELS, STREAMS

#: 'person' is the sum of the posts of one staff code; it is not kept, and added up when asked for.
ALL_LEVELS = ("post", "person", *LEVELS[1:])
#: Columns that rows are found by, whatever else is asked for.
_FOUND_BY = ("day", "level", "code", "stream", "grade", "region_code")
#: What the pages of a unit ask for, one after the other: read at once.
_OFTEN = (
    *_FOUND_BY,
    "name",
    "points_x100",
    "available_x100",
    "contacts_x100",
    "cases",
    "contracted_hours_micro",
    "reduction_hours_micro",
)
#: Who asks for longer than this asks next for some weeks before it, where the first run began.
_LONG, _LEAD = timedelta(days=180), timedelta(days=92)
_TALLEST = "\U0010ffff"


class History:
    """The daily figures of a folder of nights, as they stood when `open_history` opened it.

    With `regions` only the units of those are there, on every day by where they were on that day.
    """

    def __init__(
        self, nights: Path, index: Index, version: str, regions: Collection[str] | None = None
    ) -> None:
        self.nights = nights
        self._index = index
        self._regions = None if regions is None else sorted(regions)
        #: whether all units are there, so that a file of whole months may answer
        self.whole = regions is None
        #: another one when anything in the history changed, or other regions may be read
        self.version = version if self._regions is None else f"{version} {' '.join(self._regions)}"
        self._standing = {day: each for month in index.months.values() for day, each in month.days.items()}
        #: the days that have figures, ascending
        self.days: list[date] = sorted(self._standing)

    def of_regions(self, regions: Collection[str]) -> "History":
        """The same of some regions alone."""
        return History(self.nights, self._index, self.version, regions)

    @cached_property
    def links(self) -> Links:
        """Who goes on under another code, and since when. Raises HistoryError when it is damaged."""
        return read_links(self.nights)

    @property
    def first(self) -> date | None:
        """The first day that has figures; None in an empty history."""
        return self.days[0] if self.days else None

    @property
    def last(self) -> date | None:
        """The last day that has figures; None in an empty history."""
        return self.days[-1] if self.days else None

    def standing(self, day: date) -> DayEntry | None:
        """What stands for a day; None where the day has no figures."""
        return self._standing.get(day)

    def day_until(self, day: date) -> date | None:
        """The last day not after `day` that has figures."""
        found = bisect_right(self.days, day)
        return self.days[found - 1] if found else None

    def night_of(self, day: date) -> str | None:
        """The night that stands for the last day not after `day` with figures; '' for an archive's."""
        until = self.day_until(day)
        return self._standing[until].night if until else None

    @cached_property
    def together(self) -> list[date]:
        """The days of archives that added all streams together, ascending."""
        return [day for day in self.days if self._standing[day].together]

    def corrected(self, first: date, last: date) -> dict[date, DayEntry]:
        """The days of a range whose figure is that of a correction."""
        days = (day for day in self.days if first <= day <= last)
        return {day: self._standing[day] for day in days if self._standing[day].revision}

    def series(
        self,
        level: str,
        code: str,
        first: date,
        last: date,
        grade: str = "",
        columns: Sequence[str] = tuple(FIGURE),
        stream: str | None = None,
    ) -> pl.DataFrame:
        """A unit's figures, a row for each day that has one (columns `FIGURE`, or those asked for).

        Those of its headline or of another stream; of a post, whatever it was in. With a grade, the sum of
        the unit's posts of that grade. Raises HistoryError for an unknown level or stream.
        """
        check_levels(level)
        check_stream(stream)
        if level == "person":
            posts = self.posts_of(code, first, last).filter(in_stream(level, stream))
            return summed(posts, "person").sort("day").select(columns)
        if level == "team" and grade:
            posts = self.below("team", code, "post", first, last, stream).filter(pl.col("grade") == grade)
            return summed(posts, "team").with_columns(grade=pl.lit(grade)).sort("day").select(columns)
        found = self._unit(level, code, first, last, columns)
        if level != "post":
            found = found.filter(in_stream(level, stream))
        if level != "post" or grade:
            found = found.filter(pl.col("grade") == grade)
        return found.select(columns).sort("day")

    def below(
        self,
        level: str,
        code: str,
        child: str,
        first: date,
        last: date,
        stream: str | None = None,
        columns: Sequence[str] = tuple(FIGURE),
    ) -> pl.DataFrame:
        """The figures of all units of a level under a unit, by code and day (columns `FIGURE`, or those of
        them that are asked for, `code` and `day` among them).

        Posts are those of the unit's headline, or of another stream of it.
        """
        check_levels(level, child)
        check_stream(stream)
        of_stream = in_stream("team", stream)
        if child == "person":
            posts = self.below(level, code, "post", first, last, stream)
            return summed(posts, "person").sort("code", "day").select(columns)
        wanted = (pl.col("level") == child) & of_stream
        if child != "post":
            wanted &= pl.col("grade") == ""
        if level == "team" and child == "post":
            # posts are in the order of their codes: few of them are looked at
            wanted &= pl.col("code").is_between(pl.lit(f"{code}:"), pl.lit(f"{code}:{_TALLEST}"))
        elif level != "nation":
            wanted &= pl.col("code" if level == child else f"{level}_code") == code
        return self._scan(first, last, wanted, columns)

    def posts_of(self, staff_code: str, first: date, last: date) -> pl.DataFrame:
        """The figures of all posts of a person, by code and day (columns `FIGURE`)."""
        return self._scan(first, last, (pl.col("level") == "post") & (pl.col("staff_code") == staff_code))

    def figures(
        self,
        level: str,
        first: date,
        last: date,
        columns: Sequence[str],
        grade: str = "",
        stream: str | None = None,
    ) -> pl.DataFrame:
        """Some columns of all units of a level, by code and day; with a grade, of its posts alone.

        `stream` as in `figures.in_stream`.
        """
        check_levels(level)
        check_stream(stream)
        between = pl.col("day").is_between(first, last)
        added_up = level == "person" or (level == "team" and grade != "")
        wanted = between & (pl.col("level") == ("post" if added_up else level)) & in_stream(level, stream)
        if grade or level in GRADED:
            wanted &= pl.col("grade") == grade
        paths = [path for _, path in self.months(first, last)]
        if added_up:
            measures = [name for name in columns if name in SUMMED]
            read = [name for name in FIGURE if name not in SUMMED or name in measures]
            found = [
                summed(self.table(path, wanted, read), level, measures=measures).select(columns)
                for path in paths
            ]
            return pl.concat([FIGURE.to_frame().select(columns), *found]).sort("code", "day")
        rows = _read(paths, wanted & self._may_be_read, columns)
        # a month is sorted already, and where there is one month there is nothing left to do
        return rows if len(paths) == 1 else rows.sort("code", "day")

    def months(self, first: date, last: date) -> Iterator[tuple[str, Path]]:
        """The month files that have days of a range."""
        known = self._months
        yield from (
            (month, month_path(self.nights, month)) for month in months_between(first, last) if month in known
        )

    @cached_property
    def _months(self) -> frozenset[str]:
        return frozenset(f"{day:%Y-%m}" for day in self.days)

    def table(self, path: Path, wanted: pl.Expr, columns: Sequence[str] = tuple(FIGURE)) -> pl.DataFrame:
        """Rows of one month file that satisfy a condition."""
        return _read([path], wanted & self._may_be_read, columns)

    @cached_property
    def _may_be_read(self) -> pl.Expr:
        if self._regions is None:
            return pl.lit(True)
        own = (pl.col("level") == "region") & pl.col("code").is_in(self._regions)
        return own | pl.col("region_code").is_in(self._regions)

    def _scan(
        self, first: date, last: date, wanted: pl.Expr, columns: Sequence[str] = tuple(FIGURE)
    ) -> pl.DataFrame:
        wanted &= pl.col("day").is_between(first, last) & self._may_be_read
        return _read([path for _, path in self.months(first, last)], wanted, columns).sort("code", "day")

    def _unit(self, level: str, code: str, first: date, last: date, columns: Sequence[str]) -> pl.DataFrame:
        """The rows of a unit by day: the columns asked for, and those that rows are found by."""
        wanted = tuple(dict.fromkeys((*_FOUND_BY, *columns)))
        read = _OFTEN if set(wanted) <= set(_OFTEN) else wanted
        found = _UNITS.rows(
            (level, code, read), self._files(first, last), lambda: self._files(first, last, _LEAD)
        )
        return found.filter(pl.col("day").is_between(first, last) & self._may_be_read)

    def _files(self, first: date, last: date, lead: timedelta = timedelta()) -> frozenset["_File"]:
        """The months of a range, and of the days that lead up to a long one."""
        begin = first - lead if last - first > _LONG and first - date.min > lead else first
        known = self._index.months
        return frozenset(_File.now(path, known[month].sha256) for month, path in self.months(begin, last))


class _File(NamedTuple):
    """A month by what tells it from one that was written in its place: it is read once while these hold."""

    path: Path
    changed: int
    inode: int
    size: int
    sha256: str

    @classmethod
    def now(cls, path: Path, sha256: str) -> "_File":
        """A month as it lies there; `sha256` is what the index says of it."""
        try:
            state = path.stat()
        except OSError as error:
            raise _damaged(path, error) from error
        return cls(path, state.st_mtime_ns, state.st_ino, state.st_size, sha256)


def check_levels(*levels: str) -> None:
    """Raise HistoryError for a level that there is not."""
    for level in levels:
        if level not in ALL_LEVELS:
            raise HistoryError(f"there is no level '{level}'; choose one of {', '.join(ALL_LEVELS)}")


def check_stream(stream: str | None) -> None:
    """Raise HistoryError for a stream that there is not."""
    if stream is not None and stream not in STREAMS:
        raise HistoryError(f"there is no stream '{stream}'; choose one of {', '.join(STREAMS)}")


def _damaged(path: Path, error: Exception) -> HistoryError:
    return HistoryError(f"{path} cannot be read ({type(error).__name__}); {REMEDY}")


def _read(paths: list[Path], wanted: pl.Expr, columns: Sequence[str]) -> pl.DataFrame:
    """Rows of months that satisfy a condition. What is in a month is known: to ask each takes longest."""
    if not paths:
        return FIGURE.to_frame().select(columns)
    try:
        return pl.scan_parquet(paths, schema=FIGURE).filter(wanted).select(columns).collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        for path in paths if len(paths) > 1 else ():
            _read([path], wanted, columns)  # says which it is
        raise _damaged(paths[0], error) from error


class _UnitRows:
    """The rows of units that were read last: pages, runs and duties ask for the same again and again."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._kept: dict[_UnitKey, tuple[frozenset[_File], pl.DataFrame]] = {}

    def rows(
        self, key: "_UnitKey", files: frozenset[_File], to_read: Callable[[], frozenset[_File]]
    ) -> pl.DataFrame:
        """The rows of a unit by day, of the files asked for and maybe more."""
        level, code, columns = key
        kept = self._kept.get(key)
        if kept is None or not files <= kept[0]:
            read = to_read()
            of_unit = (pl.col("level") == level) & (pl.col("code") == code)
            paths = sorted(file.path for file in read)
            kept = read, _read(paths, of_unit, columns).sort("day")
        with self._lock:  # the one asked for last is the last to go
            self._kept.pop(key, None)
            self._kept[key] = kept
            if len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
        return kept[1]


_UnitKey = tuple[str, str, tuple[str, ...]]
_UNITS = _UnitRows(100)


def open_history(nights: Path) -> History:
    """The history of a folder of nights; empty where none was made yet.

    Cheap: what was opened before is kept until it changes. Raises HistoryError when it is damaged.
    """
    path = folder_of(nights) / "index.json"
    try:
        state = path.stat()
    except OSError:
        return History(nights, Index(), "")
    return _opened(nights, state.st_mtime_ns, state.st_size, state.st_ino)


@lru_cache(maxsize=4)
def _opened(nights: Path, *_state: int) -> History:
    path = folder_of(nights) / "index.json"
    index = read_index(nights)
    return History(nights, index, hashlib.sha256(path.read_bytes()).hexdigest()[:16])
