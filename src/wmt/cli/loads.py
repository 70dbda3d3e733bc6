"""`wmt loads`: what was loaded into the site, and the decisions on nights that are held."""

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wmt.cli import console, site_start
from wmt.cli.files import print_json
from wmt.cli.load_outcome import table_differences, told_outcome
from wmt.cli.options import Json
from wmt.cli.tables import TextColumn, table
from wmt.days import moment_words
from wmt.nights.plausibility import verdict_of

if TYPE_CHECKING:
    from wmt.site.workload.models import Load

app = typer.Typer(
    name="loads", help="The loads of the site, and data that is held for a decision.", no_args_is_help=True
)

Number = Annotated[int, typer.Argument(metavar="LOAD", min=1, max=2**63 - 1, help="The number of the load.")]
Reason = Annotated[str, typer.Option("--reason", help="Why: kept with the load and in the audit.")]
OnlyHeld = Annotated[bool, typer.Option("--held", help="Only those that wait for a decision.")]
Last = Annotated[int, typer.Option("--last", min=1, max=1000, help="So many, the latest first.")]


@app.command("list")
def list_loads(held: OnlyHeld = False, last: Last = 20, json: Json = False) -> None:
    """List the loads, the latest first."""
    site_start.set_up_to_read()
    from wmt.site.workload.models import Load

    loads = Load.objects.order_by("-pk")
    found = [_about(load) for load in (loads.filter(state=Load.State.HELD) if held else loads)[:last]]
    if json:
        print_json(found)
        return
    columns = (TextColumn("load", "whole"), TextColumn("asked for", "whole"), TextColumn("as at", "whole"),
               TextColumn("state", "text"), TextColumn("files", "text"))  # fmt: skip
    rows = [(each["load"], _minute(each["asked_at"]), _minute(each["as_at"]), each["state"],
             ", ".join(each["sources"])) for each in found]  # fmt: skip
    table("Loads, the latest first", columns, rows)


@app.command("show")
def show(number: Number, json: Json = False) -> None:
    """Say what came of a load, and what a held night was compared with."""
    site_start.set_up_to_read()
    from wmt.site.workload.models import Load

    load = Load.objects.filter(pk=number).first()
    if load is None:
        raise console.RefusedInput(f"there is no load {number}: `wmt loads list` shows those there are")
    if json:
        print_json(_about(load))
        return
    console.out.print(f"Load {load.pk}: {Load.State(load.state).label}. {load.message}", markup=False)
    if load.decision.get("reason"):
        console.out.print(
            f"{load.decision['by']} {load.decision['is']} it: {load.decision['reason']}", markup=False
        )
    if load.verdict.get("differences"):
        verdict = verdict_of(load.verdict)
        for name in verdict.beside:
            beside = (each for night, each in verdict.differences if night == name)
            table_differences(f"Compared with {name}; ! is beyond its limit", beside)


@app.command("accept")
def accept(number: Number, reason: Reason) -> None:
    """Load a held night after all. It is compared again: the night shown may be another by now."""
    _decided(number, reason, accepts=True)


@app.command("reject")
def reject(number: Number, reason: Reason) -> None:
    """Never load a held night. Its files are deleted; nothing shown changes."""
    _decided(number, reason, accepts=False)


def _decided(number: int, reason: str, *, accepts: bool) -> None:
    site_start.set_up()
    from django.conf import settings
    from django.db import DatabaseError
    from django_tasks import TaskResultStatus

    from wmt.nights import NightBusyError
    from wmt.nights.lock import loading
    from wmt.site.loads import held
    from wmt.site.loads.demo_people import keep_demo_people
    from wmt.site.loads.endings import end_dead_loads, end_forgotten_loads
    from wmt.site.loads.jobs import asked_for
    from wmt.site.loads.loading import perform
    from wmt.site.start import database_words

    # a decision that was being carried out by a process that was killed can be taken again
    given = asked_for(TaskResultStatus.READY, TaskResultStatus.RUNNING)
    with suppress(NightBusyError), loading(settings.CONFIG.home, "ending loads that were killed"):
        end_dead_loads(spared=given)
        end_forgotten_loads(given)
    try:
        if not accepts:
            held.reject(number, reason=reason, who=site_start.asker())
            console.out.print(f"Load {number} is rejected; the figures shown were not changed.")
            return
        load = held.accept(number, reason=reason, who=site_start.asker())
        with console.progress() as tell:
            done = perform(load, progress=tell)
        keep_demo_people()
        told_outcome(done)
    except held.CannotDecideError as error:
        raise console.RefusedInput(str(error)) from None
    except DatabaseError as error:
        raise console.Failure(f"{database_words(error)}. The figures shown were not changed") from None


def _about(load: "Load") -> dict[str, Any]:
    return {
        "load": load.pk,
        "state": load.state,
        "asked_at": load.asked_at,
        "who": load.who,
        "as_at": load.as_at,
        "night": load.night or None,
        "sources": load.sources,
        "message": load.message,
        "verdict": load.verdict or None,
        "decision": load.decision or None,
    }


def _minute(moment: Any) -> str:
    from django.utils import timezone

    return moment_words(timezone.localtime(moment)) if moment else ""
