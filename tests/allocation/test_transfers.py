"""Cases on their way in the facts: what goes with a case, and what stays where it was."""

from datetime import date, datetime

import polars as pl

from wmt import rules
from wmt.allocation.case_rows import counts
from wmt.allocation.transfers import CaseTransfer, kind_texts, with_transfers
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


COMES = CaseTransfer("k", "X000001", "N1A:", "N1A:NEW", date(2023, 6, 14), "pc16", None, "custody:B2")
ON = CaseTransfer("k2", "X000001", "N1A:NEW", "N1A:OLD", date(2023, 6, 14))


def _rows(world: World, *transfers: CaseTransfer) -> tuple[list[tuple[str, str]], list[CaseTransfer]]:
    """Who has the case and what it is, and what counted."""
    facts, counted = with_transfers(world.facts(), transfers)
    rows = facts.caseload.filter(case_ref="X000001").join(facts.post, on="post_no")
    texts = kind_texts(facts.tier_scheme)
    return [(staff, texts[kind]) for staff, kind in rows.select("staff_code", "kind_no").rows()], counted


def _empty() -> World:
    return World(IN_2023).post("N1A:OLD").post("N1A:NEW").post("N1A:U", is_placeholder=1)


def test_a_case_that_comes_is_there_once_whatever_the_facts_have() -> None:
    assert _rows(_empty(), COMES) == ([("NEW", "custody:B2")], [COMES])
    assert _rows(_empty(), COMES, ON) == ([("OLD", "custody:B2")], [COMES, ON])
    # the facts have it where it was given, with a third, and with nobody: the tier is theirs then
    for has, told in (("N1A:NEW", ["NEW"]), ("N1A:OLD", ["OLD"])):
        rows, counted = _rows(_empty().cases(has, "community", "C1", ref="X000001"), COMES)
        assert (rows, counted) == ([(staff, "community:C1") for staff in told], [])
    rows, counted = _rows(_empty().cases("N1A:U", "community", "C1", ref="X000001"), COMES)
    assert rows == [("NEW", "community:C1")]
    assert [(each.from_post, each.is_move, each.to_kind) for each in counted] == [("N1A:U", True, None)]


def test_one_that_is_with_a_post_without_figures_or_with_two_does_not_come_beside_it() -> None:
    aside = _empty().post("N1A:ASIDE", unmeasured=1).cases("N1A:ASIDE", "community", "C1", ref="X000001")
    assert _rows(aside, COMES) == ([("ASIDE", "community:C1")], [])
    two = _empty().cases("N1A:U", "community", "C1", ref="X000001")
    two.cases("N1A:OLD", "community", "C1", ref="X000001")
    assert _rows(two, COMES)[1] == []


def test_a_case_that_comes_waits_for_the_figures_of_its_post_and_for_its_tier_scheme() -> None:
    aside = World(IN_2023).post("N1A:OLD").post("N1A:NEW", unmeasured=1)
    assert _rows(aside, COMES) == ([], [])
    assert _rows(_empty(), COMES._replace(tier_scheme="another")) == ([], [])


def test_what_came_goes_with_its_flags_and_comes_again_as_what_it_is_then() -> None:
    there = _empty().cases("N1A:NEW", "custody", "B2", ref="X000001")
    there.flag("N1A:NEW", "X000001", "U", "custody", "B2")
    facts, counted = with_transfers(there.facts(), [COMES.back])
    assert (facts.caseload.height, facts.flag.height, counted) == (0, 0, [COMES.back])
    again = COMES._replace(key="k3", to_kind="t2a:licence:C1")
    rows, _ = _rows(there, COMES.back, again)
    assert rows == [("NEW", "licence:C1")]
    # what people made of it before it went says nothing of what comes
    turned = CaseTransfer("k4", "X000001", "N1A:NEW", "N1A:NEW", None, "pc16", "custody:B2", "licence:C1")
    rows, _ = _rows(_empty(), COMES, turned)
    assert rows == [("NEW", "licence:C1")]


def test_whether_cases_are_only_counted_is_asked_of_those_that_are_no_prisons() -> None:
    listed = World(IN_2023).post("N1A:OLD").cases("N1A:OLD", "community", "C1", ref="X000001")
    assert not counts(listed.facts())
    assert counts(listed.cases("N1A:OLD", "community", "C1", 3).facts())
