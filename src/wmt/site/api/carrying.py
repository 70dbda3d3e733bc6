"""Records of a post that is gone, carried over to one that is there."""

from typing import Any

from django.http import HttpRequest
from ninja import Body, Field, Router, Schema

from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.api import lookups, schemas
from wmt.site.api.changes import EffectShown, shown_effect
from wmt.site.api.payloads import said
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes.carry_over import (
    carry_over,
    effects_at,
    look,
    reads_reasons,
    told,
)
from wmt.site.changes.carry_rights import need_carrying

router = Router()


class CarryIn(schemas.RequestSchema):
    """Where the records are now, and why they are carried over."""

    former: schemas.CodeIn = Field(
        alias="from", description="The code of the post that has gone: TEAM:STAFF."
    )
    why: schemas.Why = ""
    check: bool = Field(False, description="true: show the effect without saving.")


class CarriedShown(Schema):
    """What was carried over, or would be."""

    saved: bool = Field(description="false where it was only checked.")
    change: int | None = Field(description="The number of the change; null where it was only checked.")
    hours: int = Field(description="How many records of contracted hours.")
    reductions: int = Field(description="How many reductions.")
    grades: int = Field(description="How many corrections of a grade.")
    warnings: list[schemas.FaultShown]
    effects: list[EffectShown]


@router.post(
    "posts/{code:code}/carry-over",
    response=schemas.answers(CarriedShown, *schemas.WRITE),
    url_name="api-carry-over",
    summary="Move the records of a post that has gone",
)
def carry(request: HttpRequest, code: lookups.PostCode, payload: Body[CarryIn]) -> dict[str, Any]:
    """Hours, reductions and grades that count now or later, all of them or none, for the post in the address.

    It needs the role at this post and where the other was.
    """
    state, _, new = lookups.post_for(request, code)
    need(request, Action.EDIT_AVAILABILITY, level="post", code=code, state=state)
    team, _, staff = payload.former.partition(":")
    if not team or not staff:
        what = "A post is named by the codes of its team and of its officer: TEAM:STAFF"
        raise schemas.refused("from", what)
    old = team, staff
    need_carrying(lookups.me(request), old, new, state)
    reads = reads_reasons(lookups.me(request), old, new, state)
    try:
        found = look(old, new, state)
        found.checked.raise_faults()
        number, warnings, checked = None, found.checked.warnings, found.checked
        if not payload.check:
            saved = carry_over(old, new, user=lookups.me(request), why=payload.why, who=lookups.who(request))
            number, warnings, checked = saved.number, saved.warnings, saved.checked
    except ConflictError as conflict:
        raise ConflictError(told(conflict.faults, reads=reads)) from None
    except RefusedError as error:
        raise RefusedError(told(error.faults, reads=reads)) from None
    kinds = found.kinds
    return {
        "saved": number is not None,
        "change": number,
        "hours": kinds["hours"],
        "reductions": kinds["reduction"],
        "grades": kinds["grade"],
        "warnings": said(told(warnings, reads=reads)),
        "effects": [shown_effect(effect, state) for effect in effects_at(new, checked, state)],
    }
