"""Tidy cells: from the text or the types of a file to the types of a table; what will not go is named."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import dataframely as dy
import polars as pl

from wmt.facts import TIERS
from wmt.intake.cells import NO_DATE
from wmt.intake.faults import FaultPlace, Faults
from wmt.intake.model import Post

LOCATION_WORDS = {"license": "licence"}
HOURS = pl.Decimal(38, 6)
#: From the type read, for a column, what makes its cells those of the schema's column.
Caster = Callable[[pl.DataType, str, dy.Column], pl.Expr]
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
    """A table on its way: its columns as read and as typed, and the cells (row index, column) found bad.

    `keys` are the columns that tell one row from others where it is not read from a file: rows of a database
    have no numbers.
    """

    name: str
    given: pl.DataFrame
    frame: pl.DataFrame
    bad: set[tuple[int, str]]
    keys: tuple[str, ...] = ()

    def row(self, index: int) -> int | None:
        """The number of a row, as people count it."""
        return None if self.keys else index + 2

    def at(self, index: int) -> str:
        """Where a row is, in words."""
        if not self.keys:
            return f"{self.name} row {index + 2}"
        row = self.given.row(index, named=True)
        return f"{self.name} ({', '.join(f'{row[key]}'[:60] for key in self.keys)})"

    def posts(self, index: int) -> tuple[Post, ...]:
        """The posts that a row names with both keys."""
        row = self.frame.row(index, named=True)
        sides = POST_COLUMNS.get(self.name, _DEFAULT_POST)
        return tuple((row[team], row[staff]) for team, staff in sides if row.get(team) and row.get(staff))

    def broken(self, schema: type[dy.Schema]) -> tuple[pl.DataFrame, list[tuple[int, str, str]]]:
        """The rows that keep every rule of the schema; of each rule that others break: row, column, kind.

        A rule over several columns has its own name in place of a column's, and no kind.
        """
        good, failure = schema.filter(self.frame)
        if not len(failure):
            return good, []
        return good, [
            (row["row"], column, kind)
            for row in failure.details().iter_rows(named=True)
            for rule, outcome in row.items()
            if outcome == "invalid"
            for column, _, kind in [rule.partition("|")]
        ]


def cast_table(name: str, read: pl.DataFrame, schema: type[dy.Schema], to: Caster) -> Draft:
    """All columns of the schema with its types; absent ones are null, row numbers are in `row`."""
    kinds = {column: definition for column, definition in schema.columns().items() if column != "row"}
    given = read.select(
        (pl.col(column) if column in read.columns else pl.lit(None, dtype=pl.String)).alias(column)
        for column in kinds
    )
    cast = given.select(to(given.schema[column], column, kind) for column, kind in kinds.items())
    bad = {
        (index, column)
        for column in kinds
        for index in (given[column].is_not_null() & cast[column].is_null()).arg_true()
    }
    return Draft(name, given, cast.with_columns(row=pl.int_range(2, pl.len() + 2, dtype=pl.Int64)), bad)


def without_no_date(read: pl.DataFrame, schema: type[dy.Schema]) -> pl.DataFrame:
    """The table with nothing where a date is '9999-12-31', which says 'no date'."""
    return read.with_columns(
        pl.when(pl.col(column).cast(pl.String) != NO_DATE.isoformat()).then(pl.col(column))
        for column, kind in schema.columns().items()
        if isinstance(kind, dy.Date) and column in read.columns and read[column].dtype in (pl.String, pl.Date)
    )


def refuse_cells(draft: Draft, faults: Faults) -> None:
    """Refuse each cell that its column's type cannot hold."""
    found: dict[str, list[int]] = {column: [] for column in draft.given.columns}
    for index, column in sorted(draft.bad):
        found[column].append(index)
    for column, places in found.items():
        _refuse(draft, column, draft.given[column], places, faults)


def _refuse(draft: Draft, column: str, given: pl.Series, places: Sequence[int], faults: Faults) -> None:
    code = "BAD_COUNT" if column in ("cases", "value") else "BAD_VALUE"
    hits = []
    for index in places:
        draft.bad.add((index, column))
        what = f"{draft.at(index)}: {column} cannot be '{str(given[index])[:60]}'"
        hits.append(FaultPlace(draft.row(index), column, what, draft.posts(index)))
    faults.refuse_each(code, draft.name, hits)


def cast_tidy(given: pl.DataType, column: str, definition: dy.Column) -> pl.Expr:
    """The values in the type wanted, null where they do not go into it. Text is trimmed already."""
    value, kind = pl.col(column), definition.dtype
    whole = given.is_integer()
    if isinstance(given, pl.String | pl.Categorical | pl.Enum | pl.Null):
        return _from_text(value.cast(pl.String), kind)
    if kind == pl.String and given == pl.Boolean:
        return pl.when(value).then(pl.lit("true")).when(~value).then(pl.lit("false")).alias(column)
    if (kind in (pl.String, pl.Int64) and whole) or (kind == pl.Boolean and given == pl.Boolean):
        return value.cast(kind, strict=False)
    if kind == pl.Date and given == pl.Date:
        return value
    if kind == HOURS and (whole or given.is_decimal() or given.is_float()):
        return value.map_batches(_plain_decimal, return_dtype=pl.String).pipe(_from_text, kind)
    return pl.lit(None, dtype=kind).alias(column)


def _plain_decimal(given: pl.Series) -> pl.Series:
    text = pl.Series([None if value is None else f"{value}" for value in given], dtype=pl.String)
    return text.str.replace(r"(\.\d*?)0+$", "$1").str.strip_suffix(".")


def _from_text(text: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if kind == pl.String:
        return text
    if kind == pl.Boolean:
        return pl.when(text.is_in(["true", "false"])).then(text == "true")
    if kind == pl.Date:  # the length first: 2024-6-1 would be taken too
        return pl.when(text.str.len_bytes() == 10).then(text).str.to_date("%Y-%m-%d", strict=False)
    pattern = r"^-?[0-9]{1,18}$" if kind == pl.Int64 else r"^[0-9]{1,9}(\.[0-9]{1,6})?$"
    return pl.when(text.str.contains(pattern)).then(text).cast(kind, strict=False)


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
    written, is_told = draft.frame["tier"].str.to_uppercase(), "suspended" in draft.frame.columns
    suffixed = written.str.strip_suffix("S").is_in(list(tiers[1:])) & written.str.ends_with("S") & is_told
    plain = written.zip_with(~suffixed.fill_null(False), written.str.strip_suffix("S"))
    known = plain.is_in(list(tiers)).fill_null(False)
    suspended = pl.col("suspended").fill_null(False) | suffixed.fill_null(False)
    draft.frame = draft.frame.with_columns(tier=plain.set(~known, None))
    if is_told:
        draft.frame = draft.frame.with_columns(suspended=suspended)
    places = (written.is_not_null() & ~known).arg_true().to_list()
    if draft.name != "case_flag":
        _refuse(draft, "tier", written, places, faults)
    else:
        hits = [FaultPlace(draft.row(index), "tier", f"'{written[index]}'") for index in places]
        faults.warn_once("UNKNOWN_TIER_CODE", draft.name, hits, "{n} flags have a tier of no known name")
