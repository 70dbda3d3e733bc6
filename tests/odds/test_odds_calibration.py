"""What was stated beside what happened, and the correction from it."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odds_paths import OVER, of_logs

from wmt.odds import OddsCorrection, fit, hindcast, state_odds


def test_what_was_stated_too_low_is_put_up() -> None:
    """Of 1,000 stated at 20% 400 happened, of 1,000 at 60% 800: both are hit exactly, as two numbers can."""
    raw = np.repeat([0.2, 0.6], 1_000)
    happened = np.concatenate([np.arange(1_000) < 400, np.arange(1_000) < 800])
    found = fit(raw, happened).corrected(np.array([0.2, 0.6]))
    np.testing.assert_allclose(found, [0.4, 0.8], atol=0.002)


@pytest.mark.parametrize(("count", "yes"), [(199, 100), (1_000, 19), (1_000, 981)])
def test_too_little_corrects_nothing(count: int, yes: int) -> None:
    assert fit(np.full(count, 0.3), np.arange(count) < yes) == OddsCorrection()


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60), st.floats(0, 1))
def test_a_correction_is_a_probability_and_keeps_the_order(
    known: list[tuple[float, bool]], asked: float
) -> None:
    raw = np.array([each for each, _ in known] * 10)
    happened = np.array([each for _, each in known] * 10)
    found = fit(raw, happened)
    assert np.isfinite([found.offset, found.slope]).all()
    low, high = found.corrected(np.array([asked / 2, asked]))
    assert 0 <= min(low, high) <= max(low, high) <= 1
    assert (high - low) * found.slope >= -1e-9


def _walks(days: int = 200, units: int = 260) -> np.ndarray:  # type: ignore[type-arg]
    """Capacities that wander around the threshold and come back to it."""
    chance, rows = np.random.default_rng(3), [np.zeros(units)]
    for _ in range(days - 1):
        rows.append(0.985 * rows[-1] + chance.normal(0, 0.02, units))
    return OVER + np.array(rows)


def test_a_hindcast_knows_nothing_that_came_later() -> None:
    logs = _walks()
    ratios = of_logs(logs)
    day = ratios.days[150]
    before = hindcast(ratios, 4, day)
    logs = logs.copy()
    logs[151:] = OVER + 0.5
    after = hindcast(of_logs(logs), 4, day)
    assert len(before.row) > 500
    np.testing.assert_array_equal(before.stated, after.stated)
    np.testing.assert_array_equal(before.happened, after.happened)
    assert max(before.days) + timedelta(28) <= day


def test_what_happened_is_what_the_rule_says() -> None:
    ratios = of_logs(_walks())
    past = hindcast(ratios, 4)
    assert 0 < past.happened.mean() < 1
    first = past.row == past.row[0]
    row = int(past.row[0])
    expected = ratios.full[row + 1 : row + 29].any(axis=0)[~ratios.full[row]]
    np.testing.assert_array_equal(past.happened[first], expected)


def test_scores_by_hand() -> None:
    ratios = of_logs(_walks())
    past = hindcast(ratios, 4)
    assert past.brier == pytest.approx(sum((past.stated - past.happened) ** 2) / len(past.row))
    assert past.brier_same_as_today is not None
    assert past.brier is not None
    assert past.better_by == pytest.approx(1 - past.brier / past.brier_same_as_today)
    assert past.better_by > 0.2, "analogues are worth having where work wanders"
    tenths = past.deciles()
    assert tenths["count"].sum() == len(past.row)
    assert (tenths["stated"] * 100 >= tenths["from_percent"]).all()
    whole = (tenths["happened"] * tenths["count"]).sum()
    assert whole == pytest.approx(past.happened.sum())


def test_no_past_has_no_score() -> None:
    past = hindcast(of_logs(np.zeros((30, 5))), 4)
    assert (past.brier, past.better_by, len(past.deciles())) == (None, None, 0)
    assert state_odds(of_logs(np.zeros((0, 5))), 4) is None
