"""What one lever of demand does to the work of a unit: plain functions from lines to lines. Exact fractions.

A lasting change of starts reaches the caseload by and by. With orders that all have the mean length it is a
straight line, with spread lengths a curve: the two are the ends of a range (`Lag`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import exp
from typing import Literal, NamedTuple

from wmt.allocation.cases import MOVES
from wmt.plan.demand_levers import LEVERS
from wmt.plan.plan_file import DemandStep
from wmt.staffing.need import WorkSum
from wmt.staffing.rates import Rates
from wmt.text import counted

Lag = Literal["fixed", "spread"]
LAGS: tuple[Lag, ...] = ("fixed", "spread")
_STARTS = ("community_orders", "suspended_sentences", "licences", "custody", "police")
#: The levers that reach the caseload by and by: all others are the same whatever the lag.
BY_AND_BY = (*_STARTS, "recalls", "handover_months")
_DAYS_A_YEAR = Fraction(1461, 4)
_MONTHS_A_YEAR = 12
_HANDOVER = "activity_timings.local.handover_before_release"
_IN_COMMUNITY = ("community", "licence")
_REPORTS = {"standard_reports": "sdr", "fast_reports": "fdr"}
#: A lever that is a number of the rules, and the path of its rule.
_OF_RULES = {"days_away": "staffing.more_days_away", "net_percent": "net_percent"}


@dataclass(frozen=True)
class DemandThen:
    """The work of a unit so many months from now, with the rates of a scenario; `ceiling` in per cent.

    `time` is how many times the time in the tables the work takes: it is in the points, and with them in the
    hours, and in no number of cases. `limits` say what was set to as much as there is to take away.
    """

    rates: Rates
    sums: Sequence[WorkSum]
    months: int
    ceiling: Decimal
    time: Fraction = Fraction(1)
    limits: tuple[str, ...] = ()

    @property
    def points(self) -> Fraction:
        return Fraction(sum(each.points_x100 for each in self.sums), 100)


class SetLever(NamedTuple):
    """A step with its lever set to one number, and how a change of starts reaches the caseload."""

    step: DemandStep
    value: Fraction
    lag: Lag


def lag_share(months: int, length: Fraction, lag: Lag) -> Fraction:
    """The share of a lasting change of starts that has reached the caseload after so many months (0 to 1).

    `length` is the mean length of an order in months: all alike ('fixed'), or spread exponentially.
    """
    if lag == "fixed":
        return min(Fraction(1), months / length)
    return 1 - Fraction(exp(-months / float(length))).limit_denominator(10**9)


def with_lever(then: DemandThen, step: DemandStep, value: Decimal, lag: Lag) -> DemandThen:
    """The work and rates with one lever set to a number."""
    if step.lever in _OF_RULES:
        path = _OF_RULES[step.lever]
        more = then.rates.value(path).value if step.lever == "days_away" else 0
        assert isinstance(more, int | Decimal)
        return _with_rules(then, {path: value + more})
    if step.lever == "officer_share":
        path = "staffing.shares.medium"
        return _with_rules(then, {f"{path}.PO": value, f"{path}.PSO": 100 - value})
    if step.lever == "ceiling":
        return replace(then, ceiling=value)
    if step.lever == "contract":
        return then
    if step.lever == "time_factor":
        longer = [each._replace(points_x100=_whole(each.points_x100 * Fraction(value))) for each in then.sums]
        return replace(then, sums=longer, time=then.time * Fraction(value))
    then, most = _within(then, step, Fraction(value))
    return replace(then, sums=_LEVERS[step.lever](then, SetLever(step, most, lag)))


def _within(then: DemandThen, step: DemandStep, value: Fraction) -> tuple[DemandThen, Fraction]:
    """A lever that takes away no more than there is, and the work with what was said where it would."""
    if step.lever in _REPORTS:
        rule = f"report_points.{_REPORTS[step.lever]}"
        one = _standing(then, _REPORTS[step.lever])
        there = Fraction(sum(each.points_x100 for each in then.sums if each.rule == rule), 100)
        fewest = -there / one if one else -there
        if value >= min(fewest, Fraction(0)):
            return then, value
        what = LEVERS[step.lever].title.lower()
        said = f"there are {float(-fewest):,.0f} {what}: no more than these are taken away"
        return replace(then, limits=(*then.limits, said)), min(fewest, Fraction(0))
    inside = _cases(then.sums, "custody")
    if step.lever != "early_release" or value <= inside:
        return then, value
    said = f"{counted(inside, 'person is', 'people are')} in custody: no more than these are released early"
    return replace(then, limits=(*then.limits, said)), Fraction(inside)


def _with_rules(then: DemandThen, values: Mapping[str, Decimal]) -> DemandThen:
    return replace(then, rates=replace(then.rates, other={**then.rates.other, **values}))


def band_range(rates: Rates, band: str) -> tuple[Decimal, Decimal]:
    """By how many per cent volumes change in a band, at its lower and its upper end."""
    low, high = (rates.value(f"staffing.demand.bands.{band}.{end}").value for end in ("low", "high"))
    return Decimal(low), Decimal(high)  # type: ignore[arg-type]


@dataclass(frozen=True)
class ContractValue:
    """What a contract costs, in pounds: volume × unit cost × intensity, at both ends of the volume.

    `people` is how many of the volume a budget pays for; None without one.
    """

    low: Fraction
    high: Fraction
    people: Fraction | None


def contract_value(rates: Rates, step: DemandStep) -> ContractValue:
    """The value of a contract, adjusted for its budget."""
    assert step.low is not None
    assert step.unit_cost is not None
    each = Fraction(step.unit_cost) * rates.number(f"staffing.demand.intensity.{step.intensity}") / 100
    low, high = Fraction(step.low) * each, Fraction(step.low if step.high is None else step.high) * each
    people = None if step.budget is None or not each else Fraction(step.budget) / each
    return ContractValue(low, high, people)


def contract_in_band(step: DemandStep, band: tuple[Decimal, Decimal]) -> DemandStep:
    """The same contract with its volume in a band (per cent)."""
    assert step.low is not None
    high = step.low if step.high is None else step.high
    return step.model_copy(
        update={"low": step.low * (100 + band[0]) / 100, "high": high * (100 + band[1]) / 100}
    )


def _starts(then: DemandThen, lever: SetLever) -> Sequence[WorkSum]:
    """Starts of one or more types change by a share: cases of the type follow by the length of the order."""
    rates = then.rates
    suspended = rates.number("staffing.demand.suspended_sentence_share") / 100
    moved = {
        name: lag_share(then.months, _length(rates, length), lever.lag)
        for name, length in (
            ("community_orders", "community_order"),
            ("suspended_sentences", "suspended_sentence"),
            ("licences", "licence"),
            ("custody", "custody"),
        )
    }
    changed = {"police": ("community_orders", "suspended_sentences", "custody")}.get(
        lever.step.lever, (lever.step.lever,)
    )
    by_type = {"community": Fraction(0), "licence": Fraction(0), "custody": Fraction(0)}
    for name in changed:
        place, share = {
            "community_orders": ("community", 1 - suspended),
            "suspended_sentences": ("community", suspended),
            "licences": ("licence", Fraction(1)),
        }.get(name, ("custody", Fraction(1)))
        by_type[place] += share * moved[name] * lever.value / 100
    return [
        _scaled(each, 1 + by_type.get(each.location, Fraction(0))) if each.line in MOVES else each
        for each in then.sums
    ]


def _length(rates: Rates, name: str) -> Fraction:
    return rates.number(f"staffing.demand.order_length.{name}")


def _more_reports(then: DemandThen, lever: SetLever) -> Sequence[WorkSum]:
    """So many reports a year more: those completed within the window of the measure stand at any time."""
    name = _REPORTS[lever.step.lever]
    points = then.rates.number(f"report_points.{name}")
    return [
        *then.sums,
        _made("report", f"report_points.{name}", points, lever.value * _standing(then, name)),
    ]


def _standing(then: DemandThen, name: str) -> Fraction:
    """The points that one report a year more has at any time."""
    points, days = (then.rates.number(f"{group}.{name}") for group in ("report_points", "report_window_days"))
    return points * then.time * days / _DAYS_A_YEAR


def _report_share(then: DemandThen, lever: SetLever) -> Sequence[WorkSum]:
    now = then.rates.number("staffing.demand.report_share")
    rules = tuple(f"report_points.{name}" for name in _REPORTS.values())
    return [
        _scaled(each, lever.value / now) if each.line == "report" and each.rule in rules and now else each
        for each in then.sums
    ]


def _suspended_share(then: DemandThen, lever: SetLever) -> Sequence[WorkSum]:
    """As many cases of each tier are suspended, or not any more, as make the share; priced by their tier."""
    mine = [each for each in then.sums if each.line == "case" and each.location in _IN_COMMUNITY]
    cases = sum(each.active_cases for each in mine)
    suspended = sum(each.active_cases for each in mine if each.suspended)
    if not cases:
        return then.sums
    now, wanted = Fraction(suspended, cases), lever.value / 100
    gives, part = (False, (wanted - now) / (1 - now)) if wanted > now else (True, (now - wanted) / (now or 1))
    found = list(then.sums)
    for each in mine:
        if each.suspended == gives and part:
            found.remove(each)
            found += _split(then, each, part, suspended=not gives)
    return found


def _recalls(then: DemandThen, lever: SetLever) -> Sequence[WorkSum]:
    """More people on licence are in custody again, for as long as a recall lasts."""
    rates = then.rates
    length = _length(rates, "recalled")
    released = rates.number("staffing.demand.people_after_release")
    a_month = rates.number("staffing.demand.recalls_a_quarter") / 3 / released if released else Fraction(0)
    part = a_month * lever.value / 100 * length * lag_share(then.months, length, lever.lag)
    if part >= 0:
        return _moved(then, "licence", "custody", min(part, Fraction(1)))
    licences, inside = _cases(then.sums, "licence"), _cases(then.sums, "custody")
    back = min(-part * licences / inside, Fraction(1)) if inside else Fraction(0)
    return _moved(then, "custody", "licence", back)


def _early_release(then: DemandThen, lever: SetLever) -> Sequence[WorkSum]:
    """A pulse: people are on licence instead of in custody from a month until their day would have come."""
    inside, first = _cases(then.sums, "custody"), lever.step.month or 0
    if not inside or not first <= then.months < first + (lever.step.months or 0):
        return then.sums
    return _moved(then, "custody", "licence", lever.value / inside)


def _tier_mix(then: DemandThen, lever: SetLever) -> Sequence[WorkSum]:
    part, becomes = lever.value / 100, lever.step.becomes or ""
    found: list[WorkSum] = []
    for each in then.sums:
        is_meant = each.line == "case" and each.tier == lever.step.tier and part
        found += _split(then, each, part, tier=becomes) if is_meant else [each]
    return found


def _tier_cases(then: DemandThen, lever: SetLever) -> Sequence[WorkSum]:
    """More or fewer cases of one tier, suspended ones with them, wherever they are supervised."""
    factor = 1 + lever.value / 100
    return [
        _scaled(each, factor) if each.line in MOVES and each.tier == lever.step.tier else each
        for each in then.sums
    ]


def _handover_months(then: DemandThen, lever: SetLever) -> Sequence[WorkSum]:
    """Cases are with the community longer before release: as many more custody cases, by and by."""
    now = then.rates.number(_HANDOVER)
    more = lever.value - now
    if not more or not now:
        return then.sums
    factor = 1 + more / now * lag_share(then.months, abs(more), lever.lag)
    return [
        _scaled(each, factor) if each.line in MOVES and each.location == "custody" else each
        for each in then.sums
    ]


def _handover_meetings(then: DemandThen, lever: SetLever) -> Sequence[WorkSum]:
    """More or fewer meetings before each release; releases are as many as handed-over cases turn over."""
    rates = then.rates
    more = lever.value - rates.number("staffing.demand.handover_meetings")
    stays = rates.number(_HANDOVER)
    releases = _cases(then.sums, "custody") * _MONTHS_A_YEAR / stays if stays else Fraction(0)
    hours = more * releases * rates.number("staffing.demand.handover_meeting_minutes") / 60
    rule = "staffing.demand.handover_meeting_minutes"
    return [*then.sums, _made("meetings_before_release", rule, Fraction(0), hours / rates.hours_of_point)]


def _volume_band(then: DemandThen, lever: SetLever) -> Sequence[WorkSum]:
    wanted = (*MOVES, "report")
    return [_scaled(each, 1 + lever.value / 100) if each.line in wanted else each for each in then.sums]


_LEVERS: dict[str, Callable[[DemandThen, SetLever], Sequence[WorkSum]]] = {
    **dict.fromkeys(_STARTS, _starts),
    **dict.fromkeys(_REPORTS, _more_reports),
    "report_share": _report_share,
    "suspended_share": _suspended_share,
    "recalls": _recalls,
    "early_release": _early_release,
    "tier_mix": _tier_mix,
    "tier_cases": _tier_cases,
    "handover_months": _handover_months,
    "handover_meetings": _handover_meetings,
    "volume_band": _volume_band,
}


def _cases(sums: Iterable[WorkSum], location: str) -> int:
    return sum(each.active_cases for each in sums if each.line == "case" and each.location == location)


def _moved(then: DemandThen, of: str, to: str, part: Fraction) -> Sequence[WorkSum]:
    """A share of the cases of a type become cases of another type in the same tier."""
    found: list[WorkSum] = []
    for each in then.sums:
        is_meant = each.line == "case" and each.location == of and part
        found += _split(then, each, part, location=to) if is_meant else [each]
    return found


def _split(
    then: DemandThen, of: WorkSum, part: Fraction, *, location: str = "", tier: str = "",
    suspended: bool | None = None,
) -> list[WorkSum]:  # fmt: skip
    """Cases of which a share become of another type or tier, or suspended: those that stay, and the others at
    the points that the rules give them. Where the rules have none for them, they stay as they are."""
    is_suspended = of.suspended if suspended is None else suspended
    group, scheme = of.rule.split(".")[:2]
    place, new = location or of.location, tier or of.tier
    rule = f"{group}.{scheme}.{place}.{new}{'S' * is_suspended}"
    price = then.rates.ruleset.get(rule)
    if price is None:
        return [of]
    # one half is rounded, the other is the rest: no case is lost or made
    go = _scaled(of, part)
    stay = of._replace(
        points_x100=of.points_x100 - go.points_x100, active_cases=of.active_cases - go.active_cases
    )
    # what has no points does not carry the time that the work takes
    cases = Fraction(of.points_x100, of.each_x100) if of.each_x100 else of.active_cases * then.time
    moved = WorkSum(
        of.line, place, new, is_suspended, rule, price.hundredths, go.active_cases,
        _whole(cases * part * price.hundredths),
    )  # fmt: skip
    return [stay, moved]


def _scaled(each: WorkSum, factor: Fraction) -> WorkSum:
    return each._replace(
        points_x100=_whole(each.points_x100 * factor), active_cases=_whole(each.active_cases * factor)
    )


def _made(line: str, rule: str, each: Fraction, points: Fraction) -> WorkSum:
    return WorkSum(line, "", "", False, rule, _whole(each * 100), 0, _whole(points * 100))


def _whole(number: Fraction) -> int:
    """To the nearest whole number: points are counted in hundredths, and cases whole."""
    return round(number)
