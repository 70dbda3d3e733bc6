"""`wmt retention`: private text whose time is over goes, by the dated policies of this installation."""

from typing import Annotated

import typer

from wmt.cli import console
from wmt.cli.files import print_json
from wmt.cli.options import Json
from wmt.cli.site_start import asker, set_up
from wmt.text import counted

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Remove it.")]


def retention(dry_run: DryRun = False, yes: Yes = False, json: Json = False) -> None:
    """Remove notes, reasons, audit events and other private text whose time is over. Figures stay."""
    if dry_run == yes:
        raise console.RefusedInput("say --dry-run to see what would go, or --yes to remove it")
    set_up()
    from django.db import DatabaseError

    from wmt.site import retention
    from wmt.site.start import database_words

    try:
        counts = retention.apply(who=asker()) if yes else retention.due()
    except DatabaseError as error:
        raise console.Failure(
            f"{database_words(error)}. Run it again: what went is gone, the rest stands"
        ) from None
    if json:
        print_json({"removed" if yes else "would_remove": counts})
        return
    for what, count in counts.items():
        console.out.print(f"{count:>9,} {what}", markup=False)
    total = counted(sum(counts.values()), "item")
    console.out.print(f"{total} removed." if yes else f"{total} would be removed. Nothing was changed.")
