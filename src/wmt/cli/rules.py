"""`wmt rules`: what things are worth, since when, and where it is written."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from wmt import rules
from wmt.cli import activities, console, options, rule_books, rule_proposals
from wmt.cli.files import print_json
from wmt.cli.overlays import lay
from wmt.cli.tables import TextColumn, table
from wmt.days import written
from wmt.text import counted

app = typer.Typer(help="Show, compare and check the rules.", no_args_is_help=True)
app.command("tier")(activities.show_tier)
app.command("points")(activities.show_points)
app.command("proposals")(rule_proposals.proposals)
app.command("beside")(rule_books.beside)
app.command("calibrate")(activities.find_defaults)

Prefix = Annotated[str, typer.Argument(metavar="RULE", help="A rule, or the beginning of several.")]
AnyPrefix = Annotated[str, typer.Argument(metavar="[RULE]", help="Only rules that begin like this.")]
Day = Annotated[
    date, typer.Argument(parser=options.parse_day, metavar="DAY", help="A day, such as 2023-01-06.")
]


def is_named(path: str, prefix: str) -> bool:
    """Whether a path is the one asked for, or lies under it."""
    return not prefix or path == prefix or path.startswith(prefix.rstrip(".") + ".")


@app.command()
def show(rule: Prefix, json: options.Json = False) -> None:
    """Show a rule through time: every value, its first day, its source."""
    tree = rules.load()
    paths = [path for path in tree.paths if is_named(path, rule)]
    if not paths:
        tree.parameter(rule)  # raises with the likeliest names
    found = [row_of(value) for path in paths for value in tree.parameter(path).values]
    if json:
        print_json(found)
        return
    show_values(f"{rule}, through time", found)


@app.command()
def at(day: Day, rule: AnyPrefix = "", overlay: options.Overlays = None, json: options.Json = False) -> None:
    """Show the rules in force on a day."""
    ruleset = rules.load().at(day, lay(overlay))
    found = [row_of(value) for value in ruleset if is_named(value.path, rule)]
    if not found:
        raise console.RefusedInput(f"no rule that begins with '{rule}' is in force on {written(day)}")
    if json:
        print_json(found)
        return
    show_values(f"Rules in force on {written(day)}", found)


@app.command()
def diff(
    before: Day,
    after: Day,
    rule: AnyPrefix = "",
    overlay: options.Overlays = None,
    overlay_before: Annotated[
        list[Path] | None, typer.Option("--overlay-before", help="Overlay over the first day only.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Show what differs between the rules of two days; --overlay lies over the second."""
    tree = rules.load()
    first, last = tree.at(before, lay(overlay_before)), tree.at(after, lay(overlay))
    changes = [change for change in rules.diff(first, last) if is_named(change.path, rule)]
    found = [
        {"rule": change.path, "before": _value(change.before), "after": _value(change.after)}
        for change in changes
    ]
    if json:
        print_json(found)
        return
    columns = (TextColumn("rule", "whole"), TextColumn("before"), TextColumn("after"))
    rows = [(row["rule"], _or_none(row["before"]), _or_none(row["after"])) for row in found]
    verb = "differs" if len(rows) == 1 else "differ"
    table(f"{counted(len(rows), 'rule')} {verb} between {before} and {after}", columns, rows)


@app.command()
def validate(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH…]", help="Folders or files of rules, or overlays.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Check rules or overlays; name every fault with file, key and remedy. Without a PATH: our own."""
    packaged = [Path(rules.__file__).parent / "hmpps"]
    faults = [fault for path in paths or packaged for fault in rules.validate(path)]
    if json:
        print_json([{"file": fault.file, "key": fault.key, "message": fault.message} for fault in faults])
    for fault in faults:
        console.complain(": ".join(part for part in (fault.file, fault.key, fault.message) if part))
    if faults:
        raise console.RefusedInput("")
    if not json:
        console.out.print("no faults")


def _value(value: rules.DatedValue | None) -> Any:
    return None if value is None else value.value


def row_of(value: rules.DatedValue) -> dict[str, Any]:
    """A value as JSON has it."""
    return {
        "rule": value.path,
        "value": value.value,
        "unit": value.unit,
        "from": None if value.valid_from == rules.ALWAYS else value.valid_from,
        "status": value.status,
        "source": value.source,
        "description": value.description,
        "note": value.note,
        "overlay": value.overlay,
    }


def _or_none(value: Any) -> Any:
    """A value, or the words where no such rule was in force."""
    return "not in force" if value is None else value


_COLUMNS = (
    TextColumn("rule", "whole"),
    TextColumn("value"),
    TextColumn("unit", "text", spare=2),
    TextColumn("in force\nfrom", "whole"),
    TextColumn("status", "text", spare=1),
    TextColumn("source", "text", spare=3),
)


def show_values(title: str, rows: Iterable[dict[str, Any]]) -> None:
    """A table of values (`row_of`), with their description where they are of one rule."""
    listed = list(rows)
    table(title, _COLUMNS, [
        (row["rule"], row["value"], row["unit"], row["from"] or "always", row["status"], row["source"])
        for row in listed
    ])  # fmt: skip
    if len({row["rule"] for row in listed}) == 1:
        console.out.print(f"\n{listed[-1]['description']}", markup=False)
        for row in listed:
            if row["note"]:
                console.out.print(f"From {row['from']}: {row['note']}", markup=False)
