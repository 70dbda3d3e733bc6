"""`wmt webhooks`: who is sent events, how far each is, and what to do where one is stuck."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wmt.cli import console, site_start, tables
from wmt.cli.files import print_json
from wmt.cli.options import Json

if TYPE_CHECKING:
    from wmt.site.domain_events.models import Webhook

Again = Annotated[str, typer.Option("--again", metavar="NAME", help="Try this receiver again at once.")]
After = Annotated[
    int | None,
    typer.Option(
        "--after", min=0, max=2**62,
        help="With --again: go on after this event, to skip one that is refused or to send some once more.",
    ),
]  # fmt: skip


def webhooks(again: Again = "", after: After = None, json: Json = False) -> None:
    """List who is sent events (WMT_WEBHOOKS): how far each is, and why the last try failed."""
    site_start.set_up()
    from wmt.site.domain_events.cursors import cursors, go_on, last_number

    found, last = cursors(), last_number()
    if again and again not in found:
        known = ", ".join(found) or "nobody"
        raise console.RefusedInput(f"there is no receiver {again!r} in WMT_WEBHOOKS, which names {known}")
    if after is not None and not again:
        raise console.RefusedInput("--after needs --again NAME")
    if after is not None and after > last:
        raise console.RefusedInput(f"there is no event {after} yet: the last is {last}")
    if again:
        go_on(found[again], after, who=site_start.asker())
    rows = [_about(row, last) for row in found.values()]
    if json:
        print_json(rows)
        return
    if not rows:
        console.out.print("Nobody is sent events: WMT_WEBHOOKS names the file of those who are.")
        return
    columns = [tables.TextColumn(name.replace("_", " "), "text") for name in rows[0]]
    tables.table("Receivers of events", columns, [list(each.values()) for each in rows])


def _about(row: "Webhook", last: int) -> dict[str, Any]:
    return {
        "receiver": row.name,
        "sent_to": row.sent_to,
        "waiting": last - row.sent_to,
        "last_sent": row.sent_at.isoformat(timespec="seconds") if row.sent_at else "",
        "failed_tries": row.failures,
        "why": row.said if row.failures else "",
        "next_try": row.next_try_at.isoformat(timespec="seconds") if row.failures else "",
    }
