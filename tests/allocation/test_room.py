"""Room for a kind of case: worked figures of who has some, who is nearest, and who of other grades has."""

from datetime import date, datetime

import pytest

from wmt import rules
from wmt.allocation.candidates import candidates
from wmt.allocation.cases import described
from wmt.allocation.room import CaseRoom, has_room, room_for
from wmt.ledger import Ledger
from worlds import World

#: A case of custody A3 is 2,400 points, one of B3 is 59 and one of C1 is 20.
WORTH = rules.Overlay(
    "example", "a test",
    tuple(
        (f"tier_points.pc16.custody.{tier}", date(2020, 1, 1), points)
        for tier, points in (("A3", 2_400), ("B3", 59), ("C1", 20))
    ),
)  # fmt: skip


def room(world: World, kind: str) -> tuple[CaseRoom, list[str]]:
    """The room for a described case, and the codes of those who have it."""
    found = Ledger(world.facts(), rules.load().at(world.as_at.date(), [WORTH]))
    case = described(found, kind)
    people = candidates(found, [case], found.facts.team["team_code"].to_list())
    return room_for(people), [one.code for one in people if has_room(one, one.effects[0])]


@pytest.fixture
def world() -> World:
    """A PO with 2,400 points of 2,200, a PSO and a PO without work, and a PO without hours."""
    made = World(datetime(2023, 6, 14, 18, 30)).post("N1A:S1").post("N1A:S2", grade="PSO").post("N1A:S3")
    return made.post("N1A:S4", hours="0").cases("N1A:S1", "custody", "A3")


def test_who_may_hold_it_and_has_time_has_room(world: World) -> None:
    found, codes = room(world, "custody:B3")
    assert codes == ["N1A:S3"]
    assert (found.with_room, found.may_hold, dict(found.others)) == (1, 2, {"PSO": 1})
    # a PSO may hold tier C; 2,420 are 110%, which is not over it
    found, codes = room(world, "custody:C1")
    assert (codes, dict(found.others)) == (["N1A:S3", "N1A:S1", "N1A:S2"], {})


def test_the_nearest_is_over_by_so_many_points(world: World) -> None:
    world.cases("N1A:S3", "custody", "A3").cases("N1A:S3", "custody", "C1")
    found, codes = room(world, "custody:B3")
    assert codes == []
    assert found.nearest is not None
    # 2,459 with it, where 2,420 are 110%
    assert (found.nearest.code, found.over_x100) == ("N1A:S1", 3_900)
    assert (found.may_hold, dict(found.others)) == (2, {"PSO": 1})


def test_where_nobody_may_hold_it_nobody_is_nearest() -> None:
    found, codes = room(World(datetime(2023, 6, 14, 18, 30)).post("N1A:S2", grade="PSO"), "custody:B3")
    assert (found.with_room, found.may_hold, found.nearest, codes) == (0, 0, None, [])
