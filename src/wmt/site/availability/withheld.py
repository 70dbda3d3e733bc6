"""Reductions as somebody may read them: outside their reach only the hours and the days.

Everything that gives the reason away goes with it: the key of the record, the share that was entered (some
reasons have one of their own), and the notes.
"""

from collections.abc import Callable
from dataclasses import replace

from wmt.site.availability.records import PostRecords, ReductionRecord
from wmt.site.figures.withheld import REDUCED


def without_reason(cut: ReductionRecord, contracted_micro: int) -> ReductionRecord:
    """A reduction as hours off so many contracted hours."""
    return replace(
        cut, key="", version=0, reason=REDUCED, hours_micro=cut.taken_off(contracted_micro),
        percent_x100=None, notes="",
    )  # fmt: skip


def plan_without_reasons(plan: PostRecords, contracted: Callable[[ReductionRecord], int]) -> PostRecords:
    """A plan whose reductions are all so. `contracted`: the hours that a reduction comes off."""
    cuts = tuple(without_reason(cut, contracted(cut)) for cut in plan.reductions)
    return replace(plan, reductions=cuts)
