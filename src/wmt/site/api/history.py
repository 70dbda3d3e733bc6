"""A post through time: what its time was, is and will be, and who changed what, when and why."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from wmt import ledger
from wmt.ledger.serialise import micro
from wmt.site.accounts.access import Denied
from wmt.site.accounts.roles import Action
from wmt.site.api import lookups, schemas
from wmt.site.availability import models, queries
from wmt.site.changes import impact

router = Router()


class VersionShown(Schema):
    """One version of a record: what it said, who made it, when, why, and until when it stood."""

    kind: Literal["hours", "reduction", "grade"]
    key: str
    version: int
    change: int
    recorded_at: datetime
    who: str
    why: str
    stood_until: datetime | None = Field(description="null: it is current.")
    withdrawn: bool
    first_day: date
    last_day: date | None
    hours: schemas.Exact | None
    percent: schemas.Exact | None
    reason: str
    grade: str
    notes: str


class VersionsShown(schemas.PageShown):
    """Every version of every record of a post, the newest first."""

    items: list[VersionShown]


class TimeShown(Schema):
    """A unit's work, which changes of hours leave as it is, and its time."""

    points: schemas.Exact
    available: schemas.Exact
    capacity: schemas.Exact | None
    over_mark: bool
    contracted_hours: schemas.Exact
    reduction_hours: schemas.Exact = Field(
        description="What reductions take: of a post, at most its contract."
    )
    reduction_hours_entered: schemas.Exact = Field(description="All that is entered, which may be more.")


class MomentShown(Schema):
    """A post from a day on, until the next: its grade and its time; its work is what it is now."""

    day: date
    grade: str
    figures: TimeShown


class TimelineShown(Schema):
    """From each day on which something begins or has ended, and from the day of the figures."""

    items: list[MomentShown]


@router.get(
    "posts/{code:code}/timeline",
    response=schemas.answers(TimelineShown, *schemas.READ),
    url_name="api-timeline",
    summary="Hours of a post over time",
)
def timeline(request: HttpRequest, code: lookups.PostCode) -> dict[str, Any]:
    """What a post's time was, is and will be, by what stands now and the rules of the figures shown."""
    state, _, post = lookups.post_for(request, code)
    return {
        "items": [
            {"day": each.day, "grade": each.grade, "figures": shown_time(each.figures, state.over_x100)}
            for each in impact.timeline_of(state, post)
        ]
    }


@router.get(
    "posts/{code:code}/history",
    response=schemas.answers(VersionsShown, *schemas.READ),
    url_name="api-history",
    summary="History of a post: who changed what, when and why",
)
def history(request: HttpRequest, code: lookups.PostCode, paging: schemas.Where) -> dict[str, Any]:
    """Every version of every record of a post, for the person themself and those who may read it."""
    state, _, post = lookups.post_for(request, code)
    if not queries.may_read(lookups.me(request), post, state):
        raise Denied(Action.READ_RECORDS, level="post", code=code)
    rows = queries.history_of(post)
    return {**paging.about(len(rows)), "items": [_version(row) for row in paging.part(rows)]}


def shown_time(found: impact.UnitFigures, over_x100: int) -> dict[str, Any]:
    """Work and time as the API shows them."""
    taken = found.taken_hours_micro
    return {
        "points": ledger.decimal(found.points_x100),
        "available": ledger.decimal(found.available_x100),
        "capacity": ledger.decimal(ledger.capacity_x100(found.points_x100, found.available_x100)),
        "over_mark": ledger.is_over(found.points_x100, found.available_x100, over_x100),
        "contracted_hours": micro(found.contracted_hours_micro),
        "reduction_hours": micro(found.reduction_hours_micro if taken is None else taken),
        "reduction_hours_entered": micro(found.reduction_hours_micro),
    }


def _version(row: models.OfPost) -> dict[str, Any]:
    """A version; what its kind does not have is empty."""
    kind = {models.Hours: "hours", models.Reduction: "reduction"}.get(type(row), "grade")
    none = {"last_day": None, "reason": "", "grade": "", "notes": ""}
    return schemas.filled(
        VersionShown,
        row,
        kind=kind,
        stood_until=row.ended_at,
        hours=micro(getattr(row, "hours_micro", None)),
        percent=ledger.decimal(getattr(row, "percent_x100", None)),
        **{name: getattr(row, name, otherwise) for name, otherwise in none.items()},
    )
