"""Reasons for reductions: everybody reads them, administrators add, change and retire them."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Body, Field, Path, Query, Router, Schema
from ninja.responses import Status
from pydantic import StringConstraints

from wmt.ledger import decimal
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.api import lookups, schemas
from wmt.site.availability.limits import ReasonOnDay
from wmt.site.availability.models import Reason as Version
from wmt.site.availability.queries import every_reason, reasons_on
from wmt.site.changes.reasons import save_reason

router = Router()

Category = Literal["Personal Circumstances", "Community Justice Learning", "Work Circumstances"]
Name = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00]*$")]
ReasonId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=20, pattern=r"^[0-9a-z_-]+$"),
    Path(description="The reason's id."),
]


class ReasonShown(Schema):
    """A reason as it is on a day."""

    reason: str = Field(description="Its id, which reductions name.")
    name: str
    short_name: str
    category: str
    allowance_percent: schemas.Exact | None = Field(description="The percentage it always takes off.")
    max_percent: schemas.Exact | None = Field(description="The highest percentage it can take off.")
    months: int | None = Field(description="It lasts so many months at most.")
    enabled: bool = Field(description="Whether new reductions may have it.")


class ReasonsShown(Schema):
    """All reasons on a day, retired ones among them."""

    day: date
    items: list[ReasonShown]


class ReasonIn(schemas.RequestSchema):
    """A reason as it is to be from a day on."""

    first_day: schemas.Day
    name: Name
    short_name: Name
    category: Category
    allowance_percent: schemas.PercentIn | None = None
    max_percent: schemas.PercentIn | None = None
    months: int | None = Field(None, ge=1, le=600)
    enabled: bool = True
    why: schemas.Why = ""


class ReasonMade(Schema):
    """A version of a reason that was made."""

    reason: str
    first_day: date
    version: int
    change: int


class ReasonDayQuery(Schema):
    """The day to look at."""

    on: schemas.Day | None = Field(None, description="null: the day of the figures.")


@router.get(
    "reasons",
    response=schemas.answers(ReasonsShown, 422),
    url_name="api-reasons",
    summary="Reasons for reductions",
)
def list_reasons(request: HttpRequest, wish: Query[ReasonDayQuery]) -> dict[str, Any]:
    """Those of the rules and those administrators entered, as they are on a day."""
    day = wish.on or lookups.state_for(request).day
    return {"day": day, "items": [_shown(reason) for reason in reasons_on(day).values()]}


@router.post(
    "reasons", response=schemas.answers(ReasonMade, 409, 413, 422, status=201), url_name="api-reason-new",
    summary="A new reason",
)  # fmt: skip
def post_reason(request: HttpRequest, payload: Body[ReasonIn]) -> Any:
    """A reason that reductions may have from a day on. For administrators."""
    return Status(201, _saved(request, payload))


@router.put(
    "reasons/{reason}", response=schemas.answers(ReasonMade, 404, 409, 413, 422), url_name="api-reason",
    summary="Change or retire a reason",
)  # fmt: skip
def put_reason(request: HttpRequest, reason: ReasonId, payload: Body[ReasonIn]) -> Any:
    """The reason as it is from a day on; reductions made before stand. For administrators."""
    need(request, Action.MANAGE_REASONS)
    if reason not in every_reason():
        raise lookups.unknown("reason")
    return _saved(request, payload, reason)


def _saved(request: HttpRequest, sent: ReasonIn, reason: str = "") -> dict[str, Any]:
    made: Version = save_reason(
        actor=lookups.me(request), reason=reason, first_day=sent.first_day, name=sent.name,
        short_name=sent.short_name, category=sent.category,
        allowance_x100=_hundredths(sent.allowance_percent), max_x100=_hundredths(sent.max_percent),
        months=sent.months, enabled=sent.enabled, why=sent.why, who=lookups.who(request),
    )  # fmt: skip
    return schemas.filled(ReasonMade, made)


def _hundredths(percent: Any) -> int | None:
    return None if percent is None else int(percent.scaleb(2))


def _shown(reason: ReasonOnDay) -> dict[str, Any]:
    allowance, most = decimal(reason.allowance_x100), decimal(reason.max_x100)
    return schemas.filled(ReasonShown, reason, allowance_percent=allowance, max_percent=most)
