"""`--beside`: the same post under other rules, side by side."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from wmt.cli.console import capacity, out
from wmt.cli.inputs import Opened
from wmt.cli.measure import over_mark
from wmt.cli.options import parse_day
from wmt.cli.overlays import lay
from wmt.cli.tables import TextColumn, figure, table
from wmt.ledger import Ledger, present_total
from wmt.ledger.side_by_side import side_by_side
from wmt.rules import RuleSet, priorities
from wmt.text import counted

Beside = Annotated[
    list[str] | None,
    typer.Option(
        "--beside",
        metavar="DAY|FILE|LEVEL",
        help="Also by rules of this day, with an overlay, or at amber or red; repeatable.",
    ),
]


def rule_sets(opened: Opened, own: RuleSet, asked: Sequence[str] | None) -> dict[str, RuleSet]:
    """The rule sets asked for, by what was asked; `own` are those of the post, which a level changes.

    Refuses what is no day, level or overlay file.
    """
    found = {}
    for text in asked or ():
        if text in priorities.LEVELS:
            found[text] = priorities.at_level(own, text)
        elif Path(text).suffix in (".yaml", ".yml"):
            found[text] = opened.rule_set(opened.facts.day, lay([Path(text)]))
        else:
            found[text] = opened.rule_set(parse_day(text), ())
    return found


def beside(ledger: Ledger, post: str, rule_sets: dict[str, RuleSet]) -> list[dict[str, Any]]:
    """The post's figures under each rule set, over its own threshold or not: rows of {rule_set, points,
    available, capacity, over_mark, breakdown}."""
    if not rule_sets:
        return []
    found = side_by_side(ledger, rule_sets)
    rows = (row for row in found.iter_rows(named=True) if row["code"] == post)
    keys = ("points", "available", "capacity", "over_mark", "breakdown")
    marked = ((row, present_total(row, over_mark(rule_sets[row["rule_set"]]))) for row in rows)
    return [{"rule_set": row["rule_set"], **{key: said[key] for key in keys}} for row, said in marked]


def show_beside(found: dict[str, Any]) -> None:
    """A table of the rule sets, the post's own first; and what untiered cases could be worth."""
    if found["beside"]:
        rows = [{"rule_set": "as explained", **found}, *found["beside"]]
        columns = (
            TextColumn("rules", "text"),
            TextColumn("points"),
            TextColumn("available"),
            TextColumn("capacity"),
        )
        cells = [
            (row["rule_set"], row["points"], row["available"], capacity(row["points"], row["available"]))
            for row in rows
        ]
        table("Side by side", columns, cells)
    for row in found["untiered"]:
        out.print(_untiered(row), markup=False)
    if found["uncommenced"]:
        cases, points = counted(found["uncommenced"]["cases"], "case"), figure(found["uncommenced"]["points"])
        out.print(
            f"{cases} with requirements not commenced: {counted(points, 'point')} more once they are",
            markup=False,
        )


def _untiered(row: dict[str, Any]) -> str:
    """What untiered cases may be worth, or that nobody has said so for their tier scheme."""
    cases = counted(row["cases"], f"untiered {row['location']} case")
    if row["lowest"] is None:
        return f"{cases}: no points are published for the tiers of this extract"
    return f"{cases}: each would earn {figure(row['lowest'])} to {figure(row['highest'])} points once tiered"
