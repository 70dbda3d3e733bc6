"""Cells: what a typed cell means as a text, a key, a count or a date."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import polars as pl

from wmt.text import BLANKS, CRN, INVISIBLE

#: No post holds as many cases; above it a number is a slip and not a count.
HIGHEST_COUNT = 1_000_000

#: Before the first extract there ever was, and after any we shall read, a moment is a slip.
FIRST_MOMENT, LAST_MOMENT = datetime(2017, 5, 1), datetime(2199, 12, 31)

#: The system's way of writing 'no date'.
NO_DATE = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that shows an error, or a formula whose value was never saved."""

    what: str


class PercentCell(float):
    """A number under a percentage format: Excel shows 0.2 as 20%."""


#: From here on a number no longer holds its last digits.
LOSES_DIGITS = 2**53

Cell = str | float | int | bool | date | datetime | time | timedelta | BadCell
Odd = tuple[int, str]
"""Position of a value and what is wrong with it."""

_INVISIBLE = str.maketrans({"\r": None, "\n": None, "\ufeff": None, "\u200b": None, "\xa0": " "})


def clean_name(written: Cell) -> str:
    """Sheet or column name as compared: trimmed, without line breaks and hyphens, in lower case."""
    text = written if isinstance(written, str) else text_of(written) or ""
    text = text.replace("_x000D_", "").replace("_x000d_", "").replace("_x000A_", "").replace("_x000a_", "")
    return unicodedata.normalize("NFC", text.translate(_INVISIBLE).replace("-", "")).strip().lower()


def show(written: Cell) -> str:
    """A header or value as it may stand in a message: one line, not too long."""
    text = written if isinstance(written, str) else (text_of(written) or "")
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."


def letters(position: int) -> str:
    """Excel's letters of a column counted from 0: 0 → A, 26 → AA."""
    text = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(65 + rest) + text
    return text


def is_blank(value: Cell) -> bool:
    """A cell without anything but spaces in it."""
    return isinstance(value, str) and not value.strip()


def text_of(value: Cell) -> str | None:
    """A cell as text: whole numbers become their digits, dates ISO; errors become None."""
    if isinstance(value, str):
        return value
    if isinstance(value, BadCell):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return value.isoformat() if isinstance(value, date | time) else str(value)


def as_text(values: Sequence[Cell]) -> pl.Series:
    """The values as text, not yet trimmed; what has no text is null. Shape: as the values."""
    if set(map(type, values)) <= {str}:
        return pl.Series(values, dtype=pl.String)
    return pl.Series([v if v.__class__ is str else text_of(v) for v in values], dtype=pl.String)


def tidy_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Every column of text as a reader sees it, null where nothing is left; other columns as they are.

    Trimmed and in NFC, without characters that have no width, every kind of blank a plain one.
    """
    texts = [column for column, kind in frame.schema.items() if kind == pl.String]
    extra = frame.select((pl.col(c).str.len_bytes().sum() != pl.col(c).str.len_chars().sum()) for c in texts)
    composed = [column for column in texts if extra[column].item()]  # all else is plain ASCII
    invisible, blanks = f"[{INVISIBLE}]", f"[{BLANKS}]"
    frame = frame.with_columns(
        pl.col(column).str.replace_all(invisible, "").str.replace_all(blanks, " ").str.normalize("NFC")
        for column in composed
    )
    trimmed = [pl.col(column).str.strip_chars() for column in texts]
    return frame.with_columns(pl.when(text.str.len_bytes() > 0).then(text) for text in trimmed)


def plain_crns(frame: pl.DataFrame) -> pl.DataFrame:
    """The table with every CRN in `case_ref` as nDelius writes it: in capitals, without blanks. Two ways of
    writing one are one case. References of other forms, and tables without any, are as they were."""
    if "case_ref" not in frame.columns:
        return frame
    plain = pl.col("case_ref").str.replace_all(" ", "", literal=True).str.to_uppercase()
    is_crn = plain.str.contains(f"^{CRN}$")
    return frame.with_columns(case_ref=pl.when(is_crn).then(plain).otherwise("case_ref"))


def odd_keys(values: Sequence[Cell]) -> list[Odd]:
    """Values that cannot be a key: errors, dates, true/false, numbers not whole or of too many digits."""
    if set(map(type, values)) <= {str}:
        return []
    odd = []
    for i, value in enumerate(values):
        if isinstance(value, float | int) and not isinstance(value, bool):
            if math.isfinite(value) and abs(value) >= LOSES_DIGITS:
                odd.append((i, _lost_digits(value)))
            elif not math.isfinite(value) or value != int(value):
                odd.append((i, f"the number {value}"))
        elif not isinstance(value, str):
            odd.append((i, describe(value)))
    return odd


def odd_codes(values: Sequence[Cell]) -> list[Odd]:
    """Numbers that stand for a code and have lost digits of it."""
    if set(map(type, values)) <= {str}:
        return []
    return [
        (i, _lost_digits(value))
        for i, value in enumerate(values)
        if isinstance(value, float | int) and math.isfinite(value) and abs(value) >= LOSES_DIGITS
    ]


def _lost_digits(value: float) -> str:
    return f"the number {value:.0f}, of which Excel has lost the last digits: it must be stored as text"


def count_column(values: Sequence[Cell]) -> tuple[pl.Series, list[Odd]]:
    """Counts as Int64, null where blank, and the values that are no counts (null as well)."""
    types = set(map(type, values))
    odd: list[Odd] = []
    if not types <= {float} and not (
        types <= {float, str} and all(is_blank(v) for v in {v for v in values if v.__class__ is str})
    ):
        odd = [
            (i, describe(v))
            for i, v in enumerate(values)
            if v.__class__ not in (float, int) and not is_blank(v)
        ]
        values = [float(v) if v.__class__ is int else v for v in values]
    numbers = pl.Series([v if v.__class__ is float else None for v in values], dtype=pl.Float64)
    counts = numbers.cast(pl.Int64, strict=False)
    # taking the numbers whole must lose nothing, and all must be within bounds
    whole = numbers.null_count() == counts.null_count() and (numbers == counts).all()
    low, high = counts.min(), counts.max()
    within = low is None or (low >= 0 and high <= HIGHEST_COUNT)  # type: ignore[operator]
    if not (whole and within):
        wrong = (~((counts == numbers) & counts.is_between(0, HIGHEST_COUNT))).fill_null(
            numbers.is_not_null()
        )
        odd += [(i, f"the number {values[i]}") for i in wrong.arg_true()]
        counts = counts.set(wrong, None)
    return counts, sorted(odd)


def describe(value: Cell) -> str:
    if isinstance(value, BadCell):
        return value.what
    if isinstance(value, bool):
        return f"the truth value {str(value).upper()}"
    if isinstance(value, str):
        return f"the text '{show(value)}'"
    return (
        f"the date or time {value}" if isinstance(value, date | time | timedelta) else f"the number {value}"
    )


def date_column(values: Sequence[Cell]) -> tuple[pl.Series, list[Odd]]:
    """Days, null where blank or 9999-12-31, and the values that are no dates (null as well)."""
    days = [v.date() if isinstance(v, datetime) else v if isinstance(v, date) else None for v in values]
    odd = [(i, describe(v)) for i, v in enumerate(values) if not isinstance(v, date) and not is_blank(v)]
    return pl.Series([None if day == NO_DATE else day for day in days], dtype=pl.Date), odd
