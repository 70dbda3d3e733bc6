"""A step of a plan done for good: by the actions it would be done with by hand, their checks and rights.

What cannot be done by an action here is refused with what to do instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from functools import singledispatch
from typing import Any, NamedTuple

from wmt.allocation.cases import read_kind
from wmt.facts import micro_hours
from wmt.plan import plan_file
from wmt.plan.facts_changed import CaseRow
from wmt.plan.laid_plan import LaidPlan
from wmt.site.allocation.labels import INITIAL
from wmt.site.availability.change_requests import Change, Kind
from wmt.site.availability.labels import day_words, entry_words, hours_words, percent_words
from wmt.site.availability.models import OfPost
from wmt.site.availability.queries import as_entry, plans_of, reasons_on
from wmt.site.availability.records import Entry, Post, ReductionRecord
from wmt.site.changes import actions, case_kinds, priority, spread
from wmt.site.changes import allocation_preview as preview
from wmt.site.figures.placeholders import placeholders
from wmt.site.priorities import levels
from wmt.site.workload.state import State
from wmt.text import SEPARATOR

#: The reason of reductions unless another is chosen: 'Other' of the published reasons, as plans are laid.
OTHER_REDUCTION = "11"


@dataclass(frozen=True, kw_only=True)
class PlanReasons(preview.AllocationReasons):
    """Why steps are applied: `reason` of cases that move, `change_reason` of those that become of another
    type or tier, `reduction_reason` of reductions, `level_why` (in words, for everybody) of priority levels.
    `notes` go with each of the others."""

    change_reason: str = ""
    reduction_reason: str = ""
    level_why: str = ""


class CaseOnItsWay(NamedTuple):
    """What a step does to some cases alike: '' is the reference of those that are counted."""

    ref: str
    from_post: str
    to_post: str


class PlanChange(NamedTuple):
    """Something a step became: `kind` is 'allocation', 'case change', 'hours', 'reduction', 'grade' or
    'priority level'; `record` the number or the key of what was recorded ('' of what was deleted); `post`
    whose it is now, of a level the PDU."""

    kind: str
    record: str
    post: str
    words: str
    ref: str = ""
    from_post: str = ""


@dataclass
class LoggedPlan(LaidPlan):
    """A plan being laid that notes which case goes where."""

    log: list[CaseOnItsWay] = field(default_factory=list)

    def put(self, taken: Sequence[CaseRow], given: Sequence[tuple[CaseRow, int, int]], to: Any = ()) -> None:
        there = {number: code for code, (number, _) in self.posts.items()}
        self.log += [CaseOnItsWay(row.ref or "", there[row.post_no], there[no]) for row, no, _ in given]
        super().put(taken, given, to)


@dataclass
class StepWork:
    """How steps are done: by whom, why, and in which figures. In a draft reasons may be missing, and what
    would need one is noted: who goes over the threshold, and what the rules say against it."""

    actor: Any
    who: str
    wanted: PlanReasons
    state: State
    draft: bool = False
    log: Sequence[CaseOnItsWay] = ()  # what the step that is being done does to cases
    cases: int = 0  # that moved or became something else so far
    asked: set[str] = field(default_factory=set)  # names of the reasons that are chosen
    over: dict[str, None] = field(default_factory=dict)
    why_not: dict[str, None] = field(default_factory=dict)

    def reason(self, name: str, draft: str) -> str:
        """A reason that somebody must choose."""
        self.asked.add(name)
        return str(getattr(self.wanted, name) or (draft if self.draft else ""))

    def save(self, code: str, changes: Sequence[Change]) -> list[PlanChange]:
        """Enter records of a post."""
        saved = actions.save(actor=self.actor, who=self.who, changes=changes, why=self.wanted.notes)
        return [PlanChange(change.kind, "" if change.withdraw else row.key, code, _entered(change, row))
                for change, row in zip(changes, saved.entries, strict=True)]  # fmt: skip


@singledispatch
def do_step(step: Any, work: StepWork) -> list[PlanChange]:  # noqa: ARG001
    """Do a step for good: what it became. Raises Denied and RefusedError as its actions do."""
    raise preview.refused("NOT_HERE", ELSEWHERE.get(getattr(step, "do", ""), "It cannot be read"), "steps")


#: So many cases move or become something else at once, at most: everybody else's changes wait meanwhile, some
#: twentieths of a second for each case.
MOST_CASES = 60
#: Steps that are not done here, and where they are.
ELSEWHERE = {
    "end": "Cases end in nDelius, and the next data shows it",
    "arrive": "New cases come with the next data, or are recorded as waiting once they are known",
    "start": "The data does not have this person yet. Enter their hours once nDelius has them",
    "demand": "Demand cannot be changed here: the step says what the work would need",
    "rules": "Rules are the same for everybody and cannot be changed here",
}


@do_step.register
def _move(_: plan_file.MoveStep, work: StepWork) -> list[PlanChange]:
    return _given(work)


@do_step.register
def _become(step: plan_file.BecomeStep, work: StepWork) -> list[PlanChange]:
    stream, location, tier, suspended = read_kind(step.becomes, work.state.tier_scheme)
    if stream != "standard":
        raise preview.refused("T2A", "That a case is a T2A case comes from nDelius alone", "steps")
    _need_listed(work)
    made = []
    for each in work.log:
        wanted = case_kinds.KindChangeRequest(
            ref=each.ref, location=location, tier=tier, suspended=suspended, notes=work.wanted.notes,
            reason=work.reason("change_reason", "other"),
        )  # fmt: skip
        row, _ = case_kinds.change_kind(actor=work.actor, who=work.who, wanted=wanted)
        made.append(PlanChange("case change", str(row.pk), row.post, row.words, row.ref))
    return made


@do_step.register
def _hours(step: plan_file.HoursStep, work: StepWork) -> list[PlanChange]:
    return work.save(step.post, [_from_today(step.post, work, "hours", hours_micro=micro_hours(step.hours))])


@do_step.register
def _grade(step: plan_file.GradeStep, work: StepWork) -> list[PlanChange]:
    return work.save(step.post, [_from_today(step.post, work, "grade", grade=step.grade)])


@do_step.register
def _reduce(step: plan_file.ReduceStep, work: StepWork) -> list[PlanChange]:
    reason = work.reason("reduction_reason", OTHER_REDUCTION)
    if reason and reason not in reduction_reasons(work.state.day):
        raise preview.refused("REASON", "Choose one of the reasons that the form offers", "reason")
    more = Change(
        kind="reduction", post=codes_of(step.post), first_day=work.state.day,
        reason=reason,
        hours_micro=None if step.hours is None else micro_hours(step.hours),
        percent_x100=None if step.percent is None else int(step.percent * 100),
    )  # fmt: skip
    return work.save(step.post, [more])


@do_step.register
def _end_reductions(step: plan_file.EndReductionsStep, work: StepWork) -> list[PlanChange]:
    return work.save(step.post, _ended(step.post, work, step.reductions))


@do_step.register
def _leave(step: plan_file.LeaveStep, work: StepWork) -> list[PlanChange]:
    if work.log and not step.to:
        words = "Cases cannot be left with nobody here. Say in the step who gets them"
        raise preview.refused("NOBODY", words, "steps")
    none = _from_today(step.post, work, "hours", hours_micro=0)
    return [*_given(work), *work.save(step.post, [*_ended(step.post, work), none])]


@do_step.register
def _priority(step: plan_file.PriorityStep, work: StepWork) -> list[PlanChange]:
    """The level in force ends, and the new one holds from today; green is that none is set."""
    now, made = levels.not_green(work.state).get(step.pdu), []
    if step.level == (now.level if now else levels.GREEN):
        raise preview.refused("SAME", f"This PDU is at {step.level} already", "steps")
    if now is not None:
        ended = priority.end_level(actor=work.actor, who=work.who, number=now.pk)
        made.append(PlanChange("priority level", "", step.pdu, f"{ended.level} ends"))
    if step.level != levels.GREEN:
        wanted = priority.PriorityRequest(
            pdu=step.pdu, level=step.level, first_day=work.state.day, why=work.reason("level_why", "-")
        )
        row, _ = priority.set_level(actor=work.actor, who=work.who, wanted=wanted)
        words = f"{row.level} {priority.period(row)}"
        made.append(PlanChange("priority level", str(row.pk), step.pdu, words))
    return made


def reduction_reasons(day: date) -> dict[str, str]:
    """The reasons that a reduction of a plan may have: those that say neither how much nor until when, and
    are no stage of the training, which would do more than the plan foresees."""
    return {
        each.reason: each.short_name for each in reasons_on(day).values()
        if each.enabled and each.allowance_x100 is None and each.months is None
    }  # fmt: skip


def codes_of(code: str) -> Post:
    """The two codes of a post."""
    team, _, staff = code.partition(SEPARATOR)
    return team, staff


def _given(work: StepWork) -> list[PlanChange]:
    """Cases given away as they are when several are given: those of each holder together."""
    _need_listed(work)
    by_holder: dict[str, list[spread.CaseGiven]] = {}
    for each in work.log:
        by_holder.setdefault(each.from_post, []).append(spread.CaseGiven(each.ref, each.to_post))
    rows = []
    for holder, cases in by_holder.items():
        waits = holder in placeholders(work.state)
        reason = INITIAL if waits else work.reason("reason", "other")
        own = {each.name: getattr(work.wanted, each.name) for each in fields(preview.AllocationReasons)}
        for start in range(0, len(cases), spread.MOST):
            wanted = spread.SpreadRequest(
                from_post=holder, given=cases[start : start + spread.MOST],
                **{**own, "reason": reason, "key": ""},
            )  # fmt: skip
            looked = None
            if work.draft:
                wanted = replace(wanted, why_over="-", why_not_eligible="-", notes="", recipients=())
                looked = spread.look(actor=work.actor, wanted=wanted, state=work.state)
                work.over |= dict.fromkeys(looked.over)
                work.why_not |= dict.fromkeys(looked.why_not)
            rows += spread.spread(actor=work.actor, who=work.who, wanted=wanted, looked=looked)[0]
    return [PlanChange("allocation", str(row.pk), row.to_post, row.words, row.ref, row.from_post)
            for row in rows]  # fmt: skip


def _need_listed(work: StepWork) -> None:
    """Refuses cases that cannot change here, or so many at once."""
    if work.cases + len(work.log) > MOST_CASES:
        smaller = len(work.log) > MOST_CASES
        instead = "Make smaller steps of this one" if smaller else "Apply some steps first"
        words = f"{MOST_CASES} cases can change at once, at most. {instead}"
        raise preview.refused("TOO_MANY", words, "steps")
    if not all(each.ref for each in work.log):
        words = "The data counts some of these cases and does not list them by CRN. Change them in nDelius"
        raise preview.refused("COUNTED", words, "steps")


def _from_today(code: str, work: StepWork, kind: Kind, **values: Any) -> Change:
    """Hours or a grade from today: what was entered from today on already has another version."""
    post, day = codes_of(code), work.state.day
    stands = plans_of([post])[post]
    entries: Sequence[Entry] = stands.hours if kind == "hours" else stands.grades
    same = next((each for each in entries if each.first_day == day), None)
    known: dict[str, Any] = {"key": same.key, "version": same.version} if same else {}
    return Change(kind=kind, post=post, first_day=day, **known, **values)


def _ended(code: str, work: StepWork, keys: Sequence[str] = ()) -> list[Change]:
    """Reductions of a post (without `keys` all) that end yesterday; what begins from today on is deleted."""
    post, day = codes_of(code), work.state.day
    lasting = [
        cut for cut in plans_of([post])[post].reductions
        if (cut.last_day is None or cut.last_day >= day) and (not keys or cut.key in keys)
    ]  # fmt: skip
    return [
        Change(
            kind="reduction", post=post, key=cut.key, version=cut.version, withdraw=cut.first_day >= day,
            reason=cut.reason, hours_micro=cut.hours_micro, percent_x100=cut.percent_x100,
            first_day=cut.first_day, last_day=day - timedelta(1), notes=cut.notes,
        ) for cut in lasting
    ]  # fmt: skip


def _entered(change: Change, row: OfPost) -> str:
    """A record in words, without why: that is private."""
    if change.withdraw:
        return "a reduction that had not begun is deleted"
    entry = as_entry(row)
    if isinstance(entry, ReductionRecord):
        much = hours_words(entry.hours_micro) if entry.hours_micro is not None else percent_words(
            entry.percent_x100 or 0
        )  # fmt: skip
        until = f" to {day_words(entry.last_day)}" if entry.last_day else ""
        return f"a reduction of {much} from {day_words(entry.first_day)}{until}"
    return entry_words(entry, {})
