"""Plans: those of who asks, one with its steps and the figures before and after, and keeping them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Path, Query, Router

from wmt.plan.plan_file import Plan, PlanError, plan_of
from wmt.site.api import allocations, lookups, schemas
from wmt.site.api.plan_schemas import (
    ChangedPlanIn,
    NewPlanIn,
    PlanIn,
    PlanLinkQuery,
    PlanListed,
    PlansListed,
    PlanVersionQuery,
    WholePlanShown,
)
from wmt.site.audit.reads import note_read
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes import plan_again, unit_moments
from wmt.site.changes import plans as action
from wmt.site.plans import access
from wmt.site.plans.models import SavedPlan
from wmt.site.queries import scenario
from wmt.site.queries.plan_effects import PlanReading, unit_of_plan
from wmt.site.queries.plan_levels import planned_levels
from wmt.site.workload import staff_names
from wmt.staffing.rates import StaffingError

router = Router()

Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the plan.")]


@router.get(
    "plans",
    response=schemas.answers(PlansListed, *schemas.READ),
    url_name="api-plans",
    summary="Your plans, and those shared with you",
)
def listed(request: HttpRequest) -> dict[str, Any]:
    """Without what they would come to."""
    lookups.state_for(request).of_now()
    me = lookups.me(request)
    return {"items": [_listed(row, me) for row in (*access.own(me), *access.shared_with(me))]}


@router.post(
    "plans",
    response=schemas.answers(WholePlanShown, *schemas.WRITE),
    url_name="api-plan-new",
    summary="Keep a new plan",
)
def made(request: HttpRequest, payload: Body[NewPlanIn]) -> dict[str, Any]:
    """Whoever may sign in may plan. Nothing in a plan changes a figure."""
    _, unit = lookups.unit_for(request, payload.level, payload.code)
    row, _ = action.make_plan(
        actor=lookups.me(request), plan=_plan(payload), level=unit.level, code=unit.code, key=payload.key,
        who=lookups.who(request),
    )  # fmt: skip
    return _shown(request, row)


@router.get(
    "plans/{number}",
    response=schemas.answers(WholePlanShown, *schemas.READ),
    url_name="api-plan",
    summary="A plan, with the figures before and after",
)
def one(request: HttpRequest, number: Number, asked: Query[PlanLinkQuery]) -> dict[str, Any]:
    """By the figures shown now."""
    return _shown(request, access.find(lookups.me(request), number, asked.link))


@router.put(
    "plans/{number}",
    response=schemas.answers(WholePlanShown, *schemas.WRITE),
    url_name="api-plan-change",
    summary="Put another plan in place of one",
)
def changed(request: HttpRequest, number: Number, payload: Body[ChangedPlanIn]) -> dict[str, Any]:
    """All of it: name, note and steps."""
    me = lookups.me(request)
    former, plan = access.find_own(me, number), _plan(payload)
    if not payload.again:
        plan_again.need_not_applied(former, plan)
    row = action.change_plan(
        actor=me, number=number, plan=plan, version=payload.version, who=lookups.who(request)
    )
    return _shown(request, row)


@router.delete(
    "plans/{number}",
    response=schemas.answers(PlansListed, *schemas.WRITE),
    url_name="api-plan-delete",
    summary="Delete a plan",
)
def deleted(request: HttpRequest, number: Number, asked: Query[PlanVersionQuery]) -> dict[str, Any]:
    """With its comments, for everybody. You cannot undo this. The plans that are left are answered."""
    action.delete_plan(
        actor=lookups.me(request), number=number, version=asked.version, who=lookups.who(request)
    )
    return listed(request)


def _plan(payload: PlanIn) -> Plan:
    """The plan that was sent. Raises RefusedError with its faults."""
    content = {"name": payload.name, "note": payload.note, "steps": _exact(payload.steps)}
    try:
        return plan_of(content)
    except PlanError as error:
        raise preview.refused("PLAN", str(error), "steps") from None


def _exact(content: Any) -> Any:
    """Numbers of JSON as they are written: no binary fractions."""
    if isinstance(content, float):
        return Decimal(str(content))
    if isinstance(content, dict):
        return {name: _exact(value) for name, value in content.items()}
    return [_exact(value) for value in content] if isinstance(content, list) else content


def _listed(row: SavedPlan, me: Any) -> dict[str, Any]:
    return schemas.filled(PlanListed, row, number=row.pk, yours=row.owner_id == me.pk)


def _shown(request: HttpRequest, row: SavedPlan) -> dict[str, Any]:
    me = lookups.me(request)
    state = lookups.state_for(request).of_now()
    reading = PlanReading(row.plan, row.owner, me, unit_of_plan(state, me, row), state)
    effect, fault = reading.outcome()
    for holder in reading.read_holders:
        note_read(me, holder)
    return {
        **_listed(row, me),
        "note": reading.plan.note,
        "steps": [each._asdict() for each in effect.steps],
        "file": row.text if row.owner_id == me.pk else "",
        "fault": fault,
        "only_within": effect.only_within,
        "units": planned(effect.moments),
        "levels": [
            {"pdu": each.pdu.code, "now": each.now, "then": each.then, "units": planned(each.units)}
            for each in planned_levels(reading, effect)
        ] if not fault else [],
        "demand": _demand(reading),
    }  # fmt: skip


def _demand(reading: PlanReading) -> dict[str, Any] | None:
    """What the steps on demand come to; None without any, or where no number of people follows."""
    unit = reading.unit
    if not reading.plan.demand or not unit.pk or unit.level == "post":
        return None
    try:
        return scenario.told(reading.state, unit, reading.plan.demand)
    except StaffingError:
        return None


def planned(moments: Sequence[unit_moments.UnitMoment]) -> list[dict[str, Any]]:
    """Units before and after."""
    return [
        {
            "level": each.unit.level,
            "code": each.unit.code,
            "name": staff_names.shown(each.unit.name, each.unit.code)
            if each.unit.level == "post"
            else each.unit.name,
            "new": each.unit.pk is None,
            "before": allocations.moment(each.before),
            "after": allocations.moment(each.after),
        }
        for each in moments
    ]
