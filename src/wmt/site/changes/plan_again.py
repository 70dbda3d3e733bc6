"""Applied steps of a plan that were undone since: which, and putting them back into the plan."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from wmt.plan.kept_plan import read_kept
from wmt.plan.plan_file import BecomeStep, MoveStep, Plan, Step
from wmt.site.allocation.models import DECISIONS, CaseDecision
from wmt.site.availability.models import KINDS
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes.plans import change_plan
from wmt.site.plans import access
from wmt.site.plans.models import AppliedStep, SavedPlan
from wmt.site.priorities.models import PriorityLevel

_CASES = ("allocation", "case change")
_LEVEL = "priority level"


class UndoneRecord(NamedTuple):
    """Something that a step became and that was undone: `kind` and `record` as in `PlanChange`; of a case
    what was decided."""

    kind: str
    record: str
    decision: CaseDecision | None


class RecordsOfSteps:
    """The records that applied steps became, read at once."""

    def __init__(self, rows: Collection[AppliedStep]) -> None:
        named = [(kind, record) for row in rows for kind, record, _ in row.made]
        self._decisions: dict[tuple[str, str], CaseDecision] = {}
        for kind, model in zip(_CASES, DECISIONS, strict=True):
            found = model._default_manager.filter(pk__in=[int(key) for of, key in named if of == kind])
            self._decisions |= {(kind, str(each.pk)): each for each in found}
        self._there: set[tuple[str, str]] = set()
        for kind, records in KINDS.items():
            keys = [key for of, key in named if of == kind]
            there = records._default_manager.filter(key__in=keys, ended_change__isnull=True, withdrawn=False)
            self._there |= {(kind, key) for key in there.values_list("key", flat=True)}
        self._levels_undone = _levels_undone([int(key) for of, key in named if of == _LEVEL and key])

    def decisions(self, row: AppliedStep) -> list[CaseDecision]:
        """What was decided of cases by a step."""
        found = (self._decisions.get((kind, record)) for kind, record, _ in row.made)
        return [each for each in found if each is not None]

    def undone(self, row: AppliedStep) -> list["UndoneRecord"]:
        """What of a step is undone by now: decisions of cases, and records that were deleted."""
        found = []
        for kind, key, _ in row.made:
            decision = self._decisions.get((kind, key))
            if (decision is not None and decision.undone_at) or (
                (kind in KINDS and (kind, key) not in self._there)
                or (kind == _LEVEL and key in self._levels_undone)
            ):
                found.append(UndoneRecord(kind, key, decision))
        return found

    def to_return(self, row: AppliedStep) -> list["UndoneRecord"]:
        """What of that is not in the plan again."""
        there = {(kind, key) for kind, key, *_ in row.returned}
        return [each for each in self.undone(row) if (each.kind, each.record) not in there]


def _levels_undone(numbers: Collection[int]) -> set[str]:
    """The numbers of the priority levels that were undone."""
    undone = PriorityLevel.objects.filter(pk__in=numbers, end=PriorityLevel.End.UNDONE)
    return {str(number) for number in undone.values_list("pk", flat=True)}


@transaction.atomic
def put_back(*, actor: Any, number: int, applied: int) -> SavedPlan:
    """Put what was undone of an applied step back into the plan of somebody, as its last steps.

    What is undone later of the same step can be put back later. Raises UnknownPlan, PlanDenied, and
    ConflictError where nothing of it is undone, or all that is was put back before.
    """
    SavedPlan.objects.select_for_update().filter(pk=number).first()
    row = access.find_own(actor, number)
    done = AppliedStep.objects.filter(pk=applied, application__plan=row).first()
    undone = RecordsOfSteps([done]).to_return(done) if done else []
    if done is None or not undone:
        raise preview.conflict("NOTHING", "Nothing of this step is undone, or it is in the plan again")
    done.again = timezone.now()
    done.returned = [*done.returned, *([each.kind, each.record] for each in undone)]
    done.save(update_fields=["again", "returned"])
    step, plan = read_kept(done.text, row.name).steps[0], row.plan
    more = _steps(step, undone)
    if not isinstance(step, MoveStep | BecomeStep) and step in plan.steps:
        more = []  # it does again all that is not so: once is enough
    longer = plan.model_copy(update={"steps": [*plan.steps, *more]})
    return change_plan(actor=actor, number=number, plan=longer, version=row.version)


def _steps(step: Step, undone: Sequence[UndoneRecord]) -> list[Step]:
    """What does again what was undone of a step: of cases those alone, to whoever had got them."""
    if not isinstance(step, MoveStep | BecomeStep):
        return [step]
    refs: dict[str, list[str]] = {}
    for each in filter(None, (record.decision for record in undone)):
        refs.setdefault(each.posts[-1] if isinstance(step, MoveStep) else "", []).append(each.ref)
    return [
        step.model_copy(update={
            **({"cases": cases} if step.cases else {"number": len(cases)}), **({"to": [to]} if to else {}),
        }) for to, cases in refs.items()
    ]  # fmt: skip


def need_not_applied(row: SavedPlan, plan: Plan) -> None:
    """Refuses a plan in place of one of which it has steps that were applied, and are neither undone nor in
    the plan as it is: an older file of it, most likely, would have them foreseen twice.

    Raises RefusedError that names them.
    """
    done = list(AppliedStep.objects.filter(application__plan=row).select_related("application"))
    records, there = RecordsOfSteps(done), row.plan.steps
    applied = {
        str(read_kept(each.text, row.name).steps[0]): each
        for each in done
        if len(records.undone(each)) < max(len(each.made), 1)
    }
    found = [
        (number, applied[str(step)])
        for number, step in enumerate(plan.steps, 1)
        if str(step) in applied and step not in there
    ]
    if found:
        which = ", ".join(str(number) for number, _ in found)
        steps = f"Step {which} of it was" if len(found) == 1 else f"Steps {which} of it were"
        last = max((each.application.at, each.application.told) for _, each in found)[1]
        words = (
            f"{steps} applied already ({last}). Take that out, or say that it is to come into the plan again"
        )
        raise preview.refused("APPLIED", words, "steps")
