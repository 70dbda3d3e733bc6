"""How hours become points, in one sentence with its numbers: tier points and contacts."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from wmt.rules import DatedValue, formulas
from wmt.site.queries.rules_on_day import rules_at
from wmt.site.web.rules.labels import worth


@dataclass(frozen=True)
class TierHours:
    """Hours behind the points of a tier, as published; empty words where none are."""

    annual: str
    monthly: str
    annual_path: str
    monthly_path: str


def hours_behind(path: str, day: date) -> TierHours | None:
    """The published hours of a tier's points on a day; None for rules that are no points of a tier."""
    root, _, rest = path.partition(".")
    if root != "tier_points":
        return None
    annual, monthly = f"annual_hours.{rest}", f"monthly_hours.{rest}"
    ruleset = rules_at(day)
    year, month = ruleset.get(annual), ruleset.get(monthly)
    if year is None or month is None:
        return None
    return TierHours(worth(year.value), worth(month.value), annual, monthly)


def sentence(path: str, day: date) -> str:
    """How the points of a path come from hours or minutes under the rules of a day, if they do."""
    root, _, rest = path.partition(".")
    ruleset = rules_at(day)
    points = ruleset.get(path)
    if points is None or points.status not in ("published", "worked out"):
        return ""
    if root == "tier_points" and (year := ruleset.get(f"annual_hours.{rest}")):
        hours = _exact(year)
        nat, weeks = _exact(ruleset["nat_percent"]), _exact(ruleset["weeks_per_year"])
        exact = formulas.points_f1_exact(hours, nat, weeks)
        if not hours or formulas.points_f1(hours, nat, weeks) != points.value:
            return ""
        a_week, left = _tenths(hours * 60 / weeks), _tenths(1 - nat / 100, 100)
        return (
            f"{worth(year.value)} hours a year are {a_week} minutes a week. Of each contracted hour "
            f"{worth(ruleset['nat_percent'].value)}% goes to things that belong to no case (NAT), so the "
            f"time is divided by {left}: {_tenths(exact)}, which is {worth(points.value)} points. "
            "One point is about one minute of contracted time a week."
        )
    if root == "cms_points" and (minutes := ruleset.get(f"cms_minutes.{rest}")):
        times = ruleset["cms_periods_per_year"]
        nat, weeks = _exact(ruleset["nat_percent"]), _exact(ruleset["weeks_per_year"])
        hours = formulas.cms_annual_hours(_exact(minutes), _exact(times))
        exact = formulas.points_f1_exact(hours, nat, weeks)
        if formulas.points_f1(hours, nat, weeks) != points.value:
            return ""
        return (
            f"{worth(minutes.value)} minutes once in every four weeks ({worth(times.value)} times a year) "
            f"are {_tenths(hours, 100)} hours a year. Turned into points like the hours of a tier, that is "
            f"{_tenths(exact)}, so {worth(points.value)} points."
        )
    return ""


def _exact(value: DatedValue) -> Fraction:
    return Fraction(str(value.value))


def _tenths(exact: Fraction, parts: int = 10) -> str:
    """A number to one decimal (or two), half up."""
    whole = (2 * exact.numerator * parts + exact.denominator) // (2 * exact.denominator)
    places = len(str(parts)) - 1
    return f"{whole // parts:,}.{whole % parts:0{places}d}"
