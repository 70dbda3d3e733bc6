"""What `wmt rules beside` tells: the figures under each rule book, and their lines. Loads the ledger."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from wmt import ledger
from wmt.agreements import night, present, reading, states
from wmt.agreements.pack import Agreement
from wmt.cli import console, files, side_by_side, unit_codes
from wmt.cli.inputs import Opened
from wmt.cli.measure import over_mark
from wmt.cli.tables import TextColumn, table
from wmt.ledger import rule_books
from wmt.ledger.arithmetic import decimal
from wmt.rules import RuleSet


def tell(
    opened: Opened, books: list[str], unit: str | None, level: str | None, post: str | None, *, json: bool
) -> None:
    """Tell of what is asked for by the rule books that `beside` takes."""
    packs = {key: reading.shipped()[key] for key in books if key in reading.shipped()}
    own = opened.rule_set(None, ())
    asked = side_by_side.rule_sets(opened, own, [book for book in books if book not in packs])
    made = opened.ledger(own)
    at, code = _place(made, unit, level, post)
    found = _found(made, at, code, asked) | {"stated": _stated(made, at, code, packs.values())}
    if json:
        files.print_json({"level": at, "code": code, **found})
        return
    _show(opened, at, code, found)


def _place(made: ledger.Ledger, unit: str | None, level: str | None, post: str | None) -> tuple[str, str]:
    """The level and code that are asked for: the nation where nothing is. Refuses what is not there."""
    totals = made.totals()
    if post is not None:
        if post not in totals.filter(level="post")["code"]:
            raise console.RefusedInput(f"--post {post}: this data has no such post")
        return "post", post
    if unit is None:
        return "nation", "nation"
    codes = {at: set(totals.filter(level=at, stream=ledger.HEADLINE)["code"]) for at in ledger.LEVELS[1:]}
    return unit_codes.level_of(unit, level, codes), unit


def _found(made: ledger.Ledger, level: str, code: str, asked: dict[str, RuleSet]) -> dict[str, Any]:
    """The figures under each rule set, and the lines alike with the points of each, in order."""
    if not asked:
        return {"books": [], "lines": []}
    rows = rule_books.rule_books(made, list(asked.values())).filter(pl.col(f"{level}_code") == code)
    rows = rows if level == "post" else rows.filter(post_stream=ledger.HEADLINE)
    figures = []
    for at, (name, ruleset) in enumerate(asked.items()):
        moment = rule_books.moment(rows, at)
        figures.append(
            {
                "book": name, "day": ruleset.day, "points": decimal(moment.points_x100),
                "available": decimal(moment.available_x100),
                "capacity": decimal(ledger.capacity_x100(*moment)),
                "over_mark": ledger.is_over(*moment, over_mark(ruleset)),
            }
        )  # fmt: skip
    lines = [
        {
            "side": each.side, "kind": each.kind, "component": each.component, "tier": each.tier,
            "suspended": each.suspended, "quantity": _many(each),
            "points": [decimal(points) for _, points in each.amounts],
        }
        for each in rule_books.lines(rows, len(asked))
    ]  # fmt: skip
    return {"books": figures, "lines": lines}


def _many(line: rule_books.BookLine) -> Any:
    return None if line.quantity_micro is None else decimal(line.quantity_micro // 10_000)


def _stated(
    made: ledger.Ledger, level: str, code: str, packs: Sequence[Agreement] | Any
) -> list[dict[str, Any]]:
    """What agreements say of the post or unit itself."""
    units = [each for each in night.units_of(made, [level]) if each.total["code"] == code] if packs else []
    return [present.present_finding(found) for pack in packs for found in states.findings(pack, units)]


def _show(opened: Opened, level: str, code: str, found: dict[str, Any]) -> None:
    name = code if level == "post" else unit_codes.name_of(opened.facts.team, level, code)
    figures = (
        TextColumn("rules", "text"),
        TextColumn("points"),
        TextColumn("available"),
        TextColumn("capacity"),
    )
    cells = [
        (each["book"], each["points"], each["available"], console.capacity(each["points"], each["available"]))
        for each in found["books"]
    ]
    if cells:
        table(f"{name}, side by side", figures, cells)
        columns = [TextColumn(head, "whole") for head in ("side", "kind", "component", "tier")]
        columns += [TextColumn("how many"), *(TextColumn(each["book"]) for each in found["books"])]
        table("Lines", columns, [_line(each) for each in found["lines"]])
    for each in found["stated"]:
        state = each["state"] or each["not_known"]
        console.out.print(f"{each['measure_name']}: {each['value']} {each['unit']}: {state}", markup=False)
    if not cells and not found["stated"]:
        console.out.print("The agreements that were asked for say nothing of this.")


def _line(each: dict[str, Any]) -> tuple[object, ...]:
    tier = f"{each['tier']}{' suspended' if each['suspended'] else ''}"
    return (each["side"], each["kind"], each["component"], tier, each["quantity"], *each["points"])
