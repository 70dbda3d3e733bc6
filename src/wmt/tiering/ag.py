"""One letter, A to G: the highest of eight steps, or one of two statuses; and whether it is provisional.

Letters are numbers in columns while they are compared: G is 1 and A is 7, 0 where a step gives nothing.
"""

from typing import Any

import polars as pl

from wmt.tiering.case_facts import ag_facts
from wmt.tiering.register_facts import code
from wmt.tiering.rulebook import ROSH, Rulebook
from wmt.tiering.tables import TierInput

LETTERS = "GFEDCBA"
NOT_SUPERVISED, MISSING = "NOT_SUPERVISED", "MISSING"
#: The eight steps, in order.
STEPS = (
    "REOFFENDING", "SEXUAL_REOFFENDING", "MAPPA_ROSH", "LIFER", "DOMESTIC_ABUSE", "STALKING",
    "CHILD_PROTECTION", "SEXUAL_OFFENCE",
)  # fmt: skip
_RANK = {"none": 0, **{letter: n for n, letter in enumerate(LETTERS, 1)}}
_LETTER = {rank: letter for letter, rank in _RANK.items() if rank}


def rank_column(step: str) -> str:
    """The column that a step's letter stands in, as a number."""
    return f"{step.lower()}_rank"


def letter_of(column: str) -> pl.Expr:
    """The letters of such a column; null where there is none."""
    return pl.col(column).replace_strict(_LETTER, default=None, return_dtype=pl.String)


def ag_tiers(tables: TierInput, book: Rulebook) -> pl.DataFrame:
    """The cases of one rulebook with their facts, the letter of every step, tier and `is_provisional`.

    `tier` is null where the data is wrong: `bad_dc_srp` is then true.
    """
    facts = ag_facts(tables, book)
    stepped = facts.with_columns(
        _reoffending(book).alias(rank_column("REOFFENDING")),
        _sexual(book).alias(rank_column("SEXUAL_REOFFENDING")),
        _mappa_rosh(book).alias(rank_column("MAPPA_ROSH")),
        _lifer(book).alias(rank_column("LIFER")),
        *(
            pl.when(name).then(_RANK[book.text(f"ag.{name}")]).otherwise(0).alias(f"{name}_rank")
            for name in ("domestic_abuse", "stalking", "child_protection")
        ),
        pl.when(pl.col("sexual_offence_ever").fill_null(False))
        .then(_RANK[book.text("ag.sexual_offence")])
        .otherwise(0)
        .alias(rank_column("SEXUAL_OFFENCE")),
        is_active=pl.col("has_active_event").fill_null(True),
        has_scores=pl.col("arp").is_not_null() & pl.col("csrp").is_not_null(),
    ).with_columns(pl.col(rank_column(step)).cast(pl.Int64) for step in STEPS)
    bad = pl.col("is_active") & pl.col("has_scores") & (pl.col(rank_column("SEXUAL_REOFFENDING")) < 0)
    rated = stepped.with_columns(best=_best(book, *STEPS), bad_dc_srp=bad)
    return _provisional(rated, book).with_columns(
        tier=pl.when(~pl.col("is_active"))
        .then(pl.lit(NOT_SUPERVISED))
        .when(~pl.col("has_scores"))
        .then(pl.lit(MISSING))
        .when(~pl.col("bad_dc_srp"))
        .then(letter_of("best"))
    )


def _best(book: Rulebook, *steps: str) -> pl.Expr:
    """The highest letter of some steps, at least the floor."""
    floor = pl.lit(_RANK[book.text("ag.floor")], dtype=pl.Int64)
    return pl.max_horizontal(floor, *(rank_column(step) for step in steps))


def _grid(book: Rulebook) -> tuple[list[tuple[Any, list[int]]], list[int]]:
    """The reoffending table: each row's CSRP cut-off and ranks, and the ARP cut-offs of the columns."""
    rows: list[tuple[Any, list[int]]] = [
        (
            book.number(f"ag.reoffending.{row}.csrp_least"),
            [_RANK[letter] for letter in book.words(f"ag.reoffending.{row}.letters")],
        )
        for row in book.names("ag.reoffending")
    ]
    return rows, [int(word) for word in book.words("ag.arp_least")]


def _reoffending(book: Rulebook) -> pl.Expr:
    rows, columns = _grid(book)
    return _at_least(
        "csrp", [(least, _at_least("arp", list(zip(columns, ranks, strict=True)))) for least, ranks in rows]
    )


def _at_least(column: str, cuts: list[tuple[Any, Any]]) -> pl.Expr:
    found = pl.lit(0, dtype=pl.Int64)
    for least, worth in reversed(cuts):
        value = worth if isinstance(worth, pl.Expr) else pl.lit(worth, dtype=pl.Int64)
        found = pl.when(pl.col(column) >= least).then(value).otherwise(found)
    return found


def _sexual(book: Rulebook) -> pl.Expr:
    """The letter of DC-SRP; −1 where a band has no row for its score, which is wrong data."""
    band, score = pl.col("dc_srp_band").str.strip_chars().str.to_lowercase(), pl.col("dc_srp")
    bands: dict[str, list[tuple[Any, Any]]] = {}
    for row in book.names("ag.dc_srp"):
        path = f"ag.dc_srp.{row}"
        worth = (book.number(f"{path}.least"), _RANK[book.text(f"{path}.letter")])
        bands.setdefault(book.text(f"{path}.band"), []).append(worth)
    found = pl.lit(0, dtype=pl.Int64)
    for name, cuts in bands.items():
        reached = pl.when(score >= cuts[-1][0]).then(_at_least("dc_srp", cuts)).otherwise(-1)
        found = pl.when(band == name).then(reached).otherwise(found)
    return pl.when(score > 0).then(found).otherwise(0)


def _mappa_rosh(book: Rulebook) -> pl.Expr:
    has_category = pl.col("mappa_category") > 0
    found = pl.lit(0, dtype=pl.Int64)
    for rank, risk in enumerate(("missing", *ROSH)):
        path = f"ag.mappa_rosh.{risk}"
        if not book.has(f"{path}.without"):
            continue  # a risk that was not read yet
        ranks = [_RANK[book.text(f"{path}.{name}")] for name in ("with_category", "without")]
        worth = pl.when(has_category).then(ranks[0]).otherwise(ranks[1])
        found = pl.when(pl.col("rosh") == rank).then(worth).otherwise(found)
    return found


def _lifer(book: Rulebook) -> pl.Expr:
    released = pl.col("latest_release_date")
    found = pl.lit(0, dtype=pl.Int64)
    for row in reversed(book.names("ag.lifer")):
        path = f"ag.lifer.{row}"
        years = book.ruleset[f"tiering_{path}.years"].value
        within = pl.lit(True) if years is None else released >= pl.col("as_of").dt.offset_by(f"-{years}y")
        found = pl.when(within).then(_RANK[book.text(f"{path}.letter")]).otherwise(found)
    return pl.when(pl.col("lifer") & released.is_not_null()).then(found).otherwise(0)


def _provisional(rated: pl.DataFrame, book: Rulebook) -> pl.DataFrame:
    """Whether a letter is provisional: by static predictors (P1) or for want of RoSH (P2)."""
    rows, columns = _grid(book)
    row_best = _at_least("csrp", [(least, max(ranks)) for least, ranks in rows])
    column_best = _at_least(
        "arp", [(least, max(ranks[n] for _, ranks in rows)) for n, least in enumerate(columns)]
    )
    arp, csrp = (code(f"{name}_type") for name in ("arp", "csrp"))
    arp_static, csrp_static = ((kind == "STATIC").fill_null(False) for kind in (arp, csrp))
    arp_dynamic, csrp_dynamic = ((kind == "DYNAMIC").fill_null(False) for kind in (arp, csrp))
    other = _best(book, *STEPS[1:])
    must_reach = (
        pl.when(arp_static & csrp_static)
        .then(_RANK["A"])
        .when(arp_static & csrp_dynamic)
        .then(row_best)
        .when(arp_dynamic & csrp_static)
        .then(column_best)
        .otherwise(0)
    )
    without_rosh = _best(book, STEPS[1], *STEPS[3:])
    with_scores = _best(book, STEPS[0], STEPS[1], *STEPS[3:])
    known = pl.when(arp_dynamic & csrp_dynamic).then(with_scores).otherwise(without_rosh)
    need = pl.lit(0)
    if book.has("ag.provisional_unless_with_category"):
        with_category, without = (
            _RANK[book.text(f"ag.provisional_unless_{each}")]
            for each in ("with_category", "without_category")
        )
        need = pl.when(pl.col("mappa_category") > 0).then(with_category).otherwise(without)
    has_letter = pl.col("is_active") & pl.col("has_scores") & ~pl.col("bad_dc_srp")
    return (
        rated.with_columns(other=other, must_reach=must_reach)
        .with_columns(
            by_static=has_letter & (pl.col("other") < pl.col("must_reach")),
            by_rosh=has_letter & (pl.col("rosh") == 0) & (known < need),
        )
        .with_columns(is_provisional=pl.col("by_static") | pl.col("by_rosh"))
    )
