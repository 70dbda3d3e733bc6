"""Cases per FTE: the published example, the thresholds by exact value, units as sum ÷ sum."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wmt import rules
from wmt.ledger import Ledger, measured
from wmt.ledger.caseload import (
    PostCases,
    case_marks,
    caseload_of,
    is_over_per_fte,
    per_fte_x100,
    presented,
)
from worlds import World

MARKS = case_marks(rules.load().at(date(2023, 6, 14)))
HOUR = 1_000_000


def post(cases: int, hours: float, unpaid: int = 0, off: float = 0, grade: str = "PO") -> PostCases:
    return PostCases("S1", grade, cases, unpaid, int(hours * HOUR), int(off * HOUR))


def test_the_worked_example() -> None:
    # half a post with 29 cases: 58 per FTE; 34 without the 12 of unpaid work only
    part_time = post(29, 18.5, unpaid=12, off=0.925, grade="PSO")
    found = caseload_of([part_time], MARKS)
    assert found.fte == Fraction(1, 2)
    assert per_fte_x100(found.cases, found.fte) == 5_800
    assert per_fte_x100(found.cases - found.unpaid_only, found.fte) == 3_400
    assert (found.over, found.over_by_head) == ([0, 0, 0], [0, 0, 0])


@pytest.mark.parametrize(
    ("cases", "hours", "unpaid", "per_fte", "by_head"),
    [
        (40, 37, 0, 0, 0),
        (41, 37, 0, 40, 40),
        (50, 37, 0, 40, 40),
        (51, 37, 0, 50, 50),
        (60, 37, 0, 50, 50),
        (61, 37, 0, 60, 60),
        (61, 37, 11, 40, 40),  # cases of unpaid work only are left aside at every threshold alike
        (25, 18.5, 0, 40, 0),
        (26, 18.5, 0, 50, 0),
        (31, 18.5, 31, 0, 0),
        (50, 36.99, 0, 50, 40),
        (51, 37.74, 0, 40, 50),  # exactly 50 per FTE
        (61, 0, 0, 0, 0),  # no hours: over no threshold, and no figure
    ],
)
def test_the_thresholds(cases: int, hours: float, unpaid: int, per_fte: int, by_head: int) -> None:
    found = caseload_of([post(cases, hours, unpaid)], MARKS)
    assert found.over == [per_fte >= mark for mark in (40, 50, 60)]
    assert found.over_by_head == [by_head >= mark for mark in (40, 50, 60)]


def test_a_person_is_one_head() -> None:
    both = [
        PostCases("S1", "PO", 26, 0, int(18.5 * HOUR), 0),
        PostCases("S1", "PO", 25, 0, int(18.5 * HOUR), 0),
    ]
    found = caseload_of([*both, PostCases("S2", "PO", 33, 0, 37 * HOUR, 0)], MARKS)
    row = presented(found)
    assert (row["posts"], row["people"], row["cases_per_fte"]) == (3, 2, Decimal("42.00"))
    assert (row["posts_over_50_per_fte"], row["percent_over_50_per_fte"]) == (1, Decimal("33.33"))
    assert (row["people_over_50"], row["percent_of_people_over_50"]) == (1, Decimal("50.00"))
    assert row["people_over_60"] == 0


def test_cases_of_a_post_without_hours_are_held_by_whoever_has_hours_elsewhere() -> None:
    posts = [
        PostCases("S1", "PO", 40, 2, 37 * HOUR, 0),
        PostCases("S1", "PO", 15, 0, 0, 0),  # 53 in all
        PostCases("S2", "PO", 70, 0, 0, 0),  # nobody gave any hours: nobody's head
    ]
    found = caseload_of(posts, MARKS)
    assert (found.people, found.over_by_head) == (1, [1, 1, 0])
    assert [found.held_by_head(person) for person in ("S1", "S2", "S3")] == [53, 0, 0]
    assert found.over == [0, 0, 0]


def test_marks_are_dated_rules(tmp_path: Path) -> None:
    file = tmp_path / "stricter.yaml"
    file.write_text(
        "name: Stricter\nreference: a local agreement\nvalues:\n"
        "  thresholds.caseload_ceiling.cases_per_fte: {2024-01-01: 40}\n"
    )
    overlay = rules.load_overlay(file)
    before, after = (
        case_marks(rules.load().at(day, [overlay])) for day in (date(2023, 12, 31), date(2024, 1, 1))
    )
    assert (before.marks_x100, after.marks_x100) == ((4_000, 5_000, 6_000), (4_000, 4_000, 6_000))
    assert not is_over_per_fte(post(45, 37), before.marks_x100[1], before)
    assert is_over_per_fte(post(45, 37), after.marks_x100[1], after)


def test_no_hours_is_no_figure() -> None:
    found = caseload_of([post(7, 0)], MARKS)
    assert per_fte_x100(found.cases, found.fte) is None
    assert (found.posts, found.posts_with_time) == (1, 0)


POSTS = st.builds(
    PostCases,
    st.sampled_from(["S1", "S2", "S3"]),
    st.sampled_from(["PO", "PSO", "TPO", "SPO", "DMY"]),
    st.integers(0, 120),
    st.integers(0, 20),
    st.integers(0, 4_800).map(lambda hundredths: hundredths * 10_000),
    st.integers(0, 4_800).map(lambda hundredths: hundredths * 10_000),
)


@given(st.lists(POSTS, max_size=12))
def test_a_unit_is_sum_over_sum(posts: list[PostCases]) -> None:
    found = caseload_of(posts, MARKS)
    fte = sum((Fraction(each.contracted_micro, 37 * HOUR) for each in posts), Fraction())
    left = sum(
        (Fraction(max(each.contracted_micro - each.reduction_micro, 0), 37 * HOUR) for each in posts),
        Fraction(),
    )
    assert (found.fte, found.fte_left) == (fte, left)
    cases = sum(each.cases for each in posts)
    exact = Fraction(cases) / fte if fte else None
    shown = per_fte_x100(found.cases, found.fte)
    assert (shown is None) == (exact is None)
    if exact is not None and shown is not None:
        assert abs(Fraction(shown, 100) - exact) <= Fraction(1, 200)
    over = [each for each in posts if each.contracted_micro]
    held = {
        person: sum(each.cases - each.unpaid_only for each in posts if each.person == person)
        for person in {each.person for each in over}
    }
    for number, mark in enumerate((40, 50, 60)):
        assert found.over[number] == sum(
            Fraction(37 * HOUR * (each.cases - each.unpaid_only), each.contracted_micro) > mark
            for each in over
        )
        assert found.over_by_head[number] == sum(cases > mark for cases in held.values())
    assert found.over == sorted(found.over, reverse=True)
    assert found.over_by_head == sorted(found.over_by_head, reverse=True)


def test_unpaid_work_only_is_of_the_community() -> None:
    """Orders without another requirement and flagged cases; no licence, nobody in custody, each once."""
    world = World().post("N1A:S1")
    for location in ("community", "licence", "custody"):
        world.cases("N1A:S1", location, "C0", ref=f"X0{location}").cases("N1A:S1", location, "B2", 3)
        world.flag("N1A:S1", f"X0{location}", "U", location, "C0")  # the same case
        world.flag("N1A:S1", f"X1{location}", "U", location, "B2").flag("N1A:S1", "X9", "I", location, "B2")
    world.cases("N1A:S1", "community", "D0", 2, stream="t2a").cases(
        "N1A:S1", "community", "A0", 5, stream="omic"
    )
    world.cases("N1A:S1", "community", "A0", 4, status="warrant")
    ledger = Ledger(world.facts(), rules.load().at(date(2023, 6, 14)))
    (total,) = ledger.totals(["post"]).to_dicts()
    # C0 and one of three flagged B2 in the community, two of T2A
    assert total["unpaid_only_cases"] == 4
    lines = ledger.lines()
    assert measured(lines.iter_rows(named=True))["unpaid_only_cases"] == 4
    assert lines.filter(kind="unpaid_only")["points_x100"].sum() == 0


def test_iom_weighs_what_somebody_set() -> None:
    world = (
        World().post("N1A:S1").cases("N1A:S1", "licence", "B2", ref="X1").cases("N1A:S1", "licence", "B2", 3)
    )
    world.flag("N1A:S1", "X1", "I", "licence", "B2").flag("N1A:S1", "X2", "I", "licence", "B2")
    points = {}
    for weighting in (None, 100, 110):
        laid = rules.Overlay("iom", "test", (("case_weighting.iom", date(2023, 1, 6), weighting),))
        ruleset = rules.load().at(date(2023, 6, 14), [laid] if weighting else [])
        lines = Ledger(world.facts(), ruleset).lines()
        points[weighting] = lines.filter(side="work")["points_x100"].sum()
        told = lines.filter(kind="iom")
        assert told["rule"].to_list() == ["case_weighting.iom"] * (2 if weighting == 110 else 0)
    # four cases of 122 points; a tenth of 122 for each of two
    assert points == {None: 48_800, 100: 48_800, 110: 51_240}
