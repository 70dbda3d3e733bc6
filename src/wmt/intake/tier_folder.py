"""A folder of tables that tiers are worked out from, checked like the tables of an extract."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from wmt.intake import tidy_cast
from wmt.intake.cells import plain_crns
from wmt.intake.faults import FaultPlace, Faults, ReadingStopped
from wmt.intake.read_table import read_typed
from wmt.intake.tier_tables import DEFAULTS, PARENTS, TABLES
from wmt.tiering.needs import ANSWERS, scored
from wmt.tiering.rulebook import AG, first_day, rulebook_of
from wmt.tiering.tables import SHAPES, TierInput

SUFFIXES = (".csv", ".parquet")
MAIN = "tier_case"


def read_tier_folder(folder: Path, faults: Faults) -> TierInput | None:
    """The tables of a folder, `tier_case` at least; None without it. What is wrong stands in `faults`."""
    files: dict[str, Path] = {}
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() in SUFFIXES and file.is_file():
            if file.stem in files:
                what = f"{files[file.stem].name} and {file.name} are the same table"
                faults.refuse("TIER_TABLE_TWICE", what, sheet=file.stem)
            files[file.stem] = file
    if MAIN not in files:
        faults.refuse("TIER_FOLDER", f"the folder {folder.name} holds no table {MAIN}", sheet=MAIN)
        return None
    for name in sorted(set(files) - set(TABLES)):
        faults.warn("TIER_UNKNOWN_TABLE", f"the table {name[:60]} is not known", sheet=name)
    read = {name: _table(name, files[name], faults) for name in TABLES if name in files}
    cases = read[MAIN].with_row_index("case_no").with_columns(pl.col("case_no").cast(pl.Int64))
    for name in read:
        _check_parents(name, read, faults)
    numbers = cases.select("case_no", "case_ref")
    frames = {
        TABLES[name][0]: _shaped(
            cases if name == MAIN else table.join(numbers, on="case_ref"), TABLES[name][0], read
        )
        for name, table in read.items()
    }
    return TierInput(**frames)


def _table(name: str, file: Path, faults: Faults) -> pl.DataFrame:
    """The rows of a table that keep its rules; each of the others is refused by file, row and column."""
    schema = TABLES[name][1]
    try:
        read = read_typed(file.read_bytes(), file.name)
    except ReadingStopped as refusal:
        faults.refuse(refusal.code, refusal.what, sheet=name, row=refusal.row, column=refusal.column)
        return schema.create_empty()
    except OSError as error:
        faults.refuse("NOT_FOUND", f"{file.name} cannot be read: {error.strerror}", sheet=name)
        return schema.create_empty()
    _check_columns(name, file.name, read.columns, faults)
    draft = tidy_cast.cast_table(name, tidy_cast.without_no_date(read, schema), schema, tidy_cast.cast_tidy)
    defaults = DEFAULTS.get(name, {})
    draft.frame = plain_crns(tidy_cast.fill_defaults(draft.frame, defaults))
    small = [
        column
        for column in ("section", "severity", "kind", "impulsivity", "temper", "dc_srp_band", *ANSWERS)
        if column in draft.frame.columns
    ]
    draft.frame = draft.frame.with_columns(pl.col(small).str.to_lowercase())
    hits: list[tuple[int, str, str, str]] = [
        (index, column, "", str(draft.given[column][index])[:60]) for index, column in sorted(draft.bad)
    ]
    good, broken = draft.broken(schema)
    for row, column, kind in broken:
        if (row - 2, column) not in draft.bad:
            value = "" if column == "primary_key" else str(draft.given[column][row - 2])[:60]
            hits.append((row - 2, column, kind, value))
    _refuse(name, file.name, hits, faults)
    return good


def _check_columns(name: str, file: str, columns: list[str], faults: Faults) -> None:
    kinds = {column: kind for column, kind in TABLES[name][1].columns().items() if column != "row"}
    for column, kind in kinds.items():
        if not kind.nullable and column not in columns and column not in DEFAULTS.get(name, {}):
            faults.refuse("TIER_COLUMN", f"{file} has no column {column}", sheet=name, row=1, column=column)
    if strange := [column for column in columns if column not in kinds]:
        what = f"{file} has unrecognised columns: {', '.join(strange[:10])}"
        faults.warn("TIER_UNKNOWN_COLUMN", what, sheet=name, row=1, column=strange[0])


def _refuse(name: str, file: str, hits: list[tuple[int, str, str, str]], faults: Faults) -> None:
    found: dict[str, list[FaultPlace]] = {}
    for index, column, kind, value in hits:
        code, what = "TIER_VALUE", f"{column} cannot be '{value}'"
        if column == "primary_key":
            code, what, column = "DUPLICATE_KEY", "a second row of the same key", "case_ref"
        elif kind == "nullability":
            code, what = "MISSING_VALUE", f"{column} is empty"
        found.setdefault(code, []).append(FaultPlace(index + 2, column, f"{file} row {index + 2}: {what}"))
    for code, places in found.items():
        faults.refuse_each(code, name, sorted(places, key=lambda hit: hit.row or 0))


def _check_parents(name: str, read: Mapping[str, pl.DataFrame], faults: Faults) -> None:
    """Refuse rows that belong to no row: without them a tier would be wrong and look right."""
    parent, key = PARENTS.get(name, (MAIN, ("case_ref",)))
    if name == MAIN:
        return
    above = read.get(parent, TABLES[parent][1].create_empty())
    alone = read[name].join(above.select(key), on=list(key), how="anti")
    hits = [
        FaultPlace(
            row, key[-1], f"{name} row {row}: {parent} has no row for {' '.join(str(each) for each in keys)}"
        )
        for row, *keys in alone.select("row", *key).iter_rows()
    ]
    faults.refuse_each("TIER_WITHOUT_CASE", name, hits)


def _shaped(table: pl.DataFrame, shape: str, read: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """A table in the columns of its shape."""
    if shape == "case":
        gives = {f"gives_{name}s": pl.lit(name in read) for name in ("registration", "conviction")}
        table = table.with_columns(**gives, gives_enforcement=pl.lit("enforcement" in read)).rename(
            {"case_ref": "crn"}
        )
    if shape == "need":
        return scored(table, rulebook_of(first_day(AG)))
    return table.select(pl.col(column).cast(kind) for column, kind in SHAPES[shape].items())
