"""Tidy cells: from the text or the types of a file to the types of a table, every cell that will not go named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dataframely as dy
import polars as pl

from wmt.facts import TIERS
from wmt.intake.cells import NO_DATE, tidy_text
from wmt.intake.faults import Faults, Hit
from wmt.intake.model import Post

LOCATION_WORDS = {"license": "licence"}
HOURS = pl.Decimal(38, 6)
#: Pairs of key columns that name a post, by table; otherwise team_code and staff_code.
POST_COLUMNS = {
    "contact": (("by_team_code", "by_staff_code"), ("om_team_code", "om_staff_code")),
    "assessment": (("assessor_team_code", "assessor_staff_code"),),
    "team": (),
    "t2a_case": (),
}
_DEFAULT_POST = (("team_code", "staff_code"),)


@dataclass
class Draft:
    """A table on its way: its typed columns, and the cells (row index, column) found bad."""

    name: str
    frame: pl.DataFrame
    bad: set[tuple[int, str]]

    def posts(self, index: int) -> list[Post]:
        """The posts that a row names with both keys."""
        row = self.frame.row(index, named=True)
        sides = POST_COLUMNS.get(self.name, _DEFAULT_POST)
        return [(row[team], row[staff]) for team, staff in sides if row.get(team) and row.get(staff)]


def cast_table(name: str, read: pl.DataFrame, schema: type[dy.Schema], faults: Faults) -> Draft:
    """All columns of the schema with its types; absent ones are null, row numbers are in `row`."""
    columns, doubtful = {}, {}
    for column, definition in schema.columns().items():
        if column == "row":
            continue
        kind = definition.dtype
        given = read[column] if column in read.columns else pl.Series([None] * len(read), dtype=pl.String)
        columns[column] = _cast(given, kind).alias(column)
        lost = _is_filled(given) & columns[column].is_null() & ~_no_date(given, kind)
        if lost.any():
            doubtful[column] = (given, lost.arg_true().to_list())
    rows = pl.Series("row", range(2, len(read) + 2), dtype=pl.Int64)
    draft = Draft(name, pl.DataFrame([*columns.values(), rows]), set())
    for column, (given, places) in doubtful.items():
        _refuse(draft, column, given, places, faults)
    return draft


def _is_filled(given: pl.Series) -> pl.Series:
    return tidy_text(given).is_not_null() if given.dtype == pl.String else given.is_not_null()


def _no_date(given: pl.Series, kind: pl.DataType) -> pl.Series:
    """The cells that say 'no date' in the system's way."""
    if kind != pl.Date or given.dtype not in (pl.String, pl.Date):
        return pl.Series([False] * len(given), dtype=pl.Boolean)
    return (given.cast(pl.String).str.slice(0, 10) == NO_DATE.isoformat()).fill_null(False)


def _refuse(draft: Draft, column: str, given: pl.Series, places: Sequence[int], faults: Faults) -> None:
    code = "BAD_COUNT" if column in ("cases", "value") else "BAD_VALUE"
    hits = []
    for index in places:
        draft.bad.add((index, column))
        what = f"{draft.name} row {index + 2}: {column} cannot be '{str(given[index])[:60]}'"
        posts = draft.posts(index)
        hits.append(Hit(index + 2, column, what, posts[0] if posts else None))
    faults.refuse_each(code, draft.name, hits)


def _cast(given: pl.Series, kind: pl.DataType) -> pl.Series:
    """The values in the type wanted, null where they do not go into it."""
    if given.dtype == pl.Null:
        return given.cast(kind)
    if isinstance(given.dtype, pl.Categorical | pl.Enum):
        given = given.cast(pl.String)
    if given.dtype == pl.String:
        return _from_text(tidy_text(given), kind)
    if kind == pl.String and given.dtype == pl.Boolean:
        return given.replace_strict({True: "true", False: "false"}, return_dtype=pl.String)
    whole = given.dtype.is_integer()
    if (kind in (pl.String, pl.Int64) and whole) or (kind == pl.Boolean and given.dtype == pl.Boolean):
        return given.cast(kind, strict=False)
    if kind == pl.Date and given.dtype == pl.Date:
        return given.set(given == NO_DATE, None)
    if kind == HOURS and (whole or given.dtype.is_decimal() or given.dtype.is_float()):
        return _from_text(_plain_decimal(given), kind)
    return pl.Series(given.name, [None] * len(given), dtype=kind)


def _plain_decimal(given: pl.Series) -> pl.Series:
    text = pl.Series([None if value is None else f"{value}" for value in given], dtype=pl.String)
    return text.str.replace(r"(\.\d*?)0+$", "$1").str.strip_suffix(".")


def _from_text(text: pl.Series, kind: pl.DataType) -> pl.Series:
    if kind == pl.String:
        return text
    if kind == pl.Boolean:
        return text.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    if kind == pl.Date:
        plain = text.set(~text.str.contains(r"^\d{4}-\d{2}-\d{2}$").fill_null(False), None)
        days = plain.str.to_date("%Y-%m-%d", strict=False)
        return days.set((days == NO_DATE).fill_null(False), None)
    pattern = r"^-?[0-9]{1,18}$" if kind == pl.Int64 else r"^[0-9]{1,9}(\.[0-9]{1,6})?$"
    plain = text.set(~text.str.contains(pattern).fill_null(False), None)
    return plain.cast(kind, strict=False)


def fill_defaults(frame: pl.DataFrame, defaults: Mapping[str, object]) -> pl.DataFrame:
    """The frame with its empty cells filled where something stands in for them."""
    return frame.with_columns(pl.col(column).fill_null(value) for column, value in defaults.items())


def plain_words(draft: Draft, scheme: str, faults: Faults) -> None:
    """Locations in lower case, and tiers split from their suffix S. A tier of no known name becomes null.

    For flags that is warned of, for cases and counts refused.
    """
    for column in {"location", "sentence_type"} & set(draft.frame.columns):
        words = pl.col(column).str.to_lowercase().replace(LOCATION_WORDS)
        draft.frame = draft.frame.with_columns(words.alias(column))
    if "tier" not in draft.frame.columns:
        return
    tiers = TIERS[scheme]
    written = draft.frame["tier"].str.to_uppercase()
    suffixed = written.str.strip_suffix("S").is_in(list(tiers[1:])) & written.str.ends_with("S")
    plain = written.zip_with(~suffixed.fill_null(False), written.str.strip_suffix("S"))
    known = plain.is_in(list(tiers)).fill_null(False)
    suspended = pl.col("suspended").fill_null(False) | suffixed.fill_null(False)
    draft.frame = draft.frame.with_columns(tier=plain.set(~known, None), suspended=suspended)
    places = (written.is_not_null() & ~known).arg_true().to_list()
    if draft.name != "case_flag":
        _refuse(draft, "tier", written, places, faults)
    else:
        hits = [Hit(index + 2, "tier", f"'{written[index]}'") for index in places]
        faults.warn_once("UNKNOWN_TIER_CODE", draft.name, hits, "{n} flags have a tier of no known name")
