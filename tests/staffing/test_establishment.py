"""Targets, people in post and vacancies: sums of rows, none counted twice, agency staff beside contracts."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from how_many import examples
from wmt import rules
from wmt.staffing import establishment as core
from wmt.staffing.gap import Staffing, open_row, present_row
from wmt.staffing.need import need_of
from wmt.staffing.rates import Rates
from wmt.staffing.supply import GradeSupply, Supply

DAY = date(2026, 11, 20)
RATES = Rates(rules.load().at(DAY))


def an_entry(kind: str, place: str, fte: float, grade: str = "PO", **more: object) -> core.EstablishmentEntry:
    codes = tuple(place.split("/")) if place else ()
    entry = core.EstablishmentEntry(codes, grade, kind, Fraction(str(fte)), date(2026, 4, 1), None)
    return replace(entry, **more)  # type: ignore[arg-type]


def ftes(entries: list[core.EstablishmentEntry], place: str = "") -> list[float]:
    codes = tuple(place.split("/")) if place else ()
    return [float(each.fte) for each in core.counted(entries, codes, DAY)]


def test_a_row_of_a_unit_counts_in_place_of_those_below_it() -> None:
    entries = [
        an_entry("agency", "N01/P1", 20),
        an_entry("agency", "N01/P1/T1", 7), an_entry("agency", "N01/P1/T2", 8),
        an_entry("agency", "N01/P2/T3", 5), an_entry("agency", "N02/P9", 30),
    ]  # fmt: skip
    assert ftes(entries, "N01/P1/T1") == [7]
    assert ftes(entries, "N01/P1") == [20]
    assert ftes(entries, "N01") == [20, 5]
    assert ftes(entries) == [20, 5, 30]
    assert ftes([*entries, an_entry("agency", "", 60)]) == [60]
    assert ftes(entries, "N03") == []


def test_a_target_is_of_the_unit_it_is_entered_for_alone() -> None:
    """One of two teams has a target: the PDU has none, or it would be short of fewer than nobody."""
    entries = [an_entry("target", "N01/P1/T1", 12), an_entry("target", "N02", 30)]
    assert (ftes(entries, "N01/P1/T1"), ftes(entries, "N01/P1"), ftes(entries, "N01")) == ([12], [], [])
    assert (ftes(entries, "N02"), ftes(entries)) == ([30], [])


def test_when_the_contract_of_one_person_ends_is_told_of_no_team() -> None:
    end = date(2027, 3, 31)
    told = [
        core.present_entries([an_entry(kind, place, 1, last_day=end)])[0]["last_day"]
        for kind, place in (("fixed_term", "N01/P1/T1"), ("fixed_term", "N01/P1"), ("agency", "N01/P1/T1"))
    ]
    assert told == [None, end, end]


def test_of_several_targets_the_one_that_began_last_counts_and_agency_adds_up() -> None:
    later, ahead = date(2026, 10, 1), date(2027, 4, 1)
    targets = [
        an_entry("target", "N01", fte, first_day=day)
        for fte, day in ((10, date(2025, 4, 1)), (12, later), (15, ahead))
    ]
    assert ftes(targets, "N01") == [12]
    agency = [
        an_entry("agency", "N01", 1),
        an_entry("agency", "N01", 2, first_day=later),
        an_entry("agency", "N01", 4, last_day=date(2026, 11, 19)),
        an_entry("agency", "N01", 8, last_day=DAY),
    ]
    assert ftes(agency, "N01") == [1, 2, 8]


def test_who_comes_back_counts_until_then_alone() -> None:
    entries = [
        an_entry("returner", "N01", 1, first_day=DAY),
        an_entry("returner", "N01", 2, first_day=date(2027, 1, 4)),
    ]
    assert ftes(entries, "N01") == [2]


PLACES = st.sampled_from(["N01/P1/T1", "N01/P1/T2", "N01/P2/T3", "N02/P9/T4", "N02/P9"])


@settings(max_examples=examples(100))
@given(st.lists(st.tuples(st.sampled_from(core.KINDS), PLACES, st.integers(0, 40)), max_size=12))
def test_regions_add_up_to_the_nation_where_it_has_no_row_of_its_own(
    rows: list[tuple[str, str, int]],
) -> None:
    entries = [an_entry(*row) for row in rows]
    nation = core.sums(core.counted(entries, (), DAY))
    regions = [core.sums(core.counted(entries, (code,), DAY)) for code in ("N01", "N02")]
    for kind in core.KINDS:
        below = sum((each.get(kind, {}).get("PO", Fraction()) for each in regions), Fraction())
        assert nation.get(kind, {}).get("PO", Fraction()) == below


def people(**fte: str) -> Supply:
    return Supply(
        {
            grade: GradeSupply(Fraction(37), contracted_micro=int(Fraction(each) * 37_000_000), posts=1)
            for grade, each in fte.items()
        }
    )


def test_a_grade_has_its_target_people_and_vacancies_and_what_is_short() -> None:
    entries = core.counted(
        [
            an_entry("target", "N01/P1", 28), an_entry("agency", "N01/P1", 1.5),
            an_entry("fixed_term", "N01/P1", 2),
            an_entry("vacancy", "N01/P1", 3), an_entry("target", "N01/P1", 24, "PSO"),
        ],
        ("N01", "P1"), DAY,
    )  # fmt: skip
    staffing = Staffing(need_of(RATES, [], people().roles), people(PO="22", PSO="24.5"))
    told = core.present(entries, staffing)
    po, pso = told["grades"]
    assert {name: float(value) for name, value in po.items() if name != "grade"} == {
        "target": 28, "contracted": 22, "permanent": 20, "fixed_term": 2, "agency": 1.5, "in_post": 23.5,
        "vacancy": 3, "returner": 0, "short": 4.5,
    }  # fmt: skip
    assert (float(pso["short"]), float(told["all"]["target"]), float(told["all"]["short"])) == (-0.5, 52, 4)
    without = core.present(entries[:1], staffing)
    assert (without["all"]["target"], without["grades"][1]["short"]) == (None, None)


def test_agency_staff_are_there_for_the_work_and_reductions_take_nothing_off_them() -> None:
    """22 PO of whom a fifth of five is away learning, and one from an agency: 22 there."""
    own = people(PO="22")
    own.grades["PO"].taken_off_micro["learning"] = 37_000_000
    own.grades["PO"].reduced_micro = 37_000_000
    staffed = own.with_agency({"PO": Fraction(1), "PSO": Fraction(2)}, RATES)
    assert (staffed.for_work_of("PO", RATES), staffed.for_work_of("PSO", RATES)) == (22, 2)
    assert staffed.for_work_of("PO", RATES, "contracted") == 23
    assert staffed.for_work_of("PO", RATES, "left") == 22
    assert own.grades["PO"].agency == 0  # what is kept for everybody stays as it was
    staffing = Staffing(need_of(RATES, [], own.roles), staffed)
    assert pytest.approx(float(present_row(staffing, "PO")["in_post"])) == 22
    assert float(open_row(staffing, "PO")["contracted"]) == 23


@pytest.mark.parametrize(
    ("kind", "fte", "contracted", "first", "last", "said"),
    [
        (core.TARGET, 50, 10, 1, None, ""),
        (
            core.TARGET,
            51,
            10,
            1,
            None,
            "51.00 is more than 5 times those there: 10.00 are in post by contract",
        ),
        (core.AGENCY, 5, 0, 1, None, ""),  # where nobody is, a few are no surprise
        (
            core.FIXED_TERM,
            3,
            2,
            1,
            28,
            "More people on a fixed term than there are: 2.00 are in post by contract",
        ),
        (core.RETURNER, 1, 2, 20, None, "The day of coming back has passed, so this counts nowhere"),
        (core.VACANCY, 1, 2, 1, 19, "The last day has passed, so this counts on past days alone"),
    ],
)
def test_what_hardly_can_be_meant_is_a_question(
    kind: str, fte: int, contracted: int, first: int, last: int | None, said: str
) -> None:
    entry = core.EstablishmentEntry(
        (), "PO", kind, Fraction(fte), date(2026, 11, first), last and date(2026, 11, last)
    )
    assert core.questions(entry, Fraction(contracted), date(2026, 11, 20)) == ([said] if said else [])
