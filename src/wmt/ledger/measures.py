"""Measures: which lines each one sums, and which of their numbers. The ledger and every screen read this."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wmt.ledger.enums import COMPONENTS

#: What is summed. Hours are in millionths, points in hundredths, the rest are counts.
MEASURES = (
    "points_x100", "available_x100", "cases", "cases_all", "community_x100", "licence_x100", "custody_x100",
    "t2a_x100", "omic_x100", "omic_licence_x100", "omic_cases", "reports_x100", "contacts_x100",
    "contracted_hours_micro", "reduction_hours_micro", "suspended_cases", "untiered_cases",
    "unpaid_only_cases",
)  # fmt: skip

#: Counts of posts under a unit: how many; how many without available time, of them those that hold no work
#: and those with no contracted hours because nobody gave any; how many are over the threshold of excessive
#: workload; and how many do not stand on this night's facts.
POST_COUNTS = (
    "posts", "posts_without_time", "idle_posts_without_time", "unentered_posts_without_time", "posts_over",
    "stale_posts", "unmeasured_posts",
)  # fmt: skip


@dataclass(frozen=True)
class MeasureDefinition:
    """A measure is the sum of `column` over the lines whose columns equal `where`; `sign` -1 turns it round.

    Where a tuple is wanted, a line's column must be one of it. Lines that fit `others` are summed as well.

    `unit` is that of the sum: points in hundredths, hours in millionths, cases in whole numbers or, when
    the quantity of a line is summed, in millionths (`scale` 1,000,000 then).
    """

    column: str
    where: Mapping[str, Any] = field(default_factory=dict)
    sign: int = 1
    scale: int = 1
    others: tuple[Mapping[str, Any], ...] = ()

    def holds(self, line: Mapping[str, Any]) -> bool:
        """Whether a line, or what it was priced by, is one of those that are summed."""
        return any(
            all(
                line[name] in wanted if isinstance(wanted, tuple) else line[name] == wanted
                for name, wanted in where.items()
            )
            for where in (self.where, *self.others)
        )


#: Tiers of number 0: the order has no requirement that asks for change, such as one of unpaid work alone.
NO_MANDATE = ("A0", "B0", "C0", "D0")


#: One share for every measure of `MEASURES`.
SHARES: dict[str, MeasureDefinition] = {
    "points_x100": MeasureDefinition("points_x100", {"side": "work"}),
    "available_x100": MeasureDefinition("points_x100", {"side": "time"}),
    "cases": MeasureDefinition("active_cases"),
    "cases_all": MeasureDefinition("listed_cases"),
    **{f"{name}_x100": MeasureDefinition("points_x100", {"component": name}) for name in COMPONENTS[:4]},
    "omic_x100": MeasureDefinition("beside_x100", {"kind": "case"}),
    "omic_licence_x100": MeasureDefinition("beside_x100", {"kind": "omic_licence"}),
    "omic_cases": MeasureDefinition("quantity_micro", {"kind": "case", "stream": "omic"}, scale=1_000_000),
    **{f"{name}_x100": MeasureDefinition("points_x100", {"component": name}) for name in COMPONENTS[4:]},
    "contracted_hours_micro": MeasureDefinition("quantity_micro", {"kind": "contracted_hours"}),
    "reduction_hours_micro": MeasureDefinition("quantity_micro", {"kind": "reduction"}, sign=-1),
    "suspended_cases": MeasureDefinition("active_cases", {"suspended": 1}),
    "untiered_cases": MeasureDefinition("active_cases", {"tier": "0"}),
    # community orders without another requirement, and those the input flags; no licence, nobody in custody
    "unpaid_only_cases": MeasureDefinition(
        "quantity_micro",
        {
            "kind": "case",
            "status": "active",
            "stream": ("standard", "t2a"),
            "location": "community",
            "tier": NO_MANDATE,
        },
        scale=1_000_000,
        others=({"kind": "unpaid_only"},),
    ),
}


def measured(lines: Iterable[Mapping[str, Any]], measures: Iterable[str] = tuple(SHARES)) -> dict[str, int]:
    """Measures of a few lines at hand (`lines.LINE` by column), as `totals` sums them in an engine."""
    rows = list(lines)
    found = {}
    for name in measures:
        share = SHARES[name]
        whole = sum(row[share.column] for row in rows if share.holds(row))
        found[name] = share.sign * whole // share.scale
    return found
