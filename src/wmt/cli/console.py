"""What the terminal shows beside tables: words, progress, complaints."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.segment import Segment
from rich.text import Text

from wmt.errors import NotNowError, RefusalError
from wmt.ledger.arithmetic import shown_capacity
from wmt.printable import escaped

#: Into a file or a pipe there is no edge; this is wide enough for every table.
_FILE_WIDTH = 160


class SafeConsole(Console):
    """A terminal in which nothing that is printed acts: names and messages may come from anybody's file."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Its segments, with whatever acts or hides written out. Ends of lines are ours."""
        for segment in super().render(renderable, options):
            text = segment.text if segment.control else escaped(segment.text, keep="\n")
            yield segment if text == segment.text else Segment(text, segment.style)


def _console(*, stderr: bool = False) -> Console:
    found = SafeConsole(stderr=stderr, highlight=False)
    if not found.is_terminal and "COLUMNS" not in os.environ:
        found.width = _FILE_WIDTH
    return found


out = _console()
err = _console(stderr=True)


class RefusedInput(RefusalError):  # noqa: N818 - it is no error of the program
    """The input or the question is refused; exit code 2. An empty message: everything is said already."""


class Failure(NotNowError):  # noqa: N818 - the same
    """What was asked for makes sense and cannot be done now; exit code 1."""


class HeldNight(Exception):  # noqa: N818 - the same
    """A night waits for a person's decision; exit code 3."""


def complain(message: str) -> None:
    """One plain line on standard error."""
    print("wmt:", escaped(message, keep="\n"), file=sys.stderr)


def say_aloud(label: str, style: str, message: str) -> None:
    """A labelled message on standard error: wrapped in a terminal, one line of a log elsewhere."""
    err.print(Text.assemble((label, style), ": ", message), soft_wrap=not err.is_terminal)


@contextmanager
def progress() -> Iterator[Callable[[str, float], None]]:
    """A bar on standard error for whatever takes over a second; silent when nobody watches."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda stage, share: bar.update(task, description=stage, completed=share)


def capacity(points: Decimal, available: Decimal) -> str:
    """A capacity as people see it, or the words for none: divided and rounded once, from exact points."""
    return shown_capacity(int(points.scaleb(2)), int(available.scaleb(2)))
