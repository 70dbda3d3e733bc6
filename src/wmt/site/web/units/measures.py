"""Measures as people meet them: their names, their kind of number, and where each is explained."""

from dataclasses import dataclass

from wmt.ledger import SHARES
from wmt.site.web import tables
from wmt.site.web.tables import Kind, Value


@dataclass(frozen=True)
class Measure:
    """A figure of a unit: its title, its kind, what it is in one sentence, and where more is said."""

    name: str
    title: str
    kind: Kind
    meaning: str
    anchor: str

    @property
    def field(self) -> str:
        """The column of a unit (and the key of `wmt.ledger.SHARES`) that holds it."""
        endings = {"points": "_x100", "hours": "_hours_micro"}
        return self.name.removesuffix("_hours") + endings.get(self.kind, "")


def _all(*measures: Measure) -> dict[str, Measure]:
    return {measure.name: measure for measure in measures}


MEASURES = _all(
    Measure("points", "Points", "points", "total workload points", "points"),
    Measure("available", "Available points", "points", "points for the hours available", "available"),
    Measure("cases", "Active cases", "count", "active cases, including T2A", "cases"),
    Measure("cases_all", "All cases in nDelius", "count", "every case in nDelius, active or not", "cases"),
    Measure("community", "Community", "points", "points of community cases", "points"),
    Measure("licence", "Licence", "points", "points of cases on licence", "points"),
    Measure("custody", "Custody", "points", "points of cases in custody", "points"),
    Measure("t2a", "T2A", "points", "points of transition-to-adulthood cases", "points"),
    Measure("reports", "Reports", "points", "points of court and parole reports", "points"),
    Measure("contacts", "CMS", "points", "points for support given, less support received", "points"),
    Measure("omic", "OMiC, in custody", "points", "points of OMiC cases, not in these figures", "points"),
    Measure(
        "omic_licence", "OMiC, on licence", "points", "points OMiC cases would have on licence", "points"
    ),
    Measure("omic_cases", "OMiC cases", "count", "OMiC cases", "cases"),
    Measure("contracted_hours", "Contracted hours", "hours", "contracted hours a week", "available"),
    Measure("reduction_hours", "Reductions", "hours", "reductions in hours a week", "reductions"),
    Measure("suspended_cases", "Suspended", "count", "cases whose supervision is suspended", "not-counted"),
    Measure("untiered_cases", "Untiered", "count", "cases with no tier yet", "not-counted"),
    Measure(
        "unpaid_only_cases", "Unpaid work only", "count", "cases with unpaid work and nothing else", "cases"
    ),
)
#: Available points less points. It is of both sides of the ledger, so it has no share of its own.
REMAINING = "remaining"

assert {measure.field for measure in MEASURES.values()} == set(SHARES)


def shown(measure: Measure, number: int, href: str = "", note: str = "") -> Value:
    """A measure's whole number as a cell of a table."""
    if measure.kind == "points":
        return tables.points(number, href, note)
    if measure.kind == "hours":
        return tables.hours(number, href, note)
    return tables.count(number, href, note)


def shown_exactly(measure: Measure, number: int, href: str = "") -> Value:
    """The same with all its decimals: for lines, which must be seen to add up."""
    return tables.exact(number, href) if measure.kind == "points" else shown(measure, number, href)
