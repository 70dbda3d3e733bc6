"""`wmt rules proposals`: what is proposed and approved in a site, and proposals as overlay files."""

from pathlib import Path
from typing import Annotated, Any

import typer

from wmt.cli import console, options
from wmt.cli.files import print_json
from wmt.cli.site_start import set_up_to_read
from wmt.cli.tables import TextColumn, table

Number = Annotated[int | None, typer.Argument(metavar="[NUMBER]", help="Only this one, with its values.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write the one asked for as an overlay file.")
]

_COLUMNS = (
    TextColumn("number"),
    TextColumn("change", "text"),
    TextColumn("from", "whole"),
    TextColumn("state", "text", spare=1),
    TextColumn("values", spare=2),
    TextColumn("source", "text", spare=3),
)


def proposals(number: Number = None, json: options.Json = False, out_file: Out = None) -> None:
    """List proposed changes of rules, show one, or write one as an overlay file for a what-if."""
    if out_file is not None and number is None:
        raise console.RefusedInput("--out needs the NUMBER of a proposal")
    set_up_to_read()
    from wmt.site.clock import calendar_day
    from wmt.site.rule_proposals.reading import listed, standing

    rows = listed() if number is None else listed().filter(pk=number)
    found = [_row(row, standing(row, calendar_day())) for row in rows]
    if number is not None and not found:
        raise console.RefusedInput(f"there is no proposal of rules with the number {number}")
    if out_file is not None:
        _write(out_file, rows[0])
        console.out.print(f"Written to {out_file}", markup=False)
        return
    if json:
        print_json(found)
        return
    names = ("number", "name", "first_day", "standing")
    cells = [(*(each[name] for name in names), len(each["values"]), each["source"]) for each in found]
    table("Proposed changes of rules", _COLUMNS, cells)
    for each in found if number is not None else ():
        columns = (TextColumn("rule", "whole"), TextColumn("from", "whole"), TextColumn("value"))
        table("Values", columns, [(value["rule"], value["from"], value["value"]) for value in each["values"]])


def _row(row: Any, said: str) -> dict[str, Any]:
    overlay = row.overlay
    return {
        "number": row.pk, "name": row.name, "state": str(row.state), "standing": said,
        "first_day": row.first_day, "ends": row.ends, "source": overlay.reference, "reason": overlay.reason,
        "values": [{"rule": path, "from": day, "value": value} for path, day, value in overlay.entries],
    }  # fmt: skip


def _write(path: Path, row: Any) -> None:
    """What follows it in the rules is written in, so that a what-if gives what approval would."""
    from wmt.rules.amendments import as_overlay
    from wmt.rules.overlay_text import overlay_text
    from wmt.site.rule_proposals.in_force import approved_rules, tree_beneath

    with approved_rules():
        path.write_text(overlay_text(as_overlay(tree_beneath(row), row.overlay)), encoding="utf-8")
