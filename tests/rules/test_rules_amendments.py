"""Approved proposals laid into the tree: dated values beside those that came with the program."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from how_many import SOAK
from wmt import rules
from wmt.rules import amendments, overlay_text
from wmt.rules.amendments import Amendment
from wmt.rules.overlays import read_overlay
from wmt.rules.values import Consultation, Overlay

C2, NAT = "tier_points.pc16.community.C2", "nat_percent"
APRIL, JULY, OCTOBER = date(2027, 4, 1), date(2027, 7, 1), date(2027, 10, 1)


def overlay(*entries: tuple[str, date, Any], name: str = "Draft", source: str = "Letter 7") -> Overlay:
    return Overlay(name, source, entries, reason="It takes longer")


def approved(number: int, *entries: tuple[str, date, Any], ends: date | None = None) -> Amendment:
    laid = overlay(*entries, name=f"Draft {number}")
    return Amendment(number=number, overlay=laid, proposed_by="Ann", approved_by="Bob", ends=ends)


def through_time(path: str, *laid: Amendment) -> list[tuple[date, Any]]:
    found = amendments.amended(rules.shipped(), laid).parameter(path)
    return [(value.valid_from, value.value) for value in found.values]


def test_an_approved_value_holds_from_its_day_with_its_source() -> None:
    tree = amendments.amended(rules.shipped(), [approved(3, (C2, APRIL, 82))])
    eve, then = (tree.at(day)[C2] for day in (APRIL - timedelta(1), APRIL))
    assert (eve.value, then.value) == (74, 82)
    assert (then.valid_from, then.source, then.status) == (APRIL, "Letter 7", "approved")
    assert then.note == "Proposal 3, Draft 3: It takes longer"
    assert then.overlay is None  # it is a rule in force, and no what-if
    assert rules.from_yaml(tree.at(APRIL).to_yaml()) == tree.at(APRIL)


def test_a_value_holds_until_the_next_of_its_rule_whoever_wrote_it() -> None:
    early = approved(1, (C2, date(2021, 6, 1), 70))
    was = [(each.valid_from, each.value) for each in rules.shipped().parameter(C2).values]
    assert through_time(C2, early) == [was[0], (date(2021, 6, 1), 70), *was[1:]]
    later_first = through_time(C2, approved(1, (C2, JULY, 82)), approved(2, (C2, APRIL, 78)))
    assert later_first[-2:] == [(APRIL, 78), (JULY, 82)]


def test_of_two_of_one_day_the_one_approved_later_is_in_force() -> None:
    assert through_time(C2, approved(1, (C2, APRIL, 82)), approved(2, (C2, APRIL, 78)))[-1] == (APRIL, 78)


def test_what_ends_gives_way_to_what_was_under_it() -> None:
    withdrawn = approved(1, (C2, APRIL, 82), ends=JULY)
    assert through_time(C2, withdrawn)[-2:] == [(APRIL, 82), (JULY, 74)]
    again = amendments.amended(rules.shipped(), [withdrawn]).at(JULY)[C2]
    assert str(again.note).endswith("In force again: proposal 1 ended")
    over = approved(2, (C2, date(2027, 5, 1), 90), ends=JULY)
    assert through_time(C2, approved(1, (C2, APRIL, 82)), over)[-3:] == [
        (APRIL, 82), (date(2027, 5, 1), 90), (JULY, 82),
    ]  # fmt: skip
    # a day of its own on which two end at once, and one that ends when the next begins
    both = through_time(C2, replace(over, ends=JULY), replace(withdrawn, ends=JULY))
    assert both[-1] == (JULY, 74)
    assert through_time(C2, withdrawn, approved(2, (C2, JULY, 78)))[-2:] == [(APRIL, 82), (JULY, 78)]


def test_one_that_ends_before_it_begins_was_never_there() -> None:
    assert through_time(C2, approved(1, (C2, APRIL, 82), ends=APRIL)) == through_time(C2)
    assert amendments.amended(rules.shipped(), []) is rules.shipped()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"proposed_by": "Ann", "approved_by": "Ann"}, "needs two people"),
        ({"proposed_by": " "}, "needs two people"),
        ({"overlay": overlay((C2, APRIL, 82), source=" ")}, "has no source"),
        ({"overlay": overlay((C2, rules.ALWAYS, 82))}, "without a day"),
    ],
)
def test_no_value_without_source_day_and_two_names(change: dict[str, Any], words: str) -> None:
    usual = {"number": 7, "overlay": overlay((C2, APRIL, 82)), "proposed_by": "Ann", "approved_by": "Bob"}
    with pytest.raises(rules.RulesError, match=f"proposal 7: .*{words}"):
        Amendment(**(usual | change))


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (("no.such.rule", APRIL, 1), "no such parameter"),
        ((C2, APRIL, Decimal("8.125")), "too fine"),
        ((C2, APRIL, 74), "is 74 on 2027-04-01 already"),
        ((C2, rules.ALWAYS, 82), "has no day"),
        ((C2, date(2020, 1, 1), 82), "the rule begins on"),
        (("activities.custodial_visit.kind", APRIL, "nonsense"), "nonsense"),
    ],
)
def test_a_proposal_is_checked_as_strictly_as_files(entry: tuple[str, date, Any], words: str) -> None:
    path = entry[0]
    if path.startswith("activities"):
        path = next(each for each in rules.shipped().paths if each.endswith(".kind") and "activities" in each)
    found = amendments.faults(rules.shipped(), overlay((path, *entry[1:])))
    assert words in str(found[:1])
    with pytest.raises(rules.RulesError, match=words):
        amendments.trial(rules.shipped(), overlay((path, *entry[1:])))


def test_what_lies_between_values_is_checked_on_the_days_of_the_proposal() -> None:
    share = next(p for p in rules.shipped().paths if p.startswith("responsive_time.percent."))
    most = "responsive_time.max_percent"
    found = amendments.faults(rules.shipped(), overlay((most, APRIL, 0)))
    assert any("more than the 0%" in fault.message for fault in found)
    assert {fault.file for fault in found} == {"Draft"}
    factor = next(p for p in rules.shipped().paths if p.startswith("priority_factors."))
    assert amendments.faults(rules.shipped(), overlay((factor, APRIL, Decimal("0.5")))) == []
    assert share in rules.shipped().paths


def test_a_later_value_that_breaks_with_another_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = rules.RuleFault("other", "activities.x", "breaks")
    calls: list[int] = []

    def broken(*_: Any) -> list[rules.RuleFault]:
        calls.append(1)
        return [fault] if len(calls) > 1 else []

    monkeypatch.setattr(amendments.activity_checks, "faults", broken)
    monkeypatch.setattr(amendments.activity_checks, "overlay_faults", lambda *_: [])
    path = next(p for p in rules.shipped().paths if p.startswith("activity_share."))
    found = amendments.faults(rules.shipped(), overlay((path, APRIL, 7)))
    assert found == [rules.RuleFault("Draft", "activities.x", "breaks")]


def test_what_differs_from_the_program_has_a_fingerprint_on_its_days_only() -> None:
    tree = amendments.amended(rules.shipped(), [approved(3, (C2, APRIL, 82))])
    assert amendments.fingerprint(tree, rules.shipped(), APRIL - timedelta(1)) == ""
    assert amendments.fingerprint(tree, rules.shipped(), APRIL) == f"{C2} 82"
    assert amendments.fingerprint(rules.shipped(), rules.shipped(), APRIL) == ""


def test_load_gives_the_tree_of_its_context() -> None:
    tree = amendments.amended(rules.shipped(), [approved(3, (C2, APRIL, 82))])
    with rules.using(lambda: tree):
        assert rules.load() is tree
    assert rules.load() is rules.shipped()


def test_an_overlay_written_is_the_one_read() -> None:
    full = Overlay(
        'Draft: "one"', "Letter 7", ((C2, APRIL, 82), (C2, JULY, Decimal("82.50")), (NAT, rules.ALWAYS, 15)),
        "What it is", "draft.yaml", "Why", "What it does",
        Consultation("Napo", date(2026, 9, 1), "N/26/7"),
    )  # fmt: skip
    assert read_overlay(overlay_text.overlay_text(full), "draft.yaml") == full
    for bare in (replace(full, consultation=Consultation(), reason="", description="", effect=""),
                 replace(full, consultation=Consultation("Napo")),
                 replace(full, consultation=Consultation(letter="N/26/7"))):  # fmt: skip
        assert read_overlay(overlay_text.overlay_text(bare), "draft.yaml") == bare


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: [", "not readable"),
        ("name: x\nreference: y\nvalues: {nat_percent: 15}\nconsultation: {date: soon}", "should be a day"),
        ("name: x\nreference: y\nvalues: {nat_percent: 15}\nconsultation: {who: z}", "not a key known here"),
    ],
)
def test_text_that_is_no_overlay_is_refused(text: str, words: str) -> None:
    with pytest.raises(rules.RulesError, match=words):
        read_overlay(text, "draft.yaml")


@pytest.mark.parametrize(
    ("path", "found", "value"),
    [
        (C2, "82", 82), (C2, " 82.50 ", Decimal("82.50")), (C2, 82.0, 82), (C2, 61.5, Decimal("61.5")),
        (C2, Decimal("82.0"), 82), (NAT, "14.5%", Decimal("14.5")), (NAT, "15.0", 15),
        ("reduction_reasons.*.enabled", "No", False), ("grade_codes.*", "PO", "PO"),
        ("reduction_reasons.*.max_percent", "none", None), ("reduction_reasons.*.max_percent", None, None),
    ],
)  # fmt: skip
def test_what_people_type_becomes_a_value(path: str, found: Any, value: Any) -> None:
    assert overlay_text.typed(_first(path), found) == (value, None)


@pytest.mark.parametrize(
    ("path", "found", "words"),
    [
        (C2, "7,5", "not a number"), (C2, "82.125", "too fine"), (C2, "", "is empty"), (C2, None, "is empty"),
        (NAT, "140", "not below"), ("reduction_reasons.*.enabled", "perhaps", "not true or false"),
        ("grade_codes.*", 7, "not a grade"), ("grade_codes.*", None, "is empty"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(path: str, found: Any, words: str) -> None:
    assert words in (overlay_text.typed(_first(path), found)[1] or "")


def _first(pattern: str) -> rules.Parameter:
    head, _, tail = pattern.partition("*")
    paths = rules.shipped().paths
    return rules.shipped().parameter(next(p for p in paths if p.startswith(head) and p.endswith(tail)))


# ---- a plain list of dated values -------------------------------------------------------------------------

_START = date(2027, 1, 1)
_PATHS = (C2, NAT, "cms_window_days")
_days = st.integers(0, 60).map(lambda days: _START + timedelta(days))
_entries = st.dictionaries(
    st.tuples(st.sampled_from(_PATHS), _days), st.integers(1, 13), min_size=1, max_size=4
)
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("approve"), _entries),
        st.tuples(st.just("supersede"), _entries),
        st.tuples(st.just("withdraw"), st.integers(0, 20), _days),
        st.tuples(st.just("measure"), _days),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=1_000 if SOAK else 40, deadline=None)
@given(_steps)
def test_the_rules_in_force_equal_a_plain_list_of_dated_values(steps: list[tuple[Any, ...]]) -> None:
    laid: list[Amendment] = []
    nights: list[tuple[str, str]] = []
    for step in steps:
        if step[0] == "withdraw":
            place = step[1] % len(laid) if laid else None
            if place is not None and laid[place].ends is None:
                laid[place] = replace(laid[place], ends=step[2])
            continue
        if step[0] == "measure":
            made = amendments.amended(rules.shipped(), laid).at(step[1])
            nights.append((made.to_yaml(), made.key))
            continue
        entries = tuple((path, day, value) for (path, day), value in step[1].items())
        if step[0] == "supersede" and laid:
            laid[-1] = replace(laid[-1], ends=laid[-1].ends or min(day for _, day, _ in entries))
        laid.append(approved(len(laid) + 1, *entries))
    tree = amendments.amended(rules.shipped(), laid)
    for number in range(64):
        day = _START + timedelta(number)
        in_force = tree.at(day)
        for path in _PATHS:
            assert in_force[path].value == _in_plain_list(path, day, laid), (path, day)
            assert in_force[path].source
    # a night goes on with the rules it was measured with, byte by byte
    for text, key in nights:
        again = rules.from_yaml(text)
        assert (again.to_yaml(), again.key) == (text, key)


def _in_plain_list(path: str, day: date, laid: list[Amendment]) -> Any:
    """Day by day by hand: the newest entry up to the day that has not ended; of one day the last approved."""
    found: Any = None
    newest = date.min
    for value in rules.shipped().parameter(path).values:
        if value.valid_from <= day:
            newest, found = value.valid_from, value.value
    for each in laid:
        if each.ends is not None and each.ends <= day:
            continue
        for of, begins, value in each.overlay.entries:
            if of == path and newest <= begins <= day:
                newest, found = begins, value
    return found


@settings(max_examples=200 if SOAK else 20, deadline=None)
@given(_entries, _entries)
def test_an_exported_overlay_laid_over_the_rules_is_the_same_as_its_approval(one: Any, two: Any) -> None:
    first, second = (
        approved(n, *((path, day, value) for (path, day), value in each.items()))
        for n, each in enumerate((one, two), 1)
    )
    before = amendments.amended(rules.shipped(), [first])
    both = amendments.amended(rules.shipped(), [first, second])
    file = amendments.as_overlay(before, second.overlay)
    for number in range(64):
        day = _START + timedelta(number)
        laid, then = before.at(day, [file]), both.at(day)
        assert [laid[path].value for path in _PATHS] == [then[path].value for path in _PATHS]
    assert amendments.first_day([second.overlay]) == min(day for _, day in two)
    assert amendments.first_day([]) is None


def test_what_a_successor_does_not_say_again_goes_back_and_is_listed() -> None:
    former = approved(1, (C2, APRIL, 82), (NAT, APRIL, 15), (NAT, OCTOBER, 16))
    under = rules.shipped()
    before = amendments.amended(under, [former])

    def going_back(first: date, *entries: tuple[str, date, Any]) -> list[tuple[str, date, Any, Any]]:
        found = amendments.reverting(before, under, overlay(*entries), first)
        return [(path, day, was and was.value, then and then.value) for path, day, was, then in found]

    assert going_back(JULY, (C2, JULY, 78)) == [(NAT, JULY, 15, 14), (NAT, OCTOBER, 16, 14)]
    # its own value of a rule begins later than the first: in between the former's is gone
    assert going_back(JULY, (C2, JULY, 78), (NAT, OCTOBER, 20)) == [(NAT, JULY, 15, 14)]
    # its own value goes on past the day on which the former has another
    assert going_back(JULY, (C2, JULY, 78), (NAT, JULY, 20)) == [(NAT, OCTOBER, 16, 20)]
    assert going_back(JULY, (C2, JULY, 78), (NAT, JULY, 20), (NAT, OCTOBER, 16)) == []
    new_year = date(2027, 1, 1)
    assert set(going_back(new_year, (C2, new_year, 78))) == {
        (C2, APRIL, 82, 78), (NAT, APRIL, 15, 14), (NAT, OCTOBER, 16, 14),
    }  # fmt: skip


def test_a_value_that_is_not_in_force_without_the_former_is_listed_too() -> None:
    value = rules.shipped().parameter(C2).values[-1]
    late = replace(value, valid_from=OCTOBER)
    same = {NAT: rules.shipped().parameter(NAT)}
    under = rules.Tree({C2: rules.Parameter(C2, "points", False, (late,)), **same})
    before = amendments.amended(under, [approved(1, (C2, APRIL, 82))])
    found = list(amendments.reverting(before, under, overlay((NAT, JULY, 15)), JULY))
    assert [(path, day, was and was.value, then) for path, day, was, then in found] == [(C2, JULY, 82, None)]
    assert list(amendments.reverting(before, under, overlay((C2, JULY, 70)), JULY)) == []


def test_a_process_may_have_another_tree_than_the_one_that_comes_with_the_program() -> None:
    other = amendments.amended(rules.shipped(), [approved(1, (C2, APRIL, 82))])
    third = amendments.amended(rules.shipped(), [approved(2, (C2, APRIL, 90))])
    try:
        rules.otherwise(lambda: other)
        assert rules.load() is other
        with rules.using(lambda: third):
            assert rules.load() is third  # a request or a job keeps its own
        assert rules.shipped() is not other
    finally:
        rules.otherwise(None)
    assert rules.load() is rules.shipped()


@pytest.mark.parametrize(
    ("entries", "there"),
    [
        (((C2, APRIL, 82), (C2, JULY, 74)), []),  # for a time only
        (((C2, JULY, 74), (C2, APRIL, 82)), []),
        (((C2, APRIL, 74), (C2, JULY, 82)), [APRIL]),
        (((C2, APRIL, 82), (C2, JULY, 82)), [JULY]),
        # of two days before the last value of the program, that is what is in force after it
        (((C2, date(2021, 6, 1), 70), (C2, JULY, 74)), [JULY]),
    ],
)
def test_a_value_is_there_or_not_by_what_is_proposed_before_it(entries: Any, there: list[date]) -> None:
    found = amendments.faults(rules.shipped(), overlay(*entries))
    assert [fault.message for fault in found] == [
        f"is {value} on {day} already; leave it out" for _, day, value in entries if day in there
    ]


def test_a_rule_that_is_not_in_force_has_no_value_anyway() -> None:
    value = rules.shipped().parameter(C2).values[-1]
    late = rules.Parameter(C2, "points", False, (replace(value, valid_from=OCTOBER),))
    assert not amendments.is_there(late, [(APRIL, 82)], APRIL, 82)
    assert amendments.is_there(late, [(APRIL, 82)], JULY, 82)


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan"), Decimal("1e999")])
def test_a_number_without_an_end_or_beyond_all_bounds_is_no_value(number: Any) -> None:
    _, fault = overlay_text.typed(rules.shipped().parameter(C2), number)
    assert fault is not None


def test_a_trial_is_refused_with_its_faults() -> None:
    with pytest.raises(rules.RulesError, match="74 on 2027-04-01 already"):
        amendments.trial(rules.shipped(), overlay((C2, APRIL, 74)))
    assert amendments.trial(rules.shipped(), overlay((C2, APRIL, 82))).at(APRIL)[C2].value == 82


def test_what_does_not_hold_together_in_a_tree_is_told_where_paths_touch_it() -> None:
    shares = rules.shipped().at(APRIL).under("responsive_time.percent")
    assert max(each.value for each in shares.values()) == 30
    lower = amendments.amended(rules.shipped(), [approved(1, ("responsive_time.max_percent", APRIL, 29))])
    found = amendments.faults_between(lower, ["responsive_time.max_percent"])
    assert "is 30, more than the 29% that rules allow; lower it" in {fault.message for fault in found}
    assert amendments.faults_between(lower, [C2]) == []
    assert amendments.faults_between(rules.shipped(), ["responsive_time.max_percent"]) == []
