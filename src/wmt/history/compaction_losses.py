"""What a compaction would lose: nights and archived figures that a month was made from and that are gone.

A month whose parts are gone is left as it is until somebody brings them back, or accepts that they are gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from wmt.days import written
from wmt.history import index
from wmt.history.archive import read_archive
from wmt.history.figures import FIGURE
from wmt.nights.accepted_losses import accepted_missing
from wmt.nights.withdrawal import withdrawals
from wmt.text import counted

REMEDY = (
    "Bring it back from a copy. If it is gone for good, say so: `wmt nights accept-missing {name} --reason …`"
)


@dataclass(frozen=True)
class Lost:
    """A part of a month that is gone: the name of the night, or 'archive-YYYY-MM', and what of it."""

    month: str
    name: str
    what: str

    @property
    def remedy(self) -> str:
        return REMEDY.format(name=self.name)


def archive_name(month: str) -> str:
    """What an archive of a month is called where it is accepted as missing."""
    return f"archive-{month}"


def lost_parts(
    nights: Path, month: str, had: index.Month | None, names: Mapping[str, str], archive: str | None
) -> list[Lost]:
    """What a month was made from that is gone, and that nobody withdrew or accepted as missing.

    `names` and `archive` are what it is to be made from now. Where the index does not know the month, its
    file does, as far as it can still be read.
    """
    if had is not None and set(had.nights) <= set(names) and had.archive == archive:
        return []
    # which posts it had figures of on which days, and of which night; empty where it cannot be read
    columns = ("day", "night", "level", "code")
    try:
        found = pl.read_parquet(index.month_path(nights, month), columns=list(columns))
        former = found.select(columns).unique()
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        former = FIGURE.to_frame().select(columns)
    known = set(had.nights) if had is not None else set(former["night"]) - {""}
    fine = {each.night for each in withdrawals(nights)} | set(accepted_missing(nights))
    gone = [
        Lost(month, name, "its folder is gone, and the history has its figures")
        for name in sorted(known - set(names) - fine)
    ]
    return gone + _lost_of_archive(nights, month, had, former, archive)


def _lost_of_archive(
    nights: Path, month: str, had: index.Month | None, former: pl.DataFrame, archive: str | None
) -> list[Lost]:
    """Days and posts that an archive gave and gives no more."""
    if had is not None and had.archive == archive:
        return []
    name = archive_name(month)
    accepted = accepted_missing(nights).get(name)
    if accepted is not None and accepted.stamp == (archive or ""):
        return []
    was = former.filter(pl.col("night") == "")
    days = set(was["day"]) | {day for day, each in (had.days if had else {}).items() if not each.night}
    if not days:
        return []
    if archive is None:
        return [Lost(month, name, f"the archive is gone, and the history has {_days(days)} of it")]
    try:
        now = read_archive(nights, month)
    except index.HistoryError as error:
        return [Lost(month, name, str(error))]
    if gone := days - set(now["day"]):
        return [Lost(month, name, f"the archive does not have {_days(gone)} any more")]
    posts = was.filter(pl.col("level") == "post")
    rows = posts.join(now, on=["day", "level", "code"], how="anti").height
    return (
        [Lost(month, name, f"the archive does not have {counted(rows, 'figure')} of posts any more")]
        if rows
        else []
    )


def _days(days: set[date]) -> str:
    named = sorted(days)
    first = written(named[0])
    return first if len(named) == 1 else f"{len(named):,} days ({first} to {written(named[-1])})"
