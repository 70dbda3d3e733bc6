"""Odds by analogy: paths made by hand, and any paths held to the rule that steps days."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odds_paths import FIRST, OVER, flat_then, of_logs

from how_many import examples
from wmt.history import HistoryError
from wmt.odds import odds_on
from wmt.odds.analogue import FORTNIGHT, LEAST, Analogues

#: Four ways to go on over 28 days: never lower; a little at once; more after ten days; much on the 27th.
STAYS = [0.0] * 28
A_LITTLE = [-0.02] * 28
MORE = [0.0] * 9 + [-0.06] * 19
LATE = [0.0] * 26 + [-0.10] * 2


def _odds(margin: float, run: int, weeks: int = 4, paths: list[list[float]] | None = None) -> float:
    """The odds of one unit that stands so far over the threshold, so many days over, after the paths ended.

    The paths are far below the threshold, so that only their changes tell.
    """
    ahead = paths or [STAYS, A_LITTLE, MORE, LATE]
    copies, before = LEAST, FORTNIGHT + 1
    logs = flat_then(ahead, copies, before, -3.0)
    # one more unit: under the threshold until so many days before the end, and flat for the last fortnight
    mine = np.full((len(logs), 1), OVER + margin)
    ratios = of_logs(np.concatenate([logs, mine], axis=1))
    ratios.run[-1, -1], ratios.full[-1, -1] = run, False
    stated, _ = Analogues(ratios, weeks).stated(len(logs) - 1)
    return float(stated[-1])


@pytest.mark.parametrize(
    ("margin", "run", "expected"),
    [
        (0.05, 0, 0.5),  # 28 days more: only what fell by less than 0.05
        (0.05, 1, 0.5),  # the last falls on the 27th day, which still counts
        (0.05, 2, 0.75),  # 26 days more: the late fall comes too late
        (0.05, 19, 1.0),  # nine days more: nothing has fallen so far
        (0.01, 0, 0.25),
        (0.07, 5, 1.0),
        (0.07, 0, 0.75),
        (-0.01, 0, 0.0),
    ],
)
def test_paths_by_hand(margin: float, run: int, expected: float) -> None:
    """Nothing is ever stated as certain: half a path is left at either end."""
    known = 4 * LEAST + 1  # the unit's own past is one of the paths
    share = _odds(margin, run)
    assert share == pytest.approx(expected, abs=1.5 / known)
    assert 0 < share < 1


def test_within_eight_weeks_a_run_that_begins_later_counts() -> None:
    falls_and_rises = [-0.5] * 10 + [0.3] * 46
    rises_too_late = [-0.5] * 29 + [0.3] * 27
    share = _odds(-0.1, 0, weeks=8, paths=[falls_and_rises, rises_too_late])
    assert share == pytest.approx(0.5, abs=0.01)


def test_only_paths_that_had_ended_are_used() -> None:
    chance = np.random.default_rng(7)
    logs = OVER + np.cumsum(chance.normal(0, 0.02, (90, 230)), axis=0)
    stated, _ = Analogues(of_logs(logs), 4).stated(60)
    logs[61:] = chance.normal(0, 1, (29, 230))
    again, _ = Analogues(of_logs(logs), 4).stated(60)
    assert np.isfinite(stated).any()
    np.testing.assert_array_equal(stated, again)


@settings(max_examples=examples(100))
@given(st.integers(0, 10_000), st.integers(0, 27), st.sampled_from([4, 8]))
def test_a_path_stays_over_exactly_where_the_rule_says_the_run_is_full(
    seed: int, run: int, weeks: int
) -> None:
    """Any path, stepped day by day, beside the one number that tells of it."""
    chance = np.random.default_rng(seed)
    start, units = 29, 20
    steps = chance.choice([-0.05, -0.01, 0.0, 0.01, 0.05], (weeks * 7, units))
    ahead = np.cumsum(steps, axis=0)
    margin = float(chance.choice([0.004, 0.033, 0.091])) * (1 if run else -1)
    still = np.zeros((start + 1, units))
    still[: start + 1 - max(run, 1)] = -1.0  # not over before the run began
    logs = np.concatenate([still, ahead]) + OVER + margin
    ratios = of_logs(logs)
    happened = ratios.full[start + 1 :].any(axis=0)
    ratios.carried[:start] = ratios.carried[start]  # a past that is known, for what is asked here
    stays = Analogues(ratios, weeks)._made(start).stays
    assert set(ratios.run[start]) == {run}
    np.testing.assert_array_equal(stays[28 - run - 1] > -margin, happened)


def test_who_is_told_what() -> None:
    logs = np.full((80, LEAST + 3), OVER - 1.0)
    logs[:, 1] = OVER + 0.2  # full long since
    logs[:70, 2] = np.nan  # came ten days ago
    logs[70:, 3] = np.nan  # gone
    ratios = of_logs(np.nan_to_num(logs, nan=OVER - 1.0))
    ratios.capacity[:] = logs
    ratios.carried[:] = logs
    table = {row["code"]: row for row in odds_on(ratios, 4).iter_rows(named=True)}
    assert table["T:0000"]["state"] == "stated"
    assert table["T:0000"]["band"] == "very unlikely"
    assert table["T:0001"]["state"] == "full already"
    assert table["T:0001"]["probability"] is None
    assert table["T:0001"]["capacity_x100"] == 13_435  # 110% times e to the 0.2
    assert table["T:0002"]["state"] == "too short a past"
    assert "T:0003" not in table


def test_a_short_past_states_nothing() -> None:
    table = odds_on(of_logs(np.zeros((20, 5))), 4)
    assert set(table["state"]) == {"too short a past"}
    assert odds_on(of_logs(np.zeros((0, 5))), 4).is_empty()


def test_weeks_that_nobody_worked_out() -> None:
    with pytest.raises(HistoryError, match="4 or 8 weeks ahead, not 6"):
        odds_on(of_logs(np.zeros((20, 5))), 6)


def test_with_nights_on_weekdays_alone_four_weeks_are_too_short_for_a_whole_run() -> None:
    """28 days with figures are then 38 days of the calendar: a run of 7 days cannot be full in 28 days more,
    one of 8 can, by the 20 nights there are."""
    calendar = [day for number in range(160) if (day := FIRST + timedelta(number)).weekday() < 5]
    logs = np.full((len(calendar), LEAST + 2), OVER + 0.1)
    ratios = of_logs(logs, calendar=calendar)
    ratios.full[:] = False
    ratios.run[:] = 7
    ratios.run[:, 1] = 8
    stated, paths = Analogues(ratios, 4).stated(len(calendar) - 1)
    assert paths.min() >= LEAST
    assert stated[0] == 0.5 / paths[0], "as unlikely as anything is ever said to be"
    assert stated[1] == 1 - 0.5 / paths[1]
