"""The tree through time: what is in force on a day, what overlays change, what differs."""

import pickle
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wmt import rules
from wmt.rules import ALWAYS, NoRuleError, Overlay, RuleChange, RulesError

TREE = rules.load()
PC = "tier_points.pc16.community"
#: Two busy cores can make one example slow; that is no fault of the rules.
unhurried = settings(deadline=None, max_examples=50)

days = st.dates(min_value=date(2016, 1, 1), max_value=date(2030, 12, 31))
paths = st.sampled_from(TREE.paths)
point_paths = st.sampled_from(
    [path for path in TREE.paths if path.startswith(("tier_points.", "cms_points."))]
)
points = st.decimals(min_value=0, max_value=500, places=2)
entries = st.lists(st.tuples(point_paths, st.one_of(st.just(ALWAYS), days), points), min_size=1, max_size=6)
overlays = st.builds(lambda found: Overlay("what-if", "a test", tuple(found)), entries)


@unhurried
@given(paths, days)
def test_a_value_is_the_latest_not_after_the_day(path, day) -> None:
    earlier = [value for value in TREE.parameter(path).values if value.valid_from <= day]
    latest = max(earlier, key=lambda value: value.valid_from) if earlier else None
    assert TREE.at(day).get(path) == latest


@unhurried
@given(days)
def test_only_the_days_of_the_tree_change_anything(day) -> None:
    before, after = TREE.at(day - timedelta(days=1)), TREE.at(day)
    assert (before.key != after.key) == (day in TREE.days)


@unhurried
@given(overlays, days)
def test_an_overlay_changes_its_own_paths_and_nothing_else(overlay, day) -> None:
    plain, laid = TREE.at(day), TREE.at(day, [overlay])
    in_force = {path: value for path, _, value in overlay.at(day)}
    for path in {*(value.path for value in plain), *in_force}:
        if path in in_force:
            assert laid[path].value == in_force[path]
            assert laid[path].overlay == "what-if"
        else:
            assert laid.get(path) is plain.get(path)


@unhurried
@given(overlays, days)
def test_taking_an_overlay_away_gives_the_tree_back(overlay, day) -> None:
    before = TREE.at(day)
    TREE.at(day, [overlay])
    assert TREE.at(day) == before
    changed = {change.path for change in rules.diff(before, TREE.at(day, [overlay]))}
    assert changed <= set(overlay.paths)


@unhurried
@given(overlays, overlays, days)
def test_the_later_overlay_wins(first, second, day) -> None:
    both, only = TREE.at(day, [first, second]), TREE.at(day, [second])
    for path, _, _ in second.at(day):
        assert both[path] == only[path]


@unhurried
@given(overlays, days, days)
def test_a_difference_is_nothing_with_itself_and_turns_round(overlay, one, other) -> None:
    a, b = TREE.at(one), TREE.at(other, [overlay])
    assert rules.diff(a, a) == []
    forth = {(c.path, c.before, c.after) for c in rules.diff(a, b)}
    back = {(c.path, c.after, c.before) for c in rules.diff(b, a)}
    assert forth == back


def test_the_change_of_january_2023() -> None:
    changes = rules.diff(TREE.at(date(2023, 1, 5)), TREE.at(date(2023, 1, 6)))
    by_path = {change.path: change for change in changes}
    a3 = by_path[f"{PC}.A3"]
    assert isinstance(a3, RuleChange)
    assert (a3.before.value, a3.after.value) == (206, 128)
    assert by_path["periods_per_year"].before is None
    assert "tier_points.pc16.licence.C2" not in by_path  # printed anew, and worth the same
    assert "tier_points.pc16.custody.A3" not in by_path


def test_an_overlay_with_a_day_begins_on_it() -> None:
    overlay = Overlay(
        "reform", "a test", ((f"{PC}.C2", date(2027, 4, 1), 82), (f"{PC}.C2", date(2026, 4, 1), 80))
    )
    found = [TREE.at(date(year, 5, 1), [overlay])[f"{PC}.C2"] for year in (2025, 2026, 2027)]
    assert [value.value for value in found] == [74, 80, 82]
    assert [value.overlay for value in found] == [None, "reform", "reform"]
    assert found[2].valid_from == date(2027, 4, 1)
    assert (found[2].status, found[2].source, found[2].unit) == ("overlay", "a test", "points")


def test_an_overlay_without_a_day_holds_where_the_tree_has_nothing_yet() -> None:
    overlay = Overlay("early", "a test", ((f"{PC}.C2", ALWAYS, 74),))
    laid = TREE.at(date(2018, 1, 1), [overlay])
    assert (laid[f"{PC}.C2"].value, laid[f"{PC}.C2"].valid_from) == (74, ALWAYS)
    assert laid.overlays == ("early",)
    assert f"{PC}.C2" not in TREE.at(date(2018, 1, 1))


def test_overlays_can_be_keys() -> None:
    pair = {Overlay("a", "b", ((f"{PC}.C2", ALWAYS, Decimal("1.5")),)) for _ in range(2)}
    assert len(pair) == 1


def test_rule_sets_are_equal_by_content_and_share_a_key_while_nothing_changes() -> None:
    one, same, next_day = TREE.at(date(2024, 1, 1)), TREE.at(date(2024, 1, 1)), TREE.at(date(2024, 1, 2))
    assert one == same
    assert hash(one) == hash(same)
    assert one != next_day
    assert one != "rules"
    assert one.key == same.key == next_day.key
    assert one.key != TREE.at(date(2022, 1, 1)).key


def test_parts_of_a_rule_set() -> None:
    now = TREE.at(date(2024, 1, 1))
    assert list(now.under("nominal_target")) == ["PO", "PSO", "TPO", "SPO", "DMY"]
    assert now.under("nothing.here") == {}
    assert now.children("flags") == tuple("WNUOPISLRB")
    assert "nat_percent" in now
    assert len(now) == len(list(now)) == len({value.path for value in now})
    assert repr(now) == f"<rules in force on 2024-01-01: {len(now)} values>"
    overlay = Overlay("mine", "a test", ((f"{PC}.C2", ALWAYS, 1),))
    assert repr(TREE.at(date(2024, 1, 1), [overlay])).startswith("<rules in force on 2024-01-01 with mine:")


def test_an_unknown_path_names_the_likely_ones() -> None:
    now = TREE.at(date(2024, 1, 1))
    with pytest.raises(NoRuleError, match=r"did you mean .*tier_points\.pc16\.community\.A3") as raised:
        now["tier_points.pc16.comunity.A3"]
    assert isinstance(raised.value, RulesError)
    assert isinstance(raised.value, KeyError)
    with pytest.raises(NoRuleError, match="no parameter 'nat_percnt'; did you mean nat_percent"):
        TREE.parameter("nat_percnt")
    with pytest.raises(NoRuleError, match=r"no rule 'xyzzy' is in force on 2024-01-01$"):
        now["xyzzy"]
    assert now.get("xyzzy") is None


@pytest.mark.parametrize(("path", "expected"), [(f"{PC}.A3", 12800), ("periods_per_year", 1304)])
def test_hundredths(path, expected) -> None:
    found = TREE.at(date(2024, 1, 1))[path].hundredths
    assert found == expected
    assert type(found) is int


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("points_formula", "not a number"),
        ("flags.W.inactive", "not a number"),
        ("flags.S.counts_percent", "not a number"),
    ],
)
def test_words_have_no_hundredths(path, message) -> None:
    with pytest.raises(RulesError, match=message):
        _ = TREE.at(date(2024, 1, 1))[path].hundredths


def test_finer_than_hundredths() -> None:
    overlay = Overlay("fine", "a test", (("weeks_per_year", ALWAYS, Decimal("52.1234")),))
    with pytest.raises(RulesError, match="finer than hundredths"):
        _ = TREE.at(date(2024, 1, 1), [overlay])["weeks_per_year"].hundredths


def test_the_packaged_tree_is_read_once() -> None:
    assert rules.load() is rules.load()


def test_a_rule_set_is_a_tree_for_overlays_as_it_is() -> None:
    day, path, nat = date(2026, 11, 1), "tier_points.pc16.community.C2", "nat_percent"
    shipped = rules.shipped()
    laid = rules.Overlay("Draft", "Letter 7", ((path, day, 82),))
    other = rules.Overlay("Other", "Letter 8", ((nat, day, 15),))
    own = shipped.at(day)
    gone = replace(own[nat], path="of_an_earlier_program")
    approved = replace(own[path], value=90, status="approved")
    values = {value.path: value for value in own} | {path: approved, gone.path: gone}
    tree = rules.as_tree(rules.RuleSet(day, values), shipped)
    assert (tree.at(day)[path], tree.at(day)[gone.path]) == (approved, gone)
    with_other = tree.at(day, [other])
    assert (with_other[path].value, with_other[nat].value, with_other.overlays) == (90, 15, ("Other",))
    assert tree.paths[: len(shipped.paths)] == shipped.paths
    # what an overlay set is not the night's own: it is laid again, or not there
    assert rules.as_tree(shipped.at(day, [laid]), shipped).at(day)[path].value == 74


def test_another_process_gets_the_same_rules() -> None:
    """Extracts are read in a process of their own, which is told the rules of the site."""
    day = TREE.days[-1]
    here = TREE.at(day)  # what it has worked out does not go along
    there = pickle.loads(pickle.dumps(TREE))
    assert there.paths == TREE.paths
    assert list(there.at(day)) == list(here)
