"""Lines of time → the people who are there for the work, by grade. Exact fractions of full-time people.

An absence is counted once: non-effective time (NET) is in the need, so that reductions for personal
circumstances are not taken off here; roles that are counted in the need are not taken off either.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import polars as pl

from wmt.grades import GRADES, TRAINEE
from wmt.ledger.lines import MICRO
from wmt.staffing.need import RolesHeld
from wmt.staffing.rates import Rates

#: Where the hours of a reduction go.
TAKEN_OFF, IN_NET, IN_NEED = "taken off the supply", "in non-effective time", "in the need"


@dataclass
class GradeSupply:
    """One grade of a unit in FTE: contracted, what learning and other work take, and agency staff."""

    contracted: Fraction = Fraction()
    taken_off: dict[str, Fraction] = field(default_factory=dict)  # by category of the reason
    agency: Fraction = Fraction()
    posts: int = 0
    assumed: int = 0  # posts whose hours nobody entered

    @property
    def present(self) -> Fraction:
        """FTE for cases and reports, before non-effective time, which the need holds."""
        return self.contracted - sum(self.taken_off.values(), Fraction()) + self.agency


@dataclass
class Supply:
    """The people of a unit by grade, and where the hours of their reductions went (FTE by place)."""

    grades: dict[str, GradeSupply]
    reductions: dict[str, Fraction] = field(default_factory=dict)
    roles: RolesHeld = field(default_factory=lambda: RolesHeld({}))

    def for_work_of(self, grade: str, rates: Rates) -> Fraction:
        """FTE there for the work of a grade. The rules name the grade that trainees' time counts for."""
        counts_as = str(rates.value("staffing.trainees_count_as").value)
        own = self.grades.get(grade)
        found = own.present if own and grade != TRAINEE else Fraction()
        if grade == counts_as and TRAINEE in self.grades:
            found += self.grades[TRAINEE].present
        return found


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
        .select("post_no", unit, "grade", "kind", "quantity_micro", "reason", "why")
        .sort("post_no", "kind", maintain_order=True)
    )
    found: dict[str, Supply] = defaultdict(lambda: Supply({}))
    for (_, code, grade), of_post in time.group_by("post_no", unit, "grade", maintain_order=True):
        _add_post(rates, found[str(code)], str(grade), of_post)
    return found


def _add_post(rates: Rates, unit: Supply, grade: str, time: pl.DataFrame) -> None:
    """Take in the lines of one post: no reduction takes more than the hours that are left."""
    own = unit.grades.setdefault(grade, GradeSupply())
    own.posts += 1
    hours = rates.number(f"full_time_hours.{grade}") * MICRO
    left = Fraction()
    for kind, micro, reason, why in time.select("kind", "quantity_micro", "reason", "why").iter_rows():
        if kind == "contracted_hours":
            left += Fraction(micro) / hours
            own.contracted += Fraction(micro) / hours
            own.assumed += reason is not None
            continue
        place, category = _place(rates, why)
        fte = min(Fraction(-micro) / hours, left) if place == TAKEN_OFF else Fraction(-micro) / hours
        unit.reductions[place] = unit.reductions.get(place, Fraction()) + fte
        if place == TAKEN_OFF:
            left -= fte
            own.taken_off[category] = own.taken_off.get(category, Fraction()) + fte
    unit.roles = _with_roles(rates, unit.roles, grade, time)


def _place(rates: Rates, reason: str | None) -> tuple[str, str]:
    """Where the hours of a reduction go by its reason, and the category of the reason."""
    category = rates.ruleset.get(f"reduction_reasons.{reason}.category")
    name = str(category.value) if category else "Other"
    if reason in _of_roles(rates):
        return IN_NEED, name
    is_absence = name == str(rates.value("staffing.absence_category").value)
    return (IN_NET if is_absence else TAKEN_OFF), name


def _of_roles(rates: Rates) -> tuple[str, str]:
    return str(rates.value("staffing.spoc_reason").value), str(rates.value("staffing.mentor_reason").value)


def _with_roles(rates: Rates, roles: RolesHeld, grade: str, time: pl.DataFrame) -> RolesHeld:
    """The roles of a unit with those of one post more. A trainee is somebody to be mentored."""
    spoc_reason = _of_roles(rates)[0]
    held = time.filter(pl.col("why") == spoc_reason).height
    spoc: Mapping[str, int] = roles.spoc
    if held:
        spoc = {**spoc, grade: spoc.get(grade, 0) + held}
    return RolesHeld(
        {each: spoc[each] for each in GRADES if each in spoc}, roles.mentored + (grade == TRAINEE)
    )
