"""The whole nation meets the published figures. Made in memory, measured by plain lookup and sum."""

from functools import cache

import numpy as np
import pytest

from wmt.demo import Calibration, Size, World, build_world, calibrate
from wmt.demo.calibration import NEW_RULES, active_cases, available_points, post_points
from wmt.rules import load

SEEDS = (2026, 1, 2)


@cache
def whole(seed: int) -> World:
    return build_world(seed, Size.of(1.0))


@cache
def measured(seed: int) -> Calibration:
    return calibrate(whole(seed))


def test_the_head_count_is_the_published_one() -> None:
    world = whole(2026)
    assert (len(world.posts), len(world.cases), len(world.teams)) == (8000, 250_000, 1400)
    assert world.teams["pdu_code"].n_unique() == 108
    assert world.teams["region_code"].n_unique() == 12
    grades = dict(world.posts["grade"].value_counts().rows())
    assert grades == {"PO": 3332, "PSO": 2682, "SPO": 743, "TPO": 1186, "DMY": 57}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_change_of_2023_is_six_percent(seed: int) -> None:
    found = measured(seed)
    assert 1.055 <= found.change <= 1.065
    assert 1.055 <= found.change_without_parole_and_arms <= 1.065


@pytest.mark.parametrize("seed", SEEDS)
def test_caseloads_are_the_published_ones(seed: int) -> None:
    found = measured(seed)
    assert found.cases_per_fte_po == pytest.approx(32.5, rel=0.01)
    assert 0.018 <= found.share_of_pos_over_50 <= 0.022


@pytest.mark.parametrize("seed", SEEDS)
def test_capacity_is_believable(seed: int) -> None:
    found = measured(seed)
    assert 1.05 <= found.capacity_2023 <= 1.18
    assert 1.05 <= found.capacity_2023_without_omic_teams <= 1.18


def test_work_is_spread_unevenly() -> None:
    """Teams over 110% and teams under 80%; posts with no time; nobody with an absurd caseload."""
    world, new = whole(2026), load().at(NEW_RULES)
    team = world.posts["team_no"].to_numpy()
    work = np.bincount(team, weights=post_points(world, new))
    time = np.bincount(team, weights=available_points(world, new))
    field = (world.teams["kind"] == "field").to_numpy() & (time > 0)
    capacity = work[field] / time[field]
    assert 0.3 < (capacity > 1.1).mean() < 0.85
    assert 0.005 < (capacity < 0.8).mean() < 0.15
    assert (world.time_left()[(world.posts["grade"] == "PO").to_numpy()] == 0).mean() > 0.03
    assert active_cases(world)[(world.posts["kind"] == "field").to_numpy()].max() < 110


def test_services_officers_hold_no_high_risk() -> None:
    world = whole(2026)
    services = world.posts.filter(grade="PSO", kind="field")["post_no"]
    held = world.cases.filter(world.cases["post_no"].is_in(services.implode()), stream=0)
    assert not held["tier"].is_in([1, 2, 3, 4]).any()


def test_shares_are_believable() -> None:
    cases = whole(2026).cases
    active = cases.filter(status=0)
    assert active["suspended"].mean() == pytest.approx(0.05, abs=0.02)
    assert (active["tier"] == 0).mean() == pytest.approx(0.008, abs=0.002)
    assert 1 - len(active) / len(cases) == pytest.approx(0.066, abs=0.001)
    assert 1000 < (cases["stream"] == 1).sum() < 1700
