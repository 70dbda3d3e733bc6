"""Daily ratios for tests, from logarithms of capacity: runs are stepped by the rule itself."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from wmt.history.day_steps import DayCut, Runs, RunThreshold
from wmt.odds import DailyRatios

FIRST = date(2026, 1, 1)
MARK = RunThreshold("excessive_workload", 11_000, 28)
OVER = float(np.log(1.1))
AVAILABLE = 1_000_000_000


def of_logs(
    logs: npt.NDArray[np.float64], window: int = 28, calendar: Sequence[date] | None = None
) -> DailyRatios:
    """Rows are days, columns units; no gaps. `calendar`: the days, every day from `FIRST` on unless given."""
    days, units = logs.shape
    runs, run, full = Runs(units), [], []
    mark = RunThreshold(MARK.name, MARK.percent_x100, window)
    here = np.ones(units, np.bool_)
    for number in range(days):
        points = np.rint(np.exp(logs[number]) * AVAILABLE).astype(np.int64)
        cut = DayCut(FIRST.toordinal() + number, True, here, points, np.full(units, AVAILABLE))
        runs.step(cut, mark)
        run.append(runs.length.copy())
        full.append(runs.excess_since > 0)
    return DailyRatios(
        tuple(calendar or (FIRST + timedelta(number) for number in range(days))),
        tuple(f"T:{unit:04}" for unit in range(units)),
        logs,
        logs.copy(),
        np.array(run),
        np.zeros_like(np.array(run)),  # everybody has time on every day
        np.array(full),
        np.full(days, OVER),
        window,
    )


def flat_then(
    paths: Sequence[Sequence[float]], copies: int, before: int, level: float
) -> npt.NDArray[np.float64]:
    """Units that stood still at a level for some days and then each went by one of the paths of changes."""
    ahead = np.array(paths).T.repeat(copies, axis=1)
    return np.concatenate([np.zeros((before, ahead.shape[1])), ahead]) + level
