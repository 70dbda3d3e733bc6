"""From two loads to what is kept: a bulk change planted in the second night is found that morning, once."""

import json
from pathlib import Path

import pytest
from unusual_nights import HIGHER, lower, worlds

from night_tools import wmt
from wmt.demo.people_files import write_people
from wmt.demo.tidy import write_tidy
from wmt.demo.world import World
from wmt.history import compact, dated_marks, open_history
from wmt.nights import open_night
from wmt.nights.load import Order
from wmt.nights.load import load as load_night
from wmt.rules import load
from wmt.unusual import kept
from wmt.unusual.counts import cases_changed

pytestmark = pytest.mark.process


def biggest_team(world: World) -> int:
    """The team with most active community cases that can be lowered."""
    cases = world.cases.filter(status=0, stream=0, location=0, suspended=False)
    teams = cases.filter(cases["tier"].is_in(HIGHER)).join(
        world.posts.select("post_no", "team_no"), on="post_no"
    )
    return int(teams["team_no"].value_counts(sort=True)["team_no"][0])


def taken(nights: Path, world: World, folder: Path) -> None:
    write_tidy(folder / "tidy", world)
    write_people(folder / "people", world)
    assert load_night(nights, Order(paths=[folder / "tidy"], people=folder / "people")).night is not None
    compact(nights)


def test_a_planted_change_is_found_kept_and_told(tmp_path: Path) -> None:
    nights = tmp_path / "nights"
    first, second = list(worlds(7, 100, 2))
    team = biggest_team(first)
    code = first.teams.filter(team_no=team)["team_code"][0]
    taken(nights, first, tmp_path / "1")
    past = open_history(nights)
    rules = load().at(past.days[0])
    assert kept.work_out(past, dated_marks(), rules).is_empty()  # nothing to compare with
    assert not kept.is_compared(past, past.days[0])
    taken(nights, lower(second, team, 36), tmp_path / "2")
    past = open_history(nights)
    found = kept.work_out(past, dated_marks(), rules)
    mine = found.filter(kind="tier_down")
    assert mine.select("team_code", "nights").rows() == [(code, 1)]
    assert mine["number"].item() >= 36
    assert mine["points_x100"].item() < 0
    assert mine["capacity_x100"].item() > 0
    assert kept.work_out(past, dated_marks(), rules).equals(found)  # as it was kept
    day = past.days[-1]
    assert kept.found_between(past, day, day).equals(found)
    sides = kept.sides_of(past, day, rules)
    assert sides is not None
    cases = cases_changed(*sides, "tier_down").filter(team_code=code)
    assert cases.height == mine["number"].item()
    assert cases["points_x100"].sum() == mine["points_x100"].item()
    told = json.loads(wmt("unusual", str(nights / past.night_of(day)), "--unit", code, "--json").stdout)
    assert [each["number"] for each in told["changes"] if each["kind"] == "tier_down"] == [
        mine["number"].item()
    ]
    files = b"".join(path.read_bytes() for path in (nights / "history/unusual").iterdir())
    refs = open_night(nights / past.night_of(day)).table("facts/caseload")["case_ref"].drop_nulls()
    assert not any(ref.encode() in files for ref in refs.head(200))
