"""Spreading several cases: who may, who has room, who knows the person; worked by hand and for any world."""

from collections import Counter
from datetime import date, datetime
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from how_many import examples
from wmt import rules
from wmt.allocation.candidates import Candidate, candidates
from wmt.allocation.cases import CaseToGive, listed
from wmt.allocation.spread import suggestions
from wmt.ledger import Ledger
from worlds import World

IN_2023 = datetime(2023, 6, 14, 18, 30)
_TIERS = ("A3", "B2", "C1", "D1", "D0")


def _worth(**points: int) -> rules.Overlay:
    """What a community case of a tier is worth in an example."""
    lines = tuple((f"tier_points.pc16.community.{tier}", date(2020, 1, 1), x) for tier, x in points.items())
    return rules.Overlay("example", "a test", lines)


def _people(world: World, *refs: str, worth: rules.Overlay) -> tuple[list[CaseToGive], list[Candidate]]:
    found = Ledger(world.facts(), rules.load().at(world.as_at.date(), [worth]))
    cases = listed(found, refs)
    there = candidates(found, cases, found.facts.team["team_code"].to_list())
    return cases, [each for each in there if each.code != "N1A:LEAVER"]


def _leaver(**tiers: str) -> World:
    world = World(IN_2023).post("N1A:LEAVER")
    for ref, tier in tiers.items():
        world.cases("N1A:LEAVER", "community", tier, ref=ref)
    return world


def test_the_scarcest_case_first_and_then_whoever_is_lowest_with_it() -> None:
    # a probation services officer may hold tier D only; whoever is lower then gets each case
    world = _leaver(X000001="A3", X000002="D1", X000003="D1", X000004="D1")
    world.post("N1A:PO1").post("N1A:PSO1", grade="PSO")
    cases, people = _people(world, "X000001", "X000002", "X000003", "X000004", worth=_worth(A3=300, D1=100))
    found = suggestions(cases, people, {})
    # A3 to the only one who may; then D1, D1 and D1 to who stands lower: 0 + 100, 100 + 100, 200 + 100 ≤ 300
    assert [each.to for each in found] == ["N1A:PO1", "N1A:PSO1", "N1A:PSO1", "N1A:PSO1"]
    assert {each.why for each in found} == {"lowest capacity with it"}


def test_who_held_it_before_is_asked_first_but_never_over_the_threshold() -> None:
    world = _leaver(X000001="A3", X000002="A3")
    world.post("N1A:PO1").post("N1A:PO2").cases("N1A:PO2", "community", "C1")
    cases, people = _people(world, "X000001", "X000002", worth=_worth(A3=900, C1=700))
    before = {"X000001": {"N1A:PO2", "N9Z:GONE"}, "X000002": {"N1A:PO2"}}
    found = suggestions(cases, people, before)
    # 37 hours are 2,200 points, 110% of which is 2,420: 700 + 900 fits, and 900 more does not
    assert [(each.to, each.why) for each in found] == [
        ("N1A:PO2", "held it before"), ("N1A:PO1", "lowest capacity with it"),
    ]  # fmt: skip


def test_who_needs_a_mentor_comes_after_who_does_not() -> None:
    world = _leaver(X000001="D1", X000002="D1")
    world.post("N1A:TPO1", grade="TPO").post("N1A:PO1").cases("N1A:PO1", "community", "C1")
    cases, people = _people(world, "X000001", "X000002", worth=_worth(D1=900, C1=700))
    found = suggestions(cases, people, {})
    # 700 + 900 of 2,200 fits the officer, and 900 more goes over 2,420
    assert [each.to for each in found] == ["N1A:PO1", "N1A:TPO1"]


def test_what_nobody_can_take_has_the_reason() -> None:
    world = _leaver(X000001="A3", X000002="D1")
    world.post("N1A:PSO1", grade="PSO").post("N1A:PO1", hours="0")
    cases, people = _people(world, "X000001", "X000002", worth=_worth(A3=900, D1=3_000))
    found = suggestions(cases, people, {})
    assert [each.to for each in found] == ["", ""]
    assert found[0].why == (
        "nobody chosen may hold it: no available hours; grade PSO does not hold community A3 by the rules"
    )
    assert found[1].why == "nobody chosen who may hold it has room for it"
    assert suggestions(cases, [], {})[0].why == "nobody chosen may hold it: nobody is chosen"


@given(data=st.data())
@settings(max_examples=examples(25), deadline=None)
def test_nobody_is_suggested_who_may_not_or_would_be_over(data: st.DataObject) -> None:
    tiers = data.draw(st.lists(st.sampled_from(_TIERS), min_size=1, max_size=8), "tiers")
    grades = data.draw(st.lists(st.sampled_from(("PO", "PSO", "TPO")), max_size=4), "grades")
    hours = [data.draw(st.sampled_from(("0", "7", "37"))) for _ in grades]
    refs = [f"X{number:06}" for number in range(len(tiers))]
    world = _leaver(**dict(zip(refs, tiers, strict=True)))
    for number, (grade, of_week) in enumerate(zip(grades, hours, strict=True)):
        world.post(f"N1A:S{number}", grade=grade, hours=of_week)
    worth = {tier: data.draw(st.integers(0, 1_500), tier) for tier in _TIERS}
    cases, people = _people(world, *refs, worth=_worth(**worth))
    found = suggestions(cases, people, {})
    assert [each.case for each in found] == cases
    by_code = {each.code: each for each in people}
    got: Counter[str] = Counter()
    for place, each in enumerate(found):
        if each.to:
            one = by_code[each.to]
            assert one.effects[place].eligibility.eligible
            assert not one.why_not
            got[each.to] += each.case.points_x100
    for code, points_x100 in got.items():
        now = by_code[code].now
        assert Fraction(now.points_x100 + points_x100, now.available_x100) <= Fraction(110, 100)
    # what stays unanswered fits nobody who may hold it, with what they got
    for place, each in enumerate(found):
        if not each.to:
            for one in people:
                if not one.why_not and one.effects[place].eligibility.eligible:
                    then = one.now.points_x100 + got[one.code] + each.case.points_x100
                    assert Fraction(then, one.now.available_x100) > Fraction(110, 100)
