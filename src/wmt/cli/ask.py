"""`wmt ask`: questions over years of history, answered with a sentence and a table."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from wmt.cli import files, options, tables
from wmt.cli.console import out
from wmt.cli.nights_folder import Nights, home
from wmt.history import (
    ALL_LEVELS,
    READINGS,
    Answer,
    AnswerTable,
    History,
    cases_per_officer,
    days_over,
    longest_spells,
    open_history,
    over_for_weeks,
    spread,
)
from wmt.history.officers import WHO
from wmt.ledger import HEADLINE, STREAMS

app = typer.Typer(
    name="ask",
    help="Ask the history: who was over a threshold and for how long, how capacity is spread, cases held.",
    no_args_is_help=True,
)

Percent = Annotated[
    str, typer.Option("--percent", metavar="PERCENT", help="The threshold: only more than it counts.")
]
Weeks = Annotated[int, typer.Option("--weeks", min=1, max=520, help="Weeks in a row.")]
Level = Annotated[str, typer.Option("--level", help=f"{', '.join(ALL_LEVELS)}.")]
From = Annotated[
    date | None, typer.Option("--from", parser=options.parse_day, metavar="DAY", help="The first day.")
]
To = Annotated[
    date | None, typer.Option("--to", parser=options.parse_day, metavar="DAY", help="The last day.")
]
Grade = Annotated[str, typer.Option("--grade", help="Only posts of this grade, such as PO.")]
By = Annotated[str, typer.Option("--by", help="day (the last one) or year.")]
Reading = Annotated[
    str, typer.Option("--reading", help=f"How weeks in a row are read: {', '.join(READINGS)}.")
]
Stream = Annotated[str, typer.Option("--stream", help=f"{', '.join(STREAMS)}.")]
Counted = Annotated[str, typer.Option("--officers", help=f"Who is counted: {', '.join(WHO)}.")]
Months = Annotated[bool, typer.Option("--months", help="List every month end, and write that to --out.")]
Top = Annotated[int, typer.Option("--top", min=0, help="Show this many rows; 0: all.")]
Who = Annotated[bool, typer.Option("--who", help="List who it was, and write that to --out.")]


@app.command("over")
def over(
    percent: Percent = "120",
    weeks: Weeks = 4,
    level: Level = "post",
    first: From = None,
    last: To = None,
    grade: Grade = "",
    stream: Stream = HEADLINE,
    reading: Reading = "every day",
    who: Who = False,
    top: Top = 20,
    nights: Nights = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """How many were over a threshold for several weeks in a row, in each year, and who."""
    mark = _percent_x100(percent)
    _answer(
        lambda history: over_for_weeks(
            history, mark, weeks, level, first, last, grade=grade, reading=reading, stream=stream
        ),
        nights, json=json, out_file=out_file, top=top, who=who,
    )  # fmt: skip


@app.command("days-over")
def ask_days_over(
    percent: Percent = "110",
    level: Level = "team",
    first: From = None,
    last: To = None,
    grade: Grade = "",
    stream: Stream = HEADLINE,
    top: Top = 20,
    nights: Nights = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """How many days each unit was over a threshold."""
    mark = _percent_x100(percent)
    _answer(
        lambda history: days_over(history, mark, level, first, last, grade=grade, stream=stream),
        nights, json=json, out_file=out_file, top=top,
    )  # fmt: skip


@app.command("spread")
def ask_spread(
    level: Level = "post",
    first: From = None,
    last: To = None,
    grade: Grade = "",
    stream: Stream = HEADLINE,
    by: By = "day",
    nights: Nights = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """How capacities are spread over bands, by grade."""
    _answer(
        lambda history: spread(history, level, first, last, by=by, grade=grade, stream=stream),
        nights, json=json, out_file=out_file, top=0,
    )  # fmt: skip


@app.command("spells")
def ask_spells(
    percent: Percent = "110",
    level: Level = "post",
    first: From = None,
    last: To = None,
    grade: Grade = "",
    stream: Stream = HEADLINE,
    reading: Reading = "every day",
    top: Top = 20,
    nights: Nights = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """The longest periods over a threshold."""
    mark = _percent_x100(percent)
    _answer(
        lambda history: longest_spells(
            history, mark, level, first, last, top, grade=grade, reading=reading, stream=stream
        ),
        nights, json=json, out_file=out_file, top=0,
    )  # fmt: skip


@app.command("officers")
def ask_officers(
    first: From = None,
    last: To = None,
    grade: Grade = "",
    stream: Stream = HEADLINE,
    officers: Counted = "holding",
    months: Months = False,
    nights: Nights = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """Average active cases per officer by grade, at month ends and over all days."""
    _answer(
        lambda history: cases_per_officer(history, first, last, who=officers, grade=grade, stream=stream),
        nights, json=json, out_file=out_file, top=0, who=months,
    )  # fmt: skip


#: Far beyond any capacity, and small enough to be multiplied by any points.
_MOST_X100 = 10_000_000


def _percent_x100(text: str) -> int:
    """A per cent as people write it, in hundredths. Raises BadParameter with the remedy."""
    try:
        scaled = Decimal(text.strip().removesuffix("%")) * 100
        if scaled.is_finite() and 0 <= scaled <= _MOST_X100 and scaled == scaled.to_integral_value():
            return int(scaled)
    except ArithmeticError:
        pass
    raise typer.BadParameter(f"'{text}' is not a per cent up to 100,000; write it as 120 or 112.5")


def _answer(
    ask: Callable[[History], Answer],
    nights: Path | None,
    *,
    json: bool,
    out_file: Path | None,
    top: int,
    who: bool = False,
) -> None:
    """Put a question to the history, and show, print or write its answer."""
    files.check_kind(out_file)
    found = ask(open_history(home(nights)))
    details = found.details if who else ()
    if out_file is not None:
        _write(out_file, found, details)
    if json:
        files.print_json(
            {
                "title": found.title,
                "sentence": found.sentence,
                "notes": list(found.notes),
                "rows": _rows(found),
                **({"who": [row for each in details for row in _rows(each)]} if details else {}),
            }
        )
        return
    out.print(found.sentence, soft_wrap=True, markup=False)
    out.print()
    for each in (found, *details):
        _show(each, top)
    for note in found.notes:
        out.print(note, soft_wrap=True, markup=False)
    if out_file is not None:
        out.print(f"Written to {out_file}", markup=False)


def _rows(of: AnswerTable) -> list[dict[str, Any]]:
    """Rows as they leave the program: hundredths of a per cent as per cent."""
    return [{_named(key): _leaving(key, row[key]) for key, _ in of.columns} for row in of.rows]


def _leaving(key: str, value: Any) -> Any:
    places = 2 if key.endswith("_x100") else 1 if key.endswith("_x10") else 0
    return Decimal(value).scaleb(-places) if places and value is not None else value


def _named(key: str) -> str:
    return key.removesuffix("_x100").removesuffix("_x10")


def _write(path: Path, found: Answer, details: Sequence[AnswerTable]) -> None:
    sheets = {"answer": _rows(found)} | ({"who": _rows(details[0])} if details else {})
    if path.suffix.lower() != ".xlsx":
        # one table a file: who it was, where that was asked for
        sheets = {"answer": sheets.get("who", sheets["answer"])}
    columns = (details[-1] if details else found).columns
    files.write_out(path, sheets, [_named(key) for key, _ in columns])


_KINDS: dict[str, tables.Kind] = {
    **dict.fromkeys(("code", "first", "last", "began", "excess_from", "last_over", "ended", "year"), "whole"),
    **dict.fromkeys(("name", "period", "grade", "end_reason"), "text"),
}


def _show(of: AnswerTable, top: int) -> None:
    listed = of.rows[:top] if top else of.rows
    columns = [tables.TextColumn(head, _KINDS.get(key, "figure")) for key, head in of.columns]
    rows: list[list[object]] = []
    for row in listed:
        shown = {key: str(row[key]) if key == "year" else _leaving(key, row[key]) for key, _ in of.columns}
        if row.get("days") == 0:
            shown = {key: "no data" if row[key] is None else value for key, value in shown.items()}
        rows.append(list(shown.values()))
    tables.table(of.title, columns, rows)
    if len(listed) < len(of.rows):
        out.print(f"the first {len(listed)} of {len(of.rows):,} (--top 0 shows all)")
    out.print()
