"""Compaction: the folders of nights and the archives → one file of figures a month.

Derived data: a month can always be made again from what it was made from, and then has the same bytes.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from itertools import groupby
from pathlib import Path
from time import time as clock

import polars as pl

from wmt.history.archive import archive_months, read_archive, stamp
from wmt.history.compaction_losses import Lost, lost_parts
from wmt.history.figures import by_grade, of_night, ordered
from wmt.history.index import (
    FORMAT,
    DayEntry,
    HistoryError,
    Index,
    Month,
    folder_of,
    month_path,
    read_index,
    write_index,
)
from wmt.history.links import update_links
from wmt.history.wide_months import wide_bytes, wide_path
from wmt.nights import night_moment, open_night
from wmt.nights.folder import is_night_name, sha256
from wmt.nights.fsync import WRITING, replace_file

Progress = Callable[[str, float], None]

#: Rows that are read together. Small enough that one post's year is quick, large enough to pack well.
ROWS = 2_000
#: The folder of totals that were worked out again, because their nights knew no streams.
AGAIN = "by-stream"
#: A file is written in moments; one that was begun so many seconds ago has nobody to end it.
_SURELY_DEAD = 600


@dataclass(frozen=True)
class Compacted:
    """What a compaction did: the months it wrote, those it took away, and how many days have figures now.

    `lost` is what months that were left as they are were made from and what is gone.
    """

    written: tuple[str, ...]
    removed: tuple[str, ...]
    days: int
    lost: tuple[Lost, ...] = ()

    def lost_of(self, month: str) -> tuple[Lost, ...]:
        return tuple(each for each in self.lost if each.month == month)


def compact(nights: Path, progress: Progress | None = None, *, every_byte: bool = False) -> Compacted:
    """Bring the months up to date with the folders; a month that is up to date is left alone.

    With `every_byte`, a month whose files were changed or damaged is made again too; else one whose files are
    gone or of another size. A month that would lose a night or an archived day is left as it is (`loss`).
    Killed at any instant, every month is whole, and the next run goes on. Two at once write the same bytes;
    the caller holds the lock of the nights, so that no night comes or goes meanwhile. Raises NightError
    (HistoryError) naming a night or archive that cannot be read.
    """
    folder = folder_of(nights)
    _sweep(folder)
    try:
        index = read_index(nights)
    except HistoryError:
        index = Index(format="")  # as good as none, and written again
    wanted, months = wanted_months(nights), dict(index.months)
    stale = [
        month
        for month, parts in wanted.items()
        if not _is_current(nights, month, months.get(month), parts, every_byte=every_byte)
    ]
    lying_about = {path.stem for path in folder.glob("????-??.parquet")}
    gone = sorted({*months, *lying_about} - set(wanted))
    lost = [each for month in (*stale, *gone) for each in _lost(nights, month, months.get(month), wanted)]
    kept = {each.month for each in lost}
    stale, gone = ([month for month in several if month not in kept] for several in (stale, gone))
    for number, month in enumerate(stale):
        if progress:
            progress(f"history of {month}", number / len(stale))
        months[month] = _write(nights, month, wanted[month])
        write_index(nights, Index(months=months, links=index.links))
    for month in gone:
        months.pop(month, None)
    links = update_links(nights, Index(months=months))
    if gone or links != index.links or index.format != FORMAT:
        write_index(nights, Index(months=months, links=links))
    for month in gone:
        month_path(nights, month).unlink(missing_ok=True)
        wide_path(nights, month).unlink(missing_ok=True)
    _sweep_again(nights, wanted)
    days = sum(len(month.days) for month in months.values())
    return Compacted(tuple(stale), tuple(gone), days, tuple(lost))


def _lost(nights: Path, month: str, had: Month | None, wanted: Mapping[str, "MonthParts"]) -> list[Lost]:
    parts = wanted.get(month, MonthParts({}, None))
    return lost_parts(nights, month, had, parts.nights, parts.archive)


def _sweep(folder: Path) -> None:
    """Remove what killed compactions left behind; what is young may belong to one that is under way."""
    for leftover in folder.glob(f"{WRITING}*"):
        with suppress(FileNotFoundError):
            if clock() - leftover.stat().st_mtime > _SURELY_DEAD:
                leftover.unlink()


def _sweep_again(nights: Path, wanted: Mapping[str, "MonthParts"]) -> None:
    """Remove totals that were worked out again of nights that are gone, or have other bytes by now."""
    known = {again_path(nights, name, parts) for parts in wanted.values() for name in parts.nights}
    for path in (folder_of(nights) / AGAIN).glob("*.parquet"):
        if path not in known:
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class MonthParts:
    nights: Mapping[str, str]
    archive: str | None


def wanted_months(nights: Path) -> dict[str, MonthParts]:
    """What every month should be made from, by what lies in the folder now."""
    found: dict[str, dict[str, str]] = {month: {} for month in archive_months(nights)}
    names = (
        sorted(path.name for path in nights.iterdir() if is_night_name(path.name)) if nights.is_dir() else []
    )
    for name in names:
        try:
            found.setdefault(name[:7], {})[name] = sha256(nights / name / "manifest.json")
        except OSError:
            open_night(nights / name)  # says in words what is wrong
            raise
    return {month: MonthParts(parts, stamp(nights, month)) for month, parts in sorted(found.items())}


def _is_current(
    nights: Path, month: str, had: Month | None, parts: MonthParts, *, every_byte: bool = False
) -> bool:
    if had is None or (dict(had.nights), had.archive) != (dict(parts.nights), parts.archive):
        return False
    files = (
        (month_path(nights, month), had.size, had.sha256),
        (wide_path(nights, month), had.wide_size, had.wide_sha256),
    )
    return all(
        path.is_file() and path.stat().st_size == size and (not every_byte or sha256(path) == checksum)
        for path, size, checksum in files
    )


def _write(nights: Path, month: str, parts: MonthParts) -> Month:
    frame, days = month_figures(nights, month, parts)
    content, wide = month_bytes(frame), wide_bytes(frame)
    path = month_path(nights, month)
    replace_file(wide_path(nights, month), wide)
    replace_file(path, content)
    return Month(
        nights=parts.nights,
        archive=parts.archive,
        sha256=sha256(path),
        size=len(content),
        wide_size=len(wide),
        wide_sha256=hashlib.sha256(wide).hexdigest(),
        days=days,
    )


def month_figures(nights: Path, month: str, parts: MonthParts) -> tuple[pl.DataFrame, dict[date, DayEntry]]:
    """All figures of a month in their order, and what stands for each of its days."""
    days = standing_of(nights, parts)
    frames = [
        of_night(open_night(nights / each.night), again_path(nights, each.night, parts))
        for each in days.values()
    ]
    if parts.archive is not None:
        archived = read_archive(nights, month).filter(~pl.col("day").is_in(list(days)))
        frames.append(archived)
        firsts = archived.group_by("day").agg(pl.col("as_at").max(), (pl.col("stream") == "").any())
        days |= {
            day: DayEntry(night="", as_at=as_at, together=together)
            for day, as_at, together in firsts.sort("day").iter_rows()
        }
    figures = pl.concat(frames)
    graded = by_grade(figures)
    whole = ordered(pl.concat([figures, graded]))
    return whole, dict(sorted(days.items()))


def again_path(nights: Path, name: str, parts: MonthParts) -> Path:
    """Where the totals of a night are kept that had to be worked out again by stream."""
    return folder_of(nights) / AGAIN / f"{name}-{parts.nights[name][:16]}.parquet"


def month_bytes(frame: pl.DataFrame) -> bytes:
    """A month as Parquet: the same bytes for the same figures."""
    content = BytesIO()
    frame.rechunk().write_parquet(
        content, compression="zstd", compression_level=3, statistics=True, row_group_size=ROWS
    )
    return content.getvalue()


def standing_of(nights: Path, parts: MonthParts) -> dict[date, DayEntry]:
    """The night that stands for each day: the last by its moment, and of one moment the last correction."""
    moments = sorted((*night_moment(name), name) for name in parts.nights)
    found = {}
    for day, same in groupby(moments, key=lambda each: each[0].date()):
        *former, (as_at, revision, name) = same
        loaded_at = None
        if revision:  # as far as its folder still says when it came in
            with suppress(OSError, ValueError, KeyError, TypeError):
                told = json.loads((nights / name / "loaded.json").read_text(encoding="utf-8"))["loaded_at"]
                loaded_at = datetime.fromisoformat(told)
        found[day] = DayEntry(
            night=name,
            as_at=as_at,
            revision=revision,
            loaded_at=loaded_at,
            former=tuple(each[2] for each in former),
        )
    return found
