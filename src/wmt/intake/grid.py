"""Grids: the cells of one sheet as they came out of a file."""

from dataclasses import dataclass

from wmt.intake.cells import BadCell, Cell, show

Place = tuple[int, int]
"""Row and column, both from 0."""


@dataclass(frozen=True)
class Grid:
    """One sheet: its name as written and its rows from row 1 on, all of one width, '' where empty."""

    name: str
    rows: list[list[Cell]]

    def values(self) -> int:
        """How many cells hold something."""
        return sum(len(row) - row.count("") for row in self.rows)


class SparseGrid:
    """A grid in the making: cells come in any order, and none may take another's place unseen."""

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = []
        self.width = 0
        self.provisional: set[Place] = set()
        self.merged: list[tuple[str, Place, Place]] = []

    @property
    def height(self) -> int:
        """How many rows there are so far."""
        return len(self.rows)

    def put(self, row: int, column: int, value: Cell, *, may_replace: bool = False) -> None:
        """Set a cell. Two values of one place are a bad cell, unless one `may_replace` or be replaced."""
        while len(self.rows) <= row:
            self.rows.append([])
        cells = self.rows[row]
        if len(cells) <= column:
            cells.extend([""] * (column + 1 - len(cells)))
        taken = cells[column] != "" and (row, column) not in self.provisional
        cells[column] = BadCell("two values, for the file has this cell twice") if taken else value
        if may_replace:
            self.provisional.add((row, column))
        else:
            self.provisional.discard((row, column))
        self.width = max(self.width, column + 1)

    def merge(self, reference: str, first: Place, last: Place) -> None:
        """Note that the cells from `first` to `last` are shown as one."""
        self.merged.append((reference, first, last))

    def grid(self, name: str) -> Grid:
        """All rows, of one width. A blank cell under a merged one that shows something is a bad cell."""
        for row in self.rows:
            row.extend([""] * (self.width - len(row)))
        for reference, first, last in self.merged:
            self._cover(reference, first, last)
        return Grid(name, self.rows)

    def _cover(self, reference: str, first: Place, last: Place) -> None:
        if first[0] >= self.height or first[1] >= self.width:
            return
        shown = self.rows[first[0]][first[1]]
        if shown == "":
            return
        bad = BadCell(
            f"nothing of its own: it is part of the merged cell {reference}, which shows '{show(shown)}'"
        )
        for row in self.rows[first[0] : last[0] + 1]:
            for column in range(first[1], min(last[1] + 1, self.width)):
                if row[column] == "":
                    row[column] = bad
