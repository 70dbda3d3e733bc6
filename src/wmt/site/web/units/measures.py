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
    Measure("points", "Points", "points", "all work held, in points", "points"),
    Measure("available", "Available points", "points", "the points there is time for", "available"),
    Measure("cases", "Cases that count", "count", "active cases, T2A among them", "cases"),
    Measure("cases_all", "All cases", "count", "every case in the case system", "cases"),
    Measure("community", "Community", "points", "points of community cases", "points"),
    Measure("licence", "Licence", "points", "points of cases on licence", "points"),
    Measure("custody", "Custody", "points", "points of cases in custody", "points"),
    Measure("t2a", "T2A", "points", "points of transition-to-adulthood cases", "points"),
    Measure("reports", "Reports", "points", "points of court and parole reports", "points"),
    Measure("contacts", "Help (CMS)", "points", "points of help given, less help received", "points"),
    Measure("omic", "OMiC, in custody", "points", "shown beside the figure, never in it", "points"),
    Measure("omic_licence", "OMiC, on licence", "points", "what OMiC cases would earn on licence", "points"),
    Measure("omic_cases", "OMiC cases", "count", "cases of the OMiC stream", "cases"),
    Measure("contracted_hours", "Contracted hours", "hours", "hours a week by contract", "available"),
    Measure("reduction_hours", "Reductions", "hours", "hours a week taken off", "reductions"),
    Measure("suspended_cases", "Suspended", "count", "cases whose supervision is suspended", "not-counted"),
    Measure("untiered_cases", "Untiered", "count", "cases nobody has tiered yet", "not-counted"),
    Measure(
        "unpaid_only_cases", "Unpaid work only", "count", "cases of unpaid work and nothing else", "cases"
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
