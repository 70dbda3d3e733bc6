"""Applying a plan: steps that somebody ticks are done for good, all or none, by the actions of each.

A preview does the same and takes it all back, so that what is looked at is what comes of it. Applied steps
leave the plan: the figures it is laid over have them.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from wmt import ledger
from wmt.plan.laid_plan import StepOutcome
from wmt.plan.plan_file import (
    BecomeStep,
    EndReductionsStep,
    MoveStep,
    Plan,
    PlanError,
    PriorityStep,
    ReduceStep,
    Step,
)
from wmt.plan.steps import lay_step
from wmt.site.accounts.access import Denied, may, visible_to
from wmt.site.accounts.roles import Action
from wmt.site.allocation.models import new_key
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, RefusedError
from wmt.site.availability.models import Reduction
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes import unit_moments
from wmt.site.changes.actions import Actor
from wmt.site.changes.plan_laying import plan_to_apply
from wmt.site.changes.plan_steps import (
    ELSEWHERE,
    LoggedPlan,
    PlanChange,
    PlanReasons,
    StepWork,
    do_step,
)
from wmt.site.changes.recalculate import hold_journal
from wmt.site.plans import access
from wmt.site.plans.models import AppliedStep, PlanApplication, SavedPlan
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, state_if_any
from wmt.text import SEPARATOR, counted

#: What must be chosen, where steps need it.
CHOSEN = {
    "reason": "Choose why the cases are reallocated",
    "change_reason": "Choose why the tier or type has changed",
    "reduction_reason": "Choose the reason for the reductions",
    "level_why": "Enter why the priority level changes, for everybody who reads the figures",
}
_ACTIONS = (Action.ALLOCATE_CASES, Action.EDIT_AVAILABILITY, Action.SET_PRIORITIES)
_KINDS = {
    "allocation": "allocation", "case change": "change of tier or type", "hours": "record of hours",
    "reduction": "record of reductions", "grade": "grade",
    "priority level": "priority level",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PlanRequest(PlanReasons):
    """The steps of a plan that somebody wants to apply, by their numbers; None in a preview: all.

    `version` is that of the plan they looked at (None: whichever it has), and `seen` what it would come to
    then (`PlanToApply.mark`); empty where they did not look. `link` is that by which they read the plan.
    """

    number: int
    steps: Sequence[int] | None = None
    version: int | None = None
    seen: str = ""
    link: str = ""


@dataclass(frozen=True)
class StepToApply:
    """What a step becomes. `why_not` says why it cannot be applied; else it is empty."""

    outcome: StepOutcome
    step: Step
    changes: Sequence[PlanChange]
    why_not: str = ""


@dataclass
class PlanToApply:
    """What applying steps of a plan would come to. `after` is every unit whose figures move, as it is then;
    `moments` are those that the person may see and that differ, before and after."""

    row: SavedPlan
    work: StepWork
    steps: list[StepToApply]
    after: list[Unit]
    moments: list[unit_moments.UnitMoment] = field(default_factory=list)

    @property
    def fit(self) -> list[StepToApply]:
        """The steps that can be applied."""
        return [each for each in self.steps if not each.why_not]

    @property
    def changes(self) -> list[PlanChange]:
        """All that they become."""
        return [change for each in self.fit for change in each.changes]

    @property
    def posts_read(self) -> set[str]:
        """The posts whose cases are named in it."""
        return {change.from_post or change.post for change in self.changes if change.ref}

    @property
    def mark(self) -> str:
        """What stands for what was looked at: which steps, what each becomes, and the figures then."""
        said = [f"{self.row.version}"]
        for each in self.fit:
            said.append(f"{each.outcome.number} {each.outcome.missing}")
            said += [f"{one.kind} {one.post} {one.words} {one.ref} {one.from_post}" for one in each.changes]
        said += [f"{unit.code} {unit.points_x100} {unit.available_x100}" for unit in self.after
                 if unit.level == "post"]  # fmt: skip
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]


def look(*, actor: Any, wanted: PlanRequest) -> PlanToApply:
    """What applying steps would come to: they are done, and taken back. Nothing is saved.

    Raises UnknownPlan, PlanDenied, ConflictError where the plan was changed since, and RefusedError.
    """
    # everybody else's changes wait while the journal is held: what the plan is laid over is read before
    row, first = _found(actor, wanted), _state()
    ready = _Ready(row.version, first, plan_to_apply(row, row.plan, actor, first))
    with hold_journal() as held:
        row = _found(actor, wanted)
        with transaction.atomic():
            work = StepWork(actor, "", wanted, _state(), draft=True)
            found = _done(row, work, held.journal.number, ready)
            transaction.set_rollback(True)
        found.moments = _moments(found, actor)
    return found


def faults_of(found: PlanToApply) -> list[ChangeFault]:
    """What is missing of what has to be written with the steps of a preview."""
    wanted, over, why_not = found.work.wanted, found.work.over, found.work.why_not
    needed = {name: words for name, words in CHOSEN.items() if name in found.work.asked}
    if over:
        words = f"{' and '.join(over)} would be over {found.work.state.over_text}"
        needed["why_over"] = f"{words}. Say why you allocate the cases anyway"
    if why_not:
        needed["why_not_eligible"] = f"{'; '.join(why_not)}. Say why you allocate the cases anyway"
    return [
        ChangeFault(name.upper(), words, name)
        for name, words in needed.items() if not getattr(wanted, name).strip()
    ]  # fmt: skip


def may_apply(user: Any) -> bool:
    """Whether somebody may do what steps become anywhere; where, each step is asked."""
    return any(may(user, action) for action in _ACTIONS)


def apply_plan(*, actor: Any, wanted: PlanRequest, who: str = "") -> tuple[PlanApplication, bool]:
    """Do steps of a plan for good; and whether that is new: the same request twice does them once.

    Raises what `look` raises, Denied where the person may not do one of the steps, RefusedError where one
    cannot be done or a reason is missing, and ConflictError where the figures moved since they looked.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal() as held:
        SavedPlan.objects.select_for_update().filter(pk=wanted.number).first()
        if same := PlanApplication.objects.filter(key=wanted.key).first() if wanted.key else None:
            return _sent_twice(actor, same, wanted), False
        row = _found(actor, wanted)
        if not wanted.steps:
            raise preview.refused("NOTHING", "Tick at least one step", "steps")
        found = _done(row, StepWork(actor, who, wanted, _state()), held.journal.number)
        if wanted.seen and wanted.seen != found.mark:
            words = "The figures or the cases of these steps have changed since you looked"
            raise preview.conflict("MOVED", f"{words}. Check what they would do before you decide")
        made = _keep(found, asker, wanted)
        record(
            "plan", f"{asker.name} applied {counted(len(found.steps), 'step')} of {row}: {_summed(found)}.",
            actor=asker.user, who=asker.name, level=row.level, code=row.code,
            after={"plan": row.pk, "application": made.pk, "steps": list(wanted.steps)},
        )  # fmt: skip
        return made, True


def _found(actor: Any, wanted: PlanRequest) -> SavedPlan:
    """The plan, if it is the version that was looked at."""
    row = access.find(actor, wanted.number, wanted.link)
    if actor is not None and not may_apply(actor):
        raise Denied(Action.ALLOCATE_CASES, level=row.level, code=row.code)
    if wanted.version is None or wanted.version == row.version:
        return row
    raise preview.conflict("CHANGED", changed_since(row, wanted.version))


def changed_since(row: SavedPlan, version: int) -> str:
    """Why a plan is not the version that somebody looked at: it was changed, or steps of it were applied."""
    last = row.applications.order_by("-pk").first()
    if last is not None and last.version >= version:
        return last.told
    return "This plan was changed since you opened this page"


def _sent_twice(actor: Any, same: PlanApplication, wanted: PlanRequest) -> PlanApplication:
    access.find(actor, wanted.number, wanted.link)
    numbers = set(same.steps.values_list("number", flat=True))
    if same.plan_id != wanted.number or numbers != set(wanted.steps or ()):
        raise preview.key_taken()
    return same


def _state() -> State:
    state = state_if_any()
    if state is None:
        raise preview.refused("NO_DATA", "No extract has been loaded, so a plan cannot be applied", "steps")
    return state


class _Ready(NamedTuple):
    """Where the steps of a version of a plan are laid, as it was read of some figures."""

    version: int
    state: State
    laid: LoggedPlan


def _done(row: SavedPlan, work: StepWork, last_change: int, ready: _Ready | None = None) -> PlanToApply:
    """Steps done for good, in the order of the plan. The caller holds the journal.

    What is `ready` is used where plan and figures are still those it was read of. In a draft a step that
    cannot be done says why, and the others are done without it.
    """
    plan, wanted = row.plan, work.wanted
    assert isinstance(wanted, PlanRequest)
    there = range(1, len(plan.steps) + 1)
    numbers = there if wanted.steps is None else sorted(set(wanted.steps))
    if any(number not in there for number in numbers):
        raise preview.refused("STEP_UNKNOWN", f"This plan has {counted(len(plan.steps), 'step')}", "steps")
    if ready is not None and (ready.version, ready.state) == (row.version, work.state):
        laid = ready.laid
    else:
        laid = plan_to_apply(row, plan, work.actor, work.state)
    steps = [_one(number, plan.steps[number - 1], laid, work) for number in numbers]
    after = Unit.objects.filter(load_id=work.state.load_id, whole=True, touched__gt=last_change)
    return PlanToApply(row, work, steps, list(after.order_by("level", "code")))


def _one(number: int, step: Step, laid: LoggedPlan, work: StepWork) -> StepToApply:
    """One step done. Raises Denied and RefusedError; in a draft the step is then not laid either."""
    before, laid.log = laid.facts, []
    noted = {name: copy(getattr(work, name)) for name in ("asked", "over", "why_not")}
    try:
        outcome = lay_step(number, step, laid)
    except PlanError as error:
        outcome = StepOutcome(number, getattr(step, "do", ""), [str(error)], False)
    try:
        with transaction.atomic():
            if not outcome.done and getattr(step, "do", "") not in ELSEWHERE:
                raise preview.refused("NOT_THERE", "; ".join(outcome.missing), "steps")
            work.log = laid.log
            changes = do_step(step, work)
            work.cases += len(laid.log)
            return StepToApply(outcome, step, changes)
    except (Denied, RefusedError) as error:
        if not work.draft:
            raise _told(number, step, error) from None
        laid.facts = before
        vars(work).update(noted)  # what a step would need that is not done is asked of nobody
        return StepToApply(outcome, step, [], str(error))


def _told(number: int, step: Step, error: Denied | RefusedError) -> Denied | RefusedError:
    """A refusal that says which step it is of, and which field of a request for steps."""
    if isinstance(error, Denied):
        return error
    fields = {"why": "level_why" if isinstance(step, PriorityStep) else "notes"}
    if isinstance(step, BecomeStep | ReduceStep):
        fields["reason"] = "change_reason" if isinstance(step, BecomeStep) else "reduction_reason"
    return type(error)(
        [
            replace(each, field=fields.get(each.field, each.field), message=f"Step {number}: {each.message}")
            for each in error.faults
        ]
    )


def _moments(found: PlanToApply, actor: Any) -> list[unit_moments.UnitMoment]:
    """The units that somebody may see, before and after: their figures are as before by now."""
    rows = Unit.objects.filter(
        load_id=found.work.state.load_id, whole=True, code__in={unit.code for unit in found.after}
    )
    seen = rows if actor is None else visible_to(rows, actor, found.work.state)
    before = {(unit.level, unit.code): unit for unit in seen}
    return [
        unit_moments.UnitMoment(before[key], _moment(before[key]), _moment(unit))
        for unit in found.after
        if (key := (unit.level, unit.code)) in before and _moment(before[key]) != _moment(unit)
    ]  # fmt: skip


def _moment(unit: Unit) -> ledger.Moment:
    return ledger.Moment(unit.points_x100 or 0, unit.available_x100 or 0)


def _keep(found: PlanToApply, asker: Actor, wanted: PlanRequest) -> PlanApplication:
    """Write down what was applied, and leave in the plan what was not."""
    row, plan = found.row, found.row.plan
    made = PlanApplication.objects.create(
        key=wanted.key or new_key(), plan=row, version=row.version, applied_by=asker.user, who=asker.name
    )
    AppliedStep.objects.bulk_create(
        AppliedStep(
            application=made, number=each.outcome.number, text=Plan(name=plan.name, steps=[each.step]).text,
            made=[[change.kind, change.record, change.post] for change in each.changes if change.record],
        ) for each in found.steps
    )  # fmt: skip
    rest = {each.outcome.number: _rest(each) for each in found.steps}
    steps = [rest.get(number, step) for number, step in enumerate(plan.steps, 1)]
    left = plan.model_copy(update={"steps": [step for step in steps if step is not None]})
    # undoing the last change must not bring back what was done for real: it would be foreseen once more
    row.text, row.former, row.version, row.changed_at = left.text, "", row.version + 1, timezone.now()
    row.save(update_fields=["text", "former", "version", "changed_at"])
    return made


def _rest(done: StepToApply) -> Step | None:
    """What of a step could not be done: its cases, or reductions that it names, that are not there."""
    step = done.step
    if isinstance(step, EndReductionsStep):
        team, _, staff = step.post.partition(SEPARATOR)
        known = Reduction.objects.filter(key__in=step.reductions, team_code=team, staff_code=staff)
        ended = set(known.values_list("key", flat=True))
        left_keys = [key for key in step.reductions if key not in ended]
        return step.model_copy(update={"reductions": left_keys}) if left_keys else None
    if not isinstance(step, MoveStep | BecomeStep):
        return None
    if step.number is not None:
        left = step.number - len(done.changes)
        return step.model_copy(update={"number": left}) if left else None
    refs = {change.ref for change in done.changes}
    left_refs = [ref for ref in dict.fromkeys(step.cases) if ref not in refs]
    return step.model_copy(update={"cases": left_refs}) if left_refs else None


def _summed(found: PlanToApply) -> str:
    kinds = Counter(change.kind for change in found.changes)
    return ", ".join(counted(number, _KINDS[kind]) for kind, number in kinds.items()) or "nothing new"
