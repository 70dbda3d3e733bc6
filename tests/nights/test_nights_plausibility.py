"""A night that differs too far from the one before is never taken without a person's word."""

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from how_many import SOAK
from night_tools import Nation
from spoiled_nights import WAYS, read_tables, write_spoiled, write_tables
from wmt import policy
from wmt.nights import Acceptance, Order, Summary, saved_nights
from wmt.nights.comparison_nights import ComparisonRequest, weigh
from wmt.nights.load import load
from wmt.nights.plausibility import compared, verdict_of
from wmt.nights.plausibility_labels import row, sentence
from wmt.nights.summary import UnitSize

DAY = date(2026, 11, 21)
UNITS = {
    "region": {code: UnitSize(name, 400, 10_000) for code, name in (("N1", "North"), ("N2", "South"))},
    "pdu": {f"P{n}": UnitSize(f"PDU {n}", 80, 2_000) for n in range(10)},
    "team": {f"T{n}": UnitSize(f"Team {n}", 8, 200) for n in range(100)},
}
BEFORE = Summary(
    name="2026-11-20T183000", as_at=datetime(2026, 11, 20, 18, 30), posts=800, cases=20_000,
    points_x100=1_000_000_00, untiered=200, units=UNITS, sheets={"case": 20_000, "contact": 500, "arms": 9},
    layout="tidy",
)  # fmt: skip
NOW = replace(BEFORE, name="2026-11-21T183000", as_at=datetime(2026, 11, 21, 18, 30))


def without(level: str, *codes: str) -> dict[str, Any]:
    return {**UNITS, level: {code: unit for code, unit in UNITS[level].items() if code not in codes}}


def south(posts: int, cases: int) -> dict[str, Any]:
    return {**UNITS, "region": UNITS["region"] | {"N2": UnitSize("South", posts, cases)}}


def beyond(now: Summary) -> list[str]:
    return [each.kind for each in compared(BEFORE, now, policy.at(DAY)) if each.beyond]


@pytest.mark.parametrize(
    ("now", "kinds"),
    [
        ({}, []),
        ({"posts": 880}, []),
        ({"posts": 720}, []),
        ({"posts": 881}, ["posts"]),
        ({"posts": 719}, ["posts"]),
        ({"cases": 22_000, "untiered": 220}, []),
        ({"cases": 22_001}, ["cases"]),
        ({"cases": 17_999}, ["cases"]),
        ({"points_x100": 1_100_000_00}, []),
        ({"points_x100": 1_100_000_01}, ["points"]),
        ({"points_x100": 0}, ["points"]),
        ({"untiered": 1_200}, []),
        ({"untiered": 1_203}, ["untiered"]),
        ({"untiered": 0}, []),
        ({"units": without("region", "N2")}, ["units_gone"]),
        ({"units": {**UNITS, "region": UNITS["region"] | {"N3": UnitSize("New", 1, 1)}}}, ["units_new"]),
        ({"units": without("pdu", "P1")}, []),
        ({"units": without("pdu", "P1", "P2")}, ["units_gone"]),
        ({"units": without("team", *(f"T{n}" for n in range(10)))}, []),
        ({"units": without("team", *(f"T{n}" for n in range(11)))}, ["units_gone"]),
        ({"units": south(279, 10_000)}, ["unit_posts"]),
        ({"units": south(400, 13_001)}, ["unit_cases"]),
        ({"sheets": {"case": 20_000, "contact": 0, "arms": 9}}, ["sheet_gone"]),
        ({"sheets": {"case": 20_000, "arms": 9}}, ["sheet_gone"]),
        ({"sheets": {"case": 20_000, "contact": 199, "arms": 9}}, ["sheet_rows"]),
        ({"sheets": {"case": 20_000, "contact": 500}}, []),
        ({"sheets": {}, "layout": "L2024"}, []),
    ],
)  # fmt: skip
def test_beyond_a_limit_and_at_it(now: dict[str, Any], kinds: list[str]) -> None:
    assert beyond(replace(NOW, **now)) == kinds


def test_a_few_posts_of_a_small_team_may_always_go() -> None:
    small = replace(
        BEFORE,
        posts=8,
        cases=200,
        points_x100=10_000_00,
        untiered=0,
        units={**UNITS, "region": {}, "pdu": {}, "team": {}},
    )
    less = replace(small, as_at=NOW.as_at, posts=5, cases=150, points_x100=7_000_00)
    limits = policy.at(DAY)
    assert not [each for each in compared(small, less, limits) if each.beyond]
    none = replace(less, posts=4)
    assert [each.kind for each in compared(small, none, limits) if each.beyond] == ["posts", "points"]


def test_limits_are_those_of_the_organisation(tmp_path: Path) -> None:
    own = tmp_path / "policy.yaml"
    own.write_text(
        "name: own\nreference: a test\nvalues:\n  plausibility.posts_percent:\n    2026-11-01: 50\n",
        encoding="utf-8",
    )
    laid = policy.at(DAY, [policy.load_file(own)])
    assert not [each for each in compared(BEFORE, replace(NOW, posts=500), laid) if each.beyond]


def test_a_night_of_a_day_that_has_not_come_is_nothing_to_compare_with() -> None:
    ahead = replace(BEFORE, name="2030-01-01T000000", as_at=datetime(2030, 1, 1))
    verdict = weigh(NOW, [], ComparisonRequest(ahead, DAY, history=False, correction=False), policy.at(DAY))
    assert [each.kind for _, each in verdict.differences] == ["shown_ahead"]
    assert verdict.is_held


def test_every_difference_has_words_and_comes_back_from_json() -> None:
    verdict = weigh(
        replace(NOW, posts=22, cases=30),
        [],
        ComparisonRequest(BEFORE, None, history=False, correction=False),
        policy.at(DAY),
    )
    assert verdict_of(json.loads(json.dumps(verdict.as_data()))) == verdict
    said = {row(each)[0]: row(each) for _, each in verdict.differences}
    assert said["Posts"] == ("Posts", "800", "22", "−97.25%", "10%")
    assert said["As at"] == ("As at", "20 November 2026, 6.30pm", "21 November 2026, 6.30pm", "later", "")
    assert said["Cases without a tier"][1:3] == ("1%", "666.66%")
    assert next(sentence(night, each) for night, each in verdict.differences if each.beyond) == (
        "Posts: 800 in 2026-11-20T183000, now 22 (−97.25%); the limit is 10%"
    )


# ---- loads -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nights(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the first night."""
    folder = tmp_path_factory.mktemp("plausible") / "nights"
    assert load(folder, Order(paths=[nation.tidy(0)], people=nation.people(0))).is_new
    return folder


def listing(folder: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


@pytest.mark.parametrize("number", range(200 if SOAK else len(WAYS)))
def test_a_spoiled_night_is_held_or_refused(
    nation: Nation, nights: Path, tmp_path: Path, number: int
) -> None:
    way = write_spoiled(nation.tidy(1), tmp_path / "spoiled", number)
    before = listing(nights)
    came = load(
        nights, Order(paths=[tmp_path / "spoiled"], people=nation.people(1), last_day=date(2026, 11, 22))
    )
    assert not came.is_new
    refused = (
        [fault.code for fault in came.report.faults if fault.severity == "refuse"] if came.report else []
    )
    assert came.is_held or refused, way
    if way == "future":
        assert refused == ["AS_AT_AHEAD"] or refused == ["MANIFEST_BAD"]
    assert listing(nights) == before


def test_ordinary_nights_are_never_held(nation: Nation, tmp_path: Path) -> None:
    for number in range(len(nation.as_at)):
        came = load(tmp_path / "nights", Order(paths=[nation.tidy(number)], people=nation.people(number)))
        assert came.is_new, came.verdict


def test_an_accepted_night_is_taken_and_says_why(nation: Nation, tmp_path: Path) -> None:
    nights = tmp_path / "nights"
    load(nights, Order(paths=[nation.tidy(0)]))
    tables = read_tables(nation.tidy(1))
    manifest = json.loads((nation.tidy(1) / "manifest.json").read_text())
    small = write_tables({**tables, "case": tables["case"].head(900)}, manifest, tmp_path / "small")
    held = load(nights, Order(paths=[small]))
    assert (held.is_held, held.night, len(saved_nights(nights))) == (True, None, 1)
    other = Acceptance(reason="seen", beside=("2020-01-01T000000",))
    assert load(nights, Order(paths=[small], acceptance=other)).is_held
    assert held.verdict is not None
    seen = Acceptance(reason="The region moved", beside=held.verdict.beside)
    taken = load(nights, Order(paths=[small], acceptance=seen))
    assert taken.is_new
    assert taken.night is not None
    told = json.loads((taken.night.path / "loaded.json").read_text())
    assert told["accepted"]["reason"] == "The region moved"
    assert taken.night.damage() == []


def test_an_older_night_joins_only_when_asked_and_beside_its_neighbours(
    nation: Nation, tmp_path: Path
) -> None:
    nights = tmp_path / "nights"
    for number in (0, 2):
        load(nights, Order(paths=[nation.tidy(number)]))
    unasked = load(nights, Order(paths=[nation.tidy(1)]))
    assert unasked.is_held
    assert unasked.verdict is not None
    assert unasked.verdict.beside == tuple(night.name for night in saved_nights(nights))
    assert [each.kind for _, each in unasked.verdict.differences if each.beyond] == ["as_at"]
    tables = read_tables(nation.tidy(1))
    manifest = json.loads((nation.tidy(1) / "manifest.json").read_text())
    small = write_tables({**tables, "case": tables["case"].head(900)}, manifest, tmp_path / "small")
    assert load(nights, Order(paths=[small], history=True)).is_held
    assert load(nights, Order(paths=[nation.tidy(1)], history=True)).is_new


def test_a_correction_is_compared_with_what_it_corrects(nation: Nation, tmp_path: Path) -> None:
    nights = tmp_path / "nights"
    for number in (0, 1):
        load(nights, Order(paths=[nation.tidy(number)]))
    for number in (0, 1):
        tables = read_tables(nation.tidy(number))
        manifest = json.loads((nation.tidy(number) / "manifest.json").read_text())
        small = write_tables(
            {**tables, "case": tables["case"].head(900)}, manifest, tmp_path / f"small-{number}"
        )
        assert load(nights, Order(paths=[small], correction=True)).is_held
        assert load(nights, Order(paths=[nation.tidy(number)], names=True, correction=True)).is_new
