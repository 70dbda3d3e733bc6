"""`wmt load`: an extract becomes a night, and what the site shows."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wmt.cli import console, options
from wmt.cli.files import print_json
from wmt.cli.inputs import tell_faults
from wmt.cli.latest_day import last_day
from wmt.cli.load_outcome import tell_verdict, told_outcome
from wmt.cli.nights_folder import tell_lost
from wmt.cli.overlays import lay
from wmt.cli.site_start import asker, set_up
from wmt.nights import Acceptance, Loaded, Order, check_report
from wmt.nights.load import load as load_night
from wmt.nights.lock import loading
from wmt.text import counted

if TYPE_CHECKING:
    from wmt.site.loads.load_request import LoadRequest

Nights = Annotated[
    Path | None,
    typer.Option("--nights", help="Only save the data in this folder; the site does not change."),
]
Names = Annotated[
    bool | None,
    typer.Option(
        "--names/--no-names",
        help="Keep the names of staff; else only their codes. By default the site does, --nights does not.",
    ),
]
History = Annotated[
    bool,
    typer.Option("--history", help="The data is older than the data shown: add it to the history."),
]
Accept = Annotated[
    str | None,
    typer.Option(
        "--accept-implausible",
        metavar="REASON",
        help="Accept data that differs too much from the data shown, for this reason.",
    ),
]
Correction = Annotated[
    bool, typer.Option("--correction", help="Keep this as a correction of data from the same moment.")
]


def load(
    paths: options.Paths,
    nights: Nights = None,
    people: options.People = None,
    rules_date: options.RulesDate = None,
    overlay: options.Overlays = None,
    set_aside: options.SetAside = False,
    names: Names = None,
    correction: Correction = False,
    history: History = False,
    accept_implausible: Accept = None,
    json: options.Json = False,
) -> None:
    """Load an extract into the site of WMT_HOME: all of it, or nothing at all.

    Data that differs too much from the data shown is held for a decision: exit code 3.
    """
    overlays = tuple(lay(overlay))
    reason = _reason(accept_implausible)
    if nights is None:
        set_up()
        from wmt.site.loads.load_request import LoadRequest

        wish = LoadRequest(
            paths=[str(path.absolute()) for path in paths],
            people=str(people.absolute()) if people else None,
            set_aside=set_aside,
            names=names is not False,
            correction=correction,
            rules_date=rules_date.isoformat() if rules_date else None,
            overlays=[str(path.absolute()) for path in overlay or ()],
            history=history,
        )
        _into_site(wish, reason, json=json)
        return
    order = Order(
        paths=paths,
        people=people,
        rules_date=rules_date,
        overlays=overlays,
        set_aside=set_aside,
        names=bool(names),
        correction=correction,
        history=history,
        last_day=last_day(),
        acceptance=Acceptance(reason=reason) if reason else None,
    )
    _into_folder(nights, order, json=json)


def _reason(given: str | None) -> str:
    if given is not None and not given.strip():
        raise typer.BadParameter("--accept-implausible needs a reason in words: it is kept with the data")
    return (given or "").strip()


def _into_folder(nights: Path, order: Order, *, json: bool) -> None:
    loaded = _kept(nights, order)
    if loaded.is_held and sys.stdin.isatty() and console.err.is_terminal:
        tell_verdict(loaded.verdict)
        asked = typer.prompt("Why should it be accepted? Leave blank to stop", default="", err=True)
        if reason := str(asked).strip():
            loaded = _kept(nights, replace(order, acceptance=Acceptance(reason=reason)))
    if json:
        print_json(
            {
                "night": None if loaded.night is None or loaded.is_held else str(loaded.night.path),
                "new": loaded.is_new,
                "report": None if loaded.report is None else check_report(loaded.report),
                "held": loaded.is_held,
                "verdict": None if loaded.verdict is None else loaded.verdict.as_data(),
            }
        )
    if loaded.report is not None:
        tell_faults(loaded.report, only="refuse")
    if loaded.is_held:
        tell_verdict(loaded.verdict)
        raise console.HeldNight(
            "the data differs too much from the data in the folder. Nothing was loaded, and the earlier data "
            'is still in use. If the new data is right, load it with --accept-implausible "REASON"'
        )
    if loaded.night is None:
        raise console.RefusedInput(
            "the input has errors. Nothing was loaded, and the earlier data is still in use"
        )
    if not json:
        _tell(loaded)


def _kept(nights: Path, order: Order) -> Loaded:
    """Load into a folder of nights, and bring its history up to date."""
    from wmt.history import compact

    with console.progress() as tell:
        loaded = load_night(nights, replace(order, progress=tell))
        # also of a night that is there already: whoever loaded it may have been killed before this
        if loaded.night is not None and not loaded.is_held:
            with loading(nights, "keeping the figures of the day"):
                tell_lost(compact(nights))
    return loaded


def _tell(loaded: Loaded) -> None:
    assert loaded.night is not None
    if not loaded.is_new:
        console.out.print(
            f"This input was already loaded, as {loaded.night.path}. Nothing has changed.", markup=False
        )
        return
    console.out.print(f"Loaded {loaded.night.path}", markup=False)
    report = loaded.report
    if report is not None:
        warnings = sum(fault.severity == "warn" for fault in report.faults)
        console.out.print(
            f"{counted(warnings, 'warning')}; `wmt check {loaded.night.path}` lists them",
            markup=False,
        )
        for aside in report.set_aside:
            console.complain(f"set aside {aside.team_code}:{aside.staff_code}: {aside.message}")


def _into_site(wish: "LoadRequest", reason: str, *, json: bool) -> None:
    from django.db import DatabaseError

    from wmt.site.loads.demo_people import keep_demo_people
    from wmt.site.loads.loading import ask, perform
    from wmt.site.start import database_words

    try:
        with console.progress() as tell:
            done = perform(ask(wish=wish, who=asker(), accept=reason), progress=tell)
        keep_demo_people()
        told_outcome(done, json=json)
    except DatabaseError as error:
        raise console.Failure(f"{database_words(error)}. The figures shown were not changed") from None
