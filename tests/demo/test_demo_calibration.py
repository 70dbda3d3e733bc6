"""The whole nation meets the published figures. Made in memory, measured by plain lookup and sum."""

from functools import cache
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from wmt.demo import Calibration, Size, World, build_world, calibrate
from wmt.demo.calibration import NEW_RULES, active_cases, available_points, post_points
from wmt.demo.events import next_night
from wmt.demo.work import day_number
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
def test_the_headline_is_the_published_one(seed: int) -> None:
    found = measured(seed)
    assert 1.17 <= found.capacity_2023 <= 1.20  # 120% in 2023, 117% in the first half of 2024
    assert found.streams["sentence_management"].points / found.points_2023 > 0.98
    assert found.streams["omic"].points == 0
    assert 0.2 < found.streams["courts"].points / found.streams["courts"].available < 0.8


@pytest.mark.parametrize("seed", SEEDS)
def test_a_quarter_of_the_people_in_the_community_are_suspended(seed: int) -> None:
    """Published: 38,896 in March 2025 and 46,031 in March 2026, 23 to 26 in a hundred."""
    assert 0.23 <= measured(seed).suspended_in_the_community <= 0.26


@pytest.mark.parametrize("seed", SEEDS)
def test_high_risk_is_what_it_is_published_as(seed: int) -> None:
    """12% in June 2021, 22% in December 2024."""
    assert 0.18 <= measured(seed).high_risk <= 0.22


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


def low_grades_hold(world: World) -> set[int]:
    """The tiers that services officers and trainees hold, in any stream but that of prisons."""
    low = world.posts.filter(world.posts["grade"].is_in(["PSO", "TPO"]), kind="field")["post_no"]
    held = world.cases.filter(world.cases["post_no"].is_in(low.implode()))
    return set(held.filter(held["stream"] < 2)["tier"].to_list())


def test_services_officers_and_trainees_hold_no_high_risk() -> None:
    assert low_grades_hold(whole(2026)) == {0, *range(9, 17)}
    assert low_grades_hold(after_some_nights()[-1]) == {0, *range(9, 17)}


@cache
def after_some_nights() -> list[World]:
    """The nation and eight nights after it."""
    worlds = [whole(2026)]
    for number in range(2, 10):
        worlds.append(next_night(worlds[-1], number)[0])
    return worlds


def of_year(first: float, last: float, days: int) -> float:
    return (last / first) ** (365 / days) - 1


def test_nights_grow_as_england_and_wales_did() -> None:
    """Two to four in a hundred a year; the points and the time that the headline is made of with them."""
    first, last = after_some_nights()[0], after_some_nights()[-1]
    held = [len(world.cases.filter(world.cases["stream"] == 0)) for world in (first, last)]
    assert 0.02 < of_year(*held, days=8) < 0.04
    now, then = calibrate(last), measured(2026)
    assert abs(now.capacity_2023 - then.capacity_2023) < 0.004
    assert abs(now.available_2023 / then.available_2023 - 1) < 0.002
    assert abs(now.suspended_in_the_community - then.suspended_in_the_community) < 0.003
    assert now.cases_per_fte_po == pytest.approx(32.5, rel=0.01)
    assert 0.016 <= now.share_of_pos_over_50 <= 0.024


def test_planned_ends_mean_something() -> None:
    """Most of what leaves the nation leaves on its planned day; what passes it is overdue."""
    worlds = after_some_nights()
    on_time, gone, late = 0, 0, 0
    for before, after in pairwise(worlds):
        today = day_number(after.day)
        left = before.cases.join(after.cases, on="case_ref", how="anti")
        active = left.filter(status=0)
        gone, on_time = gone + len(active), on_time + len(active.filter(pl.col("ends") <= today))
        running = after.cases.filter(pl.col("location") != 1, pl.col("stream") == 0, pl.col("ends") < today)
        late += len(running.filter(status=0))
    assert on_time / gone > 0.85
    assert late < 0.001 * len(worlds[-1].cases)


def test_shares_are_believable() -> None:
    cases = whole(2026).cases
    active = cases.filter(status=0)
    assert (active["tier"] == 0).mean() == pytest.approx(0.008, abs=0.002)
    assert 1 - len(active) / len(cases) == pytest.approx(0.04, abs=0.001)
    assert 1000 < (cases["stream"] == 1).sum() < 1700
