"""Causes of random histories: they add up to the change exactly, and each event is its own cause.

A history is a post's: at least fifty events over five nights across a change of the rules. Many are lived in
one nation, so that ten thousand of them take minutes (WMT_SOAK=1) and three hundred seconds.
"""

import os
import random
from collections import defaultdict
from datetime import date
from typing import Any

import polars as pl
import pytest
from cause_histories import EVENTS, Nation, live, nation

from reference import Reference
from wmt import rules
from wmt.ledger import HEADLINE, STREAMS, Cause, Ledger
from wmt.ledger.compare import Comparison, compare
from wmt.ledger.engine import DuckDBEngine

POSTS = 100
HISTORIES = 10_000 if os.environ.get("WMT_SOAK") else 300
NIGHTS, EVENTS_A_NIGHT = 5, 13
LEVELS = ("post", "team", "nation")
#: Grades that differ in what an hour of theirs holds, for the published ones do not.
GRADES = rules.Overlay(
    "grades",
    "test",
    tuple(
        (f"nominal_target.{grade}", date(2017, 5, 1), worth)
        for grade, worth in {"PSO": 1900, "TPO": 1100}.items()
    ),
)


def assert_adds_up(row: dict[str, Any]) -> None:
    """No residual: not in points, not in available points, not in percentage points."""
    causes = row["causes"]
    assert sum(cause["points"] for cause in causes) == row["change"] == row["after"] - row["before"], row
    assert sum(cause["available"] for cause in causes) == row["available_change"], row
    if row["capacity_change"] is None:
        assert all(cause["percentage_points"] is None for cause in causes)
        return
    assert sum(cause["percentage_points"] for cause in causes) == row["capacity_change"], row
    assert row["capacity_after"] - row["capacity_before"] == row["capacity_change"]


def ledgers(engine: DuckDBEngine, before: Nation, after: Nation) -> list[Ledger]:
    """The facts before, those after under the rules before, and those after under their own."""
    first, last = (each.world().facts() for each in (before, after))
    old, new = (rules.load().at(facts.day, [GRADES]) for facts in (first, last))
    found = [Ledger(first, old, engine=engine, prefix="a_")]
    if old.key != new.key:
        found.append(Ledger(last, old, engine=engine, prefix="m_"))
    return [*found, Ledger(last, new, engine=engine, prefix="b_")]


def assert_moves_are_the_causes(sides: list[Ledger], units: list[tuple[str, str, str]]) -> None:
    """The lines behind each cause of some units sum to it, in every stream."""
    tables = [side.store_placed_lines() for side in sides]
    comparison = Comparison(sides[0].engine, tables, prefix="a_")
    for level, code, stream in units:
        moves = comparison.moves(level, code, stream)
        summed = moves.group_by("cause").agg(
            pl.col("points_x100", "available_x100").sum(), lines=pl.len().cast(pl.Int64)
        )
        found = comparison.changes(level).filter(pl.col("code") == code)
        found = found.filter(pl.col("stream").is_null() | (pl.col("stream") == stream))
        found = found.drop("code", "stream")
        assert summed.sort("cause").equals(found.sort("cause")), (level, code, stream)


def assert_reference_totals(ledger: Ledger, rows: list[dict[str, Any]], posts: list[str]) -> None:
    """The plain calculator comes to the same points and time."""
    reference = Reference(ledger.facts, ledger.rules)
    by_code = {row["code"]: row for row in rows if row["level"] == "post"}
    for number, post in enumerate(reference.rows["post"]):
        code = f"{post['team_code']}:{post['staff_code']}"
        if code in posts:
            figures = reference.figures(number)
            assert (by_code[code]["after"], by_code[code]["available_after"]) == (
                figures["points"],
                figures["available"],
            )


def moved_between_streams(sides: list[Ledger]) -> set[str]:
    """The streams that some post with points or time left or joined, by the streams of the posts alone."""
    posts = [
        side.totals(["post"]).select("code", "stream", "points_x100", "available_x100")
        for side in (sides[0], sides[-1])
    ]
    both = (
        posts[0].join(posts[1], on="code", suffix="_after").filter(pl.col("stream") != pl.col("stream_after"))
    )
    left = both.filter((pl.col("points_x100") != 0) | (pl.col("available_x100") != 0))
    came = both.filter((pl.col("points_x100_after") != 0) | (pl.col("available_x100_after") != 0))
    return {*left["stream"], *came["stream_after"]}


def has_cause(row: dict[str, Any], cause: str) -> bool:
    return any(each["cause"] == cause for each in row["causes"])


@pytest.mark.parametrize("seed", range(HISTORIES // POSTS))
def test_causes_of_random_histories_sum_to_the_change(seed: int) -> None:
    dice = random.Random(seed)
    lived = [nation(dice, POSTS)]
    for _ in range(NIGHTS - 1):
        tonight = lived[-1].copy()
        tonight.night += dice.choice((1, 2, 3))
        live(tonight, dice, EVENTS_A_NIGHT)
        lived.append(tonight)
    assert (NIGHTS - 1) * EVENTS_A_NIGHT >= 50
    engine = DuckDBEngine()
    some = dice.sample(sorted(lived[0].posts), 3)
    step = dice.randrange(NIGHTS - 1)
    for before, after in ((lived[0], lived[-1]), (lived[step], lived[step + 1])):
        sides = ledgers(engine, before, after)
        rows = compare(sides[0], sides[-1], LEVELS, sides[1] if len(sides) == 3 else None)
        assert len(rows) > POSTS
        for row in rows:
            assert_adds_up(row)
        units = [
            ("post", some[0], HEADLINE),
            ("team", some[1].split(":")[0], HEADLINE),
            ("nation", "nation", dice.choice(STREAMS)),
        ]
        moved = moved_between_streams(sides)
        told = {row["stream"] for row in rows if row["level"] == "nation" and has_cause(row, "stream")}
        assert told == moved
        assert_moves_are_the_causes(sides, units)
        assert_reference_totals(sides[-1], rows, some)
    engine.close()


@pytest.mark.parametrize("seed", range(3))
def test_each_event_is_its_own_cause_when_nothing_else_happens(seed: int) -> None:
    dice = random.Random(1000 + seed)
    before = nation(dice, 8 * len(EVENTS))
    after = before.copy()
    expected: dict[str, set[str]] = defaultdict(set)
    for number, (name, (event, cause)) in enumerate(EVENTS.items()):
        # it happens to the first of its own posts; the second is whom a case comes from or goes to
        own = sorted(after.posts)[8 * number : 8 * number + 4]
        part = Nation({post: after.posts[post] for post in own[:2]}, after.contacts, after.night, after.made)
        assert event(part, own[0], dice) is not None, name
        after.made = part.made
        expected[own[0]].add(cause)
    engine = DuckDBEngine()
    first, last = (
        Ledger(
            side.world().facts(), rules.load().at(date(2023, 6, 1), [GRADES]), engine=engine, prefix=prefix
        )
        for side, prefix in ((before, "a_"), (after, "b_"))
    )
    rows = {row["code"]: row for row in compare(first, last, ["post"])}
    for post, causes in expected.items():
        assert {cause["cause"] for cause in rows[post]["causes"]} == causes, post
        assert_adds_up(rows[post])
    told = set().union(*expected.values())
    assert told == {str(cause) for cause in Cause} - {"cases_in", "cases_out", "rule_change", "stream"}
    engine.close()
