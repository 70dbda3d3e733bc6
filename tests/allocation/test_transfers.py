"""Cases on their way in the facts: what goes with a case, and what stays where it was."""

from datetime import date, datetime

import polars as pl

from wmt import rules
from wmt.allocation.transfers import CaseTransfer, with_transfers
from wmt.ledger import Ledger
from worlds import World

IN_2023 = datetime(2023, 6, 14, 18, 30)
GIVEN = CaseTransfer("k", "X000001", "N1A:OLD", "N1A:NEW", date(2023, 6, 14))


def _world() -> World:
    return World(IN_2023).post("N1A:OLD").post("N1A:NEW").cases("N1A:OLD", "community", "C1", ref="X000001")


def _lines(world: World) -> list[tuple[str, str, int]]:
    facts, counted = with_transfers(world.facts(), [GIVEN])
    assert counted == [GIVEN]
    lines = Ledger(facts, rules.load().at(world.as_at.date())).lines()
    found = lines.filter(pl.col("ref") == "X000001")
    return sorted(found.select("staff_code", "kind", "points_x100").rows())


def test_flags_go_with_their_case() -> None:
    plain = _lines(_world())
    assert [(staff, kind) for staff, kind, _ in plain] == [("NEW", "case")]
    flagged = _lines(_world().flag("N1A:OLD", "X000001", "U", "community", "C1"))
    assert [(staff, kind) for staff, kind, _ in flagged] == [("NEW", "case"), ("NEW", "unpaid_only")]


def test_a_flag_that_the_input_has_with_whoever_gets_the_case_says_nothing_of_it() -> None:
    stray = _lines(_world().flag("N1A:NEW", "X000001", "U", "community", "C1"))
    assert stray == _lines(_world())
