"""The lines of two moments → moves: every difference of every line, with its cause, once.

The expression goes over three sides: the lines before under the rules before (old), those after under the
rules before (new) and those after under the rules after (last). Old → new is what happened, new → last is
what the rules did. Lines meet by what they stand for: a case by its reference within the unit, a report, a
reduction and the contracted hours by their post, a contact by its id. What differs lands in one cause each,
so that the causes add up to the change exactly.
"""

from functools import cache
from typing import Any

import ibis
import polars as pl

from wmt.facts import table_of
from wmt.ledger import line_matching, move_causes, move_time
from wmt.ledger.engine import Engine, sql_text, unbound
from wmt.ledger.enums import Cause
from wmt.ledger.ledger import PLACED_LINE
from wmt.ledger.prices import PRICE_SCHEMAS

Table = Any  # an Ibis table expression

#: One difference of one line, seen from one unit. Points and available points are in hundredths, quantities
#: in millionths (a case is 1,000,000). What a side does not know is null: a new case has no tier before.
MOVE = table_of(
    {
        "code": pl.String,
        "cause": pl.String,
        "kind": pl.String,
        "ref": pl.String,
        "post_before": pl.String,  # 'TEAM:STAFF' whose line it was; of a case allocated in, wherever it was
        "post_after": pl.String,
        **{
            f"{name}_{when}": pl.Int64 if name == "suspended" else pl.String
            for name in line_matching.CELL
            for when in line_matching.BOTH
        },
        "quantity_before_micro": pl.Int64,
        "quantity_after_micro": pl.Int64,
        "points_x100": pl.Int64,
        "available_x100": pl.Int64,
        "rule_before": pl.String,
        "rule_from_before": pl.String,
        "rule_after": pl.String,
        "rule_from_after": pl.String,
    }
)

#: The names under which the sides of a comparison stand in the engine, one level after the other. The long
#: query is then the same for every level, and Ibis turns it into SQL once.
SIDES = ("compared_old", "compared_new", "compared_last")
PLACED = table_of({**PLACED_LINE, "code": pl.String})
#: Who holds which case at each moment, anywhere in the nation.
HELD_SIDES = ("compared_held_old", "compared_held_new")
HELD = table_of({"ref": pl.String, "post_code": pl.String})


@cache
def moves_sql(dialect: str, prefix: str, same_rules: bool) -> str:
    """All moves of the units that `SIDES` have as their code; `prefix` is that of the ledger before."""
    return sql_text(_moves(prefix, same_rules), dialect)


@cache
def changes_sql(dialect: str, prefix: str, same_rules: bool) -> str:
    """The same moves summed by unit and cause; `lines` is how many moves a cause has."""
    moves = _moves(prefix, same_rules)
    summed = moves.group_by(["code", "cause"]).aggregate(
        points_x100=moves.points_x100.sum().cast("int64"),
        available_x100=moves.available_x100.sum().cast("int64"),
        lines=moves.count().cast("int64"),
    )
    return sql_text(summed, dialect)


def prepare(engine: Engine) -> None:
    """Put into an engine what the queries need beside the sides and the prices."""
    engine.put(_PART, _PARTS)


#: A difference has up to four parts: a case may change its status, its type, its tier and whether it is
#: suspended in one night.
_PART = "compared_part"
_PARTS = pl.DataFrame({"part": [0, 1, 2, 3]}, schema={"part": pl.Int64})


def _moves(prefix: str, same_rules: bool) -> Table:
    old, new, last = (unbound(side, PLACED) for side in SIDES)
    rows = line_matching.side_by_side(old, new, None if same_rules else last)
    rows = move_time.with_hours(rows)
    rows = _with_prices(rows, prefix)
    for when in line_matching.BOTH:
        change = _unlisted(old, new, when)
        rows = rows.left_join(change, (rows[f"post_{when}"] == change[f"of_{when}"]) & (rows.is_listed == 1))
    # who holds a case before and after: who no longer does at the other moment, before who still does
    sides = dict(zip(line_matching.BOTH, (unbound(side, HELD) for side in HELD_SIDES), strict=True))
    for when, other in zip(line_matching.BOTH, reversed(line_matching.BOTH), strict=True):
        there, here = sides[when], sides[other].select(still_ref="ref", still_post="post_code")
        met = there.left_join(here, (there.ref == here.still_ref) & (there.post_code == here.still_post))
        gone = ibis.ifelse(met.still_ref.isnull(), met.post_code, ibis.null("string"))
        met = met.group_by("ref").aggregate(gone_post=gone.min(), any_post=met.post_code.min())
        holder = met.gone_post.fill_null(met.any_post)
        held = met.select(**{f"ref_of_{when}": met.ref, f"other_{when}": holder})
        rows = rows.left_join(held, (rows.ref == held[f"ref_of_{when}"]) & (rows.is_listed == 1))
    rows = rows.cross_join(unbound(_PART, table_of({"part": pl.Int64})))
    moves = _told(rows)
    return moves.filter((moves.points_x100 != 0) | (moves.available_x100 != 0) | (moves.always == 1)).drop(
        "always"
    )


def _with_prices(rows: Table, prefix: str) -> Table:
    """Rows with what the steps between an old and a new line are worth under the rules before."""
    price, grade_price = (unbound(prefix + name, PRICE_SCHEMAS[name]) for name in ("price", "grade_price"))
    grade = grade_price.select("target_x100", "full_time_micro", grade_rule="rule")
    rows = rows.left_join(grade, (rows.rule_after == grade.grade_rule) & (rows.is_hours == 1))
    for name, moments in _STEPS.items():
        # what a case is worth at one of `_STEPS`, as `<name>_x100`
        words = ("stream", "location", "tier", "suspended", "status")
        worth = price.select(**{f"{name}_{word}": word for word in words}, **{f"{name}_x100": "points_x100"})
        same = rows.is_listed == 1
        for word, when in zip(words, moments, strict=True):
            same = same & (rows[f"{word}_{when}"] == worth[f"{name}_{word}"])
        rows = rows.left_join(worth, same)
    return rows


#: What lies between an old and a new line of a case: of which moment its stream, location, tier, whether it
#: is suspended, and its status are.
_STEPS = {
    "mid": ("before", "before", "before", "before", "after"),
    "late": ("after", "after", "before", "before", "after"),
    "tiered": ("after", "after", "after", "before", "after"),
}


def _unlisted(old: Table, new: Table, when: str) -> Table:
    """How many more cases a post has after than before that the extract counts and does not list.

    Columns `of_<when>`, the post, and `unlisted_at_<when>`; two tables, as they are joined to two posts.
    """

    def signed(side: Table, sign: int) -> Table:
        counted = side.filter((side.kind == "case") & side.ref.isnull())
        return counted.select(post="post_code", change=counted.quantity_micro * sign)

    both = ibis.union(signed(old, -1), signed(new, 1), distinct=False)
    change = both.group_by("post").aggregate(change=both.change.sum().cast("int64"))
    return change.select(**{f"of_{when}": change.post, f"unlisted_at_{when}": change.change})


def _told(rows: Table) -> Table:
    """Rows of `MOVE` and `always`, one for each part."""
    is_case = (rows.kind == "case") & (rows.is_rule == 0)
    kinds: list[tuple[Table, move_causes.CauseColumns]] = [
        (rows.is_rule == 1, move_causes.whole(rows, Cause.RULE)),
        (rows.kind == line_matching.MOVED, move_causes.whole(rows, Cause.STREAM)),
        (rows.is_listed == 1, move_causes.listed_cases(rows)),
        (is_case, move_causes.counted_cases(rows)),
        (rows.kind == "contact", move_causes.contacts(rows)),
        (rows.is_hours == 1, move_time.contracted_hours(rows)),
        (rows.kind == "reduction", move_time.reductions(rows)),
        (rows.kind == "report", move_causes.whole(rows, Cause.REPORTS)),
    ]
    rest = move_causes.whole(rows, Cause.STATUS_CHANGED)  # what a weighting of flagged cases does

    def of(name: str) -> Table:
        branches = [(holds, getattr(told, name)) for holds, told in kinds]
        return ibis.cases(*branches, else_=getattr(rest, name))

    listed = rows.is_listed == 1
    given = {
        "cause": of("cause"),
        "points_x100": of("points"),
        "available_x100": of("available"),
        "always": of("always"),
        # of a case that came or went, where it was or is instead
        **{
            f"post_{when}": rows[f"post_{when}"].fill_null(
                ibis.ifelse(listed, rows[f"other_{when}"], ibis.null("string"))
            )
            for when in line_matching.BOTH
        },
    }
    columns = {}
    for name, dtype in {**MOVE, "always": pl.Int64}.items():
        value = given[name] if name in given else rows[name]
        columns[name] = value.cast("int64" if dtype == pl.Int64 else "string")
    return rows.select(**columns)
