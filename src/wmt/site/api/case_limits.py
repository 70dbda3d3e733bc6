"""Who must not know of a case: read and recorded by who may allocate it."""

from typing import Any

from django.http import HttpRequest
from ninja import Body, Field, Router, Schema

from wmt.site.accounts.access import need
from wmt.site.accounts.models import LimitedAccess
from wmt.site.accounts.roles import Action
from wmt.site.api import lookups, schemas
from wmt.site.changes import case_limits

router = Router()


class AccessListsIn(schemas.RequestSchema):
    """The lists of a case, whole: in place of those that are recorded."""

    ref: schemas.KeyIn = Field(description="The reference of the case, such as its CRN.")
    excluded: list[schemas.KeyIn] = Field(
        [],
        max_length=500,
        description="Staff codes of who must not see it. An account without a staff code is excluded by the "
        "email address its person signs in with.",
    )
    restricted: list[schemas.KeyIn] = Field(
        [],
        max_length=500,
        description="Staff codes, or addresses people sign in with, of the only ones who may see it; "
        "empty: no such list.",
    )
    version: int | None = Field(None, ge=0, description="The version that was read: if it changed, 409.")


class AccessListsShown(Schema):
    """The lists that are recorded of a case."""

    ref: str
    excluded: list[str]
    restricted: list[str]
    version: int = Field(description="0 where nothing is recorded.")


@router.get(
    "case-limits",
    response=schemas.answers(AccessListsShown, *schemas.READ),
    url_name="api-case-limits",
    summary="Who must not see a case",
)
def shown(request: HttpRequest, ref: schemas.KeyIn) -> dict[str, Any]:
    """For those who may allocate the case and are not shut out of it."""
    need(request, Action.ALLOCATE_CASES)
    return _shown(*case_limits.find(lookups.me(request), ref, lookups.state_for(request).of_now()))


@router.put(
    "case-limits",
    response=schemas.answers(AccessListsShown, *schemas.WRITE),
    summary="Record who must not see a case",
)
def record(request: HttpRequest, payload: Body[AccessListsIn]) -> dict[str, Any]:
    """Both lists anew. Two empty lists: access is not limited."""
    need(request, Action.ALLOCATE_CASES)
    row = case_limits.save(
        actor=lookups.me(request), who=lookups.who(request), typed=payload.ref, excluded=payload.excluded,
        restricted=payload.restricted, seen=payload.version, state=lookups.state_for(request).of_now(),
    )  # fmt: skip
    return _shown(row.ref, row)


def _shown(ref: str, row: LimitedAccess | None) -> dict[str, Any]:
    lists = (
        {"excluded": row.excluded, "restricted": row.restricted}
        if row
        else {"excluded": [], "restricted": []}
    )
    return {"ref": ref, **lists, "version": row.pk if row else 0}
