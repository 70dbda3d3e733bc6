"""`wmt unusual`: what changed in saved data far more often than is common, falls and rises alike."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from wmt import rules
from wmt.cli import files, options, tables
from wmt.cli.console import RefusedInput, out
from wmt.cli.nights_folder import home
from wmt.days import written
from wmt.history import History, dated_marks, open_history
from wmt.nights.folder import is_night
from wmt.text import counted
from wmt.unusual import kept
from wmt.unusual.kinds import change_rules
from wmt.unusual.present import present_change
from wmt.unusual.sentences import QUESTION, expected

Night = Annotated[
    Path | None,
    typer.Argument(metavar="[NIGHT]", help="A folder of saved data; without it, the last of the site."),
]
Unit = Annotated[
    str | None, typer.Option("--unit", metavar="CODE", help="Only this post, team, PDU or region.")
]


def unusual(
    night: Night = None,
    unit: Unit = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """List what changed in saved data far more often than is common, falls and rises alike."""
    files.check_kind(out_file)
    past, day = _asked(night)
    ruleset = rules.load().at(day)
    found = kept.find_on(past, day, dated_marks(), ruleset, count_missing=True)
    if unit is not None:
        codes = ("code", "team_code", "pdu_code", "region_code")
        found = found.filter(pl.any_horizontal(pl.col(name) == unit for name in codes))
    kinds = change_rules(ruleset)
    changes = [present_change(row, kinds[row["kind"]], ruleset) for row in found.iter_rows(named=True)]
    if json:
        files.print_json({"day": day, "changes": changes})
    else:
        _tell(day, found, changes)
    if out_file is not None:
        files.write_out(out_file, {"changes": [_flat(each) for each in changes]})


def _asked(night: Path | None) -> tuple[History, date]:
    """The history and the day that are meant."""
    if night is not None and not is_night(night):
        raise RefusedInput(f"{night} is not saved data; give a folder of the nights of a site")
    past = open_history(home(None) if night is None else night.absolute().parent)
    if night is None:
        if past.last is None:
            raise RefusedInput("there are no daily figures yet; load data first (wmt load)")
        return past, past.last
    for day in past.days:
        if past.night_of(day) == night.name:
            return past, day
    raise RefusedInput(
        f"{night.name} is not in the history beside it: another stands for its day, or `wmt nights compact` "
        "has not been run"
    )


def _flat(change: dict[str, Any]) -> dict[str, Any]:
    return {**change, "said": " ".join(change["said"])}


def _tell(day: date, found: pl.DataFrame, changes: list[dict[str, Any]]) -> None:
    heads = ("how many", "of", "nights", "expected", "points")
    columns = [
        tables.TextColumn("what changed", "text"),
        tables.TextColumn("level"),
        tables.TextColumn("code", "whole"),
        *map(tables.TextColumn, heads),
    ]
    cells = [
        (
            each["name"], each["level"], each["code"], each["number"], each["of"], each["nights"],
            expected(row), each["points"],
        )
        for row, each in zip(found.iter_rows(named=True), changes, strict=True)
    ]  # fmt: skip
    tables.table(f"Unusual changes up to {written(day)}", columns, cells)
    out.print(f"{counted(len(changes), 'unusual change')}. {QUESTION}", markup=False, soft_wrap=True)
