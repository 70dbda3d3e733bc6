"""What came off a workload between its highest day and now: by the ledger's causes, in three groups."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from wmt.history import History, HistoryError
from wmt.ledger import OMIC, Cause, LedgerError, capacity_x100
from wmt.ledger.why import Why, why
from wmt.nights import NightError, open_night
from wmt.nights.part import sides_of

log = logging.getLogger(__name__)

#: The same work with other points. Suspended: the case is still held, and nobody has ended or moved it.
REPRICED = frozenset({Cause.RETIERED, Cause.RULE, Cause.SUSPENDED, Cause.RESUMED})
TIME = frozenset({Cause.HOURS, Cause.REDUCTION, Cause.GRADE})


@dataclass(frozen=True, kw_only=True)
class CameOff:
    """How a capacity fell from that of the day `since`: what each group took off, in hundredths of percentage
    points; below nought where it added. `before_x100` and `after_x100` are the capacities.
    """

    since: date
    before_x100: int
    after_x100: int
    work_x100: int
    repriced_x100: int
    time_x100: int

    @property
    def mostly_repriced(self) -> bool:
        """Whether most of the fall is the same work with other points."""
        fell = self.work_x100 + self.repriced_x100 + self.time_x100
        return self.repriced_x100 > 0 and 2 * self.repriced_x100 > fell

    @property
    def data(self) -> dict[str, Any]:
        """As a step keeps it."""
        return {**vars(self), "since": self.since.isoformat()}


def of_why(found: Why, since: date) -> CameOff | None:
    """The causes of a change in groups; None where the post was not at both, or had no time at one."""
    before, after = (
        capacity_x100(each.points_x100, each.available_x100) for each in (found.before, found.after)
    )
    if not (found.was_there and found.is_there) or before is None or after is None:
        return None
    sums = {"work_x100": 0, "repriced_x100": 0, "time_x100": 0}
    for each in found.causes:
        group = (
            "repriced_x100" if each.cause in REPRICED else "time_x100" if each.cause in TIME else "work_x100"
        )
        sums[group] -= each.percentage_points_x100 or 0
    return CameOff(since=since, before_x100=before, after_x100=after, **sums)


def came_off(history: History, nights: Path, code: str, first: date, last: date) -> CameOff | None:
    """What came off a post between the highest of the days that have details, from `first` on, and `last`.

    None where nobody can say: only totals are kept, or the details cannot be read, which the log says.
    """
    try:
        peak = _peak(history, code, first, last)
        night = history.night_of(last)
        if peak is None or not night or peak[1] == night:
            return None
        two = open_night(nights / peak[1]), open_night(nights / night)
        before, after = sides_of(*two, "post", code, former=peak[2])
        return of_why(why(before, after, "post", code), peak[0])
    except (HistoryError, NightError, LedgerError):
        log.exception("what came off the workload of %s cannot be worked out", code)
        return None


def _peak(history: History, code: str, first: date, last: date) -> tuple[date, str, str] | None:
    """The day of the highest capacity of a post under any code, its night, and the code of that day."""
    columns = ("day", "code", "night", "stream", "points_x100", "available_x100")
    codes = history.links.codes_until("post", code, last, first)
    found = [history.series("post", each, first, last, columns=columns) for each in codes]
    told = [
        row
        for row in pl.concat(found).to_dicts()
        if row["night"]
        and row["available_x100"] > 0
        and row["stream"] != OMIC
        and history.links.code_on("post", code, row["day"]) == row["code"]
    ]
    if not told:
        return None
    best = max(told, key=lambda row: (row["points_x100"] * 10_000 // row["available_x100"], row["day"]))
    return best["day"], best["night"], best["code"]


def all_of(
    history: History, nights: Path, asked: Iterable[tuple[str, date]], last: date
) -> Mapping[str, CameOff]:
    """The same for many posts, each from a first day on; those that nobody can say are left out."""
    found = {code: came_off(history, nights, code, first, last) for code, first in asked}
    return {code: each for code, each in found.items() if each is not None}
