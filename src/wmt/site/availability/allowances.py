"""What a reason allows a reduction to take off, and days missed between the stages of a trainee."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from itertools import pairwise

from wmt.site.availability.labels import day_words, hours_words, percent_words
from wmt.site.availability.limits import ReasonOnDay, RecordLimits
from wmt.site.availability.records import Post, PostRecords, ReductionRecord, taken_in_order

_WHOLE = 10_000


def broken_share(
    limits: RecordLimits, post: Post, plan: PostRecords, reason: ReasonOnDay, cut: ReductionRecord
) -> tuple[str, str] | None:
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


def above_contract(limits: RecordLimits, post: Post, plan: PostRecords, cut: ReductionRecord) -> str | None:
    """How a reduction alone is more than the contract, in words: a slip of the hand, as no absence is."""
    for start, _ in plan.spans(cut.first_day, cut.last_day):
        hours = limits.contracted(post, plan, start)
        if limits.knows(post, plan, start) and cut.taken_off(hours) > hours:
            return (
                f"{hours_words(cut.taken_off(hours))} is more than the {hours_words(hours)} contracted on "
                f"{day_words(start)}. Enter {hours_words(hours)} or less"
            )
    return None


def cut_at_contract(
    limits: RecordLimits, post: Post, former: PostRecords, plan: PostRecords
) -> tuple[str, list[tuple[ReductionRecord, str]]] | None:
    """The first day on which reductions add up to more than the contract, and what each takes, in words.

    None where they do not, or did so as much before. The ledger cuts them there (rule 6), in this order.
    """
    days = [day for day in {*plan.days(), *former.days()} if day > date.min]
    for day in sorted(days):
        over = _over(limits, post, plan, day)
        if over <= max(0, _over(limits, post, former, day)):
            continue
        hours = limits.contracted(post, plan, day)
        text = (
            f"From {day_words(day)} these reductions add up to {hours_words(hours + over)} a week, more than "
            f"the {hours_words(hours)} contracted. Only {hours_words(hours)} can be taken off:"
        )
        return text, [
            (cut, _took(wanted, took)) for cut, wanted, took in taken_in_order(plan.reductions_on(day), hours)
        ]
    return None


def _took(wanted: int, took: int) -> str:
    if took == wanted:
        return hours_words(took)
    return f"{hours_words(took)} instead of {hours_words(wanted)}, cut by {hours_words(wanted - took)}"


def _over(limits: RecordLimits, post: Post, plan: PostRecords, day: date) -> int:
    if not limits.knows(post, plan, day):
        return 0
    hours = limits.contracted(post, plan, day)
    return sum(cut.taken_off(hours) for cut in plan.reductions_on(day)) - hours


def gap_warnings(plan: PostRecords, reasons: Mapping[str, ReasonOnDay], stages: Collection[str]) -> list[str]:
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
