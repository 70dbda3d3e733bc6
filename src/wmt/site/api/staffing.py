"""How many people the work of a unit needs, beside the people who are there."""

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from wmt.site.accounts.access import Denied
from wmt.site.accounts.roles import Action
from wmt.site.api import lookups, schemas
from wmt.site.queries import staffing as query
from wmt.staffing import gap
from wmt.staffing.rates import StaffingError

router = Router()


class WorkLineShown(Schema):
    """Work that is alike, such as community cases of tier C2, and the people it needs."""

    line: str
    type: str
    tier: str
    active_cases: int
    points: schemas.Exact
    hours: schemas.Exact
    hours_from: str = Field(description="'hours': published for the tier; 'points': worked out from points.")
    fte: float
    rule: str


class KindNeedShown(Schema):
    """The work of one kind, with who does which share of it."""

    kind: str
    points: schemas.Exact
    hours: schemas.Exact
    fte_by_points: float
    fte_by_hours: float
    shares_percent: dict[str, float]
    lines: list[WorkLineShown]


class WorkReadingsShown(Schema):
    """All work in both readings of NET and NAT."""

    points: schemas.Exact
    hours: schemas.Exact
    fte_by_points_product: float
    fte_by_points_sum: float
    fte_by_hours_product: float
    fte_by_hours_sum: float


class ReconciliationShown(Schema):
    """The same work by hours, by points and by full targets, and how far they differ."""

    fte_by_hours: float
    fte_by_points: float
    points_more_than_hours: float
    full_targets: float
    fte_by_full_targets: float
    targets_more_than_points: float


class GapShown(Schema):
    """FTE needed and there; `short` is below zero where there are more, `ratio` is people there to needed."""

    need: float
    in_post: float
    short: float
    ratio: float | None


class GradeGapShown(GapShown):
    """The same of a grade: for the work, and for roles by what they are."""

    grade: str
    work: float
    roles: dict[str, float]


class InPostShown(Schema):
    """The people of a grade who are in post (FTE)."""

    posts: int
    posts_with_assumed_hours: int
    contracted: float
    taken_off: dict[str, float] = Field(description="By category of reason.")
    agency: float
    for_the_work: float


class MeasuredShown(Schema):
    """The need if the tables leave out so much of the true need."""

    share_missing_percent: float
    factor: float
    work: float
    source: str
    note: str | None


class StaffingShown(Schema):
    """A unit's need and its people, as `wmt staffing --unit --json` has it, less grades with few posts."""

    level: str
    code: str
    name: str
    day: date
    chain: str
    net_percent: float
    nat_percent: float
    days_away: dict[str, float]
    hours_of_one_fte: float
    points_of_one_fte: float
    by: str
    kinds: list[KindNeedShown]
    work: WorkReadingsShown
    reconciliation: ReconciliationShown
    grades: list[GradeGapShown]
    all: GapShown
    binding_grade: str | None
    in_post: dict[str, InPostShown]
    reductions: dict[str, float]
    by_measured_time: list[MeasuredShown]


@router.get(
    "units/{level}/{code:code}/staffing",
    response=schemas.answers(StaffingShown, *schemas.READ),
    url_name="api-staffing",
    summary="People needed",
)
def staffing(
    request: HttpRequest,
    level: lookups.UnitLevel,
    code: lookups.UnitCode,
    by: Literal["points", "hours"] = "points",
    chain: Literal["product", "sum"] | None = None,
) -> dict[str, Any]:
    """How many people the work of a PDU, region or the nation needs, by grade, beside those in post.

    Sums would tell why somebody's hours are reduced. So nothing is told of teams and of units with few posts,
    and people of a PDU are for those who read the reasons of reductions there.
    """
    state, unit = lookups.unit_for(request, level, code)
    if not query.applies(unit):
        raise schemas.refused(
            "level", f"People are told of PDUs, regions and the nation: ask about the PDU of this {level}"
        )
    if not query.reads(lookups.me(request), unit, state):
        raise Denied(Action.READ_RECORDS, level="pdu", code=code)
    try:
        found = query.staffing_of(state, unit, chain=chain or "", by=by)
    except StaffingError as error:
        raise schemas.refused("chain", str(error)) from None
    if isinstance(found, query.TooFewPosts):
        raise schemas.refused(
            "code",
            f"{unit.name} has {found.posts} posts in sentence management; at least {found.fewest} are needed",
        )
    return {"level": level, "code": code, "name": unit.name, "day": state.day, **gap.present(found)}
