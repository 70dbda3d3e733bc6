"""The figures that a pack may ask for, each from the sums and lines of a unit as the ledger made them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from wmt import ledger
from wmt.agreements.expressions import ExpressionError, FigureName, NotKnown, Value
from wmt.facts import LOCATIONS
from wmt.facts.enums import MICRO
from wmt.ledger import caseload
from wmt.rules import RuleSet
from wmt.rules.activities import exact
from wmt.rules.uses import NO_START

#: The word for cases that nobody has tiered, where a tier is asked for.
UNTIERED = "untiered"
_OUTSIDE = (str(ledger.LineReason.OUTSIDE_WINDOW), str(ledger.LineReason.AHEAD))


@dataclass(frozen=True)
class MeasuredUnit:
    """A post or a unit: its sums (`ledger.TOTAL` by column) and its lines, summed by what priced them.

    `cells` are mappings with `ledger.PRICING` and `ledger.AMOUNTS`. `days_over` is how long the unit has been
    over the threshold of excessive workload; None where nobody can say. `collected` are figures that people
    have counted, by name: each with one value or with several.
    """

    total: Mapping[str, Any]
    cells: Sequence[Mapping[str, Any]]
    rules: RuleSet
    tier_scheme: str
    day: date
    days_over: int | None = None
    collected: Mapping[str, Sequence[Fraction]] = field(default_factory=dict)

    @property
    def tiers(self) -> tuple[str, ...]:
        """The tiers that cases of this data can have."""
        return tuple(str(self.rules[f"tier_schemes.{self.tier_scheme}.tiers"].value).split())

    def figure(self, asked: FigureName) -> Value:
        """A figure of this unit, or why nobody knows it."""
        if asked.name not in FIGURES:
            return self._collected(asked.name)
        if self.total["level"] == "post" and self.total["unmeasured_posts"]:
            return NotKnown("this person was left out of the data")
        return FIGURES[asked.name].of(self, asked.only)

    def _collected(self, name: str) -> Value:
        values = self.collected.get(name, ())
        if not values:
            return NotKnown(f"'{name}' is not in the case data, and nobody has given it")
        return sum(values, Fraction()) / len(values)


_Only = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class FigureKind:
    """A figure by its words, and how it is read. `only` names what may stand in its brackets."""

    words: str
    of: Callable[[MeasuredUnit, _Only], Value]
    only: tuple[str, ...] = ()


def _sum(column: str, scale: int = 1) -> Callable[[MeasuredUnit, _Only], Value]:
    return lambda unit, _: Fraction(unit.total[column], scale)


def _capacity(unit: MeasuredUnit, _: _Only) -> Value:
    if unit.total["stream"] == ledger.OMIC:
        return NotKnown("OMiC work is not measured against hours")
    points, available = unit.total["points_x100"], unit.total["available_x100"]
    return Fraction(points * 100, available) if available else NotKnown("there are no available hours")


def _fte(unit: MeasuredUnit, _: _Only) -> Value:
    """Contracted hours of each grade in full-time posts."""
    found = caseload.Caseload(caseload.case_marks(unit.rules))
    for cell in unit.cells:
        if cell["kind"] == "contracted_hours":
            found.contracted_micro[cell["grade"]] += cell["quantity_micro"]
    return found.fte


def _per_fte(unit: MeasuredUnit, only: _Only) -> Value:
    fte = _fte(unit, only)
    assert isinstance(fte, Fraction)
    held = unit.total["cases"] - unit.total["unpaid_only_cases"]
    return Fraction(held) / fte if fte else NotKnown("there are no contracted hours")


def _cases(unit: MeasuredUnit, only: _Only) -> Value:
    if not only:
        return Fraction(unit.total["cases"])
    return _of_cases(unit, only, lambda cell: Fraction(cell["active_cases"]))


def _points(unit: MeasuredUnit, only: _Only) -> Value:
    if not only:
        return Fraction(unit.total["points_x100"], 100)
    return _of_cases(unit, only, lambda cell: Fraction(cell["points_x100"], 100))


def _of_cases(unit: MeasuredUnit, only: _Only, amount: Callable[[Mapping[str, Any]], Fraction]) -> Value:
    """The sum over the lines of cases of some types and tiers."""
    tiers = set()
    for asked in only.get("tier", ()):
        found = {"0"} if asked == UNTIERED else {tier for tier in unit.tiers if tier.startswith(asked)}
        if not found:
            return NotKnown(f"this data has no tier {asked}; its tiers are {', '.join(unit.tiers)}")
        tiers |= found
    return sum((amount(cell) for cell in _chosen(unit, only, tiers)), Fraction())


def _chosen(unit: MeasuredUnit, only: _Only, tiers: Iterable[str]) -> list[Mapping[str, Any]]:
    return [
        cell
        for cell in unit.cells
        if cell["kind"] == "case"
        and cell["location"] in only.get("type", LOCATIONS)
        and ("tier" not in only or cell["tier"] in tiers)
    ]


def _reports(unit: MeasuredUnit, only: _Only) -> Value:
    """Court reports inside their window; SDR and FDR unless kinds are named."""
    wanted = only.get("kind", ("sdr", "fdr"))
    cells = (
        cell
        for cell in unit.cells
        if cell["kind"] == "report"
        and cell["rule"].rpartition(".")[2] in wanted
        and cell["reason"] not in _OUTSIDE
    )
    return sum((Fraction(cell["quantity_micro"], MICRO) for cell in cells), Fraction())


def _report_days(unit: MeasuredUnit, _: _Only) -> Value:
    return exact(unit.rules["report_window_days.sdr"])


def _points_age(unit: MeasuredUnit, only: _Only) -> Value:
    """Days since the oldest points by which cases are priced began."""
    chosen = [cell for cell in _chosen(unit, only, ()) if cell["rule_from"] and cell["counted"]]
    if not chosen:
        return NotKnown("there are no such cases with points")
    oldest = min(chosen, key=lambda cell: str(cell["rule_from"]))
    began = date.fromisoformat(oldest["rule_from"])
    # an overlay without a day holds on every day; the first of all months is that of the first extract known
    if began <= NO_START:
        return NotKnown(f"the day from which {oldest['rule']} holds was not published")
    return Fraction((unit.day - began).days)


def _days_over(unit: MeasuredUnit, _: _Only) -> Value:
    return NotKnown("the days before are not there") if unit.days_over is None else Fraction(unit.days_over)


FIGURES: dict[str, FigureKind] = {
    "capacity": FigureKind("points as a per cent of available points", _capacity),
    "points": FigureKind("points of all work; of cases of a type or tier", _points, ("type", "tier")),
    "available_points": FigureKind("points that there are hours for", _sum("available_x100", 100)),
    "cases": FigureKind("active cases; those of a type or tier", _cases, ("type", "tier")),
    "cases_all": FigureKind("all cases in nDelius", _sum("cases_all")),
    "unpaid_work_only_cases": FigureKind("active cases of unpaid work only", _sum("unpaid_only_cases")),
    "suspended_cases": FigureKind("active cases whose supervision is suspended", _sum("suspended_cases")),
    "untiered_cases": FigureKind("active cases without a tier", _sum("untiered_cases")),
    "cases_per_fte": FigureKind(
        "active cases for each full-time post, those of unpaid work only left out", _per_fte
    ),
    "fte": FigureKind("contracted hours in full-time posts", _fte),
    "reports": FigureKind("court reports finished in the last days (`report_days`)", _reports, ("kind",)),
    "report_days": FigureKind("how many days `reports` looks back", _report_days),
    "contracted_hours": FigureKind("contracted hours a week", _sum("contracted_hours_micro", MICRO)),
    "reduction_hours": FigureKind(
        "hours a week that reductions take off", _sum("reduction_hours_micro", MICRO)
    ),
    "days_over": FigureKind("days in a row over the threshold of excessive workload", _days_over),
    "points_age_days": FigureKind(
        "days since the oldest points of these cases began", _points_age, ("type",)
    ),
    "posts": FigureKind("people in the unit", _sum("posts")),
    "posts_over": FigureKind("people over the threshold of excessive workload", _sum("posts_over")),
    "posts_without_time": FigureKind("people with no available hours", _sum("posts_without_time")),
    "posts_without_hours": FigureKind(
        "people whose hours nobody has entered", _sum("unentered_posts_without_time")
    ),
    "posts_without_data": FigureKind(
        "people without figures of this data",
        lambda unit, _: Fraction(unit.total["stale_posts"] + unit.total["unmeasured_posts"]),
    ),
}

#: What may stand in brackets, and its values; tiers are looked up in the data.
ONLY: dict[str, tuple[str, ...]] = {
    "type": LOCATIONS,
    "kind": ("sdr", "fdr", "oral", "parom", "sdr_due", "parom_due"),
    "tier": (),
}


def check(asked: FigureName, collects: Iterable[str]) -> None:
    """Refuse a figure that nobody knows, or a bracket that it cannot have. Raises ExpressionError."""
    known = [*FIGURES, *collects]
    if asked.name not in known:
        close = get_close_matches(asked.name, known, n=2)
        meant = f" (did you mean {' or '.join(close)}?)" if close else ""
        raise ExpressionError(f"there is no figure '{asked.name}'{meant}; use one of {', '.join(known)}")
    allowed = FIGURES[asked.name].only if asked.name in FIGURES else ()
    for key, values in asked.only.items():
        if key not in allowed:
            may = f"only {', '.join(allowed)} may" if allowed else "nothing may"
            raise ExpressionError(f"'{key}' cannot stand behind {asked.name}; {may}")
        wrong = [value for value in values if ONLY[key] and value not in ONLY[key]]
        if wrong:
            raise ExpressionError(f"'{wrong[0]}' is no {key}; use one of {', '.join(ONLY[key])}")
