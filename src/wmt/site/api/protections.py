"""Posts that are protected from new cases: for how long, from what, and ending it."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Body, Field, Path, Router, Schema

from wmt import ledger
from wmt.site.accounts import visibility
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.allocation import protection
from wmt.site.allocation.models import PostProtection
from wmt.site.api import lookups, schemas
from wmt.site.changes import protect as action
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit

router = Router()

Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the protection.")]


class ProtectionIn(schemas.RequestSchema):
    """How a post is to be protected: at least one limit."""

    first_day: schemas.Day
    last_day: schemas.Day | None = Field(None, description="Left out: until it is ended.")
    reason: schemas.Short = Field(description="An id of the rules `protection_reasons`.")
    no_new_cases: bool = False
    most_cases: Annotated[int, Field(ge=0, le=action.MOST_CASES)] | None = None
    most_capacity: schemas.PercentIn | None = Field(None, description="As a percentage.")
    not_tiers: dict[Literal["community", "custody", "licence"], schemas.Short] = Field(
        default_factory=dict, description="By type the tiers it may not get: `A B3`, or `all`."
    )
    key: Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = Field(
        "", description="A key of your own: the same key and request again protect the post once."
    )


class ProtectionShown(Schema):
    """A protection of a post. The limits and the reason are for those who may read reasons of the post."""

    number: int
    post: str
    first_day: date
    last_day: date | None
    ended: bool = Field(description="Whether somebody ended it, or its last day has passed.")
    withheld: bool = Field(description="Whether the limits and the reason are not for you.")
    reason: str
    no_new_cases: bool | None
    most_cases: int | None
    most_capacity: schemas.Exact | None
    not_tiers: dict[str, str]
    by: str


class ProtectionsShown(Schema):
    """The protections of a post."""

    items: list[ProtectionShown] = Field(description="The last first.")


@router.get(
    "posts/{code:code}/protections",
    response=schemas.answers(ProtectionsShown, *schemas.READ),
    url_name="api-protections",
    summary="Protections of a post",
)
def listed(request: HttpRequest, code: lookups.PostCode) -> dict[str, Any]:
    """Those of now and before."""
    state, unit, _ = lookups.post_for(request, code)
    state.of_now()
    rows = PostProtection.objects.filter(post=unit.code).order_by("-first_day", "-pk")
    return {"items": [_shown(request, row, unit) for row in rows]}


@router.post(
    "posts/{code:code}/protections",
    response=schemas.answers(ProtectionShown, *schemas.WRITE),
    url_name="api-protect",
    summary="Protect a post from new cases",
)
def protect(request: HttpRequest, code: lookups.PostCode, payload: Body[ProtectionIn]) -> dict[str, Any]:
    """From the first to the last day, both counting. No figure moves."""
    need(request, Action.ALLOCATE_CASES)
    sent = payload.dict()
    percent: Decimal | None = sent.pop("most_capacity")
    wanted = action.ProtectionRequest(
        post=code, no_new=sent.pop("no_new_cases"),
        most_x100=None if percent is None else int(percent * 100), **sent,
    )  # fmt: skip
    row, _ = action.protect(actor=lookups.me(request), wanted=wanted, who=lookups.who(request))
    return _shown(request, row, lookups.unit_for(request, "post", row.post)[1])


@router.post(
    "protections/{number}/end",
    response=schemas.answers(ProtectionShown, *schemas.WRITE),
    url_name="api-protection-end",
    summary="End a protection",
)
def end(request: HttpRequest, number: Number) -> dict[str, Any]:
    """It ends at once."""
    need(request, Action.ALLOCATE_CASES)
    _, unit = lookups.unit_for(request, "post", protection.find(number).post)
    row = action.end_protection(actor=lookups.me(request), number=number, who=lookups.who(request))
    return _shown(request, row, unit)


def _shown(request: HttpRequest, row: PostProtection, unit: Unit) -> dict[str, Any]:
    state = lookups.state_for(request)
    may = visibility.reasons(lookups.me(request)).covers(unit)
    over = row.ended_at is not None or (row.last_day is not None and row.last_day < state.day)
    return schemas.filled(
        ProtectionShown, row, number=row.pk, ended=over, withheld=not may, reason=row.reason if may else "",
        no_new_cases=row.no_new if may else None, most_cases=row.most_cases if may else None,
        most_capacity=ledger.decimal(row.most_x100) if may else None, not_tiers=row.not_tiers if may else {},
        by=row.who if may and not staff_names.withheld() else "",
    )  # fmt: skip
