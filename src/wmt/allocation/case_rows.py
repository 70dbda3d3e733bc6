"""Rows of cases in the facts put elsewhere: at another post, of another kind, there, or not there."""

from collections.abc import Collection
from dataclasses import replace
from functools import cache

import polars as pl

from wmt.facts import SCHEMAS, Facts, kinds
from wmt.facts.kinds import CaseKind
from wmt.ledger import OMIC


def moved(facts: Facts, rows: Collection[tuple[str, int, int]]) -> Facts:
    """The facts with cases at other posts: reference, number of the post, and of the one then."""
    frame = _frame(rows, "post_no", "then_no")
    return replace(
        facts,
        caseload=_replaced(facts.caseload, frame, "post_no", _of_cases(facts)),
        flag=_replaced(_without_strays(facts, frame), frame, "post_no", pl.lit(True)),
    )


def turned_to(facts: Facts, rows: Collection[tuple[str, int, int]], posts: Collection[int]) -> Facts:
    """The facts with cases of other kinds at some posts: reference, kind, kind then."""
    frame = _frame(rows, "kind_no", "then_no")
    at_posts = pl.col("post_no").is_in(list(posts))
    return replace(facts, caseload=_replaced(facts.caseload, frame, "kind_no", at_posts))


def added(facts: Facts, rows: Collection[tuple[str, int, int]]) -> Facts:
    """The facts with cases that nobody had: reference, number of the post that has it then, kind."""
    frame = _frame(rows, "then_no", "kind_no")
    new = frame.select("kind_no", "case_ref", post_no="then_no", cases=pl.lit(1)).select(
        SCHEMAS["caseload"].names()
    )
    caseload = pl.concat([facts.caseload, new.cast(SCHEMAS["caseload"])])
    return replace(facts, caseload=caseload.sort(caseload.columns), flag=_without_strays(facts, frame))


def removed(facts: Facts, rows: Collection[tuple[str, int]]) -> Facts:
    """The facts without cases at posts, and without their flags there: reference, number of the post."""
    frame = pl.DataFrame(list(rows), {"case_ref": pl.String, "post_no": pl.Int64}, orient="row")
    keys = ["case_ref", "post_no"]
    off = facts.caseload.filter(_of_cases(facts)).join(frame, on=keys, how="semi")
    caseload = facts.caseload.join(off, on=facts.caseload.columns, how="anti", nulls_equal=True)
    return replace(
        facts, caseload=caseload.sort(caseload.columns), flag=facts.flag.join(frame, on=keys, how="anti")
    )


def counts(facts: Facts) -> bool:
    """Whether some cases are counted and not listed, those of prisons left out."""
    return not facts.caseload.filter(pl.col("case_ref").is_null() & _of_cases(facts)).is_empty()


def _frame(rows: Collection[tuple[str, int, int]], *numbers: str) -> pl.DataFrame:
    shape = {"case_ref": pl.String, **dict.fromkeys(numbers, pl.Int64)}
    return pl.DataFrame(list(rows), shape, orient="row")


def _without_strays(facts: Facts, rows: pl.DataFrame) -> pl.DataFrame:
    """The flags without those that the input has of a case at whoever gets it, who did not hold it: they say
    nothing of it."""
    strays = rows.select("case_ref", post_no="then_no")
    return facts.flag.join(strays, on=["case_ref", "post_no"], how="anti")


def _of_cases(facts: Facts) -> pl.Expr:
    """The rows that are no prison's."""
    return pl.col("kind_no").is_in([kind.kind_no for kind in own_kinds(facts.tier_scheme)])


@cache
def own_kinds(tier_scheme: str) -> list[CaseKind]:
    """The kinds of a tier scheme that are no prison's."""
    return [kind for kind in kinds(tier_scheme) if kind.stream != OMIC]


def _replaced(frame: pl.DataFrame, rows: pl.DataFrame, column: str, where: pl.Expr) -> pl.DataFrame:
    """A table with another number in a column of the rows of some cases, `then_no` of `rows`."""
    if frame.is_empty():
        return frame
    found = frame.join(rows, on=["case_ref", column], how="left")
    then = pl.coalesce(pl.when(where).then("then_no"), column)
    return found.with_columns(then.alias(column)).select(frame.columns).sort(frame.columns)
