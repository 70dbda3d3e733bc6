"""`wmt load`: an extract becomes a night, and what the site shows."""

import getpass
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wmt.cli.console import (
    Failure,
    HeldNight,
    RefusedInput,
    complain,
    counted,
    err,
    out,
    progress,
    say_aloud,
)
from wmt.cli.files import print_json
from wmt.cli.inputs import lay, tell_faults
from wmt.cli.latest_day import last_day
from wmt.cli.options import Json, Overlays, Paths, People, RulesDate, SetAside
from wmt.intake import Import, InputFault
from wmt.nights import Acceptance, Loaded, Order, Verdict, check_report
from wmt.nights import load as load_night
from wmt.nights.lock import loading
from wmt.nights.plausibility import verdict_of
from wmt.nights.plausibility_labels import sentence

if TYPE_CHECKING:
    from wmt.site.loads.load_request import LoadRequest
    from wmt.site.workload.models import Load

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
    paths: Paths,
    nights: Nights = None,
    people: People = None,
    rules_date: RulesDate = None,
    overlay: Overlays = None,
    set_aside: SetAside = False,
    names: Names = None,
    correction: Correction = False,
    history: History = False,
    accept_implausible: Accept = None,
    json: Json = False,
) -> None:
    """Load an extract into the site of WMT_HOME: all of it, or nothing at all.

    Data that differs too much from the data shown is held for a decision: exit code 3.
    """
    overlays = tuple(lay(overlay))
    reason = _reason(accept_implausible)
    if nights is None:
        from wmt.cli.site import set_up

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
    if loaded.is_held and (reason := _asked(loaded)):
        loaded = _kept(nights, replace(order, acceptance=Acceptance(reason=reason)))
    if json:
        print_json(_said(loaded))
    if loaded.report is not None:
        tell_faults(loaded.report, only="refuse")
    if loaded.is_held:
        _tell_verdict(loaded.verdict)
        raise HeldNight(
            "the data differs too much from the data in the folder. Nothing was loaded, and the earlier data "
            'is still in use. If the new data is right, load it with --accept-implausible "REASON"'
        )
    if loaded.night is None:
        raise RefusedInput("the input has errors. Nothing was loaded, and the earlier data is still in use")
    if not json:
        _tell(loaded)


def _kept(nights: Path, order: Order) -> Loaded:
    """Load into a folder of nights, and bring its history up to date."""
    from wmt.cli.missing import tell_lost
    from wmt.history import compact

    with progress() as tell:
        loaded = load_night(nights, replace(order, progress=tell))
        # also of a night that is there already: whoever loaded it may have been killed before this
        if loaded.night is not None and not loaded.is_held:
            with loading(nights, "keeping the figures of the day"):
                tell_lost(compact(nights))
    return loaded


def _asked(loaded: Loaded) -> str:
    """Why somebody at a terminal takes a night after all; empty where nobody sits there, or does not."""
    if not (sys.stdin.isatty() and err.is_terminal):
        return ""
    _tell_verdict(loaded.verdict)
    return str(typer.prompt("Why should it be accepted? Leave blank to stop", default="", err=True)).strip()


def _tell_verdict(verdict: Verdict | None) -> None:
    for night, difference in verdict.differences if verdict else ():
        if difference.beyond:
            say_aloud("held", "bold yellow", sentence(night, difference))


def _said(loaded: Loaded) -> dict[str, object]:
    return {
        "night": None if loaded.night is None or loaded.is_held else str(loaded.night.path),
        "new": loaded.is_new,
        "report": None if loaded.report is None else check_report(loaded.report),
        "held": loaded.is_held,
        "verdict": None if loaded.verdict is None else loaded.verdict.as_data(),
    }


def _tell(loaded: Loaded) -> None:
    assert loaded.night is not None
    if not loaded.is_new:
        out.print(
            f"This input was already loaded, as {loaded.night.path}. Nothing has changed.", markup=False
        )
        return
    out.print(f"Loaded {loaded.night.path}", markup=False)
    report = loaded.report
    if report is not None:
        warnings = sum(fault.severity == "warn" for fault in report.faults)
        out.print(f"{counted(warnings, 'warning')}; `wmt check {loaded.night.path}` lists them", markup=False)
        for aside in report.set_aside:
            complain(f"set aside {aside.team_code}:{aside.staff_code}: {aside.message}")


def asker() -> str:
    """Who asks for a load on the command line, for the list of loads."""
    try:
        return f"{getpass.getuser()}, on the command line"
    except (KeyError, OSError):
        return "somebody on the command line"


def _into_site(wish: "LoadRequest", reason: str, *, json: bool) -> None:
    from django.db import DatabaseError

    from wmt.site.loads.loading import ask, perform
    from wmt.site.start import database_words, keep_demonstration

    try:
        with progress() as tell:
            done = perform(ask(wish=wish, who=asker(), accept=reason), progress=tell)
        keep_demonstration()
        told_outcome(done, json=json)
    except DatabaseError as error:
        raise Failure(f"{database_words(error)}. The figures shown were not changed") from None


def told_outcome(done: "Load", *, json: bool = False) -> None:
    """Say how a load of the site ended. Raises Refusal where nothing was loaded, Held where it waits for a
    decision."""
    from django.conf import settings

    from wmt.site.workload.models import Load

    state = Load.State(done.state)
    if json:
        print_json(_said_of_site(done, settings.CONFIG.nights))
    _tell_faults(done)
    if state == Load.State.REFUSED:
        raise RefusedInput("the input was refused; nothing was loaded and the former figures stand")
    if state == Load.State.FAILED:
        raise RefusedInput(done.message)
    if state == Load.State.HELD:
        _tell_verdict(verdict_of(done.verdict))
        raise HeldNight(
            f"load {done.pk} is held for a decision; the figures shown were not changed. If it is right: "
            f'wmt loads accept {done.pk} --reason "…"; if it is not: wmt loads reject {done.pk} --reason "…"'
        )
    if done.decision.get("is") == "waiting":
        raise HeldNight(f"{done.message} Nothing was done: wmt loads show {done.decision['load']}")
    if json:
        return
    if state == Load.State.UNCHANGED:
        out.print(f"{done.message} Nothing was done.", markup=False)
        return
    _tell_shown(done)


def _said_of_site(done: "Load", nights: Path) -> dict[str, object]:
    from wmt.site.loads.reports import report_of
    from wmt.site.workload.models import Load

    has_report = done.state in (Load.State.LOADED, Load.State.REFUSED, Load.State.HELD)
    return {
        "night": str(nights / done.night) if done.night and done.state != Load.State.HELD else None,
        "new": done.state == Load.State.LOADED,
        "report": report_of(done) if has_report else None,
        "load": done.pk,
        "state": done.state,
        "message": done.message,
        "held": done.state == Load.State.HELD or done.decision.get("is") == "waiting",
        "verdict": done.verdict or None,
    }


def _tell_faults(done: "Load") -> None:
    found = done.faults.filter(severity="refuse").order_by("pk")
    faults = [
        InputFault(
            severity="refuse",
            code=fault.code,
            message=fault.message,
            sheet=fault.sheet,
            row=fault.row,
            column=fault.column,
        )
        for fault in found
        if done.state == "refused" or not done.set_aside
    ]
    tell_faults(Import(accepted=False, faults=faults))
    for aside in done.set_aside:
        complain(f"set aside {aside['team_code']}:{aside['staff_code']}: {aside['message']}")


def _tell_shown(done: "Load") -> None:
    """What the first page of the site says, or that it says nothing new."""
    from wmt.ledger import shown_capacity
    from wmt.site.workload.models import Unit
    from wmt.site.workload.state import current_state

    state = current_state()
    if state.load_id != done.pk:
        out.print(f"{done.message} They are as at {state.as_at_text}.", markup=False)
        return
    nation = Unit.objects.get(load_id=done.pk, level="nation", whole=True)
    capacity = shown_capacity(nation.points_x100, nation.available_x100)
    out.print(f"Loaded. The pages show {state.as_at_text}, by the rules of {state.rules_text}:")
    out.print(f"{done.message} Capacity of the nation: {capacity}.", markup=False)
    out.print(f"{counted(done.warnings, 'warning')}; the page of load {done.pk} lists them")
