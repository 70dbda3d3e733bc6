"""Making, changing and deleting plans that people keep. No figure moves.

Whoever may sign in may plan: figures are open. The audit says which plan and how many steps it has, and never
which cases it names.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from wmt.plan.plan_file import Plan
from wmt.site.allocation.models import new_key
from wmt.site.audit.record import record
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes.actions import Actor
from wmt.site.plans import access
from wmt.site.plans.models import SavedPlan
from wmt.text import counted

#: Nobody has a use for more; and no plan is a place to keep files.
MOST_PLANS, LONGEST = 200, 400_000


@transaction.atomic
def make_plan(*, actor: Any, plan: Plan, level: str, code: str, key: str = "") -> tuple[SavedPlan, bool]:
    """Keep a new plan, made from a unit; the plan, and whether it is new: the same request twice makes one.

    Raises RefusedError where it is too long, where there are too many, or the key was used for another.
    """
    text = _text(plan)
    if same := SavedPlan.objects.filter(key=key).first() if key else None:
        if same.owner_id != actor.pk or (same.version == 1 and same.text != text):
            raise preview.refused("KEY_TAKEN", "Something else was sent with this key; use a new one", "key")
        return same, False
    if access.own(actor).count() >= MOST_PLANS:
        words = f"You have {MOST_PLANS} plans, which is the most there can be. Delete one first"
        raise preview.refused("TOO_MANY", words, "name")
    row = SavedPlan.objects.create(
        key=key or new_key(), name=plan.name, text=text, owner=actor, level=level, code=code
    )
    tell(actor, row, f"made {row}, with {counted(len(plan.steps), 'step')}")
    return row, True


@transaction.atomic
def change_plan(*, actor: Any, number: int, plan: Plan, version: int) -> SavedPlan:
    """Put another plan in place of one. One that is the same is left as it is.

    Raises UnknownPlan, PlanDenied, RefusedError where it is too long, and ConflictError where it was changed
    since the version that somebody looked at.
    """
    row, text = locked(actor, number), _text(plan)
    if row.text == text:
        return row
    _need_version(row, version)
    row.name, row.text, row.version, row.changed_at = plan.name, text, row.version + 1, timezone.now()
    row.save(update_fields=["name", "text", "version", "changed_at"])
    tell(actor, row, f"changed {row}, which has {counted(len(plan.steps), 'step')} now")
    return row


@transaction.atomic
def delete_plan(*, actor: Any, number: int, version: int) -> None:
    """Delete a plan. Raises UnknownPlan, PlanDenied, and ConflictError where it was changed since."""
    row = locked(actor, number)
    _need_version(row, version)
    tell(actor, row, f"deleted {row}")
    row.delete()


def locked(actor: Any, number: int) -> SavedPlan:
    """A plan of somebody, until the end of the transaction nobody else's to change."""
    SavedPlan.objects.select_for_update().filter(pk=number).first()
    return access.find_own(actor, number)


def _text(plan: Plan) -> str:
    text = plan.text
    if len(text) > LONGEST:
        words = f"A plan can be {LONGEST:,} characters long at most; name fewer cases, or make two plans"
        raise preview.refused("TOO_LONG", words, "steps")
    return text


def _need_version(row: SavedPlan, version: int) -> None:
    if row.version != version:
        raise preview.conflict(
            "CHANGED", "This plan was changed in another window since you opened this page"
        )


def tell(actor: Any, row: SavedPlan, said: str) -> None:
    asker = Actor(user=actor)
    record(
        "plan", f"{asker.name} {said}.", actor=actor, who=asker.name, level=row.level, code=row.code,
        after={"plan": row.pk},
    )  # fmt: skip
