"""Applying a plan: what its steps would become, and doing them for good."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Body, Field, Query, Router, Schema

from wmt.site.api import lookups, schemas
from wmt.site.api.allocations import EmailsIn, Reason
from wmt.site.api.payloads import said
from wmt.site.api.plan_schemas import PlanLinkQuery, PlannedUnitShown
from wmt.site.api.plans import Number, planned
from wmt.site.audit.reads import note_read
from wmt.site.changes import plan_apply
from wmt.site.plans.models import PlanApplication
from wmt.site.workload.models import Unit

router = Router()


class PlanApplyIn(EmailsIn):
    """Which steps of a plan are applied, and why."""

    preview: bool = Field(False, description="Whether you only look: then nothing is saved.")
    steps: Annotated[list[Annotated[int, Field(ge=1, le=500)]], Field(max_length=500)] | None = Field(
        None, description="The numbers of the steps. Only a preview can do without: then it has all."
    )
    version: schemas.Version | None = Field(None, description="The version of the plan that you read.")
    seen: schemas.KeyIn = Field(
        "", description="What the preview of these steps had as `seen`: where it differs by now, 409."
    )
    key: Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = Field(
        "", description="A key of your own: the same key and steps again apply them once."
    )
    reason: Reason | Literal[""] = Field("", description="Where cases move that somebody holds.")
    change_reason: schemas.KeyIn = Field("", description="Where cases become of another type or tier.")
    reduction_reason: schemas.KeyIn = Field("", description="Where there are reductions: see `GET /reasons`.")
    level_why: Annotated[str, schemas.StringConstraints(max_length=4_000, pattern=r"^[^\x00]*$")] = Field(
        "", description="Where the priority level of a PDU changes: why, for everybody who can sign in."
    )
    notes: schemas.Notes = Field("", description="Kept with every record the steps become. Without links.")
    why_over: schemas.Notes = Field("", description="Needed where somebody goes over the threshold.")
    why_not_eligible: schemas.Notes = Field("", description="Needed where the rules say against a move.")


class PlanChangeShown(Schema):
    """One thing that a step becomes."""

    kind: Literal["allocation", "case change", "hours", "reduction", "grade", "priority level"]
    record: str = Field(description="Its number, or the key of the record; empty in a preview.")
    post: str = Field(description="Whose it is then; of a priority level, the PDU.")
    from_post: str
    ref: str
    words: str


class StepToApplyShown(Schema):
    """A step, what it becomes, and what of it cannot be applied."""

    number: int
    words: str
    missing: list[str] = Field(description="What of it is not there; that stays in the plan.")
    why_not: str = Field(description="Why it cannot be applied; empty where it can.")
    becomes: list[PlanChangeShown]


class PlanToApplyShown(Schema):
    """What applying a plan would come to, or came to."""

    applied: bool
    told: str = Field(description="Who applied which steps, and when; empty in a preview.")
    seen: str = Field(description="What stands for this preview, to be sent with the request to apply it.")
    steps: list[StepToApplyShown]
    faults: list[schemas.FaultShown] = Field(description="What is missing of reasons, in a preview.")
    units: list[PlannedUnitShown] = Field(description="In a preview, every unit whose figures move.")


@router.post(
    "plans/{number}/apply",
    response=schemas.answers(PlanToApplyShown, *schemas.WRITE),
    url_name="api-plan-apply",
    summary="Apply steps of a plan, or look at what they would become",
)
def applied(
    request: HttpRequest, number: Number, payload: Body[PlanApplyIn], asked: Query[PlanLinkQuery]
) -> dict[str, Any]:
    """All of the steps or none, by the same checks and rights as doing each by hand."""
    me, who = lookups.me(request), lookups.who(request)
    sent = payload.dict(exclude={"preview"})
    wanted = plan_apply.PlanRequest(
        number=number, link=asked.link, **{**sent, "recipients": tuple(payload.recipients)}
    )
    lookups.state_for(request).of_now()
    if not payload.preview:
        made, _ = plan_apply.apply_plan(actor=me, wanted=wanted, who=who)
        return _done(made)
    found = plan_apply.look(actor=me, wanted=replace(wanted, seen=""))
    for post in Unit.objects.filter(
        load_id=found.work.state.load_id, level="post", code__in=found.posts_read
    ):
        note_read(me, post)
    return {
        "applied": False,
        "told": "",
        "seen": found.mark,
        "steps": [
            {
                "number": each.outcome.number,
                "words": each.outcome.words,
                "missing": list(each.outcome.missing),
                "why_not": each.why_not,
                "becomes": [{**change._asdict(), "record": ""} for change in each.changes],
            }
            for each in found.steps
        ],
        "faults": said(plan_apply.faults_of(found)),
        "units": planned(found.moments),
    }


def _done(made: PlanApplication) -> dict[str, Any]:
    """What was applied, by the records that it became."""
    none = {"words": "", "ref": "", "from_post": ""}
    steps = [
        {
            "number": step.number,
            "words": "",
            "missing": [],
            "why_not": "",
            "becomes": [
                {"kind": kind, "record": record, "post": post, **none} for kind, record, post in step.made
            ],
        }
        for step in made.steps.order_by("number")
    ]
    return {"applied": True, "told": made.told, "seen": "", "steps": steps, "faults": [], "units": []}
