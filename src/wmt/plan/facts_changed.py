"""Facts with a few cases or posts changed: what the steps of a plan are made of.

Rows keep their shape and order, so the ledger measures what comes of it as it measures any night.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import polars as pl

from wmt.facts import SCHEMAS, Facts
from wmt.facts.kinds import kind_table
from wmt.ledger import OMIC

_CODE = pl.concat_str("team_code", pl.lit(":"), "staff_code")
#: Tables whose rows are of a post, and the columns that name it.
_POST_KEYS = {
    "caseload": ("post_no",), "report": ("post_no",), "contact": ("by_post_no", "om_post_no"),
    "reduction": ("post_no",), "flag": ("post_no",), "measure": ("post_no",),
}  # fmt: skip


class CaseRow(NamedTuple):
    """Some cases of one row of a caseload: the row by its place, and so many of its cases."""

    place: int
    post_no: int
    kind_no: int
    ref: str | None
    cases: int


def codes(facts: Facts) -> dict[str, int]:
    """The numbers of posts by code ('TEAM:STAFF')."""
    return dict(facts.post.select(_CODE, "post_no").iter_rows())


def case_rows(facts: Facts, refs: Sequence[str] | None = None) -> pl.DataFrame:
    """The rows of the caseload that can move, with their place: no OMiC, no differences; with `refs` those of
    some cases alone."""
    rows = facts.caseload.with_row_index("place")
    able = pl.col("kind_no").is_in(_movable_kinds(facts.tier_scheme)) & (pl.col("cases") > 0)
    return rows.filter(able if refs is None else pl.col("case_ref").is_in(list(refs)) & able)


@cache
def _movable_kinds(tier_scheme: str) -> list[int]:
    return [number for number, kind in _kinds(tier_scheme).items() if kind["stream"] != OMIC]


def with_cases(
    facts: Facts, taken: Sequence[CaseRow], given: Iterable[tuple[CaseRow, int, int]] = ()
) -> Facts:
    """Facts without some cases, and with them again as (case, post number, kind number) says."""
    given = list(given)
    less: dict[int, int] = {}
    for row in taken:
        less[row.place] = less.get(row.place, 0) + row.cases
    before, places = facts.caseload, sorted(less)
    rows = zip(places, before[places].rows(named=True), strict=True)
    left = [{**row, "cases": row["cases"] - less[place]} for place, row in rows]
    # between the few rows that change, all others stand as they are
    ends = zip([-1, *places], [*places, before.height], strict=True)
    kept = [before.slice(first + 1, end - first - 1) for first, end in ends]
    more = [(post_no, kind_no, row.ref, row.cases) for row, post_no, kind_no in given]
    more += [tuple(row.values()) for row in left if row["cases"] > 0]
    caseload = pl.concat([*kept, pl.DataFrame(more, SCHEMAS["caseload"], orient="row")])
    return replace(facts, caseload=_sorted(caseload), flag=_flags(facts, taken, given))


def _flags(facts: Facts, taken: Sequence[CaseRow], given: Sequence[tuple[CaseRow, int, int]]) -> pl.DataFrame:
    """The flags of cases that are listed go where their case goes, and say of it what it is then."""
    gone = {(row.ref, row.post_no) for row in taken if row.ref}
    if not gone:
        return facts.flag
    kinds = _kinds(facts.tier_scheme)
    ends = {(row.ref, row.post_no): (post_no, row.kind_no, kind_no) for row, post_no, kind_no in given}
    # a flag that the input has at whoever gets the case, who did not hold it, says nothing of it
    strays = {(ref, post_no) for (ref, _), (post_no, *_) in ends.items()} - gone
    touched, kept = facts.flag["case_ref"].is_in([ref for ref, _ in gone]).fill_null(False), []
    if not touched.any():
        return facts.flag
    for flag in facts.flag.filter(touched).iter_rows(named=True):
        key = flag["case_ref"], flag["post_no"]
        if key in ends:
            post_no, before, then = ends[key]
            other = {name: kinds[then][name] for name in ("location", "tier", "suspended")}
            kept.append({**flag, "post_no": post_no, **(other if then != before else {})})
        elif key not in gone and key not in strays:
            kept.append(flag)
    return _sorted(pl.concat([facts.flag.filter(~touched), pl.DataFrame(kept, SCHEMAS["flag"])]))


@cache
def _kinds(tier_scheme: str) -> dict[int, dict[str, Any]]:
    """The kinds of case of a tier scheme by their numbers."""
    return {row["kind_no"]: row for row in kind_table(tier_scheme).iter_rows(named=True)}


def with_post_changed(facts: Facts, post_no: int, values: Mapping[str, Any]) -> Facts:
    """Facts with other values of one post."""
    mine = pl.col("post_no") == post_no
    changed = [
        pl.when(mine).then(pl.lit(value, SCHEMAS["post"][name])).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    ]
    return replace(facts, post=facts.post.with_columns(changed))


def with_reductions(facts: Facts, reductions: pl.DataFrame) -> Facts:
    """Facts with these reductions in place of their own."""
    return replace(facts, reduction=_sorted(reductions))


def with_posts_added(facts: Facts, rows: Sequence[Mapping[str, Any]]) -> Facts:
    """Facts with more posts (all columns of `POST` but its number): numbers follow the order of codes."""
    new = pl.DataFrame([{"post_no": -1, **row} for row in rows], SCHEMAS["post"])
    together = pl.concat([facts.post, new]).sort("team_code", "staff_code")
    post = together.rename({"post_no": "former"}).with_row_index("post_no").cast({"post_no": pl.Int64})
    former = post.filter(pl.col("former") >= 0).select("former", "post_no")
    numbers = dict(former.iter_rows())
    tables: dict[str, Any] = {
        name: _sorted(
            facts.table(name).with_columns(pl.col(key).replace_strict(numbers, default=None) for key in keys)
        )
        for name, keys in _POST_KEYS.items()
    }
    return replace(facts, post=post.select(facts.post.columns), **tables)


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort(frame.columns)
