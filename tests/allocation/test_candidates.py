"""Who could hold a case: worked figures, figures of a whole recompute, and who may by the rules."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from how_many import examples
from wmt import rules
from wmt.allocation.candidates import ALLOCATED, Candidate, candidate_of, candidates, not_in_data
from wmt.allocation.cases import CaseError, CaseToGive, changed, described, listed
from wmt.allocation.eligibility import eligibility
from wmt.allocation.room import has_room, room_for
from wmt.allocation.spread import suggestions
from wmt.allocation.waiting import waiting
from wmt.facts import Facts
from wmt.ledger import Ledger, shown_capacity
from worlds import World, worlds

IN_2022, IN_2023 = datetime(2022, 6, 14, 18, 30), datetime(2023, 6, 14, 18, 30)


def points_of(points: int) -> rules.Overlay:
    """One case of custody A3 is worth so many points: a post with it stands at the figure of an example."""
    return rules.Overlay("example", "a test", (("tier_points.pc16.custody.A3", date(2020, 1, 1), points),))


def led(world: World, *overlays: rules.Overlay) -> Ledger:
    return Ledger(world.facts(), rules.load().at(world.as_at.date(), overlays))


def of(found: Ledger, *cases: CaseToGive) -> dict[str, Candidate]:
    return {each.code: each for each in candidates(found, cases, found.facts.team["team_code"].to_list())}


def moved(one: Candidate) -> str:
    return f"{shown_capacity(*one.now)} → {shown_capacity(*one.together)}"


def test_half_of_a_thousand_points_and_a_custody_b3() -> None:
    # 2,176 × 17.01 ÷ 37 = 1,000.37 → 1,000 points available
    world = World(IN_2022).post("N1A:S1", hours="17.01").cases("N1A:S1", "custody", "A3")
    found = led(world, points_of(500))
    assert moved(of(found, described(found, "custody:B3"))["N1A:S1"]) == "50.0% → 55.9%"


def test_who_holds_the_case_already_is_unchanged() -> None:
    world = World(IN_2022).post("N1A:S1", hours="17.01").cases("N1A:S1", "custody", "A3")
    world.cases("N1A:S1", "custody", "B3", ref="X111111").post("N1A:S2")
    found = led(world, points_of(441))
    (case,) = listed(found, ["X111111"])
    people = of(found, case)
    assert moved(people["N1A:S1"]) == "50.0% → 50.0%"
    assert people["N1A:S1"].words == ["holds X111111 already"]
    assert not people["N1A:S2"].effects[0].holds


def test_a_case_held_at_an_old_tier_loses_the_old_points_and_gains_the_new() -> None:
    world = World(IN_2022).post("N1A:S1", hours="17.01").cases("N1A:S1", "custody", "A3", ref="X111111")
    found = led(world, points_of(500))
    (held,) = listed(found, ["X111111"])
    case = changed(held, described(found, "custody:B3"))
    assert (case.held_x100, case.points_x100) == (50_000, 5_900)
    assert moved(of(found, case)["N1A:S1"]) == "50.0% → 5.9%"


def test_a_post_that_is_not_in_the_data() -> None:
    found = led(World(IN_2022).post("N1A:S1"))
    new = not_in_data(found.rules, found.day, [described(found, "custody:B3")], "PO")
    assert (moved(new), new.now.available_x100) == ("0.0% → 2.7%", 217_600)
    assert new.words == ["not in this data: hours assumed, those usual for grade PO"]
    # whose hours are usually none has no time, whatever else it has
    spo = not_in_data(found.rules, found.day, [described(found, "custody:B3")], "SPO")
    assert spo.why_not == ["no available hours"]


def test_over_the_threshold_and_a_case_more() -> None:
    world = World(IN_2023).post("N1A:S1").cases("N1A:S1", "custody", "A3")
    found = led(world, points_of(2458))
    one = of(found, described(found, "custody:B3"))["N1A:S1"]
    assert moved(one) == "111.7% → 114.4%"
    assert (one.is_over, one.over_with_all) == (True, True)


def test_cases_of_transition_to_adulthood_have_a_table_of_their_own() -> None:
    found = led(World(IN_2023).post("N1A:S1"))
    ruleset = found.rules
    for text, path in (("t2a:community:A2", "t2a_points"), ("community:A2", "tier_points")):
        worth = ruleset[f"{path}.pc16.community.A2"].hundredths
        assert described(found, text).points_x100 == worth
    assert described(found, "t2a:community:A2").points_x100 != described(found, "community:A2").points_x100


def test_without_available_hours_nobody_is_free() -> None:
    world = (
        World(IN_2023).post("N1A:S1", hours="0").post("N1A:S2").post("N1A:S3", "PSO").post("N1A:S4", "SPO")
    )
    world.cases("N1A:S2", "community", "A3", 30)
    people = of(led(world), described(led(world), "custody:B3"))
    # who may comes first, however full; then by grade; no time is never the freest
    assert list(people) == ["N1A:S2", "N1A:S1", "N1A:S3", "N1A:S4"]
    assert people["N1A:S1"].words == ["no available hours"]
    assert [each.eligible for each in people.values()] == [True, False, False, False]


def test_who_keeps_figures_of_an_earlier_night_is_given_nothing() -> None:
    """No case can be allocated to such a post: so nobody is told that it has room, or is suggested it."""
    found = led(World(IN_2023).post("N1A:S1").post("N1A:S2").cases("N1A:S2", "community", "A3"))
    case = described(found, "custody:B3")
    row = found.totals(["post"]).row(by_predicate=pl.col("code") == "N1A:S1", named=True)
    kept = {**row, "post_no": 0, "unmeasured": 0, "stale_since": datetime(2023, 6, 13, 18, 30)}
    one, other = candidate_of(found.rules, kept, [case], {}, {}), of(found, case)["N1A:S2"]
    assert one.now.available_x100 > 0
    assert one.words == [
        "no figures in this data: its rows were left out of the extract", "figures of 13 June 2023",
    ]  # fmt: skip
    assert (one.eligible, one.has_room, has_room(one, one.effects[0])) == (False, False, False)
    assert [each.code for each in sorted([one, other], key=lambda each: each.order)] == ["N1A:S2", "N1A:S1"]
    assert [each.to for each in suggestions([case], [one, other], {})] == ["N1A:S2"]
    assert (room_for([one]).may_hold, room_for([one, other]).with_room) == (0, 1)


def test_placeholders_and_prison_posts_are_not_asked() -> None:
    world = World(IN_2023).post("N1A:S1").post("N1A:S2", "DMY", "0", is_placeholder=1).post("N1P:S3")
    world.omic_team("N1P").cases("N1P:S3", "custody", "B2", stream="omic")
    assert list(of(led(world), described(led(world), "custody:B3"))) == ["N1A:S1"]


@pytest.mark.parametrize(
    ("grade", "location", "tier", "may", "words"),
    [
        ("PO", "custody", "A3", True, ""),
        ("PO", "community", "0", True, ""),
        ("PSO", "community", "C3", True, ""),
        ("PSO", "licence", "D0", True, ""),
        ("PSO", "community", "A0", True, ""),
        ("PSO", "custody", "B3", False, "grade PSO does not hold custody B3 by the rules"),
        (
            "PSO",
            "community",
            "0",
            False,
            "grade PSO does not hold community case without a tier by the rules",
        ),
        ("TPO", "community", "D2", True, "needs a mentor who holds the case with them"),
        ("TPO", "licence", "B1", False, "grade TPO does not hold licence B1 by the rules"),
        ("SPO", "community", "D2", False, "grade SPO does not hold community D2 by the rules"),
        ("PSO", "community", "B", False, "grade PSO does not hold community B by the rules"),
        ("PSO", "community", "G", True, ""),
    ],
)
def test_who_may_hold_what(grade: str, location: str, tier: str, may: bool, words: str) -> None:
    found = eligibility(rules.load().at(date(2023, 6, 14)), grade, location, tier)
    assert (found.eligible, found.words) == (may, words)


def test_a_service_may_agree_otherwise() -> None:
    agreed = (("eligibility.PSO.custody", date(2020, 1, 1), "B3 D"),)
    ruleset = rules.load().at(date(2023, 6, 14), [rules.Overlay("agreed", "a test", agreed)])
    tiers = [tier for tier in ("A3", "B3", "B2", "C1", "D2", "A0")
             if eligibility(ruleset, "PSO", "custody", tier).eligible]  # fmt: skip
    assert tiers == ["B3", "D2"]


@pytest.mark.parametrize("tiers", ["", "B3,C1", "everything", "H", "C1S", "all C"])
def test_tiers_that_are_none_are_refused(tiers: str) -> None:
    wrong = rules.Overlay("wrong", "a test", (("eligibility.PSO.custody", date(2020, 1, 1), tiers),))
    with pytest.raises(rules.RulesError, match=r"eligibility\.PSO\.custody"):
        rules.load().at(date(2023, 6, 14), [wrong])


def test_data_without_rules_of_eligibility_says_so() -> None:
    ruleset = rules.load().at(date(2023, 6, 14))
    unknown = eligibility(ruleset, "DMY", "custody", "B3")
    assert (unknown.eligible, unknown.words) == (
        False,
        "the rules do not say whether grade DMY may hold a custody B3",
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("custody", "'custody' describes no case"),
        ("custody:b3", "describes no case"),
        ("prison:B3", "'prison' is no type of case; the types are community, custody, licence"),
        ("custody:B9", "this data has no tier B9"),
        ("custody:E", "this data has no tier E"),
        ("omic:custody:B3", "describes no case"),
    ],
)
def test_what_describes_no_case_is_refused(text: str, why: str) -> None:
    with pytest.raises(CaseError, match=why):
        described(led(World(IN_2023).post("N1A:S1")), text)


def test_cases_that_cannot_be_told_are_refused() -> None:
    world = World(IN_2023).post("N1A:S1").post("N1A:S2").post("N1P:S3").omic_team("N1P")
    world.cases("N1A:S1", "custody", "B3", ref="TWICE").cases(
        "N1A:S2", "custody", "A3", stream="t2a", ref="TWICE"
    )
    world.cases("N1P:S3", "custody", "B2", stream="omic", ref="PRISON")
    world.cases("N1A:S1", "licence", "B2", ref="BOTH").cases(
        "N1P:S3", "custody", "B2", stream="omic", ref="BOTH"
    )
    found = led(world)
    with pytest.raises(CaseError, match="there is no case NONE: nobody in this data holds it; describe"):
        listed(found, ["NONE"])
    with pytest.raises(CaseError, match="TWICE is held by N1A:S1 and N1A:S2"):
        listed(found, ["TWICE"])
    with pytest.raises(CaseError, match="PRISON is held in custody under OMiC"):
        listed(found, ["PRISON"])
    assert [(case.ref, case.post) for case in listed(found, ["BOTH"])] == [("BOTH", "N1A:S1")]
    counted = led(World(IN_2023).post("N1A:S1").cases("N1A:S1", "custody", "B3", 4))
    with pytest.raises(CaseError, match="this data counts cases and does not list them"):
        listed(counted, ["X111111"])


def test_what_was_allocated_in_the_last_days() -> None:
    world = World(IN_2023).post("N1A:S1").post("N1A:S2")
    # the data is of 14 June: an age of 0, 6, 7, 27 and 28 days, one to come and one that nobody dated
    days = [date(2023, 6, 14), date(2023, 6, 8), date(2023, 6, 7), date(2023, 5, 18), date(2023, 5, 17),
            date(2023, 6, 15), None]  # fmt: skip
    dated = pl.DataFrame([("N1A", "S1", day) for day in days], ALLOCATED, orient="row")
    found = led(world)
    people = {
        each.code: dict(each.recent)
        for each in candidates(found, [described(found, "custody:B3")], ["N1A"], dated)
    }
    assert people == {"N1A:S1": {7: 2, 28: 4}, "N1A:S2": {}}


def test_cases_that_wait() -> None:
    world = (
        World(IN_2023)
        .post("N1A:U1", "DMY", "0", is_placeholder=1)
        .post("N1A:S1")
        .post("N1B:U2", "DMY", "0", is_placeholder=1)
    )
    world.cases("N1A:U1", "custody", "B3", ref="LATER").cases("N1B:U2", "community", "0", ref="OLDER")
    world.cases("N1A:U1", "licence", "C1", 3).cases("N1A:S1", "custody", "B3", ref="HELD")
    world.cases("N1A:U1", "custody", "B1", stream="omic", ref="PRISON")
    keys = ("team_code", "staff_code", "case_ref", "allocated_on")
    rows = [("N1A", "U1", "LATER", date(2023, 6, 10)), ("N1B", "U2", "OLDER", date(2023, 5, 14))]
    dated = pl.DataFrame(
        rows, dict(zip(keys, (pl.String, pl.String, pl.String, pl.Date), strict=True)), orient="row"
    )
    found = waiting(led(world), dated)
    told = found.select("ref", "location", "tier", "cases", "points_x100", "team_code", "days").rows()
    ruleset = led(world).rules
    licence = 3 * ruleset["tier_points.pc16.licence.C1"].hundredths
    custody = ruleset["tier_points.pc16.custody.B3"].hundredths
    assert told == [
        ("OLDER", "community", "0", 1, 0, "N1B", 31),
        ("LATER", "custody", "B3", 1, custody, "N1A", 4),
        (None, "licence", "C1", 3, licence, "N1A", None),
    ]
    assert waiting(led(world))["since"].null_count() == 3


def given_to(facts: Facts, ref: str, post_no: int) -> Facts:
    """The same night, had another post held the case: its row and its flags."""
    tables = facts.tables()
    for name in ("caseload", "flag"):
        own = pl.col("case_ref") == ref
        tables[name] = tables[name].with_columns(
            post_no=pl.when(own).then(pl.lit(post_no, pl.Int64)).otherwise("post_no")
        )
        tables[name] = tables[name].sort(tables[name].columns, nulls_last=False)
    return Facts(as_at=facts.as_at, tier_scheme=facts.tier_scheme, **tables)


@settings(max_examples=examples(40), deadline=None)
@given(worlds(), st.data())
def test_figures_are_those_of_a_whole_recompute(world: World, data: st.DataObject) -> None:
    posts = sorted(world.posts)
    kind = data.draw(st.sampled_from(["custody", "licence", "community"]))
    tier = data.draw(st.sampled_from(["0", "A3", "B3", "C1", "D0"]))
    holder = data.draw(st.sampled_from(posts))
    suspended, status = data.draw(st.booleans()), data.draw(st.sampled_from(["active", "warrant", "overdue"]))
    world.cases(holder, kind, tier, suspended=suspended, status=status, ref="GIVEN")
    if data.draw(st.booleans()):
        world.flag(holder, "GIVEN", "U", kind, tier, int(suspended))
    weights = rules.Overlay(
        "weights",
        "a test",
        (("case_weighting.unpaid_work", date(2010, 1, 1), data.draw(st.sampled_from([100, 50, 0]))),),
    )
    ruleset = rules.load().at(world.as_at.date(), [weights])
    facts = world.facts()
    found = Ledger(facts, ruleset)
    (case,) = listed(found, ["GIVEN"])
    people = candidates(found, [case], facts.team["team_code"].to_list())
    numbers = {code: number for number, code in enumerate(sorted(posts, key=lambda name: name.split(":")))}
    for one in people:
        after = Ledger(given_to(facts, "GIVEN", numbers[one.code]), ruleset).totals(["post"])
        row = after.row(by_predicate=pl.col("code") == one.code, named=True)
        assert one.together == (row["points_x100"], row["available_x100"])
        assert one.effects[0].holds == (one.code == holder)
    order = [each.order for each in people]
    assert order == sorted(order)
    assert all(not each.eligible for each in people if not each.now.available_x100)


def test_several_cases_add_up() -> None:
    world = World(IN_2023).post("N1A:S1").post("N1A:S2", "PSO").cases("N1A:S2", "licence", "C1", ref="X1")
    found = led(world)
    cases = [*listed(found, ["X1"]), described(found, "custody:B3"), described(found, "community:D2")]
    people = of(found, *cases)
    worth = [case.points_x100 for case in cases]
    assert people["N1A:S1"].together.points_x100 == sum(worth)
    # the PSO holds the first already, and its grade does not hold the second: so not all of them
    assert people["N1A:S2"].together.points_x100 == sum(worth)
    assert (people["N1A:S1"].eligible, people["N1A:S2"].eligible) == (True, False)
    assert people["N1A:S2"].effects[2].eligibility.eligible
    share = Fraction(sum(worth), people["N1A:S1"].now.available_x100) * 100
    assert shown_capacity(*people["N1A:S1"].together) == f"{round(Decimal(float(share)), 1)}%"
