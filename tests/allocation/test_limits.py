"""What a protected post may get: by number, capacity and kind, each refused just beyond its limit."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from wmt import rules
from wmt.allocation.candidates import Candidate, candidate_of
from wmt.allocation.cases import CaseToGive, of_kind
from wmt.allocation.limits import CaseLimits
from wmt.allocation.room import room_for
from wmt.allocation.spread import suggestions

RULES = rules.load().at(date(2023, 6, 14))
IN_2023 = datetime(2023, 6, 14, 18, 30)
UNTIL = date(2023, 7, 3)
NOT_CUSTODY = CaseLimits(until=UNTIL, not_tiers={"custody": "A B3"})


def case(location: str = "community", tier: str = "C1", points_x100: int = 10_000) -> CaseToGive:
    found = of_kind(RULES, "pc16", IN_2023.date(), location, tier)
    return replace(found, points_x100=points_x100)


def person(limits: CaseLimits, cases: list[CaseToGive], code: str = "N1A:PO1") -> Candidate:
    """Somebody with 10 cases and 1,000 of 2,000 points."""
    row = {
        "code": code, "name": code, "grade": "PO", "team_code": "N1A", "pdu_code": "N1", "post_no": 1,
        "stream": "sentence_management", "stale_since": None, "unmeasured": 0, "points_x100": 100_000,
        "available_x100": 200_000, "cases": 10,
    }  # fmt: skip
    return candidate_of(RULES, row, cases, {}, {}, limits)


@pytest.mark.parametrize(
    ("limits", "location", "tier", "refused"),
    [
        (CaseLimits(until=UNTIL, no_new=True), "community", "D0", "no new cases"),
        (CaseLimits(until=UNTIL, most_cases=11), "community", "C1", ""),
        (CaseLimits(until=UNTIL, most_cases=10), "community", "C1", "at most 10 active cases"),
        # 1,000 + 100 of 2,000 is 55%: at the limit it may, a hundredth under it may not
        (CaseLimits(until=UNTIL, most_x100=5_500), "community", "C1", ""),
        (CaseLimits(until=UNTIL, most_x100=5_499), "community", "C1", "at most 54.99% capacity"),
        (NOT_CUSTODY, "custody", "A2", "no custody cases of tier A, B3"),
        (NOT_CUSTODY, "custody", "B2", ""),
        (NOT_CUSTODY, "licence", "A2", ""),
        # without a tier it may turn out to be one of those
        (NOT_CUSTODY, "custody", "0", "no custody cases of tier A, B3"),
        (CaseLimits(until=UNTIL, not_tiers={"licence": "all"}), "licence", "D0", "no licence cases"),
    ],
)  # fmt: skip
def test_a_case_is_refused_by_the_limit_it_breaks(
    limits: CaseLimits, location: str, tier: str, refused: str
) -> None:
    one = person(limits, [case(location, tier)])
    (effect,) = one.effects
    assert (effect.refused, effect.may_get, one.eligible) == (refused, not refused, not refused)
    assert one.has_room == (not refused)
    assert limits.title == "protected until 3 July 2023"


def test_cases_that_each_fit_are_refused_together() -> None:
    two = [case(), case()]
    one = person(CaseLimits(until=None, most_cases=11), two)
    assert [each.refused for each in one.effects] == ["", ""]
    assert (one.refused, one.eligible) == ("at most 11 active cases", False)
    # 1,000 + 2 × 100 of 2,000 is 60%
    assert person(CaseLimits(until=None, most_x100=6_000), two).refused == ""
    assert person(CaseLimits(until=None, most_x100=5_900), two).refused == "at most 59% capacity"


def test_what_somebody_holds_already_is_not_refused() -> None:
    held = replace(case(), ref="X000001", post="N1A:PO1", post_no=1, held_x100=10_000)
    one = person(CaseLimits(until=None, no_new=True), [held])
    assert (one.effects[0].refused, one.refused) == ("", "")


def test_nobody_is_suggested_a_case_beyond_their_limits() -> None:
    cases = [replace(case(), ref=f"X00000{number}") for number in range(1, 4)]
    free, full = CaseLimits(until=None, most_cases=12), CaseLimits(until=None, no_new=True)
    one, other = person(free, cases), person(full, cases, "N1A:PO2")
    found = suggestions(cases, [one, other], {"X000003": {"N1A:PO2"}})
    # two of three bring the one to 12; the other held one of them before and still gets none
    assert [each.to for each in found] == ["N1A:PO1", "N1A:PO1", ""]
    assert found[2].why == "nobody chosen who may hold it has room for it"
    alone = suggestions(cases[:1], [other], {})
    assert alone[0].why == "nobody chosen may hold it: no new cases"


def test_who_is_protected_is_no_room_and_no_other_grade() -> None:
    room = room_for([person(CaseLimits(until=None, no_new=True), [case()])])
    assert (room.with_room, room.may_hold, dict(room.others)) == (0, 0, {})
