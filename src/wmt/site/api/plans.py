"""Plans: those of who asks, one with its steps and the figures before and after, and keeping them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Field, Path, Query, Router, Schema

from wmt import ledger
from wmt.plan.plan_file import MOST_STEPS, Plan, PlanError, plan_of
from wmt.site.api import lookups, schemas
from wmt.site.audit.reads import note_read
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes import plans as action
from wmt.site.plans import access
from wmt.site.plans.models import SavedPlan
from wmt.site.queries.plan_effects import PlanEffect, PlanReading
from wmt.site.workload import staff_names

router = Router()

Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the plan.")]


class PlanIn(schemas.RequestSchema):
    """A plan as its file has it: see docs/command-line.md for the steps."""

    name: Annotated[str, schemas.StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    note: schemas.Notes = ""
    steps: Annotated[list[dict[str, Any]], Field(max_length=MOST_STEPS)] = Field(
        default_factory=list, description="Each with `do` and what that step needs, as in the file."
    )


class NewPlanIn(PlanIn):
    """A new plan, and the unit it is made from."""

    level: schemas.Level
    code: schemas.CodeIn
    key: Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = Field(
        "", description="A key of your own: the same key and request again make one plan."
    )


class ChangedPlanIn(PlanIn):
    """What a plan is to be, and the version that was read."""

    version: schemas.Version


class PlanLinkQuery(Schema):
    """Of a plan that is shared by a link."""

    link: schemas.Short = Field("", description="What the link to the plan has.")


class PlanListed(Schema):
    """A plan, without what it would come to."""

    number: int
    name: str
    level: str
    code: str
    version: int = Field(description="Send it with a change: one made from an earlier version is refused.")
    changed_at: datetime
    yours: bool = Field(description="Whether you made it, and may change it.")


class PlansListed(Schema):
    """The plans that you may read."""

    items: list[PlanListed] = Field(description="Yours first, the last changed first.")


class StepShown(Schema):
    """A step in words, and what of it cannot be done with the data shown."""

    number: int
    words: str
    missing: list[str]
    done: bool = Field(description="Whether anything of it can be done.")


class PlannedMoment(Schema):
    """The figures of a unit at one moment."""

    points: schemas.Exact
    available: schemas.Exact
    capacity: schemas.Exact | None


class PlannedUnitShown(Schema):
    """A unit that the plan touches, before and after."""

    level: str
    code: str
    name: str
    new: bool = Field(description="Whether only the plan has it.")
    before: PlannedMoment
    after: PlannedMoment


class PlanShown(PlanListed):
    """A plan with what it would come to. Cases that you may not see are named 'a case'."""

    note: str
    steps: list[StepShown]
    fault: str = Field(description="Why nothing of it can be worked out with the data shown; mostly empty.")
    file: str = Field(description="The plan as its file has it (YAML); empty where it is not yours.")
    only_within: str = Field(description="Where a rule changes: the unit within which it is worked out.")
    units: list[PlannedUnitShown]


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
    response=schemas.answers(PlanShown, *schemas.WRITE),
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
    response=schemas.answers(PlanShown, *schemas.READ),
    url_name="api-plan",
    summary="A plan, with the figures before and after",
)
def one(request: HttpRequest, number: Number, asked: Query[PlanLinkQuery]) -> dict[str, Any]:
    """By the figures shown now."""
    return _shown(request, access.find(lookups.me(request), number, asked.link))


@router.put(
    "plans/{number}",
    response=schemas.answers(PlanShown, *schemas.WRITE),
    url_name="api-plan-change",
    summary="Put another plan in place of one",
)
def changed(request: HttpRequest, number: Number, payload: Body[ChangedPlanIn]) -> dict[str, Any]:
    """All of it: name, note and steps."""
    me = lookups.me(request)
    access.find_own(me, number)
    row = action.change_plan(
        actor=me, number=number, plan=_plan(payload), version=payload.version, who=lookups.who(request)
    )
    return _shown(request, row)


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
    state, unit = lookups.unit_for(request, row.level, row.code)
    reading = PlanReading(row.plan, row.owner, me, unit, state.of_now())
    try:
        effect, fault = reading.effect(), ""
    except PlanError as error:  # the data has other tiers now, or the rules have changed
        effect, fault = PlanEffect([], []), str(error)
    for holder in {holder.code: holder for holder in reading.readable.values()}.values():
        note_read(me, holder)
    return {
        **_listed(row, me),
        "note": reading.plan.note,
        "steps": [each._asdict() for each in effect.steps],
        "file": row.text if row.owner_id == me.pk else "",
        "fault": fault,
        "only_within": effect.only_within,
        "units": [
            {
                "level": each.unit.level,
                "code": each.unit.code,
                "name": staff_names.shown(each.unit.name, each.unit.code)
                if each.unit.level == "post"
                else each.unit.name,
                "new": each.unit.pk is None,
                "before": _moment(each.before),
                "after": _moment(each.after),
            }
            for each in effect.moments
        ],
    }


def _moment(moment: ledger.Moment) -> dict[str, Any]:
    return {
        "points": ledger.decimal(moment.points_x100),
        "available": ledger.decimal(moment.available_x100),
        "capacity": ledger.decimal(ledger.capacity_x100(*moment)),
    }
