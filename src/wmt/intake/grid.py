"""Grids: the cells of one sheet as they came out of a file."""

from collections.abc import Mapping
from dataclasses import dataclass

from wmt.intake.cells import BadCell, Cell


@dataclass(frozen=True)
class Grid:
    """One sheet: its name as written and its rows from row 1 on, all of one width, '' where empty."""

    name: str
    rows: list[list[Cell]]


def grid_with(name: str, rows: list[list[Cell]], bad: Mapping[tuple[int, int], BadCell]) -> Grid:
    """A grid in which the bad cells stand where the reader saw a blank. Widened where they lie outside."""
    if not bad:
        return Grid(name, rows)
    width = max(len(rows[0]) if rows else 0, 1 + max(column for _, column in bad))
    rows = [row + [""] * (width - len(row)) for row in rows]
    empty: list[Cell] = [""] * width
    rows += [empty] * (1 + max(row for row, _ in bad) - len(rows))
    for (row, column), cell in bad.items():
        if rows[row] is empty:
            rows[row] = list(empty)
        rows[row][column] = cell
    return Grid(name, rows)
