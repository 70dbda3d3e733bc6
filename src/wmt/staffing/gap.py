"""Need beside supply: what is short, by grade and as a whole, as plain data that every way out tells."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from wmt.grades import GRADES
from wmt.ledger.arithmetic import divide_half_up
from wmt.staffing.need import KindNeed, Need, need_of
from wmt.staffing.rates import Rates
from wmt.staffing.supply import GradeSupply, People, Supply

#: Published statements of how far the need was under-estimated: both are shares of the true need.
_UNDERESTIMATES = ("staff_underestimated_by", "staff_underestimated_by_committee")


@dataclass(frozen=True)
class Staffing:
    """A unit's need and its people. Need is by the rates of `need`, supply is full-time people in post."""

    need: Need
    supply: Supply

    @cached_property
    def grades(self) -> list[str]:
        """The grades that the need is told by: those that do any kind of work."""
        rates = self.need.rates
        doing = {
            grade for each in self.need.kinds for grade, share in rates.shares(each.kind).items() if share
        }
        return [grade for grade in GRADES if grade in doing | set(self.need.roles_by_grade)]

    def required(self, grade: str | None = None) -> Fraction:
        """FTE needed of a grade, or in all."""
        return sum((self.need.of_grade(each) for each in ([grade] if grade else self.grades)), Fraction())

    def present(self, grade: str | None = None, people: People = "present") -> Fraction:
        """FTE there for the work of a grade, or in all."""
        wanted = [grade] if grade else self.grades
        return sum((self.supply.for_work_of(each, self.need.rates, people) for each in wanted), Fraction())

    def short(self, grade: str | None = None, people: People = "present") -> Fraction:
        """FTE that are missing; below 0 where there are more than the work needs."""
        return self.required(grade) - self.present(grade, people)

    def ratio(self, grade: str | None = None) -> Fraction | None:
        """People there ÷ people needed; None where none are needed."""
        required = self.required(grade)
        return self.present(grade) / required if required else None

    @property
    def binding(self) -> str | None:
        """The grade with the lowest ratio below 1; None where no grade is short."""
        ratios = {grade: ratio for grade in self.grades if (ratio := self.ratio(grade)) is not None}
        least = min(ratios, key=ratios.__getitem__, default=None)
        return least if least is not None and ratios[least] < 1 else None


def places(value: Fraction, decimals: int = 4) -> Decimal:
    """A fraction as a decimal number, half away from zero."""
    return Decimal(divide_half_up(value.numerator * 10**decimals, value.denominator)).scaleb(-decimals)


def present(staffing: Staffing) -> dict[str, Any]:
    """A unit's staffing as plain data. FTE have four decimals, points and hours two."""
    supply = staffing.supply
    return {
        "reasons": True,
        **_of_work(staffing.need),
        "grades": [_grade(staffing, grade, present_row(staffing, grade)) for grade in staffing.grades],
        "all": present_row(staffing),
        "binding_grade": staffing.binding,
        "in_post": {grade: _in_post(supply.grades[grade]) for grade in GRADES if grade in supply.grades},
        "reductions": {place: places(fte) for place, fte in supply.reductions.items()},
    }


def present_open(staffing: Staffing) -> dict[str, Any]:
    """The same from what everybody reads: contracted hours and all reductions, whatever they are for.

    Sums by the reasons of reductions would tell why somebody's hours are reduced. Without them, what is short
    lies between two numbers: as if no reduction were for learning or other work, and as if all were.
    Roles as single point of contact are known by reductions, so that they are left out of the need.
    """
    told, supply = _without_reasons(staffing), staffing.supply
    return {
        "reasons": False,
        **_of_work(told.need),
        "grades": [_grade(told, grade, open_row(told, grade)) for grade in told.grades],
        "all": open_row(told),
        "in_post": {grade: _open_in_post(supply.grades[grade]) for grade in GRADES if grade in supply.grades},
    }


def present_open_row(staffing: Staffing) -> dict[str, Any]:
    """The row of all grades of the same."""
    return open_row(_without_reasons(staffing))


def _without_reasons(staffing: Staffing) -> Staffing:
    need = staffing.need
    return replace(staffing, need=replace(need, roles=replace(need.roles, spoc={})))


def _of_work(need: Need) -> dict[str, Any]:
    """What is told of the work and of how it becomes people."""
    return {
        **_rates(need.rates),
        "by": need.by,
        "kinds": [_kind(each, need) for each in need.kinds],
        "work": _totals(need),
        "reconciliation": reconciliation(need),
        "by_measured_time": measured(need),
    }


def _rates(rates: Rates) -> dict[str, Any]:
    return {
        "chain": rates.chain,
        "net_percent": places(rates.net * 100),
        "nat_percent": places(rates.nat * 100),
        "days_away": {what: places(days, 2) for what, days in rates.days_away.items()},
        "hours_of_one_fte": places(rates.hours_of_fte),
        "points_of_one_fte": places(rates.points_of_fte, 6),
    }


def _kind(each: KindNeed, need: Need) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "points": places(each.points, 2),
        "hours": places(each.hours, 2),
        "fte_by_points": places(each.by_points),
        "fte_by_hours": places(each.by_hours),
        "shares_percent": {
            grade: places(share * 100, 2) for grade, share in need.rates.shares(each.kind).items()
        },
        "lines": [
            {
                "line": work.of.line,
                "type": work.of.location,
                "tier": work.of.tier + ("S" if work.of.suspended else ""),
                "active_cases": work.of.active_cases,
                "points": places(work.points, 2),
                "hours": places(work.hours, 2),
                "hours_from": work.by,
                "fte": places(
                    work.points / need.rates.points_of_fte
                    if need.by == "points"
                    else work.hours / need.rates.hours_of_fte
                ),
                "rule": work.of.rule,
            }
            for work in need.work
            if work.kind == each.kind
        ],
    }


def _totals(need: Need) -> dict[str, Any]:
    """The work in both readings of the chain, by points and by hours."""
    other = {chain: need.rates.in_chain(chain) for chain in ("product", "sum")}
    return {
        "points": places(need.points, 2),
        "hours": places(need.hours, 2),
        **{
            f"fte_by_points_{chain}": places(need.points / each.points_of_fte)
            for chain, each in other.items()
        },
        **{f"fte_by_hours_{chain}": places(need.hours / each.hours_of_fte) for chain, each in other.items()},
    }


def reconciliation(need: Need) -> dict[str, Any]:
    """The same work by hours, by points and by full targets of the daily measure, and how far they differ.

    A full target is what a full-time post can hold on a day on which it is there; over a year the share of
    non-effective time is taken off it. Targets differ from points because a target is a rounded number.
    """
    rates = need.rates
    targets = need.points / rates.number("nominal_target.PO")
    there = 1 - rates.net
    return {
        "fte_by_hours": places(need.by_hours),
        "fte_by_points": places(need.by_points),
        "points_more_than_hours": places(need.by_points - need.by_hours),
        "full_targets": places(targets),
        "fte_by_full_targets": places(targets / there),
        "targets_more_than_points": places(targets / there - need.by_points),
    }


def _grade(staffing: Staffing, grade: str, row: Mapping[str, Any]) -> dict[str, Any]:
    roles = staffing.need.roles_by_grade.get(grade, {})
    return {
        "grade": grade,
        "work": places(staffing.need.work_by_grade.get(grade, Fraction())),
        "roles": {what: places(fte) for what, fte in roles.items()},
        **row,
    }


def present_row(staffing: Staffing, grade: str | None = None) -> dict[str, Any]:
    """Need, people, what is short and the ratio, of a grade or in all."""
    ratio = staffing.ratio(grade)
    return {
        "need": places(staffing.required(grade)),
        "in_post": places(staffing.present(grade)),
        "short": places(staffing.short(grade)),
        "ratio": None if ratio is None else places(ratio),
    }


def open_row(staffing: Staffing, grade: str | None = None) -> dict[str, Any]:
    """Need, contracted people, those whom all reductions leave, and the least and the most that is short."""
    return {
        "need": places(staffing.required(grade)),
        "contracted": places(staffing.present(grade, "contracted")),
        "left": places(staffing.present(grade, "left")),
        "least_short": places(staffing.short(grade, "contracted")),
        "most_short": places(staffing.short(grade, "left")),
    }


def _open_in_post(supply: GradeSupply) -> dict[str, Any]:
    return {
        "posts": supply.posts,
        "posts_with_assumed_hours": supply.assumed,
        "contracted": places(supply.contracted),
        "reductions": places(supply.fte(supply.reduced_micro)),
        "agency": places(supply.agency),
        "left": places(supply.left),
    }


def _in_post(supply: GradeSupply) -> dict[str, Any]:
    return {
        "posts": supply.posts,
        "posts_with_assumed_hours": supply.assumed,
        "contracted": places(supply.contracted),
        "taken_off": {category: places(fte) for category, fte in supply.taken_off.items()},
        "agency": places(supply.agency),
        "for_the_work": places(supply.present),
    }


def measured(need: Need) -> list[dict[str, Any]]:
    """The need if the table understated the time as published reports say; each with its source.

    Both statements are shares of the true need, so that the need by the table is divided by what is left.
    """
    found = []
    for name in _UNDERESTIMATES:
        value = need.rates.value(f"staffing.secondary.{name}")
        factor = 1 / (1 - Fraction(value.hundredths, 10_000))
        found.append(
            {
                "share_missing_percent": places(Fraction(value.hundredths, 100), 2),
                "factor": places(factor, 5),
                "work": places(need.by_points * factor),
                "source": value.source,
                "note": value.note,
            }
        )
    return found


def staffing_of(
    rates: Rates, sums: Mapping[str, Any], supply: Mapping[str, Supply], code: str, *, by: str = "points"
) -> Staffing:
    """The staffing of a unit by its code, from the sums of a level."""
    own = supply.get(code, Supply({}))
    return Staffing(need_of(rates, sums.get(code, ()), own.roles, by=by), own)
