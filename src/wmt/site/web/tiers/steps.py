"""How a tier was worked out, as the calculator and the page of a case show it."""

from typing import Any

from django.urls import reverse

from wmt.site import tables
from wmt.tiering.rulebook import AG


def steps_table(case: dict[str, Any]) -> tables.Table:
    """Every step in its order, with its points where the scheme has any, and the rules it follows."""
    columns = [tables.Column("step", "What counts", "text")]
    columns += [tables.Column("points", "Points", "number")] if case["scheme"] != AG else []
    columns += [tables.Column("gives", "Gives", "text"), tables.Column("rule", "Rules", "text")]
    rows = [
        tables.Row(
            {
                "step": tables.text(step["words"]),
                "points": tables.Value(
                    step["points"], text="" if step["points"] is None else str(step["points"])
                ),
                "gives": tables.text(step["gives"] or ""),
                "rule": tables.text("Rules", f"{reverse('rules')}?q={step['rule']}"),
            }
        )
        for step in case["steps"]
    ]
    return tables.Table("steps", "How the tier is worked out", columns, rows)


def tier_words(case: dict[str, Any]) -> str:
    """A tier in words: 'B2S', 'C, provisional', 'missing'."""
    tier = {"MISSING": "missing", "NOT_SUPERVISED": "not supervised", None: "none"}.get(
        case["tier"], case["tier"]
    )
    return f"{tier}, provisional" if case["provisional"] else str(tier)
