"""What a reason allows a reduction to take off, and days missed between the stages of a trainee."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from itertools import pairwise

from wmt.site.availability.limits import Limits, Reason
from wmt.site.availability.plan import Cut, Plan, Post
from wmt.site.availability.words import day_words, hours_words, percent_words

_WHOLE = 10_000


def broken_share(limits: Limits, post: Post, plan: Plan, reason: Reason, cut: Cut) -> tuple[str, str] | None:
    """How a reduction breaks the share of its reason on a day that it runs, as code and words."""
    for start, _ in plan.spans(cut.first_day, cut.last_day):
        if not limits.knows(post, plan, start):
            continue
        hours = limits.contracted(post, plan, start)
        taken = cut.taken_off(hours) * _WHOLE
        if reason.allowance_x100 is not None and taken != hours * reason.allowance_x100:
            share = percent_words(reason.allowance_x100)
            worth = hours_words(hours * reason.allowance_x100 // _WHOLE)
            return "SHARE_FIXED", f"{reason.short_name} takes off {share} of the contracted hours: {worth}"
        if reason.max_x100 is not None and taken > hours * reason.max_x100:
            most = f"{percent_words(reason.max_x100)} of the contracted hours"
            worth = hours_words(hours * reason.max_x100 // _WHOLE)
            return "SHARE_TOO_HIGH", f"{reason.short_name} allows at most {most}: {worth}"
    return None


def gap_warnings(plan: Plan, reasons: Mapping[str, Reason], stages: Collection[str]) -> list[str]:
    """Days missed between two stages of a trainee, in words: they would show as full-time days."""
    found = sorted((cut for cut in plan.reductions if cut.reason in stages), key=lambda cut: cut.first_day)
    said = []
    for former, later in pairwise(found):
        if former.last_day is not None and timedelta(1) < later.first_day - former.last_day < timedelta(32):
            first, last = former.last_day + timedelta(1), later.first_day - timedelta(1)
            said.append(
                f"From {day_words(first)} to {day_words(last)} no stage counts, between "
                f"{reasons[former.reason].short_name} and {reasons[later.reason].short_name}"
            )
    return said
