"""Lines of time → the people who are there for the work, by grade. Exact fractions of full-time people.

An absence is counted once: non-effective time (NET) is in the need, so that reductions for personal
circumstances are not taken off here; roles that are counted in the need are not taken off either.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import groupby
from typing import Literal, NamedTuple

import polars as pl

from wmt.grades import GRADES, TRAINEE
from wmt.ledger.lines import MICRO
from wmt.staffing.need import RolesHeld
from wmt.staffing.rates import Rates

#: Grades whose time is for cases in every unit.
#: Where the hours of a reduction go.
TAKEN_OFF, IN_NET, IN_NEED = "taken off the supply", "in non-effective time", "in the need"


@dataclass
class GradeSupply:
    """One grade of a unit: hours a week in millionths as the lines have them, people as FTE.

    `full_time` are the hours of a full-time week of the grade, `agency` the FTE of agency staff.
    """

    full_time: Fraction
    contracted_micro: int = 0
    taken_off_micro: dict[str, int] = field(default_factory=dict)  # by category of the reason
    places_micro: dict[str, int] = field(default_factory=dict)  # of all reductions, where they went
    reduced_micro: int = 0  # of all reductions, whatever they are for, cut at each contract
    agency: Fraction = Fraction()
    posts: int = 0
    assumed: int = 0  # posts whose hours nobody entered

    def fte(self, micro: int) -> Fraction:
        """Hours a week as full-time people of this grade."""
        return Fraction(micro, MICRO) / self.full_time

    @property
    def contracted(self) -> Fraction:
        return self.fte(self.contracted_micro)

    @property
    def taken_off(self) -> dict[str, Fraction]:
        """FTE that learning and other work take, by category."""
        return {category: self.fte(micro) for category, micro in self.taken_off_micro.items()}

    @property
    def present(self) -> Fraction:
        """FTE for cases and reports, before non-effective time, which the need holds."""
        return self.fte(self.contracted_micro - sum(self.taken_off_micro.values())) + self.agency

    @property
    def left(self) -> Fraction:
        """FTE that all reductions leave, whatever they are for."""
        return self.fte(self.contracted_micro - self.reduced_micro) + self.agency

    def add(self, other: "GradeSupply") -> None:
        """Take in the same grade of another unit."""
        self.contracted_micro += other.contracted_micro
        self.reduced_micro += other.reduced_micro
        self.agency += other.agency
        self.posts, self.assumed = self.posts + other.posts, self.assumed + other.assumed
        _add_up(self.taken_off_micro, other.taken_off_micro)
        _add_up(self.places_micro, other.places_micro)


def _add_up(into: dict[str, int], other: Mapping[str, int]) -> None:
    for name, micro in other.items():
        into[name] = into.get(name, 0) + micro


#: What counts as the people of a grade: those there by the reasons of their reductions; where reasons are
#: private, the most and the least that can be: all contracted hours, and what all reductions leave of them.
People = Literal["present", "contracted", "left"]


@dataclass
class Supply:
    """The people of a unit by grade, and the roles that some of them have."""

    grades: dict[str, GradeSupply]
    roles: RolesHeld = field(default_factory=lambda: RolesHeld({}))

    @property
    def reductions(self) -> dict[str, Fraction]:
        """Where the hours of all reductions went (FTE)."""
        found: dict[str, Fraction] = {}
        for own in self.grades.values():
            for place, micro in own.places_micro.items():
                found[place] = found.get(place, Fraction()) + own.fte(micro)
        return {place: found[place] for place in (TAKEN_OFF, IN_NET, IN_NEED) if place in found}

    def add(self, other: "Supply") -> None:
        """Take in the people of another unit."""
        for grade, own in other.grades.items():
            self.grades.setdefault(grade, GradeSupply(own.full_time)).add(own)
        spoc = Counter(self.roles.spoc) + Counter(other.roles.spoc)
        self.roles = RolesHeld(
            {grade: spoc[grade] for grade in GRADES if grade in spoc},
            self.roles.mentored + other.roles.mentored,
        )

    def for_work_of(self, grade: str, rates: Rates, people: People = "present") -> Fraction:
        """FTE there for the work of a grade. The rules name the grade that trainees' time counts for."""
        counts_as = str(rates.value("staffing.trainees_count_as").value)
        own = self.grades.get(grade)
        counted = [own] if own and grade != TRAINEE else []
        if grade == counts_as and TRAINEE in self.grades:
            counted.append(self.grades[TRAINEE])
        found = sum((getattr(each, people) for each in counted), Fraction())
        # agency staff have no reductions; what is present or left holds them already
        return found + sum((each.agency for each in counted if people == "contracted"), Fraction())

    def with_agency(self, agency: Mapping[str, Fraction], rates: Rates) -> "Supply":
        """The same people with agency staff (FTE by grade) beside them."""
        grades = {grade: replace(own) for grade, own in self.grades.items()}
        for grade, fte in agency.items():
            full_time = rates.number(f"full_time_hours.{grade}")
            grades.setdefault(grade, GradeSupply(full_time)).agency += fte
        return Supply(grades, self.roles)


class TimeRow(NamedTuple):
    """One line of a post's time: hours in millionths, below 0 of a reduction, which has a reason."""

    kind: str
    quantity_micro: int
    is_assumed: bool
    reason: str | None = None


class Reasons:
    """Where the hours of a reduction go by the id of its reason, by the rules of a day.

    `categories` are those of reasons that an organisation has beside the rules.
    """

    def __init__(self, rates: Rates, categories: Mapping[str, str] | None = None) -> None:
        self._rates, self._categories = rates, categories or {}
        self._absence = str(rates.value("staffing.absence_category").value)
        self._kept: dict[str | None, tuple[str, str]] = {}
        self.spoc = str(rates.value("staffing.spoc_reason").value)
        self.mentor = str(rates.value("staffing.mentor_reason").value)

    def full_time(self, grade: str) -> Fraction:
        """Hours of a full-time week of a grade."""
        return self._rates.number(f"full_time_hours.{grade}")

    def place(self, reason: str | None) -> tuple[str, str]:
        """Where the hours go, and the category of the reason."""
        if reason not in self._kept:
            self._kept[reason] = self._place(reason)
        return self._kept[reason]

    def _place(self, reason: str | None) -> tuple[str, str]:
        category = self._categories.get(reason or "")
        if category is None:
            rule = self._rates.ruleset.get(f"reduction_reasons.{reason}.category")
            category = str(rule.value) if rule else "Other"
        if reason in (self.spoc, self.mentor):
            return IN_NEED, category
        return (IN_NET if category == self._absence else TAKEN_OFF), category


def supplies(
    rates: Rates, lines: pl.DataFrame, posts: pl.DataFrame, reductions: pl.DataFrame, level: str
) -> dict[str, Supply]:
    """The people of every unit of a level by its code.

    `lines` are those of a night (`ledger.NAMED_LINE`), `posts` those of sentence management
    (`plan.full_pool.posts_in_stream`), `reductions` the table of the facts, which has their reasons.
    """
    unit = f"{level}_code"
    time = (
        lines.filter(pl.col("side") == "time")
        .join(posts.select("post_no", "grade", unit), on="post_no")
        .join(
            reductions.select("post_no", ref="reduction_ref", why="reason"), on=["post_no", "ref"], how="left"
        )
        .select("post_no", unit, "grade", "kind", "quantity_micro", pl.col("reason").is_not_null(), "why")
        .sort("post_no", "kind", maintain_order=True)
    )
    found: dict[str, Supply] = defaultdict(lambda: Supply({}))
    reasons = Reasons(rates)
    for (_, code, grade), rows in groupby(time.iter_rows(), key=lambda row: row[:3]):
        add_post(reasons, found[code], grade, [TimeRow(*row[3:]) for row in rows])
    return found


def add_post(reasons: Reasons, unit: Supply, grade: str, time: Iterable[TimeRow]) -> None:
    """Take in the time of one post, contracted hours first: no reduction takes more than is left."""
    own = unit.grades.get(grade)
    if own is None:
        own = unit.grades[grade] = GradeSupply(reasons.full_time(grade))
    own.posts += 1
    left = contracted = reduced = spoc = 0
    for row in time:
        if row.kind == "contracted_hours":
            left += row.quantity_micro
            contracted += row.quantity_micro
            own.contracted_micro += row.quantity_micro
            own.assumed += row.is_assumed
            continue
        place, category = reasons.place(row.reason)
        spoc += row.reason == reasons.spoc
        micro = -row.quantity_micro
        reduced += micro
        if place == TAKEN_OFF:
            micro = min(micro, left)
            left -= micro
            _add_up(own.taken_off_micro, {category: micro})
        _add_up(own.places_micro, {place: micro})
    own.reduced_micro += min(reduced, contracted)
    if spoc or grade == TRAINEE:
        unit.roles = _with_roles(unit.roles, grade, spoc)


def _with_roles(roles: RolesHeld, grade: str, spoc: int) -> RolesHeld:
    """The roles of a unit with those of one post more. A trainee is somebody to be mentored."""
    held: Mapping[str, int] = roles.spoc
    if spoc:
        held = {**held, grade: held.get(grade, 0) + spoc}
    return RolesHeld(
        {each: held[each] for each in GRADES if each in held}, roles.mentored + (grade == TRAINEE)
    )
