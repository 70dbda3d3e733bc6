"""Changes of hours, reductions and grades: looked at before they are made, and made, all or none."""

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Body, Field, Router, Schema

from wmt.site.api import (
    payloads,
    schemas,  # fmt: skip
)
from wmt.site.api.history import TimeShown, shown_time
from wmt.site.api.lookups import me, state_for
from wmt.site.changes import actions
from wmt.site.changes.impact import Effect
from wmt.site.workload.state import State

router = Router()


class EffectShown(Schema):
    """A post or a team on a day on which the changes take effect, before and after."""

    level: Literal["post", "team"]
    code: str
    name: str
    day: date
    before: TimeShown
    after: TimeShown


class PreviewShown(Schema):
    """What changes would come to. They can be made where there are neither faults nor conflicts."""

    faults: list[schemas.FaultShown]
    conflicts: list[schemas.FaultShown] = Field(description="What someone else changed since you read it.")
    warnings: list[schemas.FaultShown] = Field(description="What to check; it can be saved.")
    effects: list[EffectShown]


@router.post(
    "changes/preview", response=schemas.answers(PreviewShown, 404, 413, 422), url_name="api-preview",
    summary="Preview changes",
)  # fmt: skip
def preview(request: HttpRequest, payload: Body[payloads.ChangesIn]) -> dict[str, Any]:
    """Every fault of changes, and the figures of posts and teams before and after. Nothing is saved."""
    state = state_for(request)
    found = actions.preview(
        changes=payloads.wanted(request, state, payload.changes), state=state, actor=me(request)
    )
    checked = found.checked
    return {
        "faults": payloads.said(checked.faults),
        "conflicts": payloads.said(checked.conflicts),
        "warnings": payloads.said(checked.warnings),
        "effects": [shown_effect(effect, state) for effect in found.effects],
    }


@router.post(
    "changes",
    response=schemas.answers(payloads.SavedShown, *schemas.WRITE),
    url_name="api-changes",
    summary="Make changes, all or none",
)
def save(request: HttpRequest, payload: Body[payloads.ChangesIn]) -> dict[str, Any]:
    """One step with one entry in the audit, whatever the number of changes."""
    return payloads.saved(request, payloads.wanted(request, state_for(request), payload.changes), payload.why)


def shown_effect(effect: Effect, state: State) -> dict[str, Any]:
    """A post or a team before and after, as the API shows it."""
    before, after = (shown_time(each, state.over_x100) for each in (effect.before, effect.after))
    return schemas.filled(EffectShown, effect, before=before, after=after)
