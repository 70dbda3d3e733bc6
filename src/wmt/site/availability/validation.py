"""Changes that somebody wants, and what they would come to: checked against all that stands, before anything.

The same check stands behind every mouth: pages, tables that are uploaded, the API and the command line.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from wmt.days import RANGES
from wmt.facts import GRADES
from wmt.facts.enums import MICRO
from wmt.intake.people_model import last_of_months
from wmt.site.availability.allowances import (
    above_contract,
    broken_share,
    cut_at_contract,
)
from wmt.site.availability.change_requests import Change, ChangeFault, Checked
from wmt.site.availability.labels import day_words, entry_words, hours_words
from wmt.site.availability.limits import ReasonOnDay, RecordLimits
from wmt.site.availability.records import (
    Entry,
    GradeRecord,
    HoursRecord,
    Post,
    PostRecords,
    ReductionRecord,
)
from wmt.text import NOTE, counted

ENTRIES: dict[str, type[Entry]] = {"hours": HoursRecord, "reduction": ReductionRecord, "grade": GradeRecord}

#: Days people may enter: from the first until before the last.
FIRST_DAY, LAST_DAY = RANGES["record"][0], RANGES["record"][1] + timedelta(days=1)
NOTES = 4_000
WHY = 1_000
_WEEK_MICRO = 168 * MICRO
_HOURS_STEP, _SHARE_MOST = MICRO // 100, 10_000


@dataclass
class _Work:
    """The changes being checked one after the other, each against what those before it made."""

    limits: RecordLimits
    before: dict[Post, PostRecords]
    after: dict[Post, PostRecords]
    entries: list[Entry | None] = field(default_factory=list)
    faults: list[ChangeFault] = field(default_factory=list)
    conflicts: list[ChangeFault] = field(default_factory=list)
    warnings: list[ChangeFault] = field(default_factory=list)


def checked(
    plans: Mapping[Post, PostRecords], changes: Sequence[Change], limits: RecordLimits, keys: Sequence[str]
) -> Checked:
    """What the changes come to. `plans` are of every post of the changes; `keys` are for what is new."""
    work = _Work(limits, dict(plans), dict(plans))
    for index, (change, key) in enumerate(zip(changes, keys, strict=True)):
        work.entries.append(_one(work, index, change, key))
    places: dict[Post, list[int]] = {}
    for index, change in enumerate(changes):
        places.setdefault(change.post, []).append(index)
    for post, indexes in places.items():
        _check_kept(work, post, indexes)
        _check_sums(work, post, indexes)
    return Checked(work.before, work.after, work.entries, work.faults, work.conflicts, work.warnings)


def _one(work: _Work, index: int, change: Change, key: str) -> Entry | None:
    plan = work.after.get(change.post, PostRecords())
    standing = _standing(plan, change) if change.key else None
    if standing is not None and _is_touched(work, change):
        text = "These changes name this record twice: say in one change what it is to be"
        _fault(work, index, "RECORD_TWICE", "key", text, [_said(work, standing)])
        return None
    if change.key and standing is None:
        work.conflicts.append(
            ChangeFault("GONE", "Someone else has deleted this record, or it does not exist.", index=index)
        )
        return None
    if standing is not None and change.version and change.version != standing.version:
        text = "Someone else has changed this record since you opened it. It is now:"
        work.conflicts.append(ChangeFault("CHANGED", text, index=index, shown=[_said(work, standing)]))
        return None
    if change.withdraw:
        work.after[change.post] = plan.without(ENTRIES[change.kind], change.key)
        return None
    made = len(work.faults)
    entry = _MAKERS[change.kind](work, index, change, key)
    if entry is None or len(work.faults) > made:
        return None
    work.after[change.post] = plan.with_entry(entry)
    return entry


def _standing(plan: PostRecords, change: Change) -> Entry | None:
    entries: dict[str, Iterable[Entry]] = {
        "hours": plan.hours, "reduction": plan.reductions, "grade": plan.grades
    }  # fmt: skip
    return next((each for each in entries[change.kind] if each.key == change.key), None)


def _is_touched(work: _Work, change: Change) -> bool:
    """Whether an earlier one of the changes made what stands by now."""
    kind = ENTRIES[change.kind]
    return any(isinstance(each, kind) and each.key == change.key for each in work.entries)


def _said(work: _Work, entry: Entry) -> str:
    return entry_words(entry, work.limits.reasons)


def _fault(
    work: _Work, index: int, code: str, field_name: str, message: str, shown: Sequence[str] = ()
) -> None:
    work.faults.append(ChangeFault(code, message, field_name, index, shown))


def _first_day(work: _Work, index: int, change: Change) -> date | None:
    if change.first_day is None:
        _fault(work, index, "FIRST_DAY_MISSING", "first_day", "Enter the first day")
    elif change.first_day == date.min and change.kind == "hours":
        return change.first_day  # hours alone may count from the beginning
    elif not FIRST_DAY <= change.first_day < LAST_DAY:
        _fault(work, index, "DAY_OUT_OF_RANGE", "first_day", "The first day must be between 1900 and 2098")
    else:
        return change.first_day
    return None


def _last_day(work: _Work, index: int, change: Change, first: date | None) -> date | None:
    last = change.last_day
    if last is not None and not FIRST_DAY <= last < LAST_DAY:
        _fault(work, index, "DAY_OUT_OF_RANGE", "last_day", "The last day must be between 1900 and 2098")
    elif last is not None and first is not None and last < first:
        text = f"The last day, {day_words(last)}, is before the first, {day_words(first)}. Both days count."
        _fault(work, index, "LAST_BEFORE_FIRST", "last_day", text)
    return last


def _hours(work: _Work, index: int, change: Change, key: str) -> HoursRecord | None:
    first, hours = _first_day(work, index, change), change.hours_micro
    if hours is None:
        _fault(work, index, "HOURS_MISSING", "hours_micro", "Enter the contracted hours a week")
    elif not 0 <= hours <= work.limits.most_micro:
        most = hours_words(work.limits.most_micro)
        text = f"Contracted hours must be from 0 to {most}, not {hours_words(hours)}"
        _fault(work, index, "HOURS_OUT_OF_RANGE", "hours_micro", text)
    elif hours % _HOURS_STEP:
        _fault(work, index, "HOURS_TOO_FINE", "hours_micro", "Contracted hours have at most two decimals")
    same = [
        each
        for each in work.after.get(change.post, PostRecords()).hours
        if each.first_day == first and each.key != key
    ]
    if same:
        text = f"Hours from {day_words(same[0].first_day)} are entered already: change those instead"
        _fault(work, index, "HOURS_TWICE", "first_day", text, [_said(work, same[0])])
    if first is None or hours is None:
        return None
    grade = work.limits.grade(change.post, _plan(work, change), first)
    full = work.limits.full_time_micro.get(grade, 0)
    if full and hours > full:
        text = f"{hours_words(hours)} is more than a full-time week of {hours_words(full)}"
        work.warnings.append(ChangeFault("MORE_THAN_FULL_TIME", text, "hours_micro", index))
    return HoursRecord(key=key, version=change.version, first_day=first, hours_micro=hours)


def _reduction(work: _Work, index: int, change: Change, key: str) -> ReductionRecord | None:
    standing = _standing(work.after.get(change.post, PostRecords()), change) if change.key else None
    reason = _reason(work, index, change, standing if isinstance(standing, ReductionRecord) else None)
    first = _first_day(work, index, change)
    if len(change.notes) > NOTES:
        _fault(work, index, "NOTES_TOO_LONG", "notes", f"Notes can have {NOTES:,} characters at most")
    last = _last_day(work, index, change, first)
    if first and reason and reason.months is not None:
        kept = standing.last_day if isinstance(standing, ReductionRecord) else None
        last = _until_expiry(work, index, reason, (first, last), kept)
    hours, percent = change.hours_micro, change.percent_x100
    if hours is None and percent is None and reason is not None and reason.allowance_x100 is not None:
        percent = reason.allowance_x100
    if (hours is None) == (percent is None):
        text = "Enter hours or a percentage of the contracted hours" + (
            ", not both" if hours is not None else ""
        )
        _fault(work, index, "HOURS_OR_PERCENT", "hours_micro", text)
        return None
    if percent is not None and not 0 <= percent <= _SHARE_MOST:
        _fault(work, index, "PERCENT_OUT_OF_RANGE", "percent_x100", "The percentage must be from 0 to 100")
        return None
    if hours is not None and not 0 <= hours <= _WEEK_MICRO:
        _fault(work, index, "HOURS_OUT_OF_RANGE", "hours_micro", "The hours must be from 0 to 168 a week")
        return None
    if reason is None or first is None or (last is not None and last < first):
        return None
    cut = ReductionRecord(
        key=key, version=change.version, reason=reason.reason, hours_micro=hours, percent_x100=percent,
        first_day=first, last_day=last, notes=NOTE.mended(change.notes),
    )  # fmt: skip
    twin = next((each for each in _plan(work, change).reductions if each.is_twin_of(cut)), None)
    if twin is not None:
        text = "The same reduction is entered already: change that one instead"
        _fault(work, index, "REDUCTION_TWICE", "first_day", text, [_said(work, twin)])
    _check_share(work, index, change.post, reason, cut)
    alone = above_contract(work.limits, change.post, _plan(work, change), cut)
    if alone is not None:
        fault = ChangeFault("ABOVE_HOURS", alone, _amount_field(cut), index, (), change.post)
        (work.faults if work.limits.strict else work.warnings).append(fault)
    return cut


def _plan(work: _Work, change: Change) -> PostRecords:
    return work.after.get(change.post, PostRecords())


def _reason(work: _Work, index: int, change: Change, standing: ReductionRecord | None) -> ReasonOnDay | None:
    reason = work.limits.reasons.get(change.reason)
    if not change.reason:
        _fault(work, index, "REASON_MISSING", "reason", "Choose a reason")
    elif reason is None:
        _fault(work, index, "REASON_UNKNOWN", "reason", f"There is no reason '{change.reason[:60]}'")
    elif not reason.enabled and not (standing and standing.reason == reason.reason):
        text = f"{reason.short_name} is retired: choose another reason. Existing reductions continue."
        if work.limits.strict:
            _fault(work, index, "REASON_RETIRED", "reason", text)
        else:
            work.warnings.append(ChangeFault("REASON_RETIRED", text, "reason", index))
    return reason


def _until_expiry(
    work: _Work, index: int, reason: ReasonOnDay, days: tuple[date, date | None], kept: date | None
) -> date | None:
    """The last day a reason allows: filled in where none is given, refused where it is later.

    `kept` is the last day that stands: a table may have brought a later one, and nobody need shorten it.
    """
    first, last = days
    usual = last_of_months(first, reason.months or 0)
    latest = last_of_months(first, max(reason.months or 0, reason.longest or 0))
    if last is not None and last <= max(latest, kept or latest):
        return last
    span = f"from {day_words(first)} to {day_words(latest)} at most"
    most = counted(max(reason.months or 0, reason.longest or 0), "month")
    text = f"{reason.short_name} lasts up to {most}: {span}"
    if not work.limits.strict:
        if last is not None:
            work.warnings.append(ChangeFault("EXPIRY", text, "last_day", index))
        return last
    if last is not None:
        _fault(work, index, "EXPIRY", "last_day", text)
    return usual


def _check_share(work: _Work, index: int, post: Post, reason: ReasonOnDay, cut: ReductionRecord) -> None:
    """The fixed and the highest share of a reason, against the hours of every day the reduction runs."""
    found = broken_share(work.limits, post, work.after.get(post, PostRecords()), reason, cut)
    if found is None:
        return
    code, text = found
    if code == "SHARE_FIXED" and not work.limits.strict:
        work.warnings.append(ChangeFault(code, text, _amount_field(cut), index))
    else:
        _fault(work, index, code, _amount_field(cut), text)


def _amount_field(cut: ReductionRecord) -> str:
    return "hours_micro" if cut.percent_x100 is None else "percent_x100"


def _grade(work: _Work, index: int, change: Change, key: str) -> GradeRecord | None:
    first = _first_day(work, index, change)
    last = _last_day(work, index, change, first)
    if change.grade not in GRADES:
        _fault(work, index, "GRADE_UNKNOWN", "grade", f"Choose a grade: {', '.join(GRADES)}")
        return None
    same = [each for each in _plan(work, change).grades if each.first_day == first and each.key != key]
    if same:
        text = f"A correction from {day_words(same[0].first_day)} is entered already: change that one instead"
        _fault(work, index, "GRADE_TWICE", "first_day", text, [_said(work, same[0])])
    if len(change.why) > WHY:
        _fault(work, index, "WHY_TOO_LONG", "why", f"The reason why can have {WHY:,} characters at most")
    if first is None:
        return None
    return GradeRecord(key=key, version=change.version, grade=change.grade, first_day=first, last_day=last)


_MAKERS = {"hours": _hours, "reduction": _reduction, "grade": _grade}


def _check_kept(work: _Work, post: Post, indexes: Sequence[int]) -> None:
    """Reductions that stay as they are, under the hours and grades there will be: a highest share holds."""
    former, plan = work.before.get(post, PostRecords()), work.after.get(post, PostRecords())
    for cut in (each for each in plan.reductions if each in former.reductions):
        reason = work.limits.reasons.get(cut.reason)
        found = broken_share(work.limits, post, plan, reason, cut) if reason else None
        if reason is None or found is None or broken_share(work.limits, post, former, reason, cut):
            continue
        code, text = found
        index = indexes[0] if len(indexes) == 1 else None
        fault = ChangeFault(code, f"{text}. Change this too:", "", index, [_said(work, cut)], post)
        stops = code == "SHARE_TOO_HIGH" and work.limits.strict
        (work.faults if stops else work.warnings).append(fault)


def _check_sums(work: _Work, post: Post, indexes: Sequence[int]) -> None:
    """Reductions that together take off more than there is: accepted, cut at the contract, and said."""
    former, plan = work.before.get(post, PostRecords()), work.after.get(post, PostRecords())
    found = cut_at_contract(work.limits, post, former, plan)
    if found is not None:
        text, took = found
        index = indexes[0] if len(indexes) == 1 else None
        shown = [f"{_said(work, cut)} takes {words}" for cut, words in took]
        work.warnings.append(ChangeFault("CUT_AT_CONTRACT", text, "", index, shown, post))


def posts_of(changes: Iterable[Change]) -> list[Post]:
    """The posts that changes are about, each once, in the order of their codes."""
    return sorted({change.post for change in changes})
