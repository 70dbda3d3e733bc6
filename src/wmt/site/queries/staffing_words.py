"""What the figures of people needed mean, in plain words."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wmt.site.queries import staffing as query
from wmt.staffing import gap

#: The kinds of work by their names in the rules.
KINDS = {
    "high": "high-risk cases (tiers A and B)",
    "medium": "medium-risk cases (tier C)",
    "low": "low-risk cases (tier D and lower)",
    "reports": "court reports",
    "other": "other work with points",
}
_LINES = {
    "case": "cases",
    "report": "reports",
    "contact": "help with colleagues’ cases",
    "meetings_before_release": "meetings before release",
}


def days_words(found: gap.Staffing) -> str:
    """What three more days away cost."""
    least, most = (_tenths(gap.places(each)) for each in sorted(query.cost_of_days(found, 3)))
    cost = least if least == most else f"{least} to {most}"
    return f"Three more sick days a year for everybody would cost {cost} full-time people (FTE)."


def why_words(told: Mapping[str, Any]) -> str:
    """Why the two readings differ."""
    work, net, nat = told["work"], told["net_percent"], told["nat_percent"]
    product, together = (_tenths(work[f"fte_by_points_{chain}"]) for chain in ("product", "sum"))
    return (
        f"The two readings differ because NET ({net:.1f}%) and NAT ({nat:.1f}%) can be taken off one after "
        f"the other, so that NAT is a share of what NET leaves ({product} FTE for the work), or together, as "
        f"shares of all contracted time, which leaves less of it ({together} FTE)."
    )


def line_words(line: Mapping[str, Any]) -> str:
    """What a line of work is; cases of T2A, which have points of their own, are said to be such."""
    said = _LINES.get(line["line"], line["line"].replace("_", " "))
    return f"{said}, T2A" if line["rule"].startswith("t2a_points.") else said


def unmet(told: Mapping[str, Any], key: str) -> Decimal | None:
    """What the grades that are short lack together, by a column of what is short; None where no other grade
    has more people than its work needs, so that the row of all grades says the same."""
    found = [each[key] for each in told["grades"]]
    lacking = sum((each for each in found if each > 0), Decimal())
    return lacking if lacking and min(found) < 0 else None


def unmet_words(told: Mapping[str, Any]) -> str:
    """That people of one grade do not make up for another, where some grade has more than its work needs."""
    lacking = unmet(told, "short" if told["reasons"] else "most_short")
    if lacking is None:
        return ""
    most = "" if told["reasons"] else "up to "
    return (
        f" Grade by grade {most}{_tenths(lacking)} are short: people of one grade do not make up for another."
    )


def _tenths(value: Decimal) -> str:
    """FTE as people read them."""
    return f"{value:,.1f}"
