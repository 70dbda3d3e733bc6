"""What was stated before, beside what happened: the score, and the correction that follows from it."""

from collections.abc import Callable, Sequence
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

#: From a row of days and what analogy says of its units: the same by events, NaN where analogy stands.
ByEvents = Callable[[int, Floats], Floats]

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
class OddsCorrections:
    """The correction of each way of working odds out: they err in ways of their own."""

    analogy: OddsCorrection
    events: OddsCorrection

    def corrected(self, raw: Floats, by_events: Bools) -> Floats:
        """Probabilities put right, those by events and the others; NaN stays NaN."""
        return np.where(by_events, self.events.corrected(raw), self.analogy.corrected(raw))


@dataclass(frozen=True)
class Hindcast:
    """Probabilities as they would have been stated on days whose end is known, and what happened.

    Every probability is corrected by what was known on its day alone. `raw`: before that; `by_events`: which
    were worked out by events; `analogy`: what analogy said of all. `same_as_today`: what saying that
    everything stays as it is would have stated, 1 over the threshold and 0 under it.
    """

    weeks: int
    days: tuple[date, ...]
    row: Ints
    analogy: Floats
    raw: Floats
    by_events: Bools
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

    def calibration(self) -> OddsCorrections:
        """The corrections from all of it, for what is stated now."""
        return _fitted(self.analogy, self.raw, self.by_events, self.happened)


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
        # a whole step may lead too far, and each further than the last: as much of it as makes it better
        while np.abs(step).max() >= 1e-10 and _misfit(found - step, known, happened) > _misfit(
            found, known, happened
        ):
            step = step / 2
        found = found - step
        if np.abs(step).max() < 1e-10:
            break
    return OddsCorrection(float(found[0]), float(found[1]))


def _fitted(analogy: Floats, raw: Floats, by_events: Bools, happened: Bools) -> OddsCorrections:
    """Analogy by all it said, whether that was stated or not: what it is asked for next may be any of it."""
    return OddsCorrections(fit(analogy, happened), fit(raw[by_events], happened[by_events]))


def _misfit(found: Floats, known: Floats, happened: Bools) -> float:
    """How unlikely what happened is under two numbers, with the pull towards no correction."""
    logits = found @ known
    pull = float(np.sum((found - [0.0, 1.0]) ** 2)) / 2
    return float(np.sum(np.logaddexp(0, logits) - happened * logits)) + pull


def hindcast(
    ratios: DailyRatios, weeks: int, last: date | None = None, events: ByEvents | None = None
) -> Hindcast:
    """What would have been stated on every fourteenth day, and what happened.

    `last`: the day on which it is looked back; nothing later is used. `events`: what was or would have been
    said by events. Raises HistoryError for weeks that are not among `analogue.WEEKS`.
    """
    return hindcast_from(Analogues(ratios, weeks), weeks, last, events)


def hindcast_from(
    analogues: Analogues, weeks: int, last: date | None = None, events: ByEvents | None = None
) -> Hindcast:
    """The same from paths that are there already: those of the days before are asked for again and again."""
    ratios = analogues.ratios
    until = len(ratios.days) - 1 if last is None else ratios.place(last)
    end = None if until is None else ratios.place(ratios.days[until] - analogues.ahead)
    rows = list(range(-1 if end is None else end, -1, -EVERY))[::-1]
    parts = [part for row in rows if len((part := _looked_back(analogues, row, events)).row)]
    return _gathered(analogues, weeks, parts)


@dataclass(frozen=True)
class _Part:
    row: Ints
    analogy: Floats
    raw: Floats
    by_events: Bools
    over: Bools
    happened: Bools


def _looked_back(analogues: Analogues, row: int, events: ByEvents | None) -> _Part:
    ratios = analogues.ratios
    analogy = analogues.stated(row)[0]
    raw, by_events = chosen(analogy, events(row, analogy) if events else None)
    units = np.flatnonzero(~np.isnan(analogy))
    over = ratios.capacity[row, units] > ratios.mark[row]
    happened: Bools = np.asarray(ratios.full[row + 1 : analogues.end_of(row) + 1, units].any(axis=0))
    return _Part(np.full(len(units), row), analogy[units], raw[units], by_events[units], over, happened)


def chosen(analogy: Floats, events: Floats | None) -> tuple[Floats, Bools]:
    """What is taken of both, and where that is what was worked out by events."""
    if events is None:
        return analogy, np.zeros(len(analogy), np.bool_)
    by_events = ~np.isnan(events) & ~np.isnan(analogy)
    return np.where(by_events, events, analogy), by_events


def _gathered(analogues: Analogues, weeks: int, parts: list[_Part]) -> Hindcast:
    """Each day's probabilities, corrected by the days whose end was known by then."""

    def whole(name: str, of: Sequence[_Part], none: type) -> npt.NDArray[Any]:
        vectors = [getattr(part, name) for part in of]
        return np.concatenate(vectors) if vectors else np.zeros(0, none)

    def all_of(of: Sequence[_Part]) -> tuple[Floats, Floats, Bools, Bools]:
        floats = whole("analogy", of, np.float64), whole("raw", of, np.float64)
        return *floats, whole("by_events", of, np.bool_), whole("happened", of, np.bool_)

    stated = []
    for part in parts:
        known = [each for each in parts if analogues.end_of(int(each.row[0])) <= part.row[0]]
        stated.append(_fitted(*all_of(known)).corrected(part.raw, part.by_events))
    analogy, raw, by_events, happened = all_of(parts)
    return Hindcast(
        weeks,
        tuple(analogues.ratios.days[part.row[0]] for part in parts),
        whole("row", parts, np.int64),
        analogy,
        raw,
        by_events,
        np.concatenate(stated) if stated else np.zeros(0),
        whole("over", parts, np.bool_).astype(np.float64),
        happened,
    )


def _logit(probabilities: Floats) -> Floats:
    inside = np.clip(probabilities, 1e-6, 1 - 1e-6)
    found: Floats = np.log(inside / (1 - inside))
    return found


def _share(logits: Floats) -> Floats:
    found: Floats = (1 + np.tanh(logits / 2)) / 2
    return found
