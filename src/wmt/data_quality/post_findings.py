"""Posts whose grade nobody gave, or whose contracted hours are assumed: what their time may come to."""

from decimal import Decimal

import polars as pl

from wmt.data_quality.held_cases import Drafts, fresh_posts
from wmt.data_quality.kinds import EFFECT, QualityKind
from wmt.facts import NOT_KNOWN, SCHEMAS, Facts, micro_hours
from wmt.facts.enums import MENTIONED
from wmt.grades import DUMMY, STAFF_GRADES
from wmt.ledger.available_points import TimeSide
from wmt.ledger.prices import price_time
from wmt.rules import RuleSet

#: A way in which a post may turn out to be: its grade, and hours where they are given.
_WAY = pl.Schema(
    {
        "draft_no": pl.Int64,
        "grade": pl.String,
        "contracted_micro": pl.Int64,
        "weight": pl.Int64,
        "post_no": pl.Int64,
    }
)

#: What decides the time of a post: `of_post` is its number where it has reductions, else -1.
_KEY = ["grade", "contracted_micro", "of_post"]


def post_findings(drafts: Drafts, facts: Facts, rules: RuleSet) -> None:
    """Find them among posts that are somebody."""
    posts = fresh_posts(facts).filter(pl.col("is_placeholder") == 0, pl.col("staff_code") != NOT_KNOWN)
    ways = [_no_grade(drafts, facts, rules, posts), _hours(drafts, facts, rules, posts)]
    _price(drafts, facts, rules, pl.concat(ways))


def _no_grade(drafts: Drafts, facts: Facts, rules: RuleSet, posts: pl.DataFrame) -> pl.DataFrame:
    """Posts with work whose grade code is blank or of no known meaning; they may be of any grade."""
    known = list(rules.children("grade_codes"))
    strange = pl.col("grade_code").is_null() | ~pl.col("grade_code").is_in(known)
    work = facts.caseload.filter(pl.col("cases") > 0)["post_no"].unique().implode()
    bare = posts.filter(pl.col("grade") == DUMMY, strange, pl.col("post_no").is_in(work))
    numbered = drafts.add(
        QualityKind.NO_GRADE,
        bare.with_columns(
            recorded=pl.when(pl.col("grade_code").is_null())
            .then(pl.lit("no grade"))
            .otherwise(pl.concat_str(pl.lit("grade code "), "grade_code")),
            instead=pl.lit("one of the grades"),
        ),
    )
    there = posts.filter(pl.col("grade") != DUMMY).group_by("grade").agg(weight=pl.len().cast(pl.Int64))
    grades = pl.DataFrame({"grade": list(STAFF_GRADES)}).join(there, on="grade", how="left")
    ways = numbered.select("draft_no", "post_no", "contracted_micro").join(
        grades.with_columns(pl.col("weight").fill_null(0)), how="cross"
    )
    return ways.select(_WAY.names()).cast(_WAY)


def _hours(drafts: Drafts, facts: Facts, rules: RuleSet, posts: pl.DataFrame) -> pl.DataFrame:
    """Posts whose hours are assumed, or none because nobody gave any: between the fewest and the most that
    the rules name; expected is the mean of those of their grade whose hours are known."""
    real = posts.filter(pl.col("grade") != DUMMY)
    is_none = pl.col("hours_source").eq_missing(MENTIONED)
    open_ones = real.filter(pl.col("contracted_micro").is_null() | is_none)
    work = facts.caseload.filter(pl.col("cases") > 0)["post_no"].unique().implode()
    # senior officers are taken to have no hours for cases, and few hold any
    usual = price_time(rules).filter(pl.col("default_micro") > 0)["grade"].implode()
    has_time = pl.col("grade").is_in(usual) & ~is_none
    open_ones = open_ones.filter(has_time | pl.col("post_no").is_in(work))
    numbered = drafts.add(
        QualityKind.HOURS_ASSUMED,
        open_ones.with_columns(
            recorded=pl.when(is_none)
            .then(pl.lit("no hours"))
            .otherwise(pl.lit("the usual hours of the grade")),
            instead=pl.lit("the hours in the contract"),
        ),
    )
    known = real.filter(pl.col("contracted_micro") > 0)
    # contracted hours are kept to the hundredth
    mean = known.group_by("grade").agg(
        contracted_micro=(pl.col("contracted_micro").sum() // pl.len() // 10_000 * 10_000).cast(pl.Int64)
    )
    least, most = (_rule_hours(rules, name) for name in ("least", "most"))
    base = numbered.select("draft_no", "post_no", "grade")
    ways = [base.with_columns(contracted_micro=pl.lit(hours), weight=pl.lit(0)) for hours in (least, most)]
    ways.append(base.join(mean, on="grade").with_columns(weight=pl.lit(1)))
    return pl.concat([each.select(_WAY.names()).cast(_WAY) for each in ways])


def _rule_hours(rules: RuleSet, name: str) -> int:
    return micro_hours(Decimal(str(rules[f"data_quality.{name}_hours"].value)))


def _price(drafts: Drafts, facts: Facts, rules: RuleSet, ways: pl.DataFrame) -> None:
    """The available points of every way less those of the post as it is, each with its own reductions."""
    if ways.is_empty():
        return
    posts = ways.select("draft_no", "post_no").unique(maintain_order=True)
    as_it_is = facts.post.select("post_no", "grade", "contracted_micro")
    now = posts.with_columns(weight=pl.lit(-1, dtype=pl.Int64)).join(as_it_is, on="post_no")
    reduced = facts.reduction["post_no"].unique().implode()
    every = pl.concat([now.select(_WAY.names()), ways]).with_columns(
        of_post=pl.when(pl.col("post_no").is_in(reduced)).then("post_no").otherwise(-1)
    )
    priced = every.join(_time(facts, rules, every.select(_KEY).unique()), on=_KEY, nulls_equal=True)
    had = priced.filter(pl.col("weight") == -1).select("draft_no", had_x100="available_x100")
    effects = priced.filter(pl.col("weight") >= 0).join(had, on="draft_no", maintain_order="left")
    effects = effects.with_columns(
        available_x100=pl.col("available_x100") - pl.col("had_x100"), points_x100=pl.lit(0)
    )
    drafts.effects.append(effects.select(EFFECT.names()).cast(EFFECT))


def _time(facts: Facts, rules: RuleSet, alike: pl.DataFrame) -> pl.DataFrame:
    """The available points of posts by what decides them: columns `_KEY` and available_x100.

    Without reductions all posts of a grade with the same hours have the same time, so each is priced once.
    """
    worlds = alike.sort(_KEY).with_row_index("post_no").with_columns(pl.col("post_no").cast(pl.Int64))
    given = {
        "team_no": pl.lit(0),
        "team_code": pl.lit("T"),
        "staff_code": pl.col("post_no").cast(pl.String),
        "name": pl.lit(None),
        "grade_code": pl.lit(None),
        "hours_source": pl.when(pl.col("contracted_micro").is_not_null()).then(pl.lit("entered")),
        "is_placeholder": pl.lit(0),
        "stale_since": pl.lit(None),
        "unmeasured": pl.lit(0),
    }
    post = worlds.with_columns(**given).select(
        pl.col(name).cast(kind) for name, kind in SCHEMAS["post"].items()
    )
    theirs = facts.reduction.rename({"post_no": "of_post"}).join(
        worlds.select("of_post", "post_no"), on="of_post"
    )
    lines = TimeSide(rules).lines(post, theirs.select(SCHEMAS["reduction"].names()), facts.day)
    sums = lines.group_by("post_no").agg(available_x100=pl.col("points_x100").sum())
    found = worlds.join(sums, on="post_no", how="left").with_columns(pl.col("available_x100").fill_null(0))
    return found.select(*_KEY, "available_x100")
