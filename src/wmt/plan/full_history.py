"""The days before: what units had room for on each night whose lines are kept, and on days of totals alone.

The one module of the room that reads saved data. What a night comes to is small and is kept beside the
history (`history/full`): it follows from the night and is made again where it is missing.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import polars as pl

from wmt import ledger, nights
from wmt.grades import STAFF_GRADES
from wmt.history import History
from wmt.history.day_steps import RunThreshold
from wmt.nights.fsync import replace_file
from wmt.plan.full import GradeSet, rooms
from wmt.plan.full_ahead import FullAhead, Held, ahead_of, held_by_sets, inflows
from wmt.plan.full_odds import Inflow
from wmt.plan.full_pool import (
    TEAM_SUMS,
    FullRules,
    UnitSums,
    fit_posts,
    pool_of,
    posts_in_stream,
    team_sums,
    unit_sums,
)
from wmt.plan.full_runs import DayRoom, FullRun, full_run
from wmt.plan.full_state import FullState, state_of
from wmt.rules import RuleSet, Tree, load

#: So many days back are looked at: of a run that is as old as that, only so much is told.
LOOK_BACK = 91
_KEPT = "history/full"
#: So many letters of a checksum stand in the name of a file.
_MARK = 16


class NotWorkedOutError(nights.NightError):
    """More nights than a page should wait for have no sums kept yet; `work_out` makes them."""


def sums_of_night(night: nights.Night) -> pl.DataFrame:
    """The sums of a night by team (`full_pool.TEAM_SUMS`), read or worked out and kept.

    Raises NightError where the night is damaged.
    """
    path = _kept_of(night)
    with suppress(OSError, pl.exceptions.PolarsError):
        found = pl.read_parquet(path)
        if found.schema == TEAM_SUMS:
            return found
    found = _worked_out(night, FullRules(night.rules()))
    content = BytesIO()
    found.write_parquet(content)
    with suppress(OSError):  # a folder that cannot be written to is read more slowly
        replace_file(path, content.getvalue())
        for other in path.parent.glob(f"{night.name}-{'?' * _MARK}.parquet"):
            if other != path:
                other.unlink(
                    missing_ok=True
                )  # by other rules or inputs: what has just been written replaces it
    return found


def _kept_of(night: nights.Night) -> Path:
    """Where the sums of a night are kept: of another night, other rules or other columns, elsewhere."""
    told = [night.manifest.inputs, FullRules(night.rules()).key, *TEAM_SUMS.names()]
    mark = sha256(" ".join(told).encode()).hexdigest()[:_MARK]
    return night.path.parent / _KEPT / f"{night.name}-{mark}.parquet"


def forget_gone(nights_folder: Path) -> None:
    """Removes the sums of nights that are not there any more, such as withdrawn ones."""
    for path in (nights_folder / _KEPT).glob("*.parquet"):
        if not (nights_folder / path.stem[: -_MARK - 1]).is_dir():
            with suppress(OSError):
                path.unlink()


def work_out(past: History, last: date) -> None:
    """Makes the sums of the nights looked at where they are not kept: a third of a second for a nation's.

    Those of nights that are gone are removed. Raises NightError where one of them is damaged.
    """
    forget_gone(past.nights)
    for path in _nights_of(past, last, LOOK_BACK).values():
        sums_of_night(nights.open_night(path))


def _nights_of(past: History, last: date, look_back: int) -> dict[date, Path]:
    """The folders of the nights of the days looked at, of those that are there."""
    first, found = last - timedelta(look_back), {}
    for day in past.days:
        name = past.night_of(day) if first <= day <= last else None
        if name and (past.nights / name).is_dir():
            found[day] = past.nights / name
    return found


def _worked_out(night: nights.Night, rules: FullRules) -> pl.DataFrame:
    lines, totals = _results(night)
    return team_sums(rules, lines, posts_in_stream(totals, night.table("facts/post")))


def _results(night: nights.Night) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines of a night and the totals of its posts; made again where they were saved without streams."""
    totals = night.table("results/totals")
    if "stream" in totals.columns:
        return night.table("results/lines"), totals
    again = ledger.Ledger(night.facts(), night.rules(), former=night.former())
    return again.lines(), again.totals(["post"])


@dataclass(frozen=True)
class NightUnits:
    """The sums of the units of a level on a night, and the average cases of the nation."""

    rules: RuleSet
    units: Mapping[str, UnitSums]
    means: Mapping[str, Fraction]


@lru_cache(maxsize=200)
def _units(path: Path, changed: int, level: str) -> NightUnits:  # noqa: ARG001 - the time tells a night put back
    night = nights.open_night(path)
    sums = sums_of_night(night)
    nation = unit_sums(sums, "nation").get("nation", UnitSums())
    return NightUnits(night.rules(), unit_sums(sums, level), nation.means())


def state_of_night(night: nights.Night, level: str, code: str) -> FullState | None:
    """A unit as its night has it; None where it had no posts in sentence management."""
    sums = sums_of_night(night)
    units = unit_sums(sums, level)
    if code not in units:
        return None
    posts = posts_in_stream(_results(night)[1], night.table("facts/post"))
    of_unit = posts.filter(pl.col(f"{level}_code") == code)
    means = unit_sums(sums, "nation")["nation"].means()
    return state_of(FullRules(night.rules()), units[code], fit_posts(of_unit, level).get(code, []), means)


@dataclass(frozen=True)
class FullPast:
    """What a unit was on the days before. `of_lines` of the `days` are known in full."""

    days: Sequence[DayRoom]
    held: Sequence[tuple[date, Held]]
    nights: Sequence[date]

    @property
    def of_lines(self) -> int:
        return sum(1 for each in self.days if each.rooms)

    def reaches_back_to(self, since: date) -> bool:
        """Whether a run begins with the first of these days, so that it may have begun earlier."""
        return since <= min((each.day for each in self.days), default=since)


def past_of(
    past: History, level: str, code: str, last: date, look_back: int = LOOK_BACK, most: int | None = None
) -> FullPast:
    """The days of a unit up to a day: in full where the lines of the night are kept, else by its totals.

    Raises NightError where the history or a night is damaged, and NotWorkedOutError where more than `most`
    nights would have to be worked out for it.
    """
    first = last - timedelta(look_back)
    known = [day for day in past.days if first <= day <= last]
    folders = _nights_of(past, last, look_back)
    if most is not None and len(folders) > most:
        missing = sum(not _kept_of(nights.open_night(path)).exists() for path in folders.values())
        if missing > most:
            raise NotWorkedOutError(f"{missing} nights have no sums yet")
    found, held = [], []
    for day, path in folders.items():
        units = _units(path, (path / "manifest.json").stat().st_mtime_ns, level)
        if code in units.units:
            pool = pool_of(FullRules(units.rules), units.units[code], units.means)
            ceiling = FullRules(units.rules).ceiling_x100
            found.append(DayRoom(day, {each.kind: each for each in rooms(pool, ceiling)}))
            held.append((day, held_by_sets(pool, ceiling)))
    of_totals = sorted(set(known) - {each.day for each in found})
    found += _of_totals(past, level, code, of_totals)
    return FullPast(sorted(found, key=lambda each: each.day), held, known)


def _of_totals(past: History, level: str, code: str, days: Sequence[date]) -> list[DayRoom]:
    """What all grades that may hold cases had together on days of which only totals are kept."""
    if not days:
        return []
    columns = ("day", "points_x100", "available_x100", "reports_x100", "contacts_x100")
    wanted = pl.col("day").is_in(list(days))
    whole = past.series(level, code, days[0], days[-1], columns=columns).filter(wanted)
    by_day: dict[date, list[int]] = {}
    rules = {day: _rules_on(day) for day in days}
    for grade in STAFF_GRADES:
        of_grade = past.series(level, code, days[0], days[-1], grade=grade, columns=columns)
        for day, _, available, *fixed in of_grade.filter(wanted).drop_nulls().iter_rows():
            if grade in rules[day].holding:
                had = by_day.setdefault(day, [0, 0])
                had[0] += available * rules[day].ceiling_x100 // 10_000
                had[1] += sum(fixed)
    made = []
    for day, points, _, *fixed in whole.drop_nulls().iter_rows():
        time, stays = by_day.get(day, (0, 0))
        everybody = GradeSet((), (), time, stays, points - sum(fixed))
        made.append(DayRoom(day, {}, everybody))
    return made


def _rules_on(day: date) -> FullRules:
    """The rules of the program on a day; days between two of its dates share them."""
    tree = load()
    return _rules_from(tree, max((each for each in tree.days if each <= day), default=day))


@lru_cache(maxsize=64)
def _rules_from(tree: Tree, day: date) -> FullRules:
    return FullRules(tree.at(day))


@dataclass(frozen=True)
class FullOutlook:
    """Since when a unit is full for each kind, and when it would be; by kind. `past` is what tells it.

    `inflows` are the net inflow of each set of grades of late, as far as it is known.
    """

    runs: Mapping[str, FullRun]
    ahead: Mapping[str, FullAhead]
    past: FullPast
    day: date  # the last of these days, from which estimates count
    inflows: Mapping[tuple[str, ...], Inflow] = field(default_factory=dict)


def outlook(state: FullState, past: FullPast, day: date) -> FullOutlook:
    """What the days before say of a unit whose figures of a day are given: these stand for that day."""
    rules = state.rules
    now = DayRoom(day, {each.kind: each.best for each in state.kinds})
    days = [*(each for each in past.days if each.day < day), now]
    known = sorted({*past.nights, day})
    absence, pause = (
        rules.rule(f"four_week_rule.{name}").hundredths // 100
        for name in ("absent_nights", "no_available_time_days")
    )
    mark = RunThreshold("full", 10_000, rules.days, absence, pause)
    held = [(each, sets) for each, sets in past.held if each < day]
    held.append((day, held_by_sets(state.pool, rules.ceiling_x100)))
    rates = inflows(held, day, rules.inflow_days)
    return FullOutlook(
        {each.kind: full_run(days, each.kind, each.case_x100, mark, known) for each in state.kinds},
        {each.kind: ahead_of(each.best, rates) for each in state.kinds},
        past,
        day,
        rates,
    )
