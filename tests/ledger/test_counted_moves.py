"""Why it moved where references are forgotten, where nothing moved, and after a question broke off."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from wmt import rules
from wmt.ledger import Cause, Ledger, LedgerError, Moment
from wmt.ledger.engine import DuckDBEngine
from wmt.ledger.explain_change import Side, warm_up, why
from wmt.ledger.why_posts import why_of_posts
from worlds import World

BEFORE, AFTER = datetime(2023, 6, 13, 18, 30), datetime(2023, 6, 14, 18, 30)
RULES = rules.load().at(date(2023, 6, 14))


def world(as_at: datetime, *refs: str, hours: str = "37") -> World:
    """An officer with cases of C2 on licence (65 points each) by these references."""
    found = World(as_at).post("N1A:S1", hours=hours).post("N1A:S2")
    for ref in refs:
        found.cases("N1A:S1", "licence", "C2", ref=ref)
    return found


def side(of: World, *, at_hand: bool = False) -> Side:
    """A moment, with its lines at hand where asked for."""
    facts = of.facts()
    return Side(facts, RULES, lines=Ledger(facts, RULES).lines() if at_hand else None)


@pytest.mark.parametrize("at_hand", [False, True])
def test_cases_are_compared_by_how_many_there_are_where_references_are_forgotten(at_hand: bool) -> None:
    before = side(world(BEFORE, "A000001", "A000002"), at_hand=at_hand)
    after = side(world(AFTER, "B000001", "B000002", "B000003"), at_hand=at_hand)
    known = why(before, after, "post", "N1A:S1")
    assert {moved.cause for moved in known.causes} == {Cause.NEW_CASE, Cause.ENDED}
    for first, last in ((replace(before, counted=True), after), (before, replace(after, counted=True))):
        found = why(first, last, "post", "N1A:S1")
        assert [(moved.cause, moved.points_x100, moved.number) for moved in found.causes] == [
            (Cause.CASES_IN, 6_500, 1)
        ]
        assert found.causes[0].words == Cause.CASES_IN.words
        assert (found.before, found.after) == (Moment(13_000, 220_000), Moment(19_500, 220_000))


def test_many_posts_at_once_by_how_many_cases_there_are() -> None:
    before = side(world(BEFORE, "A000001", "A000002"), at_hand=True)
    after = side(world(AFTER, "B000001", "B000002", "B000003"), at_hand=True)
    found = why_of_posts(replace(before, counted=True), after)
    assert found["N1A:S1"].shares_x100 == {Cause.CASES_IN: 886 - 591}  # 195 and 130 of 2,200
    assert found["N1A:S2"].shares_x100 == {}


def test_a_post_without_time_has_no_shares() -> None:
    before, after = (side(world(at, "A000001", hours="0"), at_hand=True) for at in (BEFORE, AFTER))
    assert set(why_of_posts(before, after)) == {"N1A:S2"}


def test_a_nation_by_an_engine_of_its_own_says_what_its_team_says() -> None:
    before, after = side(world(BEFORE, "A000001")), side(world(AFTER, "A000001", "A000002"))
    team, nation = why(before, after, "team", "N1A"), why(before, after, "nation", "nation")
    assert [(moved.cause, moved.points_x100) for moved in nation.causes] == [(Cause.NEW_CASE, 6_500)]
    assert nation.causes[0].points_x100 == team.causes[0].points_x100
    assert why(before, after, "team", "N1A", engine=DuckDBEngine()).causes == team.causes


def test_a_team_that_changes_its_pdu_is_no_night_that_stayed_the_same() -> None:
    before = side(world(BEFORE, "A000001"), at_hand=True)
    assert why(before, before, "team", "N1A").causes == ()
    team = before.facts.team.with_columns(pdu_code=before.facts.team["pdu_code"] + "X")
    moved = replace(before, facts=replace(before.facts, team=team))
    pdu = before.facts.team["pdu_code"].item()
    gone = why(before, moved, "pdu", pdu)
    assert (gone.before.points_x100, gone.after.points_x100) == (6_500, 0)
    assert why(before, moved, "pdu", f"{pdu}X").after.points_x100 == 6_500


def test_a_question_that_broke_off_spoils_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = side(world(BEFORE, "A000001")), side(world(AFTER, "A000001", "A000002"))
    expected = why(before, after, "post", "N1A:S1").causes

    def broken(*_: object, **__: object) -> None:
        raise LedgerError("broken off")

    with monkeypatch.context() as patched:
        patched.setattr(Side, "price", broken)
        with pytest.raises(LedgerError, match="broken off"):
            why(before, after, "post", "N1A:S1")
    assert why(before, after, "post", "N1A:S1").causes == expected


def test_making_the_sql_beforehand_changes_nothing() -> None:
    warm_up()
    found = why(side(world(BEFORE, "A000001")), side(world(AFTER)), "post", "N1A:S1")
    assert [(moved.cause, moved.points_x100) for moved in found.causes] == [(Cause.ENDED, -6_500)]
