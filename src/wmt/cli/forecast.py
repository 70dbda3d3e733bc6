"""`wmt forecast`: a series carried on, with bands from what was missed before, and its back-test."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from wmt.cli import files, nights_folder, options, tables
from wmt.cli.console import RefusedInput, out
from wmt.staffing import forecast as method
from wmt.staffing import forecast_told, vintages
from wmt.staffing.kept_statistics import FOLDER, all_series
from wmt.staffing.series import DatedSeries, of_file
from wmt.text import counted

_MOST = 40

Name = Annotated[
    str | None,
    typer.Argument(
        metavar="SERIES|FILE",
        help="A series by its name, or a CSV file with as_at and value. None: list them.",
    ),
]
Steps = Annotated[int, typer.Option("--steps", help="How many steps (quarters, years) to look ahead.")]
AsKnown = Annotated[
    date | None,
    typer.Option(
        "--as-known", parser=options.parse_day, metavar="DAY", help="Only values published by this day."
    ),
]


def forecast(
    name: Name = None,
    steps: Steps = 8,
    as_known: AsKnown = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """Carry a series on, beside the last value, and say how well that would have done before."""
    files.check_kind(out_file)
    known_series = all_series(nights_folder.home(None).parent / FOLDER)
    if name is None:
        rows = [
            {"series": each.name, "title": each.title, "values": len(each.known_on())}
            for each in known_series.values()
        ]
        _list(rows, json=json)
        return
    if not 1 <= steps <= _MOST:
        raise RefusedInput(f"--steps {steps}: look from 1 to {_MOST} steps ahead")
    series = known_series.get(name) or _own(name, known_series)
    known = series.comparable_on(as_known)
    if not known:
        raise RefusedInput(f"nothing of {series.title} was published by {as_known}")
    found = vintages.forecast_of(series, steps, as_known)
    told = forecast_told.present(series, known, found, as_known, steps)
    if json:
        files.print_json(told)
    else:
        _tell(series, told)
    if out_file is not None:
        files.write_out(out_file, {"forecast": told["steps"]}, ("as_at",))


def _own(name: str, known: Mapping[str, DatedSeries]) -> DatedSeries:
    path = Path(name)
    if not path.is_file():
        raise RefusedInput(f"{name} is no file, and no series; the series are {', '.join(known)}")
    return of_file(path)


def _list(rows: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        files.print_json(rows)
        return
    columns = [
        tables.TextColumn("series", "whole"),
        tables.TextColumn("", "text"),
        tables.TextColumn("values"),
    ]
    tables.table(
        "Series that come with the program or were read", columns, [tuple(row.values()) for row in rows]
    )


def _tell(series: DatedSeries, told: dict[str, Any]) -> None:
    heads = ("day", "forecast", "80%: from", "to", "last value")
    columns = [tables.TextColumn(heads[0], "whole"), *(tables.TextColumn(head) for head in heads[1:])]
    rows = [
        (
            f"{each['as_at']:%-d %B %Y}",
            *(
                None if each[name] is None else f"{each[name]:,.0f}"
                for name in ("value", "low", "high", "last_value")
            ),
        )
        for each in told["steps"]
    ]
    tables.table(f"{series.title}, by {told['method']}", columns, rows)
    tested = told["back_test"]
    if told["values"] < method.FEWEST:
        few = counted(told["values"], "value is", "values are")
        _say(f"{few} too few for a method and a band: {method.FEWEST} are needed.")
    elif tested["error_against_last_value"] is None:
        _say("It cannot be compared yet: nothing came after the first values, or nothing ever changed.")
    else:
        _tell_test(tested)
    for each in told["breaks"]:
        bridged = (
            "left out what was before" if each["shift"] is None else f"{each['shift']:,.0f} added before"
        )
        _say(f"From {each['as_at']:%-d %B %Y} counted in another way ({each['why']}): {bridged}.")
    for each in told["sources"]:
        _say(f"Source: {each}")
    _say("No method sees a change of policy coming: a band learnt in calm years is too narrow after one.")


def _tell_test(tested: dict[str, Any]) -> None:
    off = tested["off_percent"]
    told = [
        f"{ahead}: {off[ahead]:.1f}% (last value {tested['last_value_off_percent'][ahead]:.1f}%)"
        for ahead in (1, 4, 8)
        if off.get(ahead) is not None
    ]
    _say(f"Off on average, by steps ahead: {'; '.join(told)}.")
    ratio = tested["error_against_last_value"]
    better = "better" if ratio < 1 else "worse" if ratio > 1 else "no better"
    _say(f"Its errors were {ratio:.2f} times those of carrying the last value on: {better}.")
    if tested["bands"]:
        _say(f"Its bands of 80% held {tested['band_held_percent']:.0f}% of {tested['bands']:,} times.")


def _say(text: str) -> None:
    out.print(text, markup=False, soft_wrap=True)
