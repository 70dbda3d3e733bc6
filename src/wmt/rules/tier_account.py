"""What the points of a tier buy, as people read it: hours and points, activity by activity.

The exact lines are those of `activities.tier_activities`. Here each is rounded so that what is shown adds up
to the published figures: hundredths of an hour, tenths of a point, the largest remainders first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from wmt.rules import activities, formulas
from wmt.rules.ruleset import RuleSet

_KINDS = (activities.MANDATORY, activities.RESPONSIVE, activities.REMAINDER)


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A line of a tier, or all lines of a kind. Hours have two decimals, points one."""

    of: activities.ActivityHours
    annual: Decimal
    monthly: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class TierAccount:
    """A tier with its points and hours. Lines add up to the whole, and so do `kinds`, their sums by kind.

    `points` are the published ones; under an overlay that moves the hours, what the formula makes of them.
    `responsive` and `beside` are activities without hours of their own here.
    """

    case_type: str
    tier: str
    points: int
    annual: Decimal
    monthly: Decimal
    responsive_percent: Fraction
    lines: tuple[AccountLine, ...]
    kinds: tuple[AccountLine, ...]
    responsive: tuple[activities.Activity, ...]
    beside: tuple[activities.Activity, ...]


def account(ruleset: RuleSet, case_type: str, tier: str, base: RuleSet | None = None) -> TierAccount | None:
    """The account of a tier under the rules of a day; None where no hours are published for it.

    With `base`, the rules without an overlay, what an overlay changes shows in hours and points.
    """
    found = activities.tier_activities(ruleset, case_type, tier, base)
    if found is None:
        return None
    total = found.annual_hours
    points = points_of(ruleset, case_type, tier, total, base)
    annual = _shared([total], half_up(total, 2), 2)[0]
    monthly = formulas.monthly_hours(total, activities.exact(ruleset["periods_per_year"]))
    sums = [activities.ActivityHours(kind, kind, kind, found.hours_of(kind)) for kind in _KINDS]
    others = activities.library(ruleset).values()
    return TierAccount(
        case_type,
        tier,
        points,
        annual,
        monthly,
        found.responsive_percent,
        _shown(found.lines, annual, monthly, points),
        _shown(sums, annual, monthly, points),
        tuple(each for each in others if each.kind == activities.RESPONSIVE),
        tuple(each for each in others if each.kind == activities.BESIDE),
    )


def points_of(
    ruleset: RuleSet, case_type: str, tier: str, annual_hours: Fraction, base: RuleSet | None = None
) -> int:
    """The points that the rules give for the tier where the hours are theirs; else what the formula makes.

    Under an overlay over `base` that gives other hours alone, the points of the rules are not of these hours.
    """
    path = f"tier_points.{ruleset['tier_scheme'].value}.{case_type}.{tier}"
    of_rules = activities.exact(activities.published_hours(ruleset, case_type, tier)) == annual_hours
    if of_rules and base is not None and not activities.has_hours_of(base, ruleset, case_type, tier):
        of_rules = ruleset[path].value != base[path].value
    return ruleset[path].whole if of_rules else by_formula(ruleset, annual_hours)


def by_formula(ruleset: RuleSet, annual_hours: Fraction) -> int:
    """What the formula in force makes of hours a year, in whole points."""
    if ruleset["points_formula"].value == "F2":
        target, hours = (activities.exact(ruleset[p]) for p in ("nominal_target.PO", "hours_for_target_f2"))
        return formulas.points_f2(annual_hours, target, hours)
    nat, weeks = (activities.exact(ruleset[path]) for path in ("nat_percent", "weeks_per_year"))
    return formulas.points_f1(annual_hours, nat, weeks)


def repriced(ruleset: RuleSet, base: RuleSet) -> list[tuple[TierAccount, TierAccount]]:
    """Every tier whose hours or points differ under an overlay: before it, and with it."""
    scheme = base.get("tier_schemes.pc16.tiers")
    tiers = str(scheme.value).split() if scheme else []
    pairs = (
        (account(base, case_type, tier), account(ruleset, case_type, tier, base))
        for case_type in activities.CASE_TYPES
        for tier in tiers
    )
    return [
        (before, after)
        for before, after in pairs
        if before and after and (before.annual, before.points) != (after.annual, after.points)
    ]


def presented(found: TierAccount) -> dict[str, Any]:
    """An account as JSON has it: numbers as decimals, hours a year and in a four-week month."""
    return {
        "case_type": found.case_type,
        "tier": found.tier,
        "points": found.points,
        "annual_hours": found.annual,
        "monthly_hours": found.monthly,
        "responsive_percent": half_up(found.responsive_percent, 2),
        **{f"{each.of.kind}_hours": each.annual for each in found.kinds},
        "lines": [presented_line(each) for each in found.lines],
        "responsive_activities": [each.name for each in found.responsive],
        "not_in_points": [each.name for each in found.beside],
    }


def presented_line(line: AccountLine) -> dict[str, Any]:
    """A line as JSON has it: minutes each time, times a year and % of cases where it is an activity."""
    of = line.of
    done = of.activity
    texts = done.texts if done else {}
    return {
        "id": of.id,
        "name": of.name,
        "kind": of.kind,
        "annual_hours": line.annual,
        "monthly_hours": line.monthly,
        "points": line.points,
        "minutes": _decimal(done.minutes if done else None),
        "minutes_by_part": {part: _decimal(each) for part, each in done.parts.items()} if done else {},
        "times_a_year": _decimal(of.times_a_year),
        "share_percent": _decimal(None if of.share is None else of.share * 100),
        **{field: texts.get(field, "") for field in ("whom", "made_of", "spread", "phase")},
        "source": basis(of),
        "rules": [value.path for value in of.values],
    }


def basis(line: activities.ActivityHours) -> str:
    """In words what of a line was published. How often is a default where the length of a case is one."""
    if not line.values:
        return "a difference, not published"
    known = [value.status == "published" for value in line.values]
    if all(known):
        return "published"
    timings = len(line.activity.timings) if line.activity else 0
    if timings and all(known[:timings]):
        return "minutes published, how often a default"
    return "default, not published"


def _decimal(number: Fraction | None) -> Decimal | None:
    return None if number is None else half_up(number, 2)


def _shown(
    lines: Sequence[activities.ActivityHours], annual: Decimal, monthly: Decimal, points: int
) -> tuple[AccountLine, ...]:
    hours = [line.annual_hours for line in lines]
    columns = (_shared(hours, annual, 2), _shared(hours, monthly, 2), _shared(hours, Decimal(points), 1))
    return tuple(AccountLine(*row) for row in zip(lines, *columns, strict=True))


def _shared(parts: Sequence[Fraction], whole: Decimal, decimals: int) -> list[Decimal]:
    """A whole shared out in proportion to parts, each with so many decimals, adding up to it exactly."""
    units = Fraction(whole) * 10**decimals
    exact = [part * units / sum(parts) for part in parts]
    low = [floor(each) for each in exact]
    by_rest = sorted(range(len(parts)), key=lambda place: low[place] - exact[place])
    for place in by_rest[: int(units) - sum(low)]:
        low[place] += 1
    return [Decimal(each).scaleb(-decimals) for each in low]


def half_up(number: Fraction, decimals: int) -> Decimal:
    """A number with so many decimals, half up."""
    return Decimal(floor(number * 10**decimals + Fraction(1, 2))).scaleb(-decimals)
