"""A small nation, written once, and plain readers of what was written."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import python_calamine

from wmt.demo import Truth

Grid = list[list[Any]]


@dataclass(frozen=True)
class Written:
    """One nation on disk and the truth about it."""

    folder: Path
    truth: Truth

    def night(self, number: int) -> Path:
        return self.folder / self.truth.nights[number].folder

    def tidy(self, number: int, table: str) -> pl.DataFrame:
        return pl.read_parquet(self.night(number) / "tidy" / f"{table}.parquet")

    def people(self, number: int, table: str) -> pl.DataFrame:
        return pl.read_csv(self.night(number) / "people" / f"{table}.csv", infer_schema=False)

    def workbook(self, number: int) -> dict[str, Grid]:
        return read_workbook(self.night(number) / "extract.xlsx")

    @cached_property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))
        return found


def read_workbook(path: Path) -> dict[str, Grid]:
    """Every sheet as rows of cells; row 0 holds the headers."""
    book = python_calamine.CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def records(grid: Grid, *keys: str) -> list[dict[str, Any]]:
    """The rows of a sheet in which every one of the keys is filled."""
    named = [dict(zip(grid[0], row, strict=True)) for row in grid[1:]]
    return [row for row in named if all(str(row[key]).strip() for key in keys)]
