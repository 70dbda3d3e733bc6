"""Lines → sums, for posts and for every unit above them. Sums only; division is left to the very end."""

from typing import Any

import ibis
import polars as pl

from wmt.facts import table_of
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
    sums = sums.mutate(omic_cases=(sums.omic_cases / 1_000_000).cast("int64"))
    joined = post.left_join(sums, "post_no").drop("post_no_right")
    return joined.mutate(**{name: joined[name].fill_null(0).cast("int64") for name in MEASURES})


def _summed(lines: Table, name: str) -> Table:
    which, number = _share_of(lines, name)
    return (number if which is None else ibis.ifelse(which, number, 0)).sum().cast("int64")


def _share_of(lines: Table, name: str) -> tuple[Table | None, Table]:
    """Which lines a measure sums (None: all of them), and which of their numbers."""
    match name:
        case "points_x100":
            return lines.side == "work", lines.points_x100
        case "available_x100":
            return lines.side == "time", lines.points_x100
        case "cases":
            return None, lines.active_cases
        case "cases_all":
            return None, lines.listed_cases
        case "omic_x100":
            return lines.kind == "case", lines.beside_x100
        case "omic_licence_x100":
            return lines.kind == "omic_licence", lines.beside_x100
        case "omic_cases":
            return (lines.kind == "case") & (lines.stream == "omic"), lines.quantity_micro
        case "contracted_hours_micro":
            return lines.kind == "contracted_hours", lines.quantity_micro
        case "reduction_hours_micro":
            return lines.kind == "reduction", -lines.quantity_micro
        case "suspended_cases":
            return lines.suspended == 1, lines.active_cases
        case "untiered_cases":
            return lines.tier == "0", lines.active_cases
    return lines.component == name.removesuffix("_x100"), lines.points_x100


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


def at_level(posts: Table, level: str) -> Table:
    """Totals of one level, from post rows with their units. Columns follow `TOTAL`."""
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
    sums = posts.group_by(f"{level}_code").aggregate(
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


def all_levels(posts: Table, team: Table, levels: tuple[str, ...] = LEVELS) -> Table:
    """Totals of several levels in one expression, in no order, from posts with their sums."""
    posts = with_units(posts, team)
    return ibis.union(*(at_level(posts, level) for level in levels), distinct=False)
