"""What the points of tiers are for: the activity library, and the hours of a tier by activity."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from wmt.rules import activities, tier_account
from wmt.site.api import schemas
from wmt.site.api.lookups import state_for, unknown
from wmt.site.queries.rules_on_day import rules_at

router = Router()

TierName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=3, pattern="^[A-Z0-9]+$"),
    Path(description="A tier, such as A3."),
]


class ActivityShown(Schema):
    """An activity of the library."""

    id: str
    name: str
    kind: str = Field(description="mandatory, responsive, or beside: in no points.")
    minutes: Decimal | None = Field(description="Each time; null where the responsive share covers it.")
    minutes_by_part: dict[str, Decimal] = Field(description="prepare, with_the_person, travel and others.")
    per: str = Field(description="What it is counted by: case, year, four-week month, week or event.")
    whom: str
    made_of: str
    spread: str = Field(description="How far single cases are from the average.")
    phase: str
    minutes_are_published: bool = Field(description="false: a default, not published.")
    rules: list[str] = Field(description="The rules that its minutes are from.")


class ActivitiesShown(Schema):
    """The activity library on a day."""

    rules_date: date
    items: list[ActivityShown]


class TierLineShown(Schema):
    """One line behind the points of a tier. Lines add up to the whole."""

    id: str = Field(description="The activity; or responsive, or remainder.")
    name: str
    kind: str = Field(description="mandatory, responsive or remainder.")
    annual_hours: Decimal
    monthly_hours: Decimal = Field(description="In a four-week month.")
    points: Decimal
    minutes: Decimal | None = Field(description="Each time.")
    minutes_by_part: dict[str, Decimal]
    times_a_year: Decimal | None
    share_percent: Decimal | None = Field(description="In how many of a hundred cases.")
    whom: str
    made_of: str
    spread: str
    phase: str
    source: str = Field(description="What of it was published, in words.")
    rules: list[str]


class TierShown(Schema):
    """What the points of a tier are for."""

    rules_date: date
    case_type: str
    tier: str
    points: int
    annual_hours: Decimal
    monthly_hours: Decimal
    responsive_percent: Decimal = Field(description="What responsive activities add to mandatory ones.")
    mandatory_hours: Decimal
    responsive_hours: Decimal
    remainder_hours: Decimal = Field(description="In the published hours; not published what for.")
    lines: list[TierLineShown]
    responsive_activities: list[str]
    not_in_points: list[str]


class RulesDayQuery(Schema):
    """Of when."""

    on: schemas.Day | None = Field(None, description="null: the day of the rules of the figures shown.")


@router.get(
    "activities", response=schemas.answers(ActivitiesShown, 422), url_name="api-activities",
    summary="The activity library",
)  # fmt: skip
def list_activities(request: HttpRequest, wish: Query[RulesDayQuery]) -> dict[str, Any]:
    """What is done on cases, with its minutes, as published or as a default; empty before 6 January 2023."""
    day = _day(request, wish.on)
    return {"rules_date": day, "items": [_shown(each) for each in activities.library(rules_at(day)).values()]}


@router.get(
    "tiers/{case_type}/{tier}", response=schemas.answers(TierShown, 404, 422), url_name="api-tier",
    summary="What the points of a tier are for",
)  # fmt: skip
def one_tier(
    request: HttpRequest,
    case_type: Literal["community", "licence"],
    tier: TierName,
    wish: Query[RulesDayQuery],
) -> dict[str, Any]:
    """Hours and points of a tier by activity. 404 where its hours were not published, as of custody."""
    day = _day(request, wish.on)
    found = tier_account.account(rules_at(day), case_type, tier)
    if found is None:
        raise unknown("tier with published hours")
    return {"rules_date": day, **tier_account.presented(found)}


def _day(request: HttpRequest, on: date | None) -> date:
    return on or state_for(request).rules_date


def _shown(activity: activities.Activity) -> dict[str, Any]:
    minutes = activity.minutes
    texts = {field: activity.texts.get(field, "") for field in ("per", "whom", "made_of", "spread", "phase")}
    return {
        "id": activity.id,
        "name": activity.name,
        "kind": activity.kind,
        "minutes": None if minutes is None else tier_account.half_up(minutes, 2),
        "minutes_by_part": {part: tier_account.half_up(each, 2) for part, each in activity.parts.items()},
        "minutes_are_published": activities.is_published(activity.timings),
        "rules": [value.path for value in activity.timings],
        **texts,
    }
