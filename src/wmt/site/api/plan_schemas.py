"""What is sent and answered of plans."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Schema

from wmt.plan.plan_file import MOST_STEPS
from wmt.site.api import schemas
from wmt.site.api.scenarios import ScenarioShown


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
    again: bool = Field(
        False, description="True where steps that were applied are to be in it again; else 422 `APPLIED`."
    )


class PlanLinkQuery(Schema):
    """Of a plan that is shared by a link."""

    link: schemas.Short = Field("", description="What the link to the plan has.")


class PlanVersionQuery(Schema):
    """Which version of a plan is to be deleted."""

    version: schemas.Version


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


class PlanStepShown(Schema):
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


class PlannedLevelShown(Schema):
    """A PDU whose priority level the plan sets, with the responsive figures before and after the plan."""

    pdu: str
    now: str = Field(description="`green`, `amber` or `red`.")
    then: str
    units: list[PlannedUnitShown] = Field(
        description="The PDU, its teams and its posts: what their work is worth at the level. Business as "
        "usual is in `units` of the plan and does not change by a level."
    )


class WholePlanShown(PlanListed):
    """A plan with what it would come to. Cases that you may not see are named 'a case'."""

    note: str
    steps: list[PlanStepShown]
    fault: str = Field(description="Why nothing of it can be worked out with the data shown; mostly empty.")
    file: str = Field(description="The plan as its file has it (YAML); empty where it is not yours.")
    only_within: str = Field(description="Where a rule changes: the unit within which it is worked out.")
    units: list[PlannedUnitShown]
    levels: list[PlannedLevelShown] = Field(description="Empty where no step sets a priority level.")
    demand: ScenarioShown | None = Field(
        description="What the work of the unit would need by the steps on demand; null without any."
    )
