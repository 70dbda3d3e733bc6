"""Everybody who held a case."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from wmt.site.api import lookups, schemas
from wmt.site.audit.reads import note_read
from wmt.site.queries import case_history, histories

router = Router()


class CaseHolderShown(Schema):
    """A post that holds the case or held it."""

    post: str
    since: date | None = Field(description="Null where the data does not say.")
    until: date | None = Field(description="Null for who holds it now.")
    waiting: bool = Field(description="Whether nobody held it: it was a placeholder's.")
    allocation: int | None = Field(
        description="The allocation that brought it there, where it was decided here and is yours to read."
    )


class CaseHistoryShown(Schema):
    """Who held a case, as far as the data kept and what was decided here tell."""

    ref: str
    changes: int = Field(description="How often somebody took it over from somebody else.")
    looked_back_to: date | None = Field(
        description="Data before this day was not looked at, so there may be more; null where all was."
    )
    holders: list[CaseHolderShown] = Field(description="The last first.")


@router.get(
    "case-history",
    response=schemas.answers(CaseHistoryShown, *schemas.READ),
    url_name="api-case-history",
    summary="Who held a case",
)
def one(request: HttpRequest, ref: schemas.KeyIn) -> dict[str, Any]:
    """For whoever may read the cases of all who hold it. The reference stands in the query, out of logs."""
    state, user = lookups.state_for(request).of_now(), lookups.me(request)
    case = case_history.find(user, state, ref)
    for post in case.posts:
        note_read(user, post)
    found = case.history(histories.history_for(user, state))
    return {
        "ref": case.ref,
        "changes": found.changes,
        "looked_back_to": found.looked_back_to,
        "holders": [
            {
                "post": each.post, "since": each.since, "until": each.until, "waiting": each.waits,
                "allocation": each.allocation.pk if each.allocation else None,
            }
            for each in found.holders
        ],
    }  # fmt: skip
