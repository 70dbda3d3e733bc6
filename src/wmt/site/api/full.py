"""Whether a unit is full: its room for more cases, by kind."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from wmt.plan import full_certificate
from wmt.plan.full_present import present
from wmt.site.api import lookups, schemas
from wmt.site.queries import full as query

router = Router()


class GradeTimeShown(Schema):
    """The time of a grade, and its work that stays with its author."""

    available: schemas.Exact
    stays_with_author: schemas.Exact


class GradeSetShown(Schema):
    """A set of grades: its time up to the ceiling, less what stays, less the cases only it may hold."""

    grades: list[str]
    kinds: list[str]
    time_up_to_the_ceiling: schemas.Exact
    stays_with_author: schemas.Exact
    cases: schemas.Exact
    slack: schemas.Exact


class OverFullShown(Schema):
    """The same at the higher ceiling."""

    spare: schemas.Exact
    cases_with_the_best_re_sharing: int
    cases_without_moving_anybody: int
    binding_grades: list[str]


class FullRunShown(Schema):
    """Days in a row without room."""

    days: int
    since: date | None
    full_since: date | None = Field(description="The day it was as long as the rule asks.")
    full_on: date | None = Field(description="The day it will be, if it goes on.")
    days_by_totals_alone: int
    since_may_be_earlier: bool


class FullEstimateShown(Schema):
    """When there would be no room, at the net inflow of late: an estimate, in days and points."""

    days_to_full: float | None
    full_on: date | None
    may_be_sooner: bool
    grades: list[str]
    net_inflow_a_day: float | None
    net_inflow_from: date | None
    net_inflow_to: date | None
    odds_within_days: dict[str, float]
    median_days: float | None
    interval_days: list[float | None] = Field(description="Between them lie 8 of 10 outcomes.")


class KindFullShown(Schema):
    """A kind of case: what the unit could still take of it, both ways, and what limits that."""

    kind: str
    tiers: str
    word: str
    over_full: bool
    eligible: list[str]
    points: schemas.Exact
    average_case: schemas.Exact
    spare: schemas.Exact
    cases_with_the_best_re_sharing: int
    cases_without_moving_anybody: int
    posts_without_moving_anybody: int
    binding_grades: list[str]
    sets_of_grades: list[GradeSetShown]
    at_over_full: OverFullShown
    run: FullRunShown | None
    estimate: FullEstimateShown | None


class ReliefShown(Schema):
    """Something that would free room: 'officer', 'qualifies', 'reduction' or 'cases', and of what."""

    what: str
    of: str
    points: schemas.Exact
    spare: dict[str, schemas.Exact]


class FullShown(Schema):
    """A unit's room for more cases, as `wmt full --unit --json` has it."""

    level: str
    code: str
    name: str
    word: str
    day: date
    ceiling_percent: schemas.Exact
    over_full_percent: schemas.Exact
    days_in_a_row: int
    grades: dict[str, GradeTimeShown]
    notes: list[str] = Field(description="What has to be known beside the figures, in sentences.")
    kinds: list[KindFullShown]
    what_would_free_most: list[ReliefShown]
    checksum: str


@router.get(
    "units/{level}/{code:code}/full",
    response=schemas.answers(FullShown, *schemas.READ),
    url_name="api-full",
    summary="Room for more cases",
)
def room(request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode) -> dict[str, Any]:
    """Whether a team, PDU, region or the nation is full, by kind of case. Of a post, read its capacity."""
    state, unit = lookups.unit_for(request, level, code)
    if level == "post":
        raise schemas.refused("level", "One post is not full: read its capacity, or ask about its team")
    found = query.full_of(state, unit)
    told = present(found.state, state.day, found.outlook, found.reliefs)
    checksum = full_certificate.checksum(query.certified(state, unit, found.state))
    return {
        "level": level,
        "code": code,
        "name": unit.name,
        **told,
        "notes": found.notes,
        "checksum": checksum,
    }
