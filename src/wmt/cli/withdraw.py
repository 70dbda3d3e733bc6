"""`wmt nights withdraw` and `wmt nights restore`: taking a night out of the history, and bringing it back."""

from pathlib import Path
from typing import Annotated

import typer

from wmt.cli import console, nights_folder
from wmt.cli.files import print_json
from wmt.cli.missing import Reason
from wmt.cli.options import Json
from wmt.cli.site_start import asker, set_up
from wmt.history import compact
from wmt.history.withdrawal_effects import effect_of
from wmt.nights import withdrawal
from wmt.nights.lock import loading
from wmt.plan import full_history

Night = Annotated[
    str, typer.Argument(metavar="NIGHT", help="The name of saved data, such as 2026-11-20T183000.")
]
Check = Annotated[bool, typer.Option("--check", help="Only say what would change.")]


def withdraw(
    night: Night,
    reason: Reason,
    nights: nights_folder.Nights = None,
    check: Check = False,
    json: Json = False,
) -> int:
    """Take saved data out of the history, as if it had never been loaded. `wmt nights restore` undoes it."""
    name = Path(night).name
    if check:
        found = effect_of(nights_folder.home(nights), name)
        effect = {
            "night": name,
            "day": found.day,
            "instead": found.instead,
            "leans_on_it": list(found.leaning),
        }
        if json:
            print_json(effect)
        else:
            console.out.print(f"{found.words} Nothing was changed")
        return 0
    if nights_folder.is_site(nights):
        return _in_site("withdraw", name, reason, json=json)
    with loading(nights_folder.home(nights), f"withdrawing {name}"):
        withdrawal.ask_withdrawal(nights_folder.home(nights), name, reason, asker())
        withdrawal.finish(nights_folder.home(nights))
        done = compact(nights_folder.home(nights))
        full_history.forget_gone(nights_folder.home(nights))
    return _told(
        f"{name} is withdrawn: `wmt nights restore {name}` brings it back", name, json=json
    ) or nights_folder.tell_lost(done)


def restore(night: Night, nights: nights_folder.Nights = None, json: Json = False) -> int:
    """Bring withdrawn data back, with the bytes it had."""
    name = Path(night).name
    if nights_folder.is_site(nights):
        return _in_site("restore", name, "", json=json)
    with loading(nights_folder.home(nights), f"restoring {name}"):
        withdrawal.ask_restoring(nights_folder.home(nights), name)
        withdrawal.finish(nights_folder.home(nights))
        done = compact(nights_folder.home(nights))
    return _told(f"{name} is back", name, json=json) or nights_folder.tell_lost(done)


def _told(said: str, name: str, *, json: bool) -> int:
    if json:
        print_json({"night": name, "message": said})
    else:
        console.out.print(said)
    return 0


def _in_site(deed: str, name: str, reason: str, *, json: bool) -> int:
    set_up()
    from wmt.site.loads.withdrawal import Deed, WithdrawalRequest, ask, perform
    from wmt.site.workload.models import Load

    load = ask(wanted=WithdrawalRequest(Deed(deed), name, reason), who=asker())
    with console.progress() as tell:
        perform(load, progress=tell)
    if json:
        print_json({"night": name, "load": load.pk, "state": load.state, "message": load.message})
    if load.state == Load.State.FAILED:
        raise console.RefusedInput("" if json else load.message)
    if not json:
        console.out.print(load.message)
    return 0
