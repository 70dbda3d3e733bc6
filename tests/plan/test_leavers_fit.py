"""Where the cases of leavers fit: each case is answered, nobody goes over, it is said which limit binds."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from how_many import examples
from wmt.plan.balance.leavers import Binds, PlacedCases, moves_told, placed
from wmt.plan.balance.problem import CaseBundle, Limits, SharingPost
from wmt.plan.balance.reading import Sharing

ANY, PO = frozenset({"PO", "PSO"}), frozenset({"PO"})
LIMITS = Limits(over_x100=11_000)


def _post(code: str, points: int, available: int = 1_000, grade: str = "PO", **more: bool) -> SharingPost:
    return SharingPost(
        code=code, pdu_code="P", grade=grade, points_x100=points, available_x100=available, **more
    )


def _case(
    ref: str, points: int, grades: frozenset[str] = ANY, holder: str = "T:GOES", **more: object
) -> CaseBundle:
    return CaseBundle(
        holder=holder,
        what="custody B1",
        points_x100=points,
        grades=grades,
        refs=(ref,),
        kind="custody:B1",
        **more,
    )  # type: ignore[arg-type]


def _placed(posts: list[SharingPost], cases: list[CaseBundle]) -> list[PlacedCases]:
    return placed(Sharing([_post("T:GOES", 900), *posts], cases, {}), ["T:GOES"], LIMITS)


def test_each_case_goes_to_who_has_the_lowest_capacity_and_stays_under_the_mark() -> None:
    """1,100 is the mark of each. B takes the largest (600 + 400 = 1,000), then A (900 + 150 = 1,050); for the
    last of 100 only B is left (1,000 + 100 = 1,100, at the mark and not over it)."""
    found = _placed(
        [_post("T:A", 900), _post("T:B", 600)], [_case("X1", 150), _case("X2", 400), _case("X3", 100)]
    )
    assert {each.refs[0]: each.to for each in found} == {"X2": "T:B", "X1": "T:A", "X3": "T:B"}
    assert all(each.binds is None for each in found)


@pytest.mark.parametrize(
    ("posts", "case", "binds"),
    [
        ([_post("T:A", 0, grade="PSO")], _case("X1", 100, PO), Binds.RULES),
        ([_post("T:A", 0, available=0)], _case("X1", 100), Binds.RULES),
        ([_post("T:A", 0)], _case("X1", 100, not_to=frozenset({"T:A"})), Binds.RULES),
        ([], _case("X1", 100), Binds.RULES),
        ([_post("T:A", 0, receives=False)], _case("X1", 100), Binds.PROTECTED),
        ([_post("T:A", 1_050), _post("T:B", 0, receives=False)], _case("X1", 100), Binds.MARK),
        ([_post("T:A", 1_101)], _case("X1", 0), Binds.MARK),
    ],
)  # fmt: skip
def test_it_is_said_which_limit_binds(posts: list[SharingPost], case: CaseBundle, binds: Binds) -> None:
    (found,) = _placed(posts, [case])
    assert (found.to, found.binds) == ("", binds)


def test_cases_that_earn_nothing_go_in_turn_to_whoever_has_got_fewest() -> None:
    found = _placed(
        [_post("T:A", 500), _post("T:B", 700), _post("T:C", 1_200)],
        [_case("X0", 100), *(_case(f"Z{number}", 0) for number in range(3))],
    )
    assert {each.refs[0]: each.to for each in found} == {"X0": "T:A", "Z0": "T:B", "Z1": "T:A", "Z2": "T:B"}


def test_who_leaves_too_and_whose_cases_are_settled_gets_none_and_gives_none() -> None:
    """A has most room, and leaves too; what A holds is no part of the answer."""
    posts = [_post("T:GOES", 900), _post("T:A", 100), _post("T:B", 900), _post("T:C", 0)]
    cases = [_case("X1", 100), _case("Z1", 0), _case("X2", 100, holder="T:A")]
    found = placed(Sharing(posts, cases, {}), ["T:GOES"], LIMITS, ["T:A", "T:C"])
    assert [(each.refs, each.to) for each in found] == [(("X1",), "T:B"), (("Z1",), "T:B")]


def test_what_colleagues_hold_stays_with_them() -> None:
    assert _placed([_post("T:A", 1_500)], [_case("X1", 100, holder="T:A")]) == []


def test_moves_of_a_plan_name_cases_or_count_them_and_leave_out_what_does_not_fit() -> None:
    listed = [
        PlacedCases("T:GOES", "T:A", (ref,), "custody B1", "custody:B1", 1, 100) for ref in ("X1", "X2")
    ]
    counted = PlacedCases("T:GOES", "T:A", (), "custody B1", "custody:B1", 4, 400)
    none = PlacedCases("T:GOES", "", ("X3",), "custody B1", "custody:B1", 1, 100, Binds.MARK)
    assert list(moves_told([*listed, counted, none])) == [
        {"do": "move", "number": 4, "kind": "custody:B1", "from": "T:GOES", "to": "T:A"},
        {"do": "move", "cases": ["X1", "X2"], "to": "T:A"},
    ]


_CASES = st.lists(
    st.tuples(st.sampled_from([0, 50, 130, 300]), st.booleans(), st.booleans(), st.integers(1, 3))
)
_POSTS = st.lists(
    st.tuples(st.integers(0, 1_400), st.sampled_from([0, 500, 1_000]), st.booleans(), st.booleans())
)


@given(_POSTS, _CASES)
@settings(max_examples=examples(150), deadline=None)
def test_every_case_is_answered_once_and_nobody_goes_over(
    posts: list[tuple[int, int, bool, bool]], cases: list[tuple[int, bool, bool, int]]
) -> None:
    stay = [
        _post(f"T:{number}", points, available, "PO" if is_po else "PSO", receives=receives)
        for number, (points, available, is_po, receives) in enumerate(posts)
    ]
    left = [
        CaseBundle(
            holder="T:GOES" if first else "T:ALSO", what=f"kind {number}", points_x100=points,
            grades=PO if only_po else ANY,
            refs=() if many > 1 else (f"X{number}",), number=many, kind=f"kind {number}",
        )
        for number, (points, only_po, first, many) in enumerate(cases)
    ]  # fmt: skip
    everybody = [_post("T:GOES", 5_000), _post("T:ALSO", 5_000), *stay]
    found = placed(Sharing(everybody, left, {}), ["T:GOES", "T:ALSO"], LIMITS)
    assert found == placed(Sharing(everybody[::-1], left[::-1], {}), ["T:ALSO", "T:GOES"], LIMITS)
    told = Counter[tuple[str, str]]()
    for each in found:
        told[each.leaver, each.kind] += each.number
    assert told == Counter({(each.holder, each.kind): each.number for each in left})
    by_code, grades = {post.code: post for post in stay}, {each.kind: each.grades for each in left}
    gets = Counter[str]()
    for each in found:
        if each.to:
            post = by_code[each.to]
            assert post.receives
            assert post.grade in grades[each.kind]
            gets[each.to] += each.points_x100
        assert (each.binds is None) == bool(each.to)
    for code in {each.to for each in found if each.to}:
        post = by_code[code]
        assert (post.points_x100 + gets[code]) * 10_000 <= 11_000 * post.available_x100
