"""Sources: which door the given paths belong to."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from wmt.intake import manifest, staging, tidy
from wmt.intake.book import Book, open_book
from wmt.intake.codes import Codes
from wmt.intake.faults import Faults, ReadingStopped
from wmt.intake.mentions import CASE_RANK, mentioned
from wmt.intake.model import SheetCount
from wmt.intake.read_table import source_of
from wmt.intake.workbook import gather_books

Progress = Callable[[str, float], None]
#: The one table that may come without a manifest, beside a workbook.
CASE_FILES = ("case.csv", "case.parquet")


def gather(
    paths: Sequence[Path], codes_at: Callable[[date], Codes], faults: Faults, share: float, progress: Progress
) -> staging.Gathered:
    """All tables of the night, from whichever door. Raises Refusal where a file cannot be opened at all."""
    bundles: list[manifest.Bundle] = []
    files: list[tuple[str, bytes]] = []
    for path in paths:
        if path.is_dir():
            bundles.append(manifest.folder_bundle(path))
            continue
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ReadingStopped("NOT_FOUND", f"{path.name} cannot be opened: {error.strerror}") from error
        if manifest.is_tidy_zip(data):
            bundles.append(manifest.zip_bundle(data, path.name))
        else:
            files.append((path.name, data))
    if bundles:
        if len(bundles) > 1 or files:
            raise ReadingStopped("MIXED_INPUT", "a tidy folder or zip was given together with something else")
        return tidy.gather_tidy(bundles[0], faults)
    return _gather_files(files, codes_at, faults, share, progress)


def _gather_files(
    files: Sequence[tuple[str, bytes]],
    codes_at: Callable[[date], Codes],
    faults: Faults,
    share: float,
    progress: Progress,
) -> staging.Gathered:
    cases = [file for file in files if file[0].lower() in CASE_FILES]
    workbooks = [file for file in files if file not in cases]
    if not workbooks or len(cases) > 1:
        raise ReadingStopped(
            "MIXED_INPUT", "there is no workbook among the files, or more than one case file"
        )
    books: list[Book] = []
    refusals: list[ReadingStopped] = []
    for number, (name, data) in enumerate(workbooks):
        progress(f"opening {name}", 0.1 + 0.4 * number / len(workbooks))
        try:
            books.append(open_book(data, name))
        except ReadingStopped as refusal:
            refusals.append(refusal)
    for other in refusals[:-1]:
        faults.refused(other)
    if refusals:
        raise refusals[-1]
    progress("reading the sheets", 0.5)
    night = gather_books(books, codes_at, faults, share)
    night.sources = [source_of(data, name) for name, data in files]
    for name, data in cases:
        _add_cases(night, name, data, faults)
    return night


def _add_cases(night: staging.Gathered, name: str, data: bytes, faults: Faults) -> None:
    """Put a case file beside a workbook's counts; both are reconciled later."""
    if night.tier_scheme is None:
        return
    table, rows = tidy.read_tidy_table("case", data, name, night.tier_scheme, faults)
    night.sheets["case"] = SheetCount(rows or 0, 0)
    night.case = tidy.with_posts(
        night, staging.shaped(table.with_columns(sheet=pl.lit("case"), cases=1), staging.CASE), faults
    )
    night.complete_cases = True
    night.person = staging.stacked([night.person, mentioned(night.case, CASE_RANK)], staging.PERSON)
