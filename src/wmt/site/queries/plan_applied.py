"""The steps of a plan that were applied: what each became, what of it was undone since, and for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from wmt.plan.kept_plan import read_kept
from wmt.plan.plan_file import Plan
from wmt.site.allocation import access
from wmt.site.allocation.models import CaseAllocation
from wmt.site.availability.models import KINDS
from wmt.site.changes.plan_again import RecordsOfSteps
from wmt.site.links import unit_url
from wmt.site.plans.models import AppliedStep, SavedPlan
from wmt.site.queries.plan_effects import PlanReading, unit_of_plan
from wmt.site.workload.state import State


@dataclass(frozen=True)
class StepApplied:
    """A step that was applied, in words for its reader; `undone` of `made` records it became are undone, and
    `to_return` of these not in the plan again.

    `ways` are where the reader may read what it became: (address, what it is).
    """

    row: AppliedStep
    words: str
    made: int
    undone: int
    to_return: int
    ways: Sequence[tuple[str, str]]


def applied_steps(row: SavedPlan, reader: Any, state: State) -> list[StepApplied]:
    """The applied steps of a plan, the last applied first."""
    rows = list(
        AppliedStep.objects.filter(application__plan=row)
        .select_related("application").order_by("-application", "number", "pk")
    )  # fmt: skip
    if not rows:
        return []
    steps = [read_kept(each.text, row.name).steps[0] for each in rows]
    plan = Plan(name=row.name, steps=[]).model_copy(update={"steps": steps})
    said = PlanReading(plan, row.owner, reader, unit_of_plan(state, reader, row), state).spoken()
    records, seen = RecordsOfSteps(rows), access.readable(reader, state)
    found = []
    for each, words in zip(rows, said, strict=True):
        ways = {
            unit_url("post", post, "hours"): f"Hours of {post}"
            for kind, _, post in each.made
            if kind in KINDS
        }
        ways |= {unit_url("pdu", pdu, "priority"): f"Priorities of {pdu}"
                 for kind, _, pdu in each.made if kind == "priority level"}  # fmt: skip
        for decision in filter(None, map(seen, records.decisions(each))):
            if isinstance(decision, CaseAllocation):
                ways[reverse("allocation-batch", args=[decision.batch])] = "Allocations"
            else:
                ways[reverse("case-changed", args=[decision.pk])] = "Change of tier or type"
        undone, left = len(records.undone(each)), len(records.to_return(each))
        found.append(StepApplied(each, words, len(each.made), undone, left, list(ways.items())))
    return found
