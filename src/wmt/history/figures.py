"""The daily figure: what every unit came to on a calendar day, and how the folders of nights give it."""

from datetime import date, datetime

import polars as pl

from wmt.facts import table_of
from wmt.ledger import LEVELS, MEASURES
from wmt.nights import Night

#: A row for every unit and day that has a figure. `as_at` and `night` say which night stands for the day
#: ('' when the figure is an archive's). Codes that a level does not have, and the grade above posts, are ''.
FIGURE = table_of(
    {
        "day": pl.Date,
        "as_at": pl.Datetime("us"),
        "night": pl.String,
        "level": pl.String,
        "code": pl.String,
        "name": pl.String,  # nullable
        "grade": pl.String,
        "team_code": pl.String,
        "pdu_code": pl.String,
        "region_code": pl.String,
        "staff_code": pl.String,
        **dict.fromkeys((*MEASURES, "posts", "posts_without_time"), pl.Int64),
    }
)

#: What adds up from posts to units, and over days.
SUMMED = (*MEASURES, "posts", "posts_without_time")
CODES = ("team_code", "pdu_code", "region_code", "staff_code")
#: Units that keep a row for each grade of their posts; a team's posts are quickly summed when asked for.
GRADED = ("pdu", "region", "nation")


def of_night(night: Night) -> pl.DataFrame:
    """The figures of a night (columns `FIGURE`), in no order. Raises NightError when it is damaged.

    A post that was set aside and has no former figures has no figure.
    """
    totals = night.table("results/totals")
    if "unmeasured_posts" in totals.columns:
        totals = totals.filter((pl.col("level") != "post") | (pl.col("unmeasured_posts") == 0))
    return shaped(totals, night.manifest.as_at.date(), night.manifest.as_at, night.name)


def shaped(totals: pl.DataFrame, day: date, as_at: datetime, night: str) -> pl.DataFrame:
    """Totals of a day as figures. A measure that an older program did not keep is null."""
    given = totals.with_columns(day=pl.lit(day), as_at=pl.lit(as_at, pl.Datetime("us")), night=pl.lit(night))
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in FIGURE.items() if name not in given.columns]
    filled = given.with_columns(missing).with_columns(pl.col("grade", *CODES).fill_null(""))
    return filled.select(FIGURE.names()).cast(dict(FIGURE))


def by_grade(figures: pl.DataFrame) -> pl.DataFrame:
    """Rows for each grade of the posts of PDUs, regions and the nation, from figures with their posts."""
    posts = figures.filter((pl.col("level") == "post") & (pl.col("grade") != ""))
    return pl.concat([summed(posts, level, by=("grade",)) for level in GRADED]) if len(posts) else figures[:0]


def total(name: str) -> pl.Expr:
    """The sum of a measure; null where no row has it."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)


def summed(posts: pl.DataFrame, level: str, by: tuple[str, ...] = ()) -> pl.DataFrame:
    """Rows of posts added up to the units of a level on each day (columns `FIGURE`), without names."""
    code = (
        pl.lit("nation")
        if level == "nation"
        else pl.col("staff_code" if level == "person" else f"{level}_code")
    )
    above = [
        f"{unit}_code"
        for unit in LEVELS[1:4]
        if level != "person" and LEVELS.index(unit) >= LEVELS.index(level)
    ]
    sums = (
        posts.with_columns(code=code)
        .group_by("day", "as_at", "night", "code", *by)
        .agg(
            *(total(name) for name in SUMMED),
            *(pl.col(name).min() for name in above),
            name=pl.col("name").drop_nulls().last() if level == "person" else pl.lit(None, pl.String),
        )
        .with_columns(level=pl.lit(level))
    )
    blank = [pl.lit("").alias(name) for name in ("grade", *CODES) if name not in sums.columns]
    sums = sums.with_columns(blank)
    if level == "person":
        sums = sums.with_columns(staff_code="code")
    return sums.select(FIGURE.names())
