"""How a load of the site ended, said in the terminal or as JSON."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from wmt.cli import console
from wmt.cli.files import print_json
from wmt.cli.inputs import tell_faults
from wmt.cli.tables import TextColumn, table
from wmt.intake import Import, InputFault
from wmt.nights import Verdict
from wmt.nights.plausibility import Difference, verdict_of
from wmt.nights.plausibility_labels import row, sentence
from wmt.text import counted

if TYPE_CHECKING:
    from wmt.site.workload.models import Load


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
        raise console.RefusedInput("the input was refused; nothing was loaded and the former figures stand")
    if state == Load.State.FAILED:
        raise console.RefusedInput(done.message)
    if state == Load.State.HELD:
        tell_verdict(verdict_of(done.verdict))
        raise console.HeldNight(
            f"load {done.pk} is held for a decision; the figures shown were not changed. If it is right: "
            f'wmt loads accept {done.pk} --reason "…"; if it is not: wmt loads reject {done.pk} --reason "…"'
        )
    if done.decision.get("is") == "waiting":
        raise console.HeldNight(f"{done.message} Nothing was done: wmt loads show {done.decision['load']}")
    if json:
        return
    if state == Load.State.UNCHANGED:
        console.out.print(f"{done.message} Nothing was done.", markup=False)
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
        console.complain(f"set aside {aside['team_code']}:{aside['staff_code']}: {aside['message']}")


def _tell_shown(done: "Load") -> None:
    """What the first page of the site says, or that it says nothing new."""
    from wmt.ledger import shown_capacity
    from wmt.site.workload.models import Unit
    from wmt.site.workload.state import current_state

    state = current_state()
    if state.load_id != done.pk:
        console.out.print(f"{done.message} They are as at {state.as_at_text}.", markup=False)
        return
    nation = Unit.objects.get(load_id=done.pk, level="nation", whole=True)
    capacity = shown_capacity(nation.points_x100, nation.available_x100)
    console.out.print(f"Loaded. The pages show {state.as_at_text}, by the rules of {state.rules_text}:")
    console.out.print(f"{done.message} Capacity of the nation: {capacity}.", markup=False)
    console.out.print(f"{counted(done.warnings, 'warning')}; the page of load {done.pk} lists them")


def tell_verdict(verdict: Verdict | None) -> None:
    """Say where a night differs too far from what is shown."""
    for night, difference in verdict.differences if verdict else ():
        if difference.beyond:
            console.say_aloud("held", "bold yellow", sentence(night, difference))


def table_differences(title: str, differences: Iterable[Difference]) -> None:
    """Print what nights differ in; ! is beyond its limit."""
    columns = (TextColumn("compared", "text"),
               *(TextColumn(name) for name in ("before", "now", "change", "limit")))  # fmt: skip
    rows = [(("! " if each.beyond else "") + (told := row(each))[0], *told[1:]) for each in differences]
    table(title, columns, rows)
