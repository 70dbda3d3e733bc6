"""One side of a move in words: what a line was before, or is after, and the rule that priced it."""

from collections.abc import Mapping
from typing import Any

from wmt.ledger import LineReason
from wmt.ledger.serialise import micro
from wmt.site.web.units import labels
from wmt.site.workload.models import Pricing

BEFORE, AFTER = "before", "after"
_STATUS = {
    "warrant": str(LineReason.WARRANT),
    "overdue": str(LineReason.OVERDUE),
    "lifer": str(LineReason.SUSPENDED_LIFER),
    "suspended_lifer": str(LineReason.SUSPENDED_LIFER),
    "filtered": "not active in the extract",
    "uncommenced": "requirement not commenced",
}
_HOURS = ("contracted_hours", "reduction")


def side_words(move: Mapping[str, Any], when: str) -> str:
    """What a move's line was or is; empty where there was none here."""
    kind = move["kind"]
    quantity = move[f"quantity_{when}_micro"] or 0
    if kind in _HOURS:
        found = micro(abs(quantity))
        return f"{found} hour{'' if found == 1 else 's'} a week" if quantity else ""
    if move[f"rule_{when}"] is None and move[f"status_{when}"] is None:
        return ""
    if kind == "case" and move["ref"] is None and not move.get("withheld"):
        return f"{_count(quantity)} × {_what(move, when)}" if quantity else ""
    if kind in ("case", "unpaid_work", "iom", "omic_licence"):
        status = move[f"status_{when}"] or ""
        return _what(move, when) + (
            f", {_STATUS.get(status, status)}" if status not in ("", "active") else ""
        )
    return f"{_count(quantity)} × {_what(move, when)}" if quantity > 1_000_000 else _what(move, when)


def _what(move: Mapping[str, Any], when: str) -> str:
    pricing = Pricing(
        kind=move["kind"],
        location=move[f"location_{when}"] or "",
        tier=move[f"tier_{when}"] or "",
        suspended=bool(move[f"suspended_{when}"]),
        stream=move[f"stream_{when}"] or "",
        rule=move[f"rule_{when}"] or "",
        each_x100=move["points_x100"],
    )
    return labels.what(pricing)


def _count(quantity_micro: int) -> str:
    return f"{micro(quantity_micro):,}"


def kind_words(kind: str) -> str:
    return {
        "case": "Case",
        **labels.WEIGHTINGS,
        "report": "Report",
        "contact": "Contact",
        "contracted_hours": "Contracted hours",
        "reduction": "Reduction",
        "omic_licence": "OMiC case",
    }.get(kind, kind.replace("_", " ").capitalize())
