"""The responsive figure: the same lines by one more rule set, whoever sums them."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from how_many import examples
from wmt import rules
from wmt.ledger import PRICING, Ledger, LedgerError
from wmt.ledger.activity_points import points_by_activity
from wmt.ledger.level_prices import difference_x100, level_prices
from wmt.ledger.side_by_side import side_by_side
from wmt.rules import Overlay, RuleSet, priorities
from worlds import AS_AT, World, worlds

DAY = AS_AT.date()
TREE = rules.load()
ACTIVITIES = tuple(priorities.factors(TREE.at(DAY), "amber"))


def with_values(**values: str) -> RuleSet:
    entries = tuple((path.replace("__", "."), DAY, Decimal(value)) for path, value in values.items())
    return TREE.at(DAY, [Overlay("matrix", "a test", entries)])


def matrices() -> st.SearchStrategy[RuleSet]:
    factor = st.sampled_from(("0", "0.25", "0.5", "1"))
    chosen = st.dictionaries(st.sampled_from(ACTIVITIES), factor, min_size=1, max_size=6)
    return chosen.map(
        lambda found: with_values(**{f"priority_factors__amber__{a}": f for a, f in found.items()})
    )


@settings(max_examples=examples(40), deadline=None)
@given(worlds(AS_AT))
def test_a_matrix_of_ones_is_business_as_usual_in_every_figure(world: World) -> None:
    ruleset = TREE.at(DAY)
    ledger = Ledger(world.facts(), ruleset)
    found = side_by_side(
        ledger,
        {"usual": ruleset, "amber": priorities.at_level(ruleset, "amber")},
        ("post", "team", "pdu", "region", "nation"),
    )
    usual, amber = (found.filter(rule_set=name).drop("rule_set") for name in ("usual", "amber"))
    assert usual.equals(amber)
    assert not level_prices(ruleset, "amber", "pc16", DAY)


@settings(max_examples=examples(40), deadline=None)
@given(worlds(AS_AT), matrices())
def test_lines_by_their_difference_are_the_lines_of_one_more_rule_set(world: World, ruleset: RuleSet) -> None:
    ledger, prices = Ledger(world.facts(), ruleset), level_prices(ruleset, "amber", "pc16", DAY)
    found = side_by_side(ledger, {"amber": priorities.at_level(ruleset, "amber")})
    usual = dict(ledger.totals(["post"]).select("code", "points_x100").iter_rows())
    moved = dict.fromkeys(usual, 0)
    for line in ledger.lines().iter_rows(named=True):
        each = prices.difference_x100(_pricing(line))
        moved[f"{line['team_code']}:{line['staff_code']}"] += difference_x100(
            [(each, line["quantity_micro"])]
        )
    assert {code: usual[code] + moved[code] for code in usual} == dict(
        found.select("code", "points_x100").iter_rows()
    )


def _pricing(line: dict[str, Any]) -> dict[str, Any]:
    return {name: line[name] for name in PRICING}


def test_halving_planned_supervision_moves_d1_and_what_a_flag_adds_to_it() -> None:
    world = World().post("N1A:S1").cases("N1A:S1", "community", "D1", 3).cases("N1A:S1", "custody", "D1", 2)
    ruleset = with_values(priority_factors__amber__planned_contact="0.5", case_weighting__iom="200")
    prices = level_prices(ruleset, "amber", "pc16", DAY)
    lines = [_pricing(line) for line in Ledger(world.facts(), ruleset).lines().iter_rows(named=True)]
    each = {line["location"]: prices.difference_x100(line) for line in lines if line["kind"] == "case"}
    # 49 × 30 ÷ 36.5 = 40.27, from 49
    assert each == {"community": -873, "custody": 0}
    case = next(line for line in lines if line["location"] == "community")
    assert prices.difference_x100(case | {"kind": "iom"}) == -873
    assert prices.difference_x100(case | {"kind": "contact"}) == 0
    assert prices.difference_x100(case | {"each_x100": 2_900}) == 0  # of an earlier night, by other rules


def test_a_weighting_that_leaves_no_whole_hundredths_is_told() -> None:
    ruleset = with_values(priority_factors__amber__planned_contact="0.5", case_weighting__iom="150")
    with pytest.raises(LedgerError, match="makes fractions of a hundredth of a point"):
        level_prices(ruleset, "amber", "pc16", DAY)


def test_points_are_shared_over_activities_by_their_hours() -> None:
    ruleset = TREE.at(DAY)
    cases = [
        ("community", "D1", 4_900),
        ("community", "D1", 4_900),
        ("custody", "A3", 7_500),
        ("licence", "A3", 15_800),
    ]
    found = points_by_activity(cases, ruleset)
    assert sum(found.values()) == 9_800 + 15_800
    # D1: 13 hours of 36.5 are planned contacts; A3 on licence 52.14 of 118
    expected = 9_800 * 13 / 36.5 + 15_800 * 52.14 / 118
    assert abs(float(found["planned_contact"]) - expected) < 1e-6
    assert "crisis_work" not in found
    assert points_by_activity([], ruleset) == {}
