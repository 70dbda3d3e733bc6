"""What a figure of a plan is made of: lines of a post before and after, and what each step does to a unit.

Of cases the reference stands only where the reader may see the case; others alike are one line. Reasons of
reductions, and the references of reports and contacts, are in none.
"""

from collections import defaultdict
from itertools import pairwise
from typing import Any, NamedTuple

import polars as pl

from wmt import ledger
from wmt.ledger import Ledger
from wmt.plan.facts_changed import codes
from wmt.site.audit.reads import note_read
from wmt.site.changes.plan_cases import readable_cases
from wmt.site.queries.plan_effects import PlanReading
from wmt.site.workload.models import Pricing, Unit

#: A plan of more steps is not measured after each of them.
MOST_BY_STEP = 20
#: What is only shown beside a figure, and in none.
_BESIDE = ("omic_licence", "unpaid_only")
_PRICED = ("side", "kind", "location", "tier", "suspended", "stream", "component", "rule")


class Amount(NamedTuple):
    """How many (millionths: of a case, an hour) and what they earn or take (hundredths of points)."""

    quantity_micro: int
    points_x100: int


class PlanLine(NamedTuple):
    """Lines of a post that are alike, before and after; `ref` is empty where the reader may not see the case
    or there is none."""

    pricing: Pricing
    ref: str
    before: Amount
    after: Amount


class StepMove(NamedTuple):
    """By how much a step moves a unit: points and points available, in hundredths."""

    number: int
    words: str
    points_x100: int
    available_x100: int


def lines_of(reading: PlanReading, code: str) -> list[PlanLine]:
    """The lines of a post before and after a plan: what changes first, work before time; nothing where
    the plan touches nobody of its team. Raises PlanError."""
    change = reading.change
    if change is None:
        return []
    was, then = change.of_both(lambda made: _lines(made, code))
    refs = {row["ref"] for row in (*was, *then) if row["kind"] == "case" and row["ref"]}
    readable = readable_cases(reading.reader, refs, reading.state)
    for holder in {post.code: post for post in readable.values()}.values():
        note_read(reading.reader, holder)
    sums: dict[tuple[Any, ...], list[Amount]] = defaultdict(lambda: [Amount(0, 0), Amount(0, 0)])
    for place, rows in enumerate((was, then)):
        for row in rows:
            both = sums[(row["ref"] if row["ref"] in readable else "", *(row[name] for name in _PRICED))]
            both[place] = _plus(both[place], row)
    found = [_line(key, *both) for key, both in sums.items()]
    return sorted(found, key=lambda line: (line.before == line.after, line.pricing.side != "work",
                                           str(line.pricing), line.ref))  # fmt: skip


def moves_of(reading: PlanReading, unit: Unit) -> list[StepMove] | None:
    """By how much each step moves a unit above posts, after those before it; None where the plan has too many
    steps for that. Raises PlanError."""
    change = reading.change
    if change is None:
        return []
    if len(change.laid.stages) > MOST_BY_STEP:
        return None
    day = reading.state.rules_date
    moments = [(change.before, change.old)]
    for facts, overlays in change.laid.stages:
        laid_over = reading.tree.at(day, change.laid.overlays[:overlays]) if overlays else change.old
        moments.append((facts, laid_over))
    sums = change.of_each(lambda made: _sum(made, unit), moments)
    return [
        StepMove(outcome.number, outcome.words, then[0] - was[0], then[1] - was[1])
        for outcome, (was, then) in zip(change.outcomes, pairwise(sums), strict=True)
    ]


def _lines(made: Ledger, code: str) -> list[dict[str, Any]]:
    number = codes(made.facts).get(code)
    if number is None:
        return []
    return made.lines([number]).filter(~pl.col("kind").is_in(_BESIDE)).to_dicts()


def _plus(sum_: Amount, row: dict[str, Any]) -> Amount:
    return Amount(sum_.quantity_micro + row["quantity_micro"], sum_.points_x100 + (row["points_x100"] or 0))


def _line(key: tuple[Any, ...], before: Amount, after: Amount) -> PlanLine:
    ref, *priced = key
    values = {name: "" if value is None else value for name, value in zip(_PRICED, priced, strict=True)}
    earned = before if before.quantity_micro else after
    pricing = Pricing(**{**values, "suspended": bool(values["suspended"])}, each_x100=earned.points_x100)
    return PlanLine(pricing, ref, before, after)


def _sum(made: Ledger, unit: Unit) -> tuple[int, int]:
    """The points and points available of the posts of a unit that are measured, as its headline has them."""
    rows = made.totals([unit.level]).filter(code=unit.code, stream=ledger.HEADLINE)
    points, available = rows.select(pl.col("points_x100", "available_x100").sum()).row(0)
    return int(points), int(available)
