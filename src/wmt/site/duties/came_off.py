"""What came off a workload between its highest day and now: by the ledger's causes, in three groups."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from wmt import ledger
from wmt.history import History, HistoryError
from wmt.ledger.explain_change import Why, why
from wmt.ledger.why_posts import why_of_posts
from wmt.nights import NightError, open_night
from wmt.nights.unit_slice import sides_of

log = logging.getLogger(__name__)

#: The same work with other points. Suspended: the case is still held, and nobody has ended or moved it.
REPRICED = frozenset({ledger.Cause.RETIERED, ledger.Cause.RULE, ledger.Cause.SUSPENDED, ledger.Cause.RESUMED})
TIME = frozenset({ledger.Cause.HOURS, ledger.Cause.REDUCTION, ledger.Cause.GRADE})


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
        return {**vars(self), "since": self.since.isoformat()}


def of_why(found: Why, since: date) -> CameOff | None:
    """The causes of a change in groups; None where the post was not at both, or had no time at one."""
    if not (found.was_there and found.is_there):
        return None
    shares = ((each.cause, each.percentage_points_x100 or 0) for each in found.causes)
    return _grouped(found.before, found.after, shares, since)


def _grouped(
    before: ledger.Moment, after: ledger.Moment, shares: Iterable[tuple[ledger.Cause, int]], since: date
) -> CameOff | None:
    first, last = ledger.capacity_x100(*before), ledger.capacity_x100(*after)
    if first is None or last is None:
        return None
    sums = {"work_x100": 0, "repriced_x100": 0, "time_x100": 0}
    for cause, share in shares:
        group = "repriced_x100" if cause in REPRICED else "time_x100" if cause in TIME else "work_x100"
        sums[group] -= share
    return CameOff(since=since, before_x100=first, after_x100=last, **sums)


def came_off(history: History, nights: Path, code: str, first: date, last: date) -> CameOff | None:
    """What came off a post between the highest of the days that have details, from `first` on, and `last`.

    None where nobody can say: only totals are kept, or the details cannot be read, which the log says.
    """
    try:
        # the day of the highest capacity of a post under any code, its night, and the code of that day
        codes = history.links.codes_until("post", code, last, first)
        found = [history.series("post", each, first, last, columns=_READ) for each in codes]
        rows = pl.concat(found).to_dicts()
        peak = _highest(row for row in rows if history.links.code_on("post", code, row["day"]) == row["code"])
        night = history.night_of(last)
        if peak is None or not night or peak[1] == night:
            return None
        two = open_night(nights / peak[1]), open_night(nights / night)
        before, after = sides_of(*two, "post", code, former=peak[2])
        return of_why(why(before, after, "post", code), peak[0])
    except (HistoryError, NightError, ledger.LedgerError):
        log.exception("what came off the workload of %s cannot be worked out", code)
        return None


_READ = ("day", "code", "night", "stream", "points_x100", "available_x100")


def _highest(rows: Iterable[Mapping[str, Any]]) -> tuple[date, str, str] | None:
    """The day of the highest capacity that has details, its night and the code of that day."""
    told = [
        row for row in rows if row["night"] and row["available_x100"] > 0 and row["stream"] != ledger.OMIC
    ]
    if not told:
        return None
    best = max(told, key=lambda row: (row["points_x100"] * 10_000 // row["available_x100"], row["day"]))
    return best["day"], best["night"], best["code"]


def all_of(
    history: History, nights: Path, asked: Iterable[tuple[str, date]], last: date
) -> Mapping[str, CameOff]:
    """The same for many posts, each from a first day on; those that nobody can say are left out.

    Posts whose highest day stands on one night are asked together: a night is opened once for all of them.
    """
    wanted = dict(asked)
    found: dict[str, CameOff | None] = {}
    for (since, before), codes in _by_peak(history, wanted, last).items():
        if len(codes) >= _MANY:
            found |= _together(history, nights, codes, (since, before), last)
    for code, first in wanted.items():
        if code not in found:
            found[code] = came_off(history, nights, code, first, last)
    return {code: each for code, each in found.items() if each is not None}


#: From so many posts on they are asked together.
_MANY = 2


def _by_peak(
    history: History, wanted: Mapping[str, date], last: date
) -> Mapping[tuple[date, str], list[str]]:
    """Posts by their highest day and its night, read a month at a time; those with former codes are not."""
    found: dict[tuple[date, str], list[str]] = {}
    try:
        own = {
            code: first
            for code, first in wanted.items()
            if (history.links.codes_until("post", code, last, first) == [code])
        }
        rows = _days_of(history, own, last) if len(own) >= _MANY else {}
    except HistoryError:
        return found  # asked one by one, each says in the log what is wrong
    for code, each in rows.items():
        peak = _highest(each)
        if peak is not None:
            found.setdefault(peak[:2], []).append(code)
    return found


def _days_of(
    history: History, wanted: Mapping[str, date], last: date
) -> Mapping[str, list[Mapping[str, Any]]]:
    """The days with details of posts, each from its first day on."""
    start = min(wanted.values())
    detailed = (day for day in history.days if day >= start and (at := history.standing(day)) and at.night)
    first = next(detailed, None)
    rows: dict[str, list[Mapping[str, Any]]] = {}
    if first is None:
        return rows
    for month, _ in history.months(first, last):
        begin = date.fromisoformat(f"{month}-01")
        end = (begin + timedelta(31)).replace(day=1) - timedelta(1)
        read = history.figures("post", max(begin, first), min(end, last), _READ)
        for row in read.filter(pl.col("code").is_in(list(wanted))).iter_rows(named=True):
            if row["day"] >= wanted[row["code"]]:
                rows.setdefault(row["code"], []).append(row)
    return rows


def _together(
    history: History, nights: Path, codes: Sequence[str], peak: tuple[date, str], last: date
) -> dict[str, CameOff | None]:
    """What came off posts since the highest day that they have in common; of none where it cannot be read."""
    since, before = peak
    night = history.night_of(last)
    if not night or before == night:
        return dict.fromkeys(codes)
    try:
        sides = sides_of(open_night(nights / before), open_night(nights / night), "post", codes)
        moved = why_of_posts(*sides)
    except (NightError, ledger.LedgerError):
        log.exception("what came off %d workloads cannot be worked out", len(codes))
        return dict.fromkeys(codes)
    return {
        code: _grouped(each.before, each.after, each.shares_x100.items(), since)
        if (each := moved.get(code))
        else None
        for code in codes
    }
