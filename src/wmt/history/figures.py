"""The daily figure: what every unit came to on a calendar day, and how the folders of nights give it."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import polars as pl

from wmt import ledger
from wmt.facts import table_of
from wmt.nights import Night
from wmt.nights.fsync import replace_file
from wmt.private_files import make_private_folder

#: A row for every unit and day that has a figure. `as_at` and `night` say which night stands for the day
#: ('' when the figure is an archive's). Codes that a level does not have, and the grade above posts, are ''.
#: A post is in one stream on a day; a unit has a row for every stream it has posts of, and always one of the
#: headline. '' is an archive's that added all streams together: it stands where the headline does.
FIGURE = table_of(
    {
        "day": pl.Date,
        "as_at": pl.Datetime("us"),
        "night": pl.String,
        "level": pl.String,
        "code": pl.String,
        "name": pl.String,  # nullable
        "stream": pl.String,
        "grade": pl.String,
        "team_code": pl.String,
        "pdu_code": pl.String,
        "region_code": pl.String,
        "staff_code": pl.String,
        **dict.fromkeys((*ledger.MEASURES, "posts", "posts_without_time"), pl.Int64),
    }
)

#: What adds up from posts to units, and over days.
SUMMED = (*ledger.MEASURES, "posts", "posts_without_time")
CODES = ("team_code", "pdu_code", "region_code", "staff_code")
#: Units that keep a row for each grade of their posts; a team's posts are quickly summed when asked for.
GRADED = ("pdu", "region", "nation")


def of_night(night: Night, kept: Path | None = None) -> pl.DataFrame:
    """The figures of a night (columns `FIGURE`), in no order. Raises NightError when it is damaged.

    A post that was set aside and has no former figures has no figure. A night of a program that knew no
    streams is worked out again from its facts; `kept` is where what came of that is kept.
    """
    totals = night.table("results/totals")
    if "stream" not in totals.columns:
        from wmt.ledger import Ledger  # which needs its engine: figures alone do not

        # kept, for its month is made again with every night that comes
        had = None
        if kept is not None and kept.is_file():
            with suppress(OSError, pl.exceptions.PolarsError):
                had = pl.read_parquet(kept)
        totals = Ledger(night.facts(), night.rules(), former=night.former()).totals() if had is None else had
        if kept is not None and had is None:
            content = BytesIO()
            totals.write_parquet(content)
            make_private_folder(kept.parent)
            replace_file(kept, content.getvalue())
    if "unmeasured_posts" in totals.columns:
        totals = totals.filter((pl.col("level") != "post") | (pl.col("unmeasured_posts") == 0))
    return shaped(totals, night.manifest.as_at.date(), night.manifest.as_at, night.name)


def shaped(totals: pl.DataFrame, day: date, as_at: datetime, night: str) -> pl.DataFrame:
    """Totals of a day as figures. A measure that an older program did not keep is null."""
    given = totals.with_columns(day=pl.lit(day), as_at=pl.lit(as_at, pl.Datetime("us")), night=pl.lit(night))
    return complete(given).with_columns(pl.col("grade", "stream", *CODES).fill_null(""))


def by_grade(figures: pl.DataFrame) -> pl.DataFrame:
    """Rows for each grade and stream of PDUs, regions and the nation, from figures with their posts."""
    posts = figures.filter((pl.col("level") == "post") & (pl.col("grade") != ""))
    return pl.concat([summed(posts, level, by=("grade",)) for level in GRADED]) if len(posts) else figures[:0]


def complete(figures: pl.DataFrame) -> pl.DataFrame:
    """Figures in the columns `FIGURE`. Measures that came later than they were kept are null."""
    lacking = [
        pl.lit("" if name == "stream" else None, dtype).alias(name)
        for name, dtype in FIGURE.items()
        if name not in figures.columns
    ]
    return figures.with_columns(lacking).select(FIGURE.names()).cast(FIGURE)


def in_stream(level: str, stream: str | None) -> pl.Expr:
    """Which rows of a level are of a stream; archives that added all of them stand for the headline.

    Without a stream, units and people have their headline, and posts those that have a capacity.
    """
    if stream is None and level == "post":
        return pl.col("stream") != ledger.OMIC
    if stream is None or stream == ledger.HEADLINE:
        return pl.col("stream").is_in([ledger.HEADLINE, ""])
    return pl.col("stream") == stream


#: The stream that a row is found by: figures of all streams together stand where the headline does.
FOUND_STREAM = pl.when(pl.col("stream") == "").then(pl.lit(ledger.HEADLINE)).otherwise(pl.col("stream"))


def total(name: str) -> pl.Expr:
    """The sum of a measure; null where a row lacks it, because the sum of the others is something else."""
    return pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name)


def summed(
    posts: pl.DataFrame, level: str, by: tuple[str, ...] = (), measures: Sequence[str] = SUMMED
) -> pl.DataFrame:
    """Rows of posts added up to the units of a level on each day (columns `FIGURE`, or some measures of it).

    Each stream is added by itself. People are named, other units are not.
    """
    own = {"nation": pl.lit("nation"), "person": pl.col("staff_code")}.get(level, pl.col(f"{level}_code"))
    above = [
        f"{unit}_code"
        for unit in ledger.LEVELS[1:4]
        if level in ledger.LEVELS[: ledger.LEVELS.index(unit) + 1]
    ]
    # measures that nobody lacks, which is nearly always all of them, are added up without a second look
    sums = [total(name) if posts[name].null_count() else pl.col(name).sum() for name in measures]
    name = pl.col("name").drop_nulls().last() if level == "person" else pl.lit(None, pl.String).alias("name")
    found = (
        posts.with_columns(code=own, found_stream=FOUND_STREAM)
        .group_by("day", "code", "found_stream", *by)
        # what has one post of all streams together is of all streams together: '' comes first
        .agg(pl.col("as_at", "night", *above).first(), pl.col("stream").min(), *sums, name)
        .with_columns(level=pl.lit(level), **({"staff_code": pl.col("code")} if level == "person" else {}))
    )
    blank = [pl.lit("").alias(name) for name in ("grade", *CODES) if name not in found.columns]
    kept = [name for name in FIGURE if name not in SUMMED or name in measures]
    return found.with_columns(blank).select(kept)


def ordered(figures: pl.DataFrame) -> pl.DataFrame:
    """Figures by level, code, day, stream and grade. Text is ranked first: sorting it takes longest."""
    rank = pl.Series(None, [0] * len(figures), dtype=pl.Int64)
    for name in ("level", "code", "day", "stream", "grade"):
        key = figures[name]
        if key.dtype == pl.Date:
            number, count = key.cast(pl.Int64), _MOST_DAYS
        else:
            number = key.cast(pl.Enum(key.unique().sort())).to_physical().cast(pl.Int64)
            count = key.n_unique()
        rank = rank * max(count, 1) + number
    return figures[rank.arg_sort()]


_MOST_DAYS = 1_000_000
