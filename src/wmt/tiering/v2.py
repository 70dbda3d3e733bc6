"""The Unified Tiering Model, version 2: a letter for protecting the public, a number for change."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import polars as pl

from wmt.tiering.case_facts import v2_facts
from wmt.tiering.rulebook import ROSH, Rulebook
from wmt.tiering.tables import TierInput

#: Elements by the names of the open code: their columns are these in small letters with `_points`.
LETTER_ELEMENTS = ("RSR", "ROSH", "MAPPA", "COMPLEXITY", "ADDITIONAL_FACTORS_FOR_WOMEN")
NUMBER_ELEMENTS = ("NEEDS", "OGRS", "IOM")
#: What a row says at least, whatever was read for it.
RESULT = (
    "case_no",
    "crn",
    "as_of",
    "tier",
    "letter",
    "number",
    "is_suspended",
    "letter_points",
    "number_points",
)


def points_of(element: str) -> str:
    """The column of an element's points."""
    return f"{element.lower()}_points"


def v2_tiers(tables: TierInput, book: Rulebook) -> pl.DataFrame:
    """The cases of one rulebook with their facts, the points of every element, letter, number and tier.

    Points are whole. `letter`, `letter_points` and `tier` are null by rules under which no letter can be
    worked out. `number` is 0 to 3; its points are 0 without a mandate or a usable assessment.
    """
    facts = v2_facts(tables, book)
    letters = _letter_points(facts, book) if book.has_letters else _no_letter(facts)
    has_number = pl.col("mandate") & pl.col("is_assessed")
    ogrs = pl.col("ogrs").fill_null(0) // book.whole("v2.ogrs_divisor")
    numbers = letters.with_columns(
        needs_points=pl.when(has_number).then("need_points").otherwise(0),
        ogrs_points=pl.when(has_number).then(ogrs).otherwise(0),
        iom_points=pl.when(has_number & pl.col("iom")).then(book.whole("v2.iom")).otherwise(0),
    ).with_columns(number_points=pl.sum_horizontal(points_of(each) for each in NUMBER_ELEMENTS))
    by_points = _by_least(
        "number_points", [(book.whole(f"v2.number.{n}"), int(n)) for n in book.names("v2.number")]
    )
    return numbers.with_columns(
        number=pl.when(~pl.col("mandate"))
        .then(book.whole("v2.number_without_mandate"))
        .when(~pl.col("is_assessed"))
        .then(book.whole("v2.number_without_assessment"))
        .otherwise(by_points)
        .cast(pl.Int64),
        is_suspended=pl.col("suspended"),
    ).with_columns(
        tier=pl.col("letter")
        + pl.col("number").cast(pl.String)
        + pl.when("is_suspended").then(pl.lit("S")).otherwise(pl.lit(""))
    )


def _letter_points(facts: pl.DataFrame, book: Rulebook) -> pl.DataFrame:
    bands = [
        (book.number(f"v2.rsr.{n}.least"), book.whole(f"v2.rsr.{n}.points")) for n in book.names("v2.rsr")
    ]
    is_score = pl.col("rsr") <= book.number("v2.rsr_most")
    rosh = {n: book.whole(f"v2.rosh.{each}") for n, each in enumerate(ROSH, 1)}
    level = {int(each[1:]): book.whole(f"v2.mappa_level.{each}") for each in book.names("v2.mappa_level")}
    woman = pl.col("is_woman")
    women = {
        "caring": book.whole("v2.caring_responsibilities"),
        "self_control": book.whole("v2.self_control"),
        "breach_or_recall": book.whole("v2.breach_or_recall"),
    }
    pointed = facts.with_columns(
        rsr_points=pl.when(is_score).then(_by_least("rsr", bands)).otherwise(0).fill_null(0).cast(pl.Int64),
        rosh_points=pl.col("rosh").replace_strict(rosh, default=0, return_dtype=pl.Int64),
        mappa_points=pl.col("mappa_level").replace_strict(level, default=0, return_dtype=pl.Int64),
        complexity_points=pl.col("factors") * book.whole("v2.complexity"),
        additional_factors_for_women_points=pl.sum_horizontal(
            pl.when(woman & pl.col(name)).then(worth).otherwise(0) for name, worth in women.items()
        ).cast(pl.Int64),
    )
    total = pl.max_horizontal("rsr_points", "rosh_points") + pl.sum_horizontal(
        points_of(each) for each in LETTER_ELEMENTS[2:]
    )
    cuts = [(book.whole(f"v2.letter.{each}"), each) for each in book.names("v2.letter")]
    return pointed.with_columns(letter_points=total).with_columns(letter=_by_least("letter_points", cuts))


def _no_letter(facts: pl.DataFrame) -> pl.DataFrame:
    nothing = pl.lit(None, dtype=pl.Int64)
    return facts.with_columns(
        *(nothing.alias(points_of(each)) for each in LETTER_ELEMENTS),
        letter_points=nothing,
        letter=pl.lit(None, dtype=pl.String),
    )


def _by_least(column: str, cuts: Sequence[tuple[Any, Any]]) -> pl.Expr:
    """What belongs to the highest cut-off that a column reaches; the cut-offs descend."""
    assert all(higher[0] > lower[0] for higher, lower in pairwise(cuts))
    found = pl.lit(None)
    for least, worth in reversed(cuts):
        found = pl.when(pl.col(column) >= least).then(pl.lit(worth)).otherwise(found)
    return found
