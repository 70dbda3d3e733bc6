"""What an alarm at some probability would have found, and how often it would have been false."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class AlarmTradeOff:
    """Of looks back on a year: `alarms` were at or above a level, `right` of them came to four full weeks;
    `happened` is how often these came in all."""

    percent: int
    alarms: int
    right: int
    happened: int

    @property
    def found(self) -> float | None:
        """The share of what happened that had an alarm before; None where nothing happened."""
        return self.right / self.happened if self.happened else None

    @property
    def false(self) -> float | None:
        """The share of alarms after which nothing happened; None without an alarm."""
        return 1 - self.right / self.alarms if self.alarms else None


def trade_off(tenths: pl.DataFrame, percent: int) -> AlarmTradeOff:
    """The trade-off at a level in whole tenths, from what was stated and what happened (`DECILES`).

    Raises ValueError for a level within a tenth, of which the tenths say nothing.
    """
    if percent % 10 or not 0 <= percent <= 90:
        raise ValueError(f"an alarm level is 0, 10, … or 90 per cent, not {percent}")
    rows = [
        (row["from_percent"], row["count"], round(row["count"] * row["happened"]))
        for row in tenths.iter_rows(named=True)
    ]
    above = [row for row in rows if row[0] >= percent]
    return AlarmTradeOff(
        percent, sum(row[1] for row in above), sum(row[2] for row in above), sum(row[2] for row in rows)
    )


def is_reachable(tenths: pl.DataFrame, *, found: float, false: float) -> bool:
    """Whether any level would have found so much with so few false alarms."""
    every = [trade_off(tenths, percent) for percent in range(0, 100, 10)]
    return any(
        (each.found or 0) >= found and each.false is not None and each.false <= false for each in every
    )
