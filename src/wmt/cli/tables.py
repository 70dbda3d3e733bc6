"""Tables for people: figures never wrap, texts wrap at words, and a narrow terminal loses columns first."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table

from wmt.cli.console import out
from wmt.ledger.arithmetic import MINUS, grouped

Kind = Literal["figure", "text", "whole"]

_GAP = 2
_LONGEST_WORD = 24
_EASY_READING = 18


@dataclass(frozen=True)
class TextColumn:
    """A column: its heading (lines apart by \\n), and what it holds.

    'figure' stands to the right and never wraps, 'whole' (a code) to the left and never wraps, 'text'
    wraps at words. Columns with `spare` are left out where there is no room, the lowest number first.
    """

    head: str
    kind: Kind = "figure"
    spare: int = 0

    def natural(self, cells: Sequence[str]) -> int:
        """The width at which nothing wraps."""
        return max(cell_len(line) for text in (self.head, *cells) for line in text.split("\n"))

    def least(self, cells: Sequence[str]) -> int:
        """The width at which no figure, code or usual word is broken, and texts are no towers."""
        natural = self.natural(cells)
        if self.kind != "text":
            return natural
        words = (cell_len(word) for text in (self.head, *cells) for word in text.split())
        return max(min(natural, _EASY_READING), min(max(words, default=0), _LONGEST_WORD))


def table(title: str, columns: Sequence[TextColumn], rows: Sequence[Sequence[object]]) -> None:
    """Print a table. Columns that are empty throughout are left out; what did not fit is named below."""
    shown = [[figure(value) for value in row] for row in rows]
    cells = {column: [row[place] for row in shown] for place, column in enumerate(columns)}
    filled = [column for column in columns if not rows or any(cells[column])]
    kept = list(filled)
    least = {column: column.least(cells[column]) for column in filled}
    while sum(least[column] + _GAP for column in kept) - _GAP > out.width:
        spare = [column for column in kept if column.spare]
        if not spare:
            break
        kept.remove(min(spare, key=lambda column: column.spare))
    widths = _widths(kept, cells)
    grid = Table(
        box=None, padding=(0, _GAP, 0, 0), pad_edge=False, width=sum(widths) + _GAP * (len(kept) - 1),
        header_style="bold", show_edge=False,
    )  # fmt: skip
    deepest = max(column.head.count("\n") for column in kept)
    for column, width in zip(kept, widths, strict=True):
        justify: Literal["right", "left"] = "right" if column.kind == "figure" else "left"
        head = "\n" * (deepest - column.head.count("\n")) + column.head
        grid.add_column(head, justify=justify, width=width, overflow="fold")
    for number in range(len(rows)):
        grid.add_row(*(escape(cells[column][number]) for column in kept))
    out.print(f"[bold]{escape(title)}[/]", soft_wrap=True)
    out.print(grid, crop=False)
    missing = [column.head.replace("\n", " ") for column in filled if column not in kept]
    if missing:
        out.print(f"(no room here for: {', '.join(missing)})", style="dim")


def figure(value: object) -> str:
    """A value as people read it: thousands apart, no idle decimals, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        shown = f"{value:,.0f}" if value == value.to_integral_value() else f"{value.normalize():,f}"
        return shown.replace("-", MINUS)
    return grouped(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _widths(columns: Sequence[TextColumn], cells: dict[TextColumn, list[str]]) -> list[int]:
    """The least width for every column, and the room that is left to the texts that want it."""
    widths = [column.least(cells[column]) for column in columns]
    wanted = [column.natural(cells[column]) for column in columns]
    room = out.width - sum(widths) - _GAP * (len(columns) - 1)
    while room > 0 and (hungry := [n for n in range(len(columns)) if widths[n] < wanted[n]]):
        for place in hungry[:room]:
            widths[place] += 1
        room -= min(room, len(hungry))
    return widths
