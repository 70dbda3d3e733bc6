"""The levers of demand that a plan may set: what each is called, what its number means, and its limits.

What a lever does to the need for people is in `wmt.staffing.scenario`.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wmt.text import counted

BANDS = {"much_lower": "much lower", "lower": "lower", "higher": "higher", "much_higher": "much higher"}
INTENSITIES = ("low", "medium", "high")


@dataclass(frozen=True)
class DemandLever:
    """A lever: its title, what is said under its field, its least and most number, and its words, in which
    {} is the number or the range. `needs` are the fields of the step that it needs beside its number."""

    title: str
    hint: str
    words: str
    least: Decimal = Decimal(-100)
    most: Decimal = Decimal(1_000)
    needs: tuple[str, ...] = ()


_PERCENT = "Per cent more or fewer, for example 5, or -5, or 5 to 10."
_POLICE = (
    "Per cent more or fewer. No effect of 20,000 more police officers on orders is published, so the "
    "number is yours."
)

#: Every lever by its name in the file of a plan, in the order of the form.
LEVERS = {
    "community_orders": DemandLever(
        "Community orders that start", _PERCENT, "starts of community orders change by {}%"
    ),
    "suspended_sentences": DemandLever(
        "Suspended sentence orders that start", _PERCENT, "starts of suspended sentence orders change by {}%"
    ),
    "licences": DemandLever("Licences that start", _PERCENT, "starts of licences change by {}%"),
    "custody": DemandLever("Sentences to custody that start", _PERCENT, "starts in custody change by {}%"),
    "police": DemandLever(
        "More police officers: court orders and custody that start", _POLICE,
        "more police officers change starts of court orders and of custody by {}%",
    ),
    "standard_reports": DemandLever(
        "Standard delivery reports a year", "How many more or fewer a year.",
        "{} more standard delivery reports a year", Decimal(-1_000_000), Decimal(1_000_000),
    ),
    "fast_reports": DemandLever(
        "Fast delivery reports a year", "How many more or fewer a year.",
        "{} more fast delivery reports a year", Decimal(-1_000_000), Decimal(1_000_000),
    ),
    "report_share": DemandLever(
        "Share of cases with a pre-sentence report", "Per cent of sentenced cases, for example 75.",
        "{}% of sentenced cases have a pre-sentence report", Decimal(0), Decimal(100),
    ),
    "suspended_share": DemandLever(
        "Share of people whose contact is suspended", "Per cent of cases in the community.",
        "contact is suspended in {}% of cases in the community", Decimal(0), Decimal(100),
    ),
    "recalls": DemandLever("Recalls to custody", _PERCENT, "recalls change by {}%"),
    "early_release": DemandLever(
        "People released early, once", "How many people.", "{} people are released early",
        Decimal(0), Decimal(1_000_000), ("month", "months"),
    ),
    "tier_mix": DemandLever(
        "Cases that move to another tier", "Per cent of the cases of a tier.",
        "{}% of cases", Decimal(0), Decimal(100), ("tier", "becomes"),
    ),
    "tier_cases": DemandLever(
        "Cases of one tier", _PERCENT, "cases change by {}%", needs=("tier",)
    ),
    "time_factor": DemandLever(
        "True time to the time in the tables", "1 is as in the tables, for example 1.1 to 1.5.",
        "work takes {} times the time in the tables", Decimal("0.1"), Decimal(10),
    ),
    "days_away": DemandLever(
        "More days away a year", "For each person, for example 3 more sick days.",
        "everybody is away {} days a year more", Decimal(-50), Decimal(150),
    ),
    "net_percent": DemandLever(
        "Non-effective time (NET)", "Per cent of contracted time.",
        "non-effective time is {}% of contracted time", Decimal(0), Decimal(80),
    ),
    "officer_share": DemandLever(
        "Share of tier C work that POs do", "Per cent; PSOs do the rest.",
        "POs do {}% of the work of tier C cases", Decimal(0), Decimal(100),
    ),
    "ceiling": DemandLever(
        "Capacity at which a unit is full", "Per cent of points available.",
        "a unit is full at {}% of points available", Decimal(1), Decimal(500),
    ),
    "handover_months": DemandLever(
        "Months before release at which a case passes to the community", "Months, for example 7.5.",
        "cases pass to the community {} months before release", Decimal(0), Decimal(60),
    ),
    "handover_meetings": DemandLever(
        "Meetings before release for each handover", "How many meetings.",
        "there are {} further meetings before each release", Decimal(0), Decimal(50),
    ),
    "volume_band": DemandLever(
        "Volume band", "All cases and reports.", "volumes are in the band ‘{}’", needs=("band",)
    ),
    "contract": DemandLever(
        "Contract for a commissioned service: people a year", "How many people a year.",
        "a contract for {} people a year", Decimal(0), Decimal(10_000_000), ("unit_cost", "intensity"),
    ),
}  # fmt: skip


def plain(number: Decimal) -> str:
    """A number as people write it."""
    return f"{number.normalize():,f}"


def range_words(low: Decimal | None, high: Decimal | None) -> str:
    """One number, or a range."""
    if low is None:
        return ""
    return plain(low) if high is None or high == low else f"{plain(low)} to {plain(high)}"


def demand_words(step: Any) -> str:
    """What a step on demand says, as a sentence without its capital and full stop."""
    number = BANDS[step.band] if step.band else range_words(step.low, step.high)
    said = LEVERS[step.lever].words.format(number)
    if step.lever == "tier_mix":
        return f"{said} of tier {step.tier} become tier {step.becomes}"
    if step.lever == "tier_cases":
        return f"{said} in tier {step.tier}"
    if step.lever == "early_release":
        when = "now" if step.month == 0 else f"in {counted(step.month, 'month')}"
        return f"{said} {when}, {counted(step.months, 'month')} before their day"
    if step.lever == "contract":
        budget = f", with a budget of £{plain(step.budget)}" if step.budget is not None else ""
        return f"{said} at £{plain(step.unit_cost)} each, of {step.intensity} intensity{budget}"
    return said


def demand_fault(step: Any) -> str:
    """What is wrong with a step on demand as a whole, and what to do; empty where nothing is."""
    lever = LEVERS.get(step.lever)
    if lever is None:
        return f"'{step.lever}' is no lever; use one of {', '.join(LEVERS)}"
    fields = ("tier", "becomes", "month", "months", "band", "unit_cost", "intensity")
    given = {name for name in fields if getattr(step, name) not in (None, "")}
    if missing := [name for name in lever.needs if name not in given]:
        return f"{step.lever} needs {' and '.join(missing)} too; add it"
    if more := given - set(lever.needs):
        return f"{step.lever} has no {' and no '.join(sorted(more))}; take it out"
    if step.budget is not None and step.lever != "contract":
        return "only a contract has a budget; take it out"
    if step.lever == "tier_mix" and step.tier == step.becomes:
        return "tier and becomes are the same; name another tier"
    return _number_fault(step, lever)


def _number_fault(step: Any, lever: DemandLever) -> str:
    if step.lever == "volume_band":
        return (
            ""
            if step.low is None and step.high is None
            else "a band has its own range; take out low and high"
        )
    if step.low is None:
        return "low is missing; add it, with high where it is a range"
    high = step.low if step.high is None else step.high
    if high < step.low:
        return f"high is below low; write the lower number first, {plain(high)} to {plain(step.low)}"
    if step.low < lever.least or high > lever.most:
        return f"{step.lever} is from {plain(lever.least)} to {plain(lever.most)}; change the number"
    return ""
