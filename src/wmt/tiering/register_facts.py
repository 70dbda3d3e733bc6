"""What the registrations of each case say as of its day: RoSH, MAPPA, complexity factors and marks."""

from collections.abc import Mapping, Sequence

import polars as pl

from wmt.tiering.rulebook import ROSH, Rulebook

#: Marks that a registration alone gives, by the name of its codes in the rules.
MARKS = ("iom", "lifer", "domestic_abuse", "stalking", "child_protection")
_LEVELS = {"M1": 1, "M2": 2, "M3": 3}
#: Far before any registration, so that one without a date is older than all others and no key is negative.
_EARLIEST = 1_000_000


def newest(rank: pl.Expr, among: pl.Expr | None = None) -> pl.Expr:
    """A key whose maximum is the newest row's: its day times 10 and its rank (0 to 9, higher on a tie)."""
    day = (pl.col("date").to_physical().cast(pl.Int64) + _EARLIEST).fill_null(0)
    key = day * 10 + rank
    return (key if among is None else pl.when(among).then(key)).max()


def rank_of(name: str) -> pl.Expr:
    """The rank within such a key; 0 where there was no row."""
    return pl.col(name).fill_null(0) % 10


def day_of(name: str) -> pl.Expr:
    """The day within such a key; null where there was no row, or one without a day."""
    day = pl.col(name) // 10
    return pl.when(day > 0).then((day - _EARLIEST).cast(pl.Int32).cast(pl.Date))


def code(column: str) -> pl.Expr:
    """A code as it is compared: without blanks around it, in capitals."""
    return pl.col(column).str.strip_chars().str.to_uppercase()


def register_facts(registration: pl.DataFrame, book: Rulebook) -> pl.DataFrame:
    """One row for each case that has a registration: `registration` has `as_of` beside its own columns.

    Left out are those deleted, ended by the day, dated after it, or of a historic register.
    """
    written = code("code")
    counted = registration.filter(
        ~pl.col("deleted").fill_null(False),
        pl.col("date").is_null() | (pl.col("date") <= pl.col("as_of")),
        pl.col("end_date").is_null() | (pl.col("end_date") > pl.col("as_of")),
        ~written.is_in(book.words("registers.historic")),
    ).with_columns(code=written)
    rosh = _ranks("code", {book.text(f"registers.rosh_{each}"): 1 + n for n, each in enumerate(ROSH)})
    level = _ranks(code("level"), _LEVELS)
    is_mappa = _is(book.words("registers.mappa"))
    of_level = pl.lit(True) if book.text("mappa_level_from") == "any" else is_mappa
    category = _ranks("category", {word: n for n, word in enumerate(book.words("ag.mappa_categories"), 1)})
    bits = _bits(book)
    found = counted.group_by("case_no").agg(
        newest(rosh, rosh > 0).alias("rosh_key"),
        newest(level, of_level & (level > 0)).alias("level_key"),
        newest(category, is_mappa).alias("category_key"),
        _ranks("code", _bits_by_code(bits)).bitwise_or().alias("bits"),
    )
    marks = {name: (pl.col("bits") & (1 << n)) > 0 for n, name in enumerate(bits)}
    return found.select(
        "case_no",
        rosh=rank_of("rosh_key"),
        rosh_on=day_of("rosh_key"),
        mappa_level=rank_of("level_key"),
        mappa_level_on=day_of("level_key"),
        mappa_category=rank_of("category_key"),
        factors=pl.sum_horizontal(marks[f"factor_{factor}"].cast(pl.Int64) for factor in book.factors),
        **marks,
    )


def _bits(book: Rulebook) -> dict[str, tuple[str, ...]]:
    """Everything that the code of a registration alone says, by its column, with its codes."""
    return {
        **{mark: book.words(f"registers.{mark}") for mark in MARKS},
        "suspended": book.words("v2.suspended_register"),
        **{f"factor_{factor}": (factor,) for factor in book.factors},
    }


def _bits_by_code(bits: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """What each code says, as bits in the order of the columns."""
    codes = {each for of in bits.values() for each in of}
    return {each: sum(1 << n for n, of in enumerate(bits.values()) if each in of) for each in codes}


def _ranks(column: str | pl.Expr, ranks: dict[str, int]) -> pl.Expr:
    read = pl.col(column) if isinstance(column, str) else column
    known = {word: rank for word, rank in ranks.items() if word}
    return read.replace_strict(known, default=0, return_dtype=pl.Int64)


def _is(codes: Sequence[str]) -> pl.Expr:
    return pl.col("code").is_in(list(codes)).fill_null(False)
