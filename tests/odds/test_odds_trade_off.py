"""What an alarm at a level would have found, from what was stated and what happened."""

import polars as pl
import pytest

from wmt.odds import DECILES
from wmt.odds.alarms import AlarmTradeOff, is_reachable, trade_off

pytestmark = pytest.mark.unit
#: 1,000 times in all; four weeks were full 100 times: 20, 10, 40 and 30.
TENTHS = pl.DataFrame(
    [(0, 800, 0.02, 0.025), (20, 50, 0.25, 0.2), (40, 100, 0.45, 0.4), (90, 50, 0.95, 0.6)],
    schema=DECILES, orient="row",
)  # fmt: skip


@pytest.mark.parametrize(
    ("percent", "alarms", "right", "found", "false"),
    [
        (20, 200, 80, 0.8, 0.6),
        (30, 150, 70, 0.7, 1 - 70 / 150),
        (50, 50, 30, 0.3, 0.4),
        (0, 1_000, 100, 1.0, 0.9),
    ],
)
def test_what_a_level_finds(percent: int, alarms: int, right: int, found: float, false: float) -> None:
    told = trade_off(TENTHS, percent)
    assert told == AlarmTradeOff(percent, alarms, right, 100)
    assert (told.found, told.false) == (pytest.approx(found), pytest.approx(false))


def test_nine_in_ten_with_one_in_ten_false_is_not_reachable() -> None:
    assert not is_reachable(TENTHS, found=0.9, false=0.1)
    assert is_reachable(TENTHS, found=0.3, false=0.4)
    sure = pl.DataFrame([(0, 900, 0.0, 0.0), (90, 100, 0.95, 0.95)], schema=DECILES, orient="row")
    assert is_reachable(sure, found=0.9, false=0.1)


def test_without_any_alarm_or_any_run_there_is_no_share() -> None:
    none = trade_off(TENTHS.filter(pl.col("from_percent") == 0).with_columns(happened=0.0), 20)
    assert (none.found, none.false) == (None, None)


@pytest.mark.parametrize("percent", [25, -10, 100])
def test_a_level_within_a_tenth_is_refused(percent: int) -> None:
    with pytest.raises(ValueError, match="an alarm level is"):
        trade_off(TENTHS, percent)
