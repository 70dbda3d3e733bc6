"""Lines → sums, for posts and for every unit above them. Sums only; division is left to the very end."""

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import polars as pl

from wmt.facts import table_of
from wmt.ledger.shares import SHARES
from wmt.ledger.words import LEVELS

Table = Any  # an Ibis table expression

#: What is summed. Hours are in millionths, points in hundredths, the rest are counts.
MEASURES = (
    "points_x100",
    "available_x100",
    "cases",
    "cases_all",
    "community_x100",
    "licence_x100",
    "custody_x100",
    "t2a_x100",
    "omic_x100",
    "omic_licence_x100",
    "omic_cases",
    "reports_x100",
    "contacts_x100",
    "contracted_hours_micro",
    "reduction_hours_micro",
    "suspended_cases",
    "untiered_cases",
    "unpaid_only_cases",
)

#: Counts of posts under a unit: how many, how many without available time, and how many do not stand on
#: this night's facts.
POST_COUNTS = ("posts", "posts_without_time", "stale_posts", "unmeasured_posts")

TOTAL = table_of(
    {
        "level": pl.String,
        "code": pl.String,
        "name": pl.String,
        "region_code": pl.String,
        "pdu_code": pl.String,
        "team_code": pl.String,
        "staff_code": pl.String,
        "grade": pl.String,
        "stale_since": pl.Datetime("us"),
        **dict.fromkeys((*MEASURES, *POST_COUNTS), pl.Int64),
    }
)


def per_post(lines: Table, post: Table) -> Table:
    """One row per post, each measure the sum of its lines. Posts without a line are there with zeros."""
    sums = lines.group_by("post_no").aggregate(**{name: _summed(lines, name) for name in MEASURES})
    # a case is a whole million of millionths: divided once per post, not once per line
    scaled = {name: share.scale for name, share in SHARES.items() if share.scale > 1}
    sums = sums.mutate(**{name: (sums[name] / scale).cast("int64") for name, scale in scaled.items()})
    joined = post.left_join(sums, "post_no").drop("post_no_right")
    return joined.mutate(**{name: joined[name].fill_null(0).cast("int64") for name in MEASURES})


def _summed(lines: Table, name: str) -> Table:
    share = SHARES[name]
    number = lines[share.column] * share.sign if share.sign < 0 else lines[share.column]
    if share.where:
        wanted = [_fits(lines, where) for where in (share.where, *share.others)]
        number = ibis.ifelse(reduce(or_, wanted), number, 0)
    return number.sum().cast("int64")


def _fits(lines: Table, where: Mapping[str, Any]) -> Table:
    wanted = [
        lines[column].isin(value) if isinstance(value, tuple) else lines[column] == value
        for column, value in where.items()
    ]
    return reduce(and_, wanted)


def with_units(posts: Table, team: Table) -> Table:
    """Post rows with the units above them and with what the counts of posts need."""
    joined = posts.inner_join(team.drop("team_code"), "team_no")
    return joined.mutate(
        nation_code=ibis.literal("nation"),
        nation_name=ibis.literal("England and Wales"),
        posts=ibis.literal(1, type="int64"),
        posts_without_time=ibis.ifelse((joined.available_x100 == 0) & (joined.unmeasured == 0), 1, 0),
        stale_posts=ibis.ifelse(joined.stale_since.notnull(), 1, 0),
        unmeasured_posts=joined.unmeasured,
    )


def at_level(posts: Table, level: str, *, by_grade: bool = False) -> Table:
    """Totals of one level, from post rows with their units. Columns follow `TOTAL`.

    `by_grade` gives a unit one row for each grade of its posts instead of one for all of them.
    """
    if level == "post":
        return _shaped(
            posts,
            level,
            code=posts.team_code + ":" + posts.staff_code,
            name=posts.name.fill_null(posts.staff_code),
            grade=posts.grade,
            staff_code=posts.staff_code,
        )
    # a unit is its code: one that an input gives to two parents is one row, under the first of them
    above = [f"{unit}_code" for unit in LEVELS[LEVELS.index(level) + 1 :]]
    keys = [f"{level}_code", *(["grade"] if by_grade else [])]
    sums = posts.group_by(keys).aggregate(
        **{name: posts[name].sum().cast("int64") for name in (*MEASURES, *POST_COUNTS)},
        **{code: posts[code].min() for code in above},
        name=posts[f"{level}_name"].min(),
        stale_since=posts.stale_since.min(),
    )
    return _shaped(sums, level, code=sums[f"{level}_code"], name=sums["name"])


def _shaped(table: Table, level: str, **given: Table) -> Table:
    columns = {"level": ibis.literal(level), **given}
    for name, dtype in TOTAL.items():
        value = columns.get(name, table[name] if name in table.columns else ibis.null("string"))
        columns[name] = value.cast("int64") if dtype == pl.Int64 else value
    return table.select(**{name: columns[name] for name in TOTAL})


def all_levels(
    posts: Table, team: Table, levels: tuple[str, ...] = LEVELS, *, by_grade: bool = False
) -> Table:
    """Totals of several levels in one expression, in no order, from posts with their sums."""
    posts = with_units(posts, team)
    return ibis.union(*(at_level(posts, level, by_grade=by_grade) for level in levels), distinct=False)
