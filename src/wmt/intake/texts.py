"""Texts of a night: codes that cannot be keys are refused, names mended, and keys that look alike refused.

Both doors hand over their tables in one form, so this is asked once, before they are put together.
"""

import re
from dataclasses import fields

import polars as pl

from wmt import text
from wmt.intake.faults import FaultPlace, Faults
from wmt.intake.model import Post
from wmt.intake.staging import Gathered

#: Columns of closed lists of words, which the doors have checked, and of our own.
_WORDS = frozenset(
    ["sheet", "basis", "location", "tier", "stream", "flag", "type", "state", "kind", "measure",
     "appointment", "requirements", "previous_posts", "excluded", "restricted"]  # the last are lists
)  # fmt: skip
_REFERENCES = frozenset(["case_ref", "contact_id", "report_id", "event_no"])
#: Codes of posts and units; those of grades, contacts and the like are words that the rules know or not.
_UNIT_CODE = r"((by|om|assessor)_)?(team|staff|pdu|ldu|region)_code"
#: Keys of which two that look alike would be two of something: its tables, and how it is called.
_POST = ("team_code", "staff_code")
_ALIKE = (("person", "team_code"), ("person", "staff_code"), ("team", "pdu_code"), ("team", "region_code"))
_ALIKE_REFERENCES = (("case", "case_ref"), ("report", "report_id"), ("contact", "contact_id"))


def settle_texts(night: Gathered, faults: Faults) -> None:
    """Check every code and mend every name of the night's tables; refuse keys that look alike.

    Tables of counts have no places: every post they name stands among the night's people too.
    """
    for each in fields(night):
        frame = getattr(night, each.name)
        if not isinstance(frame, pl.DataFrame) or not {"sheet", "row"} <= set(frame.columns):
            continue
        mended: dict[str, pl.Series] = {}
        for column, kind in _kinds_of_odd(frame).items():
            if kind is text.NAME:
                mended |= _mended(frame, column, faults)
                continue
            odd = _odd(frame, column, kind)
            hits = [
                FaultPlace(
                    row["row"], column, f"{column} '{row[column][:60]}' has {kind.why_not(row[column])}"
                )
                for row in odd.iter_rows(named=True)
            ]
            faults.refuse_each("BAD_KEY", _sheet(odd), hits)
        if mended:
            setattr(night, each.name, frame.with_columns(**mended))
    for name, column in _ALIKE:
        _refuse_alike(getattr(night, name), column, faults)
    for name, column in _ALIKE_REFERENCES:
        _refuse_alike(getattr(night, name), column, faults)


def _kinds_of_odd(frame: pl.DataFrame) -> dict[str, text.TextKind]:
    """The columns in which some text does not fit its kind, with that kind; all are asked in one go."""
    kinds = {}
    for column, dtype in frame.schema.items():
        if dtype == pl.String and column not in _WORDS:
            of_unit = text.CODE if re.fullmatch(_UNIT_CODE, column) else text.NAME
            kinds[column] = text.REFERENCE if column in _REFERENCES else of_unit
    found = frame.select(_is_odd(column, kind).any().alias(column) for column, kind in kinds.items())
    return {column: kind for column, kind in kinds.items() if found[column].item()}


def _odd(frame: pl.DataFrame, column: str, kind: text.TextKind) -> pl.DataFrame:
    """The first row of every value that does not fit its kind."""
    return frame.filter(_is_odd(column, kind)).unique(column, keep="first", maintain_order=True)


def _is_odd(column: str, kind: text.TextKind) -> pl.Expr:
    return pl.col(column).str.contains(kind.out) | _too_long(column, kind)


def _too_long(column: str, kind: text.TextKind) -> pl.Expr:
    return pl.col(column).str.len_chars() > kind.most


def _sheet(rows: pl.DataFrame) -> str | None:
    return str(rows["sheet"][0]) if len(rows) else None


def _mended(frame: pl.DataFrame, column: str, faults: Faults) -> dict[str, pl.Series]:
    odd = _odd(frame, column, text.NAME)
    if odd.is_empty():
        return {}
    unseen = odd.filter(
        pl.col(column).str.replace_all(r"\s", " ").str.contains(text.NAME.out) | _too_long(column, text.NAME)
    )
    hits = [FaultPlace(row["row"], column, column) for row in unseen.iter_rows(named=True)]
    what = "{n} texts (names or descriptions) hold what cannot be shown, or more than fits"
    faults.warn_once("TEXT_MENDED", _sheet(unseen), hits, what)
    better = {value: text.NAME.mended(value) or None for value in odd[column]}
    return {column: frame[column].replace(better)}


def _refuse_alike(frame: pl.DataFrame, key: str, faults: Faults) -> None:
    """Refuse two ways of writing one key, for the posts that either names."""
    written = frame.drop_nulls(key).unique(key, keep="first", maintain_order=True)
    # as `wmt.text.fold` folds a text that has plain characters only
    folded = pl.col(key).str.to_lowercase().str.replace_all(" +", " ")
    twice = (
        written.group_by(folded.str.replace(r"^0+([0-9]+)$", "$1").alias("alike"), maintain_order=True)
        .agg("sheet", "row", key)
        .filter(pl.col(key).list.len() > 1)
    )
    for row in twice.iter_rows(named=True):
        values = row[key]
        what = f"{key} is written in {len(values)} ways that look alike: {', '.join(map(repr, values[:3]))}"
        posts: list[Post] = []
        if {*_POST} <= set(frame.columns):
            named = frame.filter(pl.col(key).is_in(values)).select(_POST).drop_nulls()
            posts = sorted(named.unique().iter_rows())
        faults.refuse(
            "KEYS_LOOK_ALIKE", what, sheet=row["sheet"][1], row=row["row"][1], column=key, posts=posts
        )  # fmt: skip
