"""`wmt load`: an extract becomes a night."""

from pathlib import Path
from typing import Annotated

import typer

from wmt.cli.console import Refusal, complain, counted, out, progress
from wmt.cli.files import print_json
from wmt.cli.inputs import lay, tell_faults
from wmt.cli.options import Json, Overlays, Paths, People, RulesDate, SetAside
from wmt.nights import Loaded, Order, check_report
from wmt.nights import load as load_night

Nights = Annotated[Path, typer.Option("--nights", help="The folder that holds the nights.")]
Names = Annotated[bool, typer.Option("--names", help="Keep the names of staff; else only their codes.")]
Correction = Annotated[
    bool, typer.Option("--correction", help="Keep this beside a night of the same moment that is there.")
]


def load(
    paths: Paths,
    nights: Nights,
    people: People = None,
    rules_date: RulesDate = None,
    overlay: Overlays = None,
    set_aside: SetAside = False,
    names: Names = False,
    correction: Correction = False,
    json: Json = False,
) -> None:
    """Load an extract: all of it, as one immutable folder, or nothing at all."""
    overlays = tuple(lay(overlay))
    with progress() as tell:
        order = Order(
            paths=paths,
            people=people,
            rules_date=rules_date,
            overlays=overlays,
            set_aside=set_aside,
            names=names,
            correction=correction,
            progress=tell,
        )
        loaded = load_night(nights, order)
    if json:
        print_json(_said(loaded))
    if loaded.report is not None:
        tell_faults(loaded.report, only="refuse")
    if loaded.night is None:
        raise Refusal("the input was refused; nothing was loaded and the former night stands")
    if not json:
        _tell(loaded)


def _said(loaded: Loaded) -> dict[str, object]:
    return {
        "night": None if loaded.night is None else str(loaded.night.path),
        "new": loaded.is_new,
        "report": None if loaded.report is None else check_report(loaded.report),
    }


def _tell(loaded: Loaded) -> None:
    assert loaded.night is not None
    if not loaded.is_new:
        out.print(f"The same input was loaded before, as {loaded.night.path}. Nothing was done.")
        return
    out.print(f"Loaded {loaded.night.path}")
    report = loaded.report
    if report is not None:
        warnings = sum(fault.severity == "warn" for fault in report.faults)
        out.print(f"{counted(warnings, 'warning')}; `wmt check {loaded.night.path}` lists them")
        for aside in report.set_aside:
            complain(f"set aside {aside.team_code}:{aside.staff_code}: {aside.message}")
