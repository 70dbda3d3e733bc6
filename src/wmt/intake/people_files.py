"""People tables in a folder, in single files, or on the sheets of one workbook."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from wmt import rules
from wmt.intake import people_schema, people_tables
from wmt.intake.cells import clean_name
from wmt.intake.codes import Codes, ReductionReason, codes_at
from wmt.intake.faults import Faults, ReadingStopped
from wmt.intake.limits import of_people
from wmt.intake.model import InputFile
from wmt.intake.people_book import book_tables
from wmt.intake.people_cells import PeopleTable, rows_of
from wmt.intake.people_model import People
from wmt.intake.read_table import read_table, source_of

SUFFIXES = (".csv", ".parquet")
BOOK = ".xlsx"
#: What stands before the names of these tables among those a night keeps.
KEPT = "people_"
#: What may tell of a person more than hours and days; kept only where names are.
_PERSONAL = ("notes", "why")
#: A spreadsheet program takes a text that begins with one of these for a formula, unless an apostrophe
#: stands before it: tables that are kept as CSV have it, and it is no part of the text.
_GUARDED = r"^'[=+\-@']"


def read_people(folder: Path, codes: Codes, day: date, faults: Faults) -> People:
    """The tables of a folder; all but one may be absent. Faults are confined to posts where possible."""
    files = _in_folder(folder, faults, one_of_each=True)
    if not files:
        return People()
    return _people(_tables(files, faults), codes.reasons, day, faults, _sources(files))


def kept_tables(folder: Path, *, names: bool) -> dict[str, pl.DataFrame]:
    """The tables of a folder that was read without a fault, as they are, for a night to keep."""
    tables = _tables(_in_folder(folder, Faults(), one_of_each=True), Faults())
    return {
        f"{KEPT}{name}": table.frame if names else table.frame.drop(_PERSONAL, strict=False)
        for name, table in tables.items()
        if name not in (people_schema.STAFF_FILE, people_schema.ESTABLISHMENT_FILE)
    }


def read_people_tables(
    given: Path | Sequence[tuple[str, bytes]],
    day: date,
    *,
    tree: rules.Tree | None = None,
    known: Mapping[str, ReductionReason] | None = None,
) -> tuple[People, Faults]:
    """People tables without an extract: a folder, a file, or files by name and content, .xlsx among them.

    `day` is the one on which hours, grades and reasons are told. `known` are reasons beside those of the
    rules. Where the faults refuse anything, what is given back is not whole.
    """
    faults = Faults()
    reasons_known = {**codes_at(tree or rules.load(), day).reasons, **(known or {})}
    if not isinstance(given, Path):
        files = list(given)
    elif given.is_dir():
        files = _in_folder(given, faults)
    else:
        files = _bytes([given], faults)
    return _people(_tables(files, faults), reasons_known, day, faults, _sources(files)), faults


def _in_folder(folder: Path, faults: Faults, *, one_of_each: bool = False) -> list[tuple[str, bytes]]:
    """The files of a folder that are tables of people; with `one_of_each` CSV goes before Parquet."""
    found: list[Path] = []
    for name in people_schema.TABLES:
        files = [file for suffix in SUFFIXES if (file := folder / f"{name}{suffix}").is_file()]
        found += files[:1] if one_of_each else files
    if not found:
        what = f"the folder {folder.name} holds none of {', '.join(people_schema.TABLES)}"
        faults.refuse("PEOPLE_NOT_A_TABLE", what, sheet=people_schema.HOURS_FILE)
    return _bytes(found, faults)


def _bytes(paths: Sequence[Path], faults: Faults) -> list[tuple[str, bytes]]:
    found = []
    for path in paths:
        try:
            found.append((path.name, path.read_bytes()))
        except OSError as error:
            what = f"{path.name} cannot be read: {error.strerror}"
            faults.refuse("PEOPLE_NOT_A_TABLE", what, sheet=path.stem)
    return found


def _sources(files: Collection[tuple[str, bytes]]) -> list[InputFile]:
    return [source_of(data, f"people/{name}") for name, data in files]


def _tables(files: Sequence[tuple[str, bytes]], faults: Faults) -> dict[str, PeopleTable]:
    """The tables of files by name. What is none of them, or there twice, is refused by its name."""
    found: dict[str, PeopleTable] = {}
    for file, data in files:
        with of_people():
            tables = _tables_of(file, data, faults)
        for table in tables:
            if table.name in found:
                what = f"{table.file} holds {table.name}, and so does {found[table.name].file}"
                faults.refuse("DUPLICATE_SHEET_OR_COLUMN", what, sheet=table.name)
            found.setdefault(table.name, table)
    return found


def _tables_of(file: str, data: bytes, faults: Faults) -> list[PeopleTable]:
    if file.lower().endswith(BOOK):
        return book_tables(data, file, people_schema.TABLES, faults)
    # a file's name tells its table, also where a browser or a person added to it: 'reductions (2).csv'
    stem, dot, suffix = file.rpartition(".")
    word = clean_name(stem).replace(" ", "_")
    fitting = people_schema.TABLES if f"{dot}{suffix.lower()}" in SUFFIXES else ()
    name = next((table for table in fitting if re.match(rf"{table}(?![a-z])", word)), None)
    if name is None:
        what = f"nobody can tell which table {file} is"
        faults.refuse("PEOPLE_UNKNOWN_TABLE", what, sheet=file)
        return []
    try:
        frame, text = read_table(data, file), pl.col(pl.String)
        bare = pl.when(text.str.contains(_GUARDED)).then(text.str.slice(1)).otherwise(text).name.keep()
        return [PeopleTable(name, file, frame.with_columns(bare))]
    except ReadingStopped as error:
        what = f"{file} cannot be read: {error}"
        faults.refuse("PEOPLE_NOT_A_TABLE", what, sheet=name, row=error.row)
        return []


def _people(
    tables: Mapping[str, PeopleTable],
    known: Mapping[str, ReductionReason],
    day: date,
    faults: Faults,
    sources: list[InputFile],
) -> People:
    """The tables as records, each checked. Reasons come first: reductions name them."""
    hours, cuts, grades, named, staff, units = (
        rows_of(tables[name], faults) if name in tables else ()
        for name in (
            people_schema.HOURS_FILE,
            people_schema.REDUCTIONS_FILE,
            people_schema.GRADES_FILE,
            people_schema.REASONS_FILE,
            people_schema.STAFF_FILE,
            people_schema.ESTABLISHMENT_FILE,
        )
    )
    dated, corrected = people_tables.dated_hours(hours), people_tables.grade_corrections(grades)
    own = people_tables.reasons(named)
    standing, gone = people_tables.reductions(cuts, people_tables.reasons_on(known, own, day))
    return People(
        hours_micro=people_tables.hours_on(dated, day),
        reductions=standing,
        sources=sources,
        dated_hours=dated,
        grades=people_tables.grades_on(corrected, day),
        grade_corrections=corrected,
        reasons=own,
        withdrawn=gone,
        staff=people_tables.staff_details(staff),
        establishment=people_tables.establishment(units),
    )
