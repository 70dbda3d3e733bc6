"""`wmt nights accept-missing`: saying that a night or an archive is gone for good."""

from typing import Annotated

import typer

from wmt.cli import nights_folder
from wmt.cli.console import out
from wmt.cli.files import print_json
from wmt.cli.options import Json
from wmt.cli.site_start import asker, set_up
from wmt.history import compact
from wmt.history.archive import stamp
from wmt.history.compaction_losses import archive_name
from wmt.nights.accepted_losses import accept_missing
from wmt.nights.lock import loading
from wmt.text import counted

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Saved data, or archive-YYYY-MM for the archive of a month.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept with who said so and when.")]


def accept(name: Name, reason: Reason, nights: nights_folder.Nights = None, json: Json = False) -> int:
    """Say that a folder of saved data, or an archive, is gone for good: the history goes on without it."""
    folder, who = nights_folder.home(nights), asker()
    with loading(folder, f"accepting that {name} is missing"):
        months = (name.removeprefix("archive-"),)
        now = stamp(folder, months[0]) or "" if archive_name(months[0]) == name else ""
        found = accept_missing(folder, name, reason, who, now)
        done = compact(folder)
    if nights_folder.is_site(nights):
        set_up()
        from wmt.site.audit.record import record

        record("night", f"{found.who} accepted that {name} is missing: {found.reason}", who=found.who)
    if json:
        print_json({"accepted": name, "written": list(done.written), "removed": list(done.removed)})
    else:
        out.print(f"{name} is accepted as missing. {counted(done.days, 'day has', 'days have')} figures now")
    return nights_folder.tell_lost(done)
