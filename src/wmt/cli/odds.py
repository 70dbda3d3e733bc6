"""`wmt odds`: how likely units are to be over the threshold for four weeks in a row in the weeks ahead."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import polars as pl
import typer

from wmt import odds as method
from wmt.cli import files, options, tables
from wmt.cli.console import RefusedInput, out
from wmt.cli.nights_folder import Nights, home
from wmt.days import written
from wmt.history import open_history
from wmt.history.day_steps import dated_marks
from wmt.text import counted

Unit = Annotated[str | None, typer.Option("--unit", metavar="CODE", help="One unit by its code.")]
Level = Annotated[str, typer.Option("--level", help=f"{', '.join(method.LEVELS)}.")]
Weeks = Annotated[int, typer.Option("--weeks", help="4 or 8 weeks ahead.")]
Day = Annotated[
    date | None,
    typer.Option("--day", parser=options.parse_day, metavar="DAY", help="As known on this day."),
]


def odds(
    unit: Unit = None,
    level: Level = "post",
    weeks: Weeks = 4,
    day: Day = None,
    nights: Nights = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """Say how likely units are to be over the threshold for four weeks in a row within 4 or 8 weeks."""
    files.check_kind(out_file)
    if level not in method.LEVELS:
        raise RefusedInput(f"--level {level}: choose one of {', '.join(method.LEVELS)}")
    if weeks not in method.WEEKS:
        raise RefusedInput(f"--weeks {weeks}: choose {' or '.join(map(str, method.WEEKS))}")
    past = open_history(home(nights))
    ratios = method.daily_ratios(past, dated_marks(), level=level)
    # what the site said by events is said again; here nobody knows what is entered for the days ahead
    kept = method.EventsStated(past, ratios, weeks, dated_marks()) if level == "post" else None
    found = method.state_odds(ratios, weeks, day, kept)
    if found is None:
        raise RefusedInput("there are no daily figures up to that day; load data first (wmt load)")
    table = found.table
    if unit is not None:
        table = table.filter(code=unit)
        if table.is_empty():
            raise RefusedInput(f"--unit {unit}: no {level} of that code has a figure on {written(found.day)}")
    told = _told(found, level, table)
    if json:
        files.print_json(told)
    else:
        _tell(told, one=unit is not None)
    if out_file is not None:
        files.write_out(out_file, {"odds": told["odds"]}, ("code", "band"))


def _told(found: method.StatedOdds, level: str, table: pl.DataFrame) -> dict[str, Any]:
    past = found.past
    return {
        "level": level,
        "day": found.day,
        "weeks": found.weeks,
        "odds": [_row(row) for row in table.iter_rows(named=True)],
        "how_good": {
            "days": len(past.days),
            "stated": len(past.row),
            "error": _rounded(past.brier, 4),
            "error_of_same_as_today": _rounded(past.brier_same_as_today, 4),
            "better_by_percent": None if past.better_by is None else round(100 * past.better_by, 1),
            "by_tenths": [
                {**row, "stated": round(row["stated"], 3), "happened": round(row["happened"], 3)}
                for row in past.deciles().iter_rows(named=True)
            ],
        },
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """A row as it leaves the program: hundredths of a per cent as per cent."""
    x100 = row.pop("capacity_x100")
    capacity = None if x100 is None else Decimal(x100).scaleb(-2)
    shown = {name: _rounded(row[name]) for name in ("probability", "raw")}
    return {**row, **shown, "capacity": capacity}


def _rounded(value: float | None, places: int = 3) -> float | None:
    return None if value is None else round(value, places)


_MANY = {"post": "posts", "team": "teams", "pdu": "PDUs", "region": "regions"}
_STATES = {"full already": "four weeks are full already", "too short a past": "not known: too short a past"}


def _tell(told: dict[str, Any], *, one: bool) -> None:
    day, ahead = written(told["day"]), f"within {told['weeks']} weeks of {written(told['day'])}"
    if one:
        (row,) = told["odds"]
        said = _STATES.get(row["state"]) or f"{row['band']} ({row['probability']:.0%})"
        capacity = "no available time" if row["capacity"] is None else f"capacity {row['capacity']}%"
        _say(f"{row['code']} on {day}: {capacity}, {counted(row['run'], 'day')} over in a row so far.")
        way = {method.EVENTS: ", from its own cases, reports and time ahead"}.get(row["made_by"], "")
        _say(f"Four weeks in a row over the threshold {ahead}: {said}{way}.")
    else:
        counts: dict[str, int] = {}
        for row in told["odds"]:
            words = _STATES.get(row["state"]) or row["band"]
            counts[words] = counts.get(words, 0) + 1
        order = [*(words for _, words in method.BANDS), *_STATES.values()]
        columns = [tables.TextColumn("how likely", "whole"), tables.TextColumn(_MANY[told["level"]])]
        rows = [(words, counts[words]) for words in order if words in counts]
        tables.table(f"Over the threshold for four weeks in a row {ahead}", columns, rows)
    _tell_how_good(told["how_good"])
    _say("This says what happened to work like this before. It says nothing about how anybody works.")


def _tell_how_good(past: dict[str, Any]) -> None:
    if not past["stated"]:
        _say("How good this is cannot be said yet: nothing stated before has ended.")
        return
    better = past["better_by_percent"]
    if better is not None:
        _say(
            f"Looked back on {counted(past['days'], 'day')}: its errors were {abs(better):.0f}% "
            f"{'smaller' if better >= 0 else 'larger'} than those of saying that all stays as it is today."
        )
    columns = [tables.TextColumn(head) for head in ("stated", "how often", "mean stated", "happened")]
    rows = [
        (
            f"{row['from_percent']} to {row['from_percent'] + 10}%",
            f"{row['count']:,}",
            f"{row['stated']:.1%}",
            f"{row['happened']:.1%}",
        )
        for row in past["by_tenths"]
    ]
    tables.table("What was stated, and what happened", columns, rows)


def _say(text: str) -> None:
    out.print(text, markup=False, soft_wrap=True)
