"""Why a post moved, where the extract counts cases that it does not list."""

from pathlib import Path

import pytest

from night_tools import Nation
from wmt.ledger import Cause
from wmt.ledger.explain_change import Why, why
from wmt.ledger.narrative import say
from wmt.nights import Night, Order, saved_nights
from wmt.nights.load import load
from wmt.nights.unit_slice import sides_of


@pytest.fixture(scope="module")
def workbooks(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> list[Night]:
    """Two nights of the incumbent's workbook, which does not say which cases have not commenced."""
    nights: Path = tmp_path_factory.mktemp("workbooks") / "nights"
    for number in range(2):
        load(nights, Order(paths=[nation.workbook(number)], people=nation.people(number)))
    return saved_nights(nights)


def causes(found: Why) -> dict[Cause, tuple[int, int]]:
    assert sum(moved.points_x100 for moved in found.causes) == (
        found.after.points_x100 - found.before.points_x100
    )
    return {moved.cause: (moved.points_x100, moved.number) for moved in found.causes}


def test_cases_that_were_only_counted_are_not_called_new(nation: Nation, workbooks: list[Night]) -> None:
    """The forty of the jump are told as counted now: nobody knows from this extract what they were before."""
    found = why(*sides_of(*workbooks, "post", nation.jump), "post", nation.jump)
    assert causes(found) == {Cause.CASES_IN: (74_800, 40), Cause.CASES_OUT: (0, 40)}
    assert say(found, "They").endswith("40 more cases are counted (+748 points).")


def test_cases_that_are_only_counted_by_now_have_not_ended(nation: Nation, workbooks: list[Night]) -> None:
    later, earlier = sides_of(workbooks[1], workbooks[0], "post", nation.jump)
    found = why(later, earlier, "post", nation.jump)
    assert causes(found) == {Cause.CASES_OUT: (-74_800, 40), Cause.CASES_IN: (0, 40)}


def test_elsewhere_new_cases_are_new(workbooks: list[Night]) -> None:
    found = why(*sides_of(*workbooks, "nation", "nation"), "nation", "nation")
    assert {Cause.NEW_CASE, Cause.ENDED, Cause.CASES_IN} <= set(causes(found))


def test_a_post_is_compared_with_the_one_it_was_under_another_code(
    nation: Nation, workbooks: list[Night]
) -> None:
    """The moments are those of the two codes, and what happened between them adds up."""
    former = nation.story
    assert former.split(":")[0] != nation.jump.split(":")[0]
    was = why(*sides_of(*workbooks, "post", former), "post", former).before
    now = why(*sides_of(*workbooks, "post", nation.jump), "post", nation.jump).after
    found = why(*sides_of(*workbooks, "post", nation.jump, former=former), "post", nation.jump)
    assert (found.was_there, found.is_there, found.before, found.after) == (True, True, was, now)
    assert was != now
    assert causes(found)
