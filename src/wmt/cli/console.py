"""What the terminal shows: tables, progress, complaints."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


class Refusal(Exception):  # noqa: N818 - it is no error of the program
    """The input or the question is refused; exit code 2. An empty message: everything is said already."""


def complain(message: str) -> None:
    """One plain line on standard error."""
    print(f"wmt: {message}", file=sys.stderr)


@contextmanager
def progress() -> Iterator[Callable[[str, float], None]]:
    """A bar on standard error for whatever takes over a second; silent when nobody watches."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda stage, share: bar.update(task, description=stage, completed=share)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, left: int = 1) -> None:
    """A table; the first `left` columns are text, the rest are figures."""
    grid = Table(title=title, title_justify="left", title_style="bold", header_style="bold", box=None)
    for number, column in enumerate(columns):
        grid.add_column(column, justify="left" if number < left else "right", overflow="fold")
    for row in rows:
        grid.add_row(*(figure(value) for value in row))
    out.print(grid)


def figure(value: object) -> str:
    """A value as people read it: thousands apart, no idle decimals, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:,.0f}" if value == value.to_integral_value() else f"{value.normalize():,f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def percent(value: Decimal | None) -> str:
    """A capacity with two places shown with one, half-up; in words where there is none."""
    return "no available time" if value is None else f"{value:,.1f}%"
