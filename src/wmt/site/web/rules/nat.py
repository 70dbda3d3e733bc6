"""Two readings of non-attributable time (NAT): what the FAQ says of hours, and what its points come to."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from wmt.rules import RuleSet
from wmt.site.web.rules.labels import worth


@dataclass(frozen=True)
class NatReadings:
    """Hours a week of a full-time post, with two decimals at most."""

    percent: str
    full_time: str
    taken_off: str  # the share of the contracted hours
    left: str  # what the FAQ leaves for cases
    target: str
    of_points: str  # the case time that the points of a full target stand for, by the reconstructed formula
    difference: str


def nat_readings(ruleset: RuleSet) -> NatReadings | None:
    """The two readings under the rules of a day; None where those rules do not know them."""
    paths = ("nat_percent", "full_time_hours.PO", "nominal_target.PO", "points_formula")
    if any(path not in ruleset for path in paths) or ruleset["points_formula"].value != "F1":
        return None
    percent, full, target = (ruleset[path].hundredths for path in paths[:3])
    off = Decimal(percent * full) / 1_000_000
    left = Decimal(full) / 100 - off
    # one point is a minute of contracted time a week, and case time is what is left of it
    of_points = Decimal(target) / 100 / 60 * (1 - Decimal(percent) / 10_000)
    return NatReadings(
        percent=worth(ruleset["nat_percent"].value),
        full_time=worth(ruleset["full_time_hours.PO"].value),
        taken_off=_two(off),
        left=_two(left),
        target=worth(ruleset["nominal_target.PO"].value),
        of_points=_two(of_points),
        difference=_two(_two_decimal(left) - _two_decimal(of_points)),
    )


def _two_decimal(hours: Decimal) -> Decimal:
    return hours.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _two(hours: Decimal) -> str:
    return f"{_two_decimal(hours):f}"
