"""Measures as people meet them: their names, their kind of number, and where each is explained."""

from dataclasses import dataclass

from wmt.ledger import SHARES
from wmt.site import tables


@dataclass(frozen=True)
class MeasureLabel:
    """A figure of a unit: its title, its kind, what it is in one sentence, and where more is said."""

    name: str
    title: str
    kind: tables.Kind
    meaning: str
    anchor: str

    @property
    def field(self) -> str:
        """The column of a unit (and the key of `wmt.ledger.SHARES`) that holds it."""
        endings = {"points": "_x100", "hours": "_hours_micro"}
        return self.name.removesuffix("_hours") + endings.get(self.kind, "")


def _all(*measures: MeasureLabel) -> dict[str, MeasureLabel]:
    return {measure.name: measure for measure in measures}


MEASURES = _all(
    MeasureLabel("points", "Points", "points", "total workload points", "points"),
    MeasureLabel("available", "Available points", "points", "points for the hours available", "available"),
    MeasureLabel("cases", "Active cases", "count", "active cases, including T2A", "cases"),
    MeasureLabel(
        "cases_all", "All cases in nDelius", "count", "every case in nDelius, active or not", "cases"
    ),
    MeasureLabel("community", "Community", "points", "points of community cases", "points"),
    MeasureLabel("licence", "Licence", "points", "points of cases on licence", "points"),
    MeasureLabel("custody", "Custody", "points", "points of cases in custody", "points"),
    MeasureLabel("t2a", "T2A", "points", "points of transition-to-adulthood cases", "points"),
    MeasureLabel("reports", "Reports", "points", "points of court and parole reports", "points"),
    MeasureLabel("contacts", "CMS", "points", "points for support given, less support received", "points"),
    MeasureLabel(
        "omic", "OMiC, in custody", "points", "points of OMiC cases, not in these figures", "points"
    ),
    MeasureLabel(
        "omic_licence", "OMiC, on licence", "points", "points OMiC cases would have on licence", "points"
    ),
    MeasureLabel("omic_cases", "OMiC cases", "count", "OMiC cases", "cases"),
    MeasureLabel("contracted_hours", "Contracted hours", "hours", "contracted hours a week", "available"),
    MeasureLabel(
        "reduction_hours", "Reductions", "hours", "reductions in hours a week, as entered", "reductions"
    ),
    MeasureLabel(
        "suspended_cases", "Suspended", "count", "cases whose supervision is suspended", "not-counted"
    ),
    MeasureLabel("untiered_cases", "Untiered", "count", "cases with no tier yet", "not-counted"),
    MeasureLabel(
        "unpaid_only_cases", "Unpaid work only", "count", "cases with unpaid work and nothing else", "cases"
    ),
)
#: Available points less points. It is of both sides of the ledger, so it has no share of its own.
REMAINING = "remaining"

assert {measure.field for measure in MEASURES.values()} == set(SHARES)


def shown(measure: MeasureLabel, number: int, href: str = "", note: str = "") -> tables.Value:
    """A measure's whole number as a cell of a table."""
    if measure.kind == "points":
        return tables.points(number, href, note)
    if measure.kind == "hours":
        return tables.hours(number, href, note)
    return tables.count(number, href, note)


def shown_exactly(measure: MeasureLabel, number: int, href: str = "") -> tables.Value:
    """The same with all its decimals: for lines, which must be seen to add up."""
    return tables.exact(number, href) if measure.kind == "points" else shown(measure, number, href)


#: Every case that counts is in exactly one of these; their cases add up to all that count.
CASE_GROUPS = {
    "community": "Community",
    "licence": "Licence",
    "custody": "Custody",
    "unknown": "Type not known",
    "t2a": "T2A",
    "suspended": "Supervision suspended",
    "untiered": "Untiered",
}
