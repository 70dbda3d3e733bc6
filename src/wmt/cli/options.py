"""Options that several commands share, with one wording."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from wmt.cli.console import RefusedInput
from wmt.days import read_day, why_not
from wmt.ledger import LEVELS, STREAMS


def parse_day(text: str) -> date:
    """A day as people write it (`read_day`). Raises BadParameter with the remedy."""
    found = read_day(text)
    if found is None:
        raise typer.BadParameter(f"'{text}' is not a day; write it as 2023-01-06 or 6/1/2023")
    if why := why_not("rule", found):
        raise typer.BadParameter(why)
    return found


def chosen_stream(stream: str | None) -> str | None:
    """The stream asked for, if any. Raises Refusal."""
    if stream is not None and stream not in STREAMS:
        raise RefusedInput(f"'{stream}' is no stream; the streams are {', '.join(STREAMS)}")
    return stream


def chosen_levels(levels: list[str] | None, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    """The levels asked for, in their own order; refuses unknown ones."""
    unknown = sorted(set(levels or ()) - set(LEVELS))
    if unknown:
        raise RefusedInput(f"--level {unknown[0]}: choose one of {', '.join(LEVELS)}")
    return tuple(level for level in LEVELS if level in (levels or otherwise))


Paths = Annotated[
    list[Path], typer.Argument(metavar="PATH…", help="A workbook, a tidy folder or zip, or a night's folder.")
]
PathsOrNone = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="PATH…", help="A workbook, a tidy folder or zip, or a night's folder.", show_default=False
    ),
]
People = Annotated[
    Path | None, typer.Option("--people", help="Folder with contracted_hours and reductions tables.")
]
RulesDate = Annotated[
    date | None,
    typer.Option("--rules-date", parser=parse_day, metavar="DAY", help="Price by the rules of this day."),
]
Overlays = Annotated[
    list[Path] | None, typer.Option("--overlay", help="YAML file of values laid over the rules; repeatable.")
]
SetAside = Annotated[
    bool, typer.Option("--set-aside", help="Leave out posts with a fault of their own instead of refusing.")
]
Against = Annotated[
    Path | None, typer.Option("--against", metavar="NIGHT", help="Also compare its size with this night.")
]
Level = Annotated[
    list[str] | None, typer.Option("--level", help="post, team, pdu, region or nation; repeatable.")
]
Stream = Annotated[
    str | None,
    typer.Option("--stream", help="Only this stream: sentence_management, courts or omic."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Out = Annotated[
    Path | None, typer.Option("--out", help="Also write a file: .xlsx, .csv or .parquet, by its name.")
]
