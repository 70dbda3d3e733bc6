"""What the figures of people needed mean, in plain words."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wmt.site.queries import staffing as query
from wmt.staffing import gap


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


def _tenths(value: Decimal) -> str:
    """FTE as people read them."""
    return f"{value:,.1f}"
