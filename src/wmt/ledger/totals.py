"""Lines → sums, for posts and for every unit above them. Sums only; division is left to the very end."""

from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import polars as pl

from wmt.facts import table_of
from wmt.ledger import measures
from wmt.ledger.enums import HEADLINE, LEVELS
from wmt.ledger.lines import NOT_ENTERED
from wmt.ledger.streams import marks_of_lines, with_stream

Table = Any  # an Ibis table expression

TOTAL = table_of(
    {
        "level": pl.String,
        "code": pl.String,
        "stream": pl.String,  # null where all streams were added together, as nights before streams have it
        "name": pl.String,
        "region_code": pl.String,
        "pdu_code": pl.String,
        "team_code": pl.String,
        "staff_code": pl.String,
        "grade": pl.String,
        "stale_since": pl.Datetime("us"),
        **dict.fromkeys((*measures.MEASURES, *measures.POST_COUNTS), pl.Int64),
    }
)


def per_post(lines: Table, tables: dict[str, Table]) -> Table:
    """One row per post with its stream, each measure the sum of its lines.

    Posts without a line are there with zeros. `unentered` is 1 where nobody gave the hours.
    """
    summed = {}
    for name in measures.MEASURES:
        share = measures.SHARES[name]
        number = lines[share.column] * share.sign if share.sign < 0 else lines[share.column]
        if share.where:
            fits = [
                reduce(and_, [
                    lines[column].isin(value) if isinstance(value, tuple) else lines[column] == value
                    for column, value in where.items()
                ])
                for where in (share.where, *share.others)
            ]  # fmt: skip
            number = ibis.ifelse(reduce(or_, fits), number, 0)
        summed[name] = number.sum().cast("int64")
    sums = lines.group_by("post_no").aggregate(
        **summed,
        **marks_of_lines(lines),
        unentered=_one_if((lines.kind == "contracted_hours") & lines.ref.isin(NOT_ENTERED)).max(),
    )
    # a case is a whole million of millionths: divided once per post, not once per line
    scaled = {name: share.scale for name, share in measures.SHARES.items() if share.scale > 1}
    sums = sums.mutate(**{name: (sums[name] / scale).cast("int64") for name, scale in scaled.items()})
    joined = tables["post"].left_join(sums, "post_no").drop("post_no_right")
    joined = joined.mutate(**{name: joined[name].fill_null(0).cast("int64") for name in measures.MEASURES})
    return with_stream(joined, tables["team"], tables["measure"])


def with_units(posts: Table, team: Table, scalar: Table) -> Table:
    """Post rows with the units above them and with what the counts of posts need."""
    joined = posts.inner_join(team.drop("team_code"), "team_no").cross_join(scalar.select("over_x100"))
    is_timeless = (joined.available_x100 == 0) & (joined.unmeasured == 0)
    is_idle = (joined.points_x100 == 0) & (joined.cases_all == 0) & (joined.omic_cases == 0)
    is_over = joined.points_x100 * 10_000 > joined.over_x100 * joined.available_x100
    return joined.mutate(
        nation_code=ibis.literal("nation"),
        nation_name=ibis.literal("England and Wales"),
        posts=ibis.literal(1, type="int64"),
        posts_without_time=_one_if(is_timeless),
        idle_posts_without_time=_one_if(is_timeless & is_idle),
        unentered_posts_without_time=_one_if(
            is_timeless & (joined.contracted_hours_micro == 0) & (joined.unentered == 1)
        ),
        posts_over=_one_if((joined.available_x100 > 0) & is_over),
        stale_posts=_one_if(joined.stale_since.notnull()),
        unmeasured_posts=joined.unmeasured,
    )


def _one_if(condition: Table) -> Table:
    return ibis.ifelse(condition, 1, 0).cast("int64")


def at_level(posts: Table, level: str, *, by_grade: bool = False, together: bool = False) -> Table:
    """Totals of one level and each stream, from post rows with their units. Columns follow `TOTAL`.

    A unit has a row for every stream it has posts of, and always one of the headline. `by_grade` gives one
    row for each grade of the posts of a stream instead of one for all; `together` adds the streams.
    """
    if level == "post":
        return _shaped(
            posts,
            level,
            code=posts.team_code + ":" + posts.staff_code,
            name=posts.name.fill_null(posts.staff_code),
            grade=posts.grade,
            staff_code=posts.staff_code,
            **({"stream": ibis.null("string")} if together else {}),
        )
    # a unit is its code: one that an input gives to two parents is one row, under the first of them
    above = [f"{unit}_code" for unit in LEVELS[LEVELS.index(level) + 1 :]]
    extra = [*([] if together else ["stream"]), *(["grade"] if by_grade else [])]
    posts = posts if by_grade or together else _with_headline(posts)
    sums = posts.group_by([f"{level}_code", *extra]).aggregate(
        **{name: posts[name].sum().cast("int64") for name in (*measures.MEASURES, *measures.POST_COUNTS)},
        **{code: posts[code].min() for code in above},
        name=posts[f"{level}_name"].min(),
        stale_since=posts.stale_since.min(),
    )
    of_unit = ibis.window(group_by=f"{level}_code")
    sums = sums.mutate(**{name: sums[name].min().over(of_unit) for name in (*above, "name")})
    return _shaped(sums, level, code=sums[f"{level}_code"], name=sums["name"])


def _with_headline(posts: Table) -> Table:
    """Posts of other streams once more as nothing in the headline, so that every unit has that."""
    others = posts.filter(posts.stream != HEADLINE)
    nothing = {name: ibis.literal(0, type="int64") for name in (*measures.MEASURES, *measures.POST_COUNTS)}
    as_nothing = others.mutate(
        **nothing, stream=ibis.literal(HEADLINE), stale_since=ibis.null(others.stale_since.type())
    )
    return ibis.union(posts, as_nothing.select(*posts.columns), distinct=False)


def _shaped(table: Table, level: str, **given: Table) -> Table:
    columns = {"level": ibis.literal(level), **given}
    for name, dtype in TOTAL.items():
        value = columns.get(name, table[name] if name in table.columns else ibis.null("string"))
        columns[name] = value.cast("int64") if dtype == pl.Int64 else value
    return table.select(**{name: columns[name] for name in TOTAL})


def all_levels(
    posts: Table,
    tables: dict[str, Table],
    levels: tuple[str, ...] = LEVELS,
    *,
    by_grade: bool = False,
    together: bool = False,
) -> Table:
    """Totals of several levels in one expression, in no order, from posts with their sums."""
    posts = with_units(posts, tables["team"], tables["scalar"])
    found = (at_level(posts, level, by_grade=by_grade, together=together) for level in levels)
    return ibis.union(*found, distinct=False)
