"""A rule set lies beside the figures it made and comes back byte for byte."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wmt import rules
from wmt.rules import STATUSES, UNITS, DatedValue, Overlay, RulesError, RuleSet

TREE = rules.load()
# What a file may hold: any text but half characters, which no file in UTF-8 can.
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
days = st.dates()
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
    text,
)
values = st.builds(
    DatedValue,
    path=text,
    value=scalars,
    valid_from=days,
    unit=st.sampled_from(sorted(UNITS)),
    description=text,
    source=text,
    status=st.sampled_from(STATUSES),
    note=st.none() | text,
    overlay=st.none() | text,
)
sets = st.builds(
    lambda day, names, found: RuleSet(day, {value.path: value for value in found}, tuple(names)),
    days,
    st.lists(text, max_size=3),
    st.lists(values, max_size=6),
)


@settings(deadline=None)
@given(sets)
def test_any_rule_set_comes_back(rule_set) -> None:
    written = rule_set.to_yaml()
    back = rules.from_yaml(written)
    assert back.to_yaml() == written
    assert back == rule_set
    assert [value.path for value in back] == [value.path for value in rule_set]


@pytest.mark.parametrize("day", [date(2010, 1, 1), date(2018, 3, 1), date(2022, 6, 1), date(2026, 7, 1)])
def test_the_packaged_tree_comes_back(day) -> None:
    overlay = Overlay(
        "what-if", "a test: 'quoted' \u2028 \x85", (("nat_percent", date.min, Decimal("13.5")),)
    )
    for laid in ([], [overlay]):
        rule_set = TREE.at(day, laid)
        back = rules.from_yaml(rule_set.to_yaml())
        assert back.to_yaml() == rule_set.to_yaml()
        assert list(back) == list(rule_set)
        assert (back.day, back.overlays) == (rule_set.day, rule_set.overlays)


def test_what_it_looks_like() -> None:
    value = DatedValue(
        "a.b", Decimal("7.50"), date(2023, 1, 6), "hours a week", "Hours.", "a test", "default"
    )
    beside = DatedValue("a.c", None, date(2023, 1, 6), "hours a week", "More.", "a test", "default")
    other = DatedValue("d", "–", date(2023, 1, 6), "text", 'A "dash".', "a test", "default", "a note", "mine")
    rule_set = RuleSet(date(2024, 2, 1), {"a.b": value, "a.c": beside, "d": other}, ("mine",))
    assert (
        rule_set.to_yaml()
        == """\
wmt_rules: 1
day: 2024-02-01
overlays: ["mine"]
blocks:
  -
    valid_from: 2023-01-06
    unit: "hours a week"
    status: "default"
    source: "a test"
    note: null
    overlay: null
    values:
      "a.b": [7.50, "Hours."]
      "a.c": [null, "More."]
  -
    valid_from: 2023-01-06
    unit: "text"
    status: "default"
    source: "a test"
    note: "a note"
    overlay: "mine"
    values:
      "d": ["–", "A \\"dash\\"."]
"""
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not a rule set as WMT writes it"),
        ("- 1", "not a rule set as WMT writes it"),
        ("wmt_rules: 2", "is of format 2; this version reads format 1"),
        ("wmt_rules: 1\nday: 2023-02-30", "2023-02-30 is not a day"),
        ("wmt_rules: 1\nday: 2023-02-03", "not a rule set as WMT writes it"),
        ("wmt_rules: 1\nday: today\noverlays: []\nblocks: []", "'today' is no day"),
        (
            "wmt_rules: 1\nday: 2023-02-03\noverlays: []\nblocks: [{valid_from: 2023-01-06, unit: stones, "
            "status: default, source: x, note: null, overlay: null, values: {}}]",
            "unknown unit or status: stones, default",
        ),
        (
            "wmt_rules: 1\nday: 2023-02-03\noverlays: []\nblocks: [{valid_from: 2023-01-06, unit: points, "
            "status: default, source: x, note: null, overlay: null, values: {a: 5}}]",
            "not a rule set as WMT writes it",
        ),
    ],
)
def test_other_texts_are_refused(content, message) -> None:
    with pytest.raises(RulesError, match=message) as raised:
        rules.from_yaml(content, "night.yaml")
    assert raised.value.faults[0].file == "night.yaml"
