"""Which cases of a post fit a choice: by tier, type, planned end and what is marked on them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from wmt.allocation.cases import CaseToGive
from wmt.site.changes.case_deltas import case_lines
from wmt.site.figures import line_queries
from wmt.site.queries import case_nights
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: What can be marked on a case, with its words.
FLAGS = {
    "t2a": "Transition to adulthood (T2A)",
    "suspended": "Supervision suspended",
    "unpaid_work": "Unpaid work",
    "iom": "Integrated offender management (IOM)",
    "none": "None of these",
}
#: The tier of cases without one.
UNTIERED = "untiered"


@dataclass(frozen=True, kw_only=True)
class CaseSelection:
    """A choice among the cases of a post; what is empty or None leaves all.

    `letter` is that of the tier, or `UNTIERED`; `flag` is of `FLAGS`, `cohort` the code of one of the rules.
    With `ends_within` only those that the data plans to end within so many days, with `stays` only those it
    does not plan to end within so many.
    """

    location: str = ""
    letter: str = ""
    flag: str = ""
    cohort: str = ""
    ends_within: int | None = None
    stays: int | None = None


def fitting(
    chosen: CaseSelection, state: State, holder: Unit, cases: Sequence[CaseToGive]
) -> list[CaseToGive]:
    """Those of some cases of a post that fit a choice, in their order."""
    flags = _flags(state, holder, cases) if chosen.flag else {}
    cohort = _in_cohort(state, holder, cases, chosen.cohort) if chosen.cohort else frozenset[str]()
    days = chosen.ends_within if chosen.ends_within is not None else chosen.stays
    ends: Collection[str] = ()
    if days is not None:
        last = state.day + timedelta(days)
        ends = case_nights.planned_ends(state.night, settings.CONFIG.nights, state.day, last)

    def fits(case: CaseToGive) -> bool:
        letter = UNTIERED if case.tier == "0" else case.tier[0]
        marked = flags.get(case.ref or "", set())
        return (
            chosen.location in ("", case.location)
            and chosen.letter in ("", letter)
            and (chosen.flag in ("", *marked) or (chosen.flag == "none" and not marked))
            and (not chosen.cohort or case.ref in cohort)
            and (chosen.ends_within is None or case.ref in ends)
            and (chosen.stays is None or case.ref not in ends)
        )

    return [case for case in cases if fits(case)]


def _in_cohort(state: State, holder: Unit, cases: Sequence[CaseToGive], code: str) -> frozenset[str]:
    """The references of those that the night marks as in a cohort."""
    lines = case_lines(state, [case.ref or "" for case in cases])
    return frozenset(
        line.ref for line in lines if line.post_no == holder.number and code in line.cohorts.split()
    )


def _flags(state: State, holder: Unit, cases: Sequence[CaseToGive]) -> dict[str, set[str]]:
    """What is marked on each case, by its reference."""
    found, pricing = defaultdict[str, set[str]](set), line_queries.pricing_of(state)
    for case in cases:
        found[case.ref or ""] |= {"t2a"} & {case.stream} | ({"suspended"} if case.suspended else set())
    for line in case_lines(state, [case.ref or "" for case in cases]):
        kind = "unpaid_work" if pricing[line.pricing].kind == "unpaid_only" else pricing[line.pricing].kind
        if kind in FLAGS and line.post_no == holder.number:
            found[line.ref].add(kind)
    return found
