"""Lines → the people that a unit's work needs, by kind of work and by grade. Exact fractions.

Points and hours give the same need but for rounding: a published tier has its hours a year, everything else
the hours that its points stand for. Both are told, with the line that reconciles them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

import polars as pl

from wmt.allocation.cases import MOVES
from wmt.grades import GRADES
from wmt.staffing.rates import OTHER, REPORTS, Rates


class WorkSum(NamedTuple):
    """Lines of a unit that are alike, summed. Points in hundredths; `each_x100` is what one of them earns."""

    line: str  # the kind of line: case, report, contact …
    location: str
    tier: str
    suspended: bool
    rule: str
    each_x100: int
    active_cases: int
    points_x100: int


_KEYS = ("kind", "location", "tier", "suspended", "rule", "each_x100")


def work_sums(lines: pl.DataFrame, posts: pl.DataFrame, level: str) -> dict[str, list[WorkSum]]:
    """Lines of a night (`ledger.NAMED_LINE`) of posts in sentence management, by the code of their unit.

    `posts` as `plan.full_pool.posts_in_stream` gives them.
    """
    unit = f"{level}_code"
    found = (
        lines.filter(pl.col("side") == "work")
        .join(posts.select("post_no", unit), on="post_no")
        .group_by(
            unit,
            "kind",
            pl.col("location", "tier", "rule").fill_null(""),
            pl.col("suspended", "each_x100").fill_null(0),
        )
        .agg(pl.col("active_cases", "points_x100").sum())
        .filter((pl.col("points_x100") != 0) | (pl.col("active_cases") != 0))
        .sort(unit, *_KEYS)
    )
    units: dict[str, list[WorkSum]] = defaultdict(list)
    for code, line, location, tier, suspended, rule, each, cases, points in found.select(
        unit, *_KEYS, "active_cases", "points_x100"
    ).iter_rows():
        units[code].append(WorkSum(line, location, tier, bool(suspended), rule, each, cases, points))
    return units


@dataclass(frozen=True)
class WorkDone:
    """Work of one sort, such as community C2, with the hours a year behind it.

    `by` says where the hours come from: 'hours' where the tier's own are published, else 'points'.
    """

    kind: str
    of: WorkSum
    hours: Fraction
    by: str

    @property
    def points(self) -> Fraction:
        return Fraction(self.of.points_x100, 100)


class KindNeed(NamedTuple):
    """What the work of one kind needs: points, hours a year, and the people by each."""

    kind: str
    points: Fraction
    hours: Fraction
    by_points: Fraction
    by_hours: Fraction


@dataclass(frozen=True)
class RolesHeld:
    """What takes time beside cases: single points of contact by grade, and trainees to be mentored."""

    spoc: Mapping[str, int]
    mentored: int = 0


@dataclass(frozen=True)
class Need:
    """The people that work and roles need. FTE, before any rounding."""

    rates: Rates
    work: Sequence[WorkDone]
    roles: RolesHeld
    by: str = "points"  # whether grades are told by points or by hours

    @cached_property
    def kinds(self) -> list[KindNeed]:
        """Need by kind of work, in the order of the rules; kinds without work are left out."""
        order = [*self.rates.kinds.kinds, REPORTS, OTHER]
        sums: dict[str, list[WorkDone]] = defaultdict(list)
        for each in self.work:
            sums[each.kind].append(each)
        return [self._kind(kind, sums[kind]) for kind in order if kind in sums]

    def _kind(self, kind: str, work: Iterable[WorkDone]) -> KindNeed:
        points = hours = Fraction()
        for each in work:
            points, hours = points + each.points, hours + each.hours
        return KindNeed(
            kind, points, hours, points / self.rates.points_of_fte, hours / self.rates.hours_of_fte
        )

    @property
    def points(self) -> Fraction:
        return sum((each.points for each in self.kinds), Fraction())

    @property
    def hours(self) -> Fraction:
        return sum((each.hours for each in self.kinds), Fraction())

    @property
    def by_points(self) -> Fraction:
        """FTE of the work by its points, without roles."""
        return self.points / self.rates.points_of_fte

    @property
    def by_hours(self) -> Fraction:
        """FTE of the work by its hours, without roles."""
        return self.hours / self.rates.hours_of_fte

    @cached_property
    def work_by_grade(self) -> dict[str, Fraction]:
        """FTE of the work by the grade that does it."""
        found: dict[str, Fraction] = defaultdict(Fraction)
        for each in self.kinds:
            fte = each.by_points if self.by == "points" else each.by_hours
            for grade, share in self.rates.shares(each.kind).items():
                found[grade] += share * fte
        return {grade: found[grade] for grade in GRADES if grade in found}

    @cached_property
    def roles_by_grade(self) -> dict[str, dict[str, Fraction]]:
        """FTE that roles add to the need, by grade and role. Mentors are probation officers."""
        spoc = self.rates.number("staffing.spoc_percent") / 100
        found = {
            grade: {"single point of contact": spoc * number} for grade, number in self.roles.spoc.items()
        }
        if self.roles.mentored:
            mentors = self.rates.number("staffing.mentor_percent") / 100 * self.roles.mentored
            found.setdefault("PO", {})["mentoring trainees"] = mentors
        return found

    def of_grade(self, grade: str) -> Fraction:
        """FTE of a grade that work and roles need."""
        return self.work_by_grade.get(grade, Fraction()) + sum(
            self.roles_by_grade.get(grade, {}).values(), Fraction()
        )


def need_of(
    rates: Rates, sums: Iterable[WorkSum], roles: RolesHeld | None = None, *, by: str = "points"
) -> Need:
    """What a unit needs for the work of its lines, like lines together, in one order."""
    alike: dict[tuple[Any, ...], tuple[int, int]] = {}
    for line, *what, cases, points in sums:
        # help with colleagues' cases has a line for each code and way: what they add up to is asked for
        key = (line, "", "", False, "", 0) if line == "contact" else (line, *what)
        before = alike.get(key, (0, 0))
        alike[key] = before[0] + cases, before[1] + points
    work = [_work(rates, WorkSum._make((*key, *alike[key]))) for key in sorted(alike)]
    return Need(rates, work, roles or RolesHeld({}), by)


def _work(rates: Rates, of: WorkSum) -> WorkDone:
    kind = REPORTS if of.line == "report" else OTHER
    if of.line in MOVES:
        kind = rates.kinds.kind_of(of.location, of.tier)[0]
    hours = _published_hours(rates, of)
    if hours is None:
        return WorkDone(kind, of, Fraction(of.points_x100, 100) * rates.hours_of_point, "points")
    return WorkDone(kind, of, hours, "hours")


def _published_hours(rates: Rates, of: WorkSum) -> Fraction | None:
    """The hours a year of cases whose tier has published ones; None for all other work.

    Points that an overlay sets have no published hours, unless the overlay sets those too.
    """
    if of.line != "case" or not of.each_x100 or not of.rule.startswith("tier_points."):
        return None
    hours = rates.ruleset.get(of.rule.replace("tier_points.", "annual_hours.", 1))
    price = rates.ruleset.get(of.rule)
    if hours is None or price is None or (price.overlay and not hours.overlay):
        return None
    assert isinstance(hours.value, int | Decimal)
    return Fraction(of.points_x100, of.each_x100) * Fraction(hours.value)
