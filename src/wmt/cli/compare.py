"""`wmt compare`: what moved between two nights, two dates of rules or with an overlay, and why."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from wmt import ledger
from wmt.cli import console, files, options
from wmt.cli.inputs import Opened, open_input
from wmt.cli.measure import stream_title
from wmt.cli.overlays import lay
from wmt.cli.tables import TextColumn, table
from wmt.ledger.compare import compare as compare_ledgers
from wmt.ledger.engine import DuckDBEngine
from wmt.rules import RuleSet

Before = Annotated[Path, typer.Argument(metavar="A", help="The night or extract before.")]
After = Annotated[
    Path | None, typer.Argument(metavar="[B]", help="The one after; without it A is compared with itself.")
]
PeopleBefore = Annotated[Path | None, typer.Option("--people-before", help="People tables of A.")]
PeopleAfter = Annotated[Path | None, typer.Option("--people", help="People tables of B (and of A alone).")]
RulesBefore = Annotated[
    date | None,
    typer.Option("--rules-date-before", parser=options.parse_day, metavar="DAY", help="Rules of A."),
]
OverlayBefore = Annotated[list[Path] | None, typer.Option("--overlay-before", help="Overlay over A only.")]
Top = Annotated[int, typer.Option("--top", min=0, help="Show this many units, most moved first; 0: all.")]


def compare(
    before: Before,
    after: After = None,
    people_before: PeopleBefore = None,
    people: PeopleAfter = None,
    rules_date_before: RulesBefore = None,
    rules_date: options.RulesDate = None,
    overlay_before: OverlayBefore = None,
    overlay: options.Overlays = None,
    level: options.Level = None,
    stream: options.Stream = None,
    top: Top = 20,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """Say how every unit's figure moved and why; the causes add up to the change exactly.

    --rules-date and --overlay belong to what comes after; A keeps the rules of its own day unless
    --rules-date-before or --overlay-before say otherwise. Tables show sentence management, or the stream
    asked for; JSON and files hold every stream, a row each.
    """
    files.check_kind(out_file)
    asked = options.chosen_stream(stream)
    levels = options.chosen_levels(
        level, ledger.LEVELS if json or out_file is not None else ("region", "nation")
    )
    laid_before, laid = lay(overlay_before), lay(overlay)
    first = open_input([before], people=people_before or (people if after is None else None), as_json=json)
    last = first if after is None else open_input([after], people=people, as_json=json)
    rules_a = first.rule_set(rules_date_before, laid_before)
    rows = compared(first, rules_a, last, last.rule_set(rules_date, laid), levels)
    rows = [row for row in rows if asked in (None, row["stream"])]
    if out_file is not None:
        is_excel = out_file.suffix.lower() == ".xlsx"
        sheets = {"changes": rows} if is_excel else {}
        files.write_out(out_file, {**sheets, "causes": causes_of(rows)}, CAUSE_COLUMNS)
    if json:
        files.print_json(rows)
        return
    for at in reversed(levels):
        shown = asked or ledger.HEADLINE
        show_level(at, shown, [row for row in rows if (row["level"], row["stream"]) == (at, shown)], top)
    if any(row["stale_posts"] or row["unmeasured_posts"] for row in rows):
        console.complain(
            "some posts do not stand on this extract: they keep figures and rules of an earlier night"
        )
    if out_file is not None:
        console.out.print(f"Written to {out_file}", markup=False)


CAUSE_COLUMNS = (
    "level",
    "code",
    "stream",
    "name",
    "cause",
    "words",
    "points",
    "percentage_points",
    "available",
    "lines",
)


def compared(
    first: Opened, rules_a: RuleSet, last: Opened, rules_b: RuleSet, levels: Sequence[str]
) -> list[dict[str, Any]]:
    engine = DuckDBEngine()
    before = first.ledger(rules_a, engine=engine, prefix="before_")
    after = last.ledger(rules_b, engine=engine, prefix="after_")
    between = None
    # tiers of another scheme have no worth under the rules before; what came of them is then no rule's work
    if rules_a.key != rules_b.key and first.facts.tier_scheme == last.facts.tier_scheme:
        between = last.ledger(rules_a, engine=engine, prefix="between_")
    return compare_ledgers(before, after, levels, between)


def causes_of(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for every cause of every unit: one table of one shape."""
    named = ("level", "code", "stream", "name")
    return [{**{key: row[key] for key in named}, **cause} for row in rows for cause in row["causes"]]


_COLUMNS = (
    TextColumn("code", "whole"),
    TextColumn("name and causes", "text"),
    TextColumn("capacity"),
    TextColumn("points"),
    TextColumn("percentage\npoints"),
    TextColumn("lines", spare=1),
)


def show_level(level: str, stream: str, rows: Sequence[dict[str, Any]], top: int) -> None:
    moved = [row for row in rows if row["causes"]]
    moved.sort(key=lambda row: (-abs(row["capacity_change"] or 0), -abs(row["change"]), row["code"]))
    listed = moved[:top] if top else moved
    lines: list[tuple[object, ...]] = []
    for row in listed:
        capacity = "–"
        if row["stream"] != ledger.OMIC:  # OMiC work is not measured against hours
            before = console.capacity(row["before"], row["available_before"])
            after = console.capacity(row["after"], row["available_after"])
            capacity = after if before == after else f"{before} → {after}"
        lines.append((row["code"], row["name"], capacity, row["change"], row["capacity_change"], ""))
        lines += [
            ("", f"  {cause['words']}", "", cause["points"], cause["percentage_points"], cause["lines"])
            for cause in row["causes"]
        ]
    table(stream_title(level, stream), _COLUMNS, lines)
    said = f"{len(moved):,} of {len(rows):,} moved"
    if len(listed) < len(moved):
        said += f"; the {len(listed)} that moved most are shown (--top 0 shows all)"
    console.out.print(said + "\n")
