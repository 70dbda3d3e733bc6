"""Applied steps of a plan that were undone since: which, and putting them back into the plan."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from wmt.plan.kept_plan import read_kept
from wmt.plan.plan_file import BecomeStep, MoveStep, Step
from wmt.site.allocation.models import DECISIONS, CaseDecision
from wmt.site.availability.models import KINDS
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes.plans import change_plan
from wmt.site.plans import access
from wmt.site.plans.models import AppliedStep, SavedPlan

_CASES = ("allocation", "case change")


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

    def decisions(self, row: AppliedStep) -> list[CaseDecision]:
        """What was decided of cases by a step."""
        found = (self._decisions.get((kind, record)) for kind, record, _ in row.made)
        return [each for each in found if each is not None]

    def undone(self, row: AppliedStep) -> list[CaseDecision | str]:
        """What of a step is undone by now: decisions of cases, and the keys of records that were deleted."""
        gone = [key for kind, key, _ in row.made if kind in KINDS and (kind, key) not in self._there]
        return [*(each for each in self.decisions(row) if each.undone_at), *gone]


@transaction.atomic
def put_back(*, actor: Any, number: int, applied: int) -> SavedPlan:
    """Put what was undone of an applied step back into the plan of somebody, as its last steps.

    Raises UnknownPlan, PlanDenied, and ConflictError where nothing of it is undone or it was put back before.
    """
    SavedPlan.objects.select_for_update().filter(pk=number).first()
    row = access.find_own(actor, number)
    done = AppliedStep.objects.filter(pk=applied, application__plan=row).first()
    undone = RecordsOfSteps([done]).undone(done) if done and done.again is None else []
    if done is None or not undone:
        raise preview.conflict("NOTHING", "Nothing of this step is undone, or it is in the plan again")
    done.again = timezone.now()
    done.save(update_fields=["again"])
    step, plan = read_kept(done.text, row.name).steps[0], row.plan
    longer = plan.model_copy(update={"steps": [*plan.steps, *_steps(step, undone)]})
    return change_plan(actor=actor, number=number, plan=longer, version=row.version)


def _steps(step: Step, undone: Sequence[CaseDecision | str]) -> list[Step]:
    """What does again what was undone of a step: of cases those alone, to whoever had got them."""
    if not isinstance(step, MoveStep | BecomeStep):
        return [step]
    refs: dict[str, list[str]] = {}
    for each in undone:
        if isinstance(each, CaseDecision):
            refs.setdefault(each.posts[-1] if isinstance(step, MoveStep) else "", []).append(each.ref)
    return [
        step.model_copy(update={
            **({"cases": cases} if step.cases else {"number": len(cases)}), **({"to": [to]} if to else {}),
        }) for to, cases in refs.items()
    ]  # fmt: skip
