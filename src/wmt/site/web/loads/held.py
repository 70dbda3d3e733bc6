"""A held night on its page: what it was compared with, the form of the decision, and what was decided."""

from typing import Any

from django import forms

from wmt.nights.plausibility import verdict_of
from wmt.nights.plausibility_labels import moment, row
from wmt.site.tables import Column, Row, Table, text
from wmt.site.workload.models import Load

_LONGEST_REASON = 1_000


class DecisionForm(forms.Form):
    """Why a held night is accepted or rejected, and which of the two."""

    reason = forms.CharField(
        max_length=_LONGEST_REASON,
        error_messages={"required": "Enter a reason"},
    )
    decision = forms.ChoiceField(
        choices=[("accept", "accept"), ("reject", "reject")],
        error_messages={"required": "Choose whether to accept or reject the data"},
    )


def tables(load: Load) -> list[Table]:
    """What a night was compared with: one table for each night beside it."""
    verdict = verdict_of(load.verdict)
    columns = (Column("what", "Measure"), Column("before", "Before"), Column("now", "Now"),
               Column("change", "Change"), Column("limit", "Limit"),
               Column("verdict", "Over the limit"))  # fmt: skip
    found = []
    for number, name in enumerate(verdict.beside):
        rows = []
        for difference in (each for night, each in verdict.differences if night == name):
            what, before, now, change, limit = row(difference)
            values = {
                "what": text(what),
                "before": text(before),
                "now": text(now),
                "change": text(change),
                "limit": text(limit),
                "verdict": text("Yes" if difference.beyond else "No"),
            }
            rows.append(Row(values))
        day, _, clock = name.partition("T")
        named = moment(f"{day}T{clock[:2]}:{clock[2:4]}") + (", as corrected" if "." in name else "")
        found.append(Table(f"beside-{number}", f"Compared with data from {named}", columns, rows))
    return found


def decided(load: Load) -> str:
    """What somebody decided on a load, in a sentence; empty where nobody had to."""
    decision: dict[str, Any] = load.decision
    if not decision.get("reason") or not load.verdict:
        return ""
    return f"{decision['by']} {decision['is']} it. Reason: {decision['reason']}"
