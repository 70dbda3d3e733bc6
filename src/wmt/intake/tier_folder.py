"""A folder of tables that tiers are worked out from, checked like the tables of an extract."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import polars as pl

from wmt.intake import tidy_cast
from wmt.intake.cells import plain_crns
from wmt.intake.faults import FaultPlace, Faults, ReadingStopped
from wmt.intake.read_table import read_typed
from wmt.intake.tier_tables import DEFAULTS, PARENTS, TABLES
from wmt.tiering.named_tables import MAIN, tier_input
from wmt.tiering.needs import ANSWERS
from wmt.tiering.tables import TierInput

SUFFIXES = (".csv", ".parquet")


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
    check_parents(read, faults)
    return tier_input(read)


def _table(name: str, file: Path, faults: Faults) -> pl.DataFrame:
    """The rows of a table that keep its rules."""
    try:
        data = file.read_bytes()
    except OSError as error:
        faults.refuse("NOT_FOUND", f"{file.name} cannot be read: {error.strerror}", sheet=name)
        return TABLES[name].create_empty()
    return read_tier_table(name, data, file.name, faults)[0]


def read_tier_table(name: str, data: bytes, file: str, faults: Faults) -> tuple[pl.DataFrame, int | None]:
    """The rows of a table that keep its rules, and how many it has (None when unreadable).

    Each of the other rows is refused by file, row and column.
    """
    schema = TABLES[name]
    try:
        read = read_typed(data, file)
    except ReadingStopped as refusal:
        faults.refuse(refusal.code, refusal.what, sheet=name, row=refusal.row, column=refusal.column)
        return schema.create_empty(), None
    _check_columns(name, file, read.columns, faults)
    draft = tidy_cast.cast_table(name, tidy_cast.without_no_date(read, schema), schema, tidy_cast.cast_tidy)
    defaults = DEFAULTS.get(name, {})
    draft.frame = plain_crns(tidy_cast.fill_defaults(draft.frame, defaults))
    small = [
        column
        for column in (
            "section",
            "severity",
            "kind",
            "rosh",
            "impulsivity",
            "temper",
            "dc_srp_band",
            *ANSWERS,
        )
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
    _refuse(name, file, hits, faults)
    return good, len(read)


def tables_of_night(
    tables: Mapping[str, pl.DataFrame], as_at: datetime | None, faults: Faults
) -> dict[str, pl.DataFrame]:
    """Those of a night's tables that tiers are worked out from, as the night keeps them: none without any.

    Refuses rows that belong to no case, and cases as of a day that had not come.
    """
    read = {name: tables[name] for name in TABLES if name in tables}
    if not read:
        return {}
    if MAIN not in read:
        what = f"the manifest lists no table {MAIN}, and the table {next(iter(read))} belongs to its cases"
        faults.refuse("MISSING_SHEETS", what, sheet=MAIN)
        return {}
    check_parents(read, faults)
    ahead = read[MAIN].filter(pl.col("as_of") > as_at.date()) if as_at else read[MAIN].clear()
    hits = [
        FaultPlace(row, "as_of", f"{MAIN} row {row}: as_of is {day}, after the day of the extract")
        for row, day in ahead.select("row", "as_of").iter_rows()
    ]
    faults.refuse_each("TIER_DAY_AHEAD", MAIN, hits)
    return {name: table.drop("row") for name, table in read.items()}


def _check_columns(name: str, file: str, columns: list[str], faults: Faults) -> None:
    kinds = {column: kind for column, kind in TABLES[name].columns().items() if column != "row"}
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


def check_parents(read: Mapping[str, pl.DataFrame], faults: Faults) -> None:
    """Refuse rows that belong to no row: without them a tier would be wrong and look right."""
    for name in read:
        parent, key = PARENTS.get(name, (MAIN, ("case_ref",)))
        if name == MAIN:
            continue
        above = read.get(parent, TABLES[parent].create_empty())
        alone = read[name].join(above.select(key), on=list(key), how="anti")
        hits = [
            FaultPlace(
                row,
                key[-1],
                f"{name} row {row}: {parent} has no row for {' '.join(str(each) for each in keys)}",
            )
            for row, *keys in alone.select("row", *key).iter_rows()
        ]
        faults.refuse_each("TIER_WITHOUT_CASE", name, hits)
