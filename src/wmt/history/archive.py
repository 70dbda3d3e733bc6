"""Archives: figures of days whose lines nobody kept. A night's own figures win over them on the same day."""

import secrets
from datetime import date
from pathlib import Path

import polars as pl

from wmt.history import index
from wmt.history.figures import FOUND_STREAM, SUMMED, complete, ordered, summed
from wmt.ledger import HEADLINE, LEVELS
from wmt.nights.fsync import replace_file
from wmt.nights.write import table_bytes

#: What a figure is found by beside its stream (`figures.FOUND_STREAM`).
KEYS = ("day", "level", "code")
_FOUND = "found_stream"


def key_of(nights: Path) -> bytes:
    """What codes of staff whom only an archive names are made with; made at the first asking, and kept.

    The caller holds the lock of the nights.
    """
    path = index.folder_of(nights) / "archive.key"
    if not path.is_file():
        replace_file(path, secrets.token_bytes(32))
        path.chmod(0o600)
    return path.read_bytes()


def archive_months(nights: Path) -> list[str]:
    return sorted(
        path.stem.removeprefix("archive-") for path in index.folder_of(nights).glob("archive-*.parquet")
    )


def stamp(nights: Path, month: str) -> str | None:
    """What tells one state of an archive from another, without reading it."""
    try:
        found = index.archive_path(nights, month).stat()
    except FileNotFoundError:
        return None
    return f"{found.st_size} {found.st_mtime_ns}"


def read_archive(nights: Path, month: str) -> pl.DataFrame:
    """The figures an archive has of a month, units above posts added up where it gives none."""
    path = index.archive_path(nights, month)
    try:
        found = complete(pl.read_parquet(path))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise index.HistoryError(
            f"{path} cannot be read ({type(error).__name__}); bring it back from a copy, or move it away and "
            "import the archive again"
        ) from error
    return with_units(found)


def with_units(figures: pl.DataFrame) -> pl.DataFrame:
    """Figures with every level on every day: what is not there is the sum of the posts, stream by stream.

    A region may be given alone, without any of its posts, while another is given by them: it is summed too.
    """
    figures = figures.with_columns(FOUND_STREAM.alias(_FOUND))
    leaves = figures.filter(pl.col("level") == "post")
    keys, added = ["day", "own", _FOUND], []
    for level in LEVELS[1:]:
        own = pl.lit("nation") if level == "nation" else pl.col(f"{level}_code")
        of_leaves = leaves.with_columns(own=own).filter(pl.col("own") != "")
        given = figures.filter(pl.col("level") == level).with_columns(own="code")
        lacking = of_leaves.join(given, on=keys, how="anti").drop("own", _FOUND)
        added.append(summed(lacking, level))
        if level != "nation":
            alone = given.join(of_leaves, on=keys, how="anti").drop("own")
            leaves = pl.concat([leaves, alone.with_columns(pl.col("code").alias(f"{level}_code"))])
    whole = pl.concat([figures.drop(_FOUND), *added])
    return pl.concat([whole, headlines(whole)])


def headlines(figures: pl.DataFrame) -> pl.DataFrame:
    """Nothing in the headline for every unit and day that has another stream alone."""
    units = figures.filter(pl.col("level") != "post")
    others = units.filter(~pl.col("stream").is_in([HEADLINE, ""]))
    has = units.filter(pl.col("stream").is_in([HEADLINE, ""]))
    lacking = others.join(has, on=KEYS, how="anti").unique(KEYS, keep="first", maintain_order=True)
    return lacking.with_columns(stream=pl.lit(HEADLINE), **dict.fromkeys(SUMMED, pl.lit(0, pl.Int64)))


def keep(nights: Path, figures: pl.DataFrame) -> list[str]:
    """Add figures (columns `FIGURE`) to the archives; what was there of the same unit and day gives way.

    The caller holds the lock of the nights. Returns the months touched.
    """
    touched = []
    named = complete(figures).with_columns(month=pl.col("day").dt.strftime("%Y-%m"))
    for (key,), rows in sorted(named.group_by("month"), key=lambda part: str(part[0][0])):
        month, rows = str(key), rows.drop("month")
        path = index.archive_path(nights, month)
        if path.is_file():
            keys = [*KEYS, _ONE_ROW]
            had = _told_apart(complete(pl.read_parquet(path)))
            had = had.join(_told_apart(rows), on=keys, how="anti").drop(_ONE_ROW)
            rows = pl.concat([had, rows])
        replace_file(path, table_bytes(ordered(rows)))
        touched.append(month)
    return touched


_ONE_ROW = "one_row"


def _told_apart(figures: pl.DataFrame) -> pl.DataFrame:
    """Figures with what tells rows of one unit and day apart: the stream of a unit; a post has one row."""
    stream = pl.when(pl.col("level") == "post").then(pl.lit("")).otherwise(FOUND_STREAM)
    return figures.with_columns(stream.alias(_ONE_ROW))


def named_days(nights: Path, before: date) -> int:
    """On how many archived days before a day posts still have names."""
    paths = (
        index.archive_path(nights, month) for month in archive_months(nights) if month <= f"{before:%Y-%m}"
    )
    return sum(pl.read_parquet(path).filter(_named(before))["day"].n_unique() for path in paths)


def _named(before: date) -> pl.Expr:
    return (pl.col("day") < before) & (pl.col("level") == "post") & pl.col("name").is_not_null()


def forget_names(nights: Path, before: date) -> list[str]:
    """Take the names of posts off all figures of days before a day; the months touched."""
    touched = []
    for month in archive_months(nights):
        path = index.archive_path(nights, month)
        had = pl.read_parquet(path)
        if had.select(_named(before).any()).item():
            bare = had.with_columns(name=pl.when(_named(before)).then(None).otherwise("name"))
            replace_file(path, table_bytes(bare))
            touched.append(month)
    return touched
