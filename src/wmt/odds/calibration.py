"""What was stated before, beside what happened: the score, and the correction that follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from wmt.facts import table_of
from wmt.history.day_steps import Bools, Ints
from wmt.odds.analogue import Analogues
from wmt.odds.ratios import DailyRatios, Floats

#: Odds are looked back at on every so many days with figures.
EVERY = 14
#: With fewer outcomes, or fewer of one kind, nothing is corrected.
LEAST, LEAST_OF_A_KIND = 200, 20

DECILES = table_of(
    {
        "from_percent": pl.Int64,  # stated probabilities from here up to ten points more
        "count": pl.Int64,
        "stated": pl.Float64,  # their mean
        "happened": pl.Float64,  # in what share of them the run became full
    }
)


@dataclass(frozen=True)
class OddsCorrection:
    """Two numbers that put stated probabilities right: 1 ÷ (1 + e^−(offset + slope · logit p))."""

    offset: float = 0.0
    slope: float = 1.0

    def corrected(self, probabilities: Floats) -> Floats:
        """Probabilities between 0 and 1, put right; NaN stays NaN."""
        return _share(self.offset + self.slope * _logit(probabilities))


@dataclass(frozen=True)
class Hindcast:
    """Probabilities as they would have been stated on days whose end is known, and what happened.

    Every probability is corrected by what was known on its day alone. `same_as_today`: what saying that
    everything stays as it is would have stated, 1 over the threshold and 0 under it.
    """

    weeks: int
    days: tuple[date, ...]
    row: Ints
    raw: Floats
    stated: Floats
    same_as_today: Floats
    happened: Bools

    @property
    def brier(self) -> float | None:
        """The mean square of what was stated less what happened: 0 is perfect. None without any."""
        return self._brier(self.stated)

    @property
    def brier_same_as_today(self) -> float | None:
        """The same of saying that everything stays as it is."""
        return self._brier(self.same_as_today)

    @property
    def better_by(self) -> float | None:
        """The share by which its errors are smaller than those of 'same as today'; negative where larger."""
        mine, other = self.brier, self.brier_same_as_today
        return None if mine is None or not other else 1 - mine / other

    def _brier(self, stated: Floats) -> float | None:
        return float(np.mean((stated - self.happened) ** 2)) if len(stated) else None

    def deciles(self) -> pl.DataFrame:
        """Stated beside happened by tenths of what was stated (columns `DECILES`); empty tenths left out."""
        tenth = np.minimum((self.stated * 10).astype(np.int64), 9)
        rows = [
            (each * 10, int(mine.sum()), float(self.stated[mine].mean()), float(self.happened[mine].mean()))
            for each in range(10)
            if (mine := tenth == each).any()
        ]
        return pl.DataFrame(rows, schema=DECILES, orient="row")

    def calibration(self) -> OddsCorrection:
        """The correction from all of it, for what is stated now."""
        return fit(self.raw, self.happened)


def fit(raw: Floats, happened: Bools) -> OddsCorrection:
    """The correction under which what happened is likeliest; none where too little is known.

    A slight pull towards no correction keeps it finite where stated and happened never overlap.
    """
    if len(raw) < LEAST or min(happened.sum(), (~happened).sum()) < LEAST_OF_A_KIND:
        return OddsCorrection()
    known = np.stack([np.ones(len(raw)), _logit(raw)])
    found = np.array([0.0, 1.0])
    for _ in range(25):
        share = _share(found @ known)
        slope = known @ (share - happened) + (found - [0.0, 1.0])
        weight = (known * (share * (1 - share))) @ known.T + np.eye(2)
        step = np.linalg.solve(weight, slope)
        found = found - step
        if np.abs(step).max() < 1e-10:
            break
    return OddsCorrection(float(found[0]), float(found[1]))


def hindcast(ratios: DailyRatios, weeks: int, last: date | None = None) -> Hindcast:
    """What would have been stated on every fourteenth day, and what happened.

    `last`: the day on which it is looked back; nothing later is used. Raises HistoryError for weeks that are
    not among `analogue.WEEKS`.
    """
    return hindcast_from(Analogues(ratios, weeks), weeks, last)


def hindcast_from(analogues: Analogues, weeks: int, last: date | None = None) -> Hindcast:
    """The same from paths that are there already: those of the days before are asked for again and again."""
    ratios = analogues.ratios
    until = len(ratios.days) - 1 if last is None else ratios.place(last)
    end = None if until is None else ratios.place(ratios.days[until] - analogues.ahead)
    rows = list(range(-1 if end is None else end, -1, -EVERY))[::-1]
    parts = [part for row in rows if len((part := _looked_back(analogues, row)).row)]
    return _gathered(analogues, weeks, parts)


@dataclass(frozen=True)
class _Part:
    row: Ints
    raw: Floats
    over: Bools
    happened: Bools


def _looked_back(analogues: Analogues, row: int) -> _Part:
    ratios = analogues.ratios
    raw = analogues.stated(row)[0]
    units = np.flatnonzero(~np.isnan(raw))
    over = ratios.capacity[row, units] > ratios.mark[row]
    happened: Bools = np.asarray(ratios.full[row + 1 : analogues.end_of(row) + 1, units].any(axis=0))
    return _Part(np.full(len(units), row), raw[units], over, happened)


def _gathered(analogues: Analogues, weeks: int, parts: list[_Part]) -> Hindcast:
    """Each day's probabilities, corrected by the days whose end was known by then."""
    stated = []
    for part in parts:
        known = [each for each in parts if analogues.end_of(int(each.row[0])) <= part.row[0]]
        raw = np.concatenate([each.raw for each in known]) if known else np.zeros(0)
        happened = np.concatenate([each.happened for each in known]) if known else np.zeros(0, np.bool_)
        stated.append(fit(raw, happened).corrected(part.raw))

    def whole(vectors: Sequence[npt.NDArray[Any]], none: type) -> npt.NDArray[Any]:
        return np.concatenate(vectors) if vectors else np.zeros(0, none)

    return Hindcast(
        weeks,
        tuple(analogues.ratios.days[part.row[0]] for part in parts),
        whole([part.row for part in parts], np.int64),
        whole([part.raw for part in parts], np.float64),
        whole(stated, np.float64),
        whole([part.over.astype(np.float64) for part in parts], np.float64),
        whole([part.happened for part in parts], np.bool_),
    )


def _logit(probabilities: Floats) -> Floats:
    inside = np.clip(probabilities, 1e-6, 1 - 1e-6)
    found: Floats = np.log(inside / (1 - inside))
    return found


def _share(logits: Floats) -> Floats:
    found: Floats = (1 + np.tanh(logits / 2)) / 2
    return found
