"""How many people the work of a unit needs, beside the people who are there."""

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from wmt.site.api import lookups, schemas
from wmt.site.queries import staffing as query
from wmt.site.queries.establishment import establishment_of
from wmt.staffing import establishment, gap
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
    """FTE needed and there. Without the reasons of reductions what is short is a range."""

    need: float
    in_post: float | None = Field(None, description="With reasons only, as `short` and `ratio`.")
    short: float | None = Field(None, description="Below zero: more people than the work needs.")
    ratio: float | None = Field(None, description="People there to people needed.")
    contracted: float | None = Field(
        None, description="With agency staff. Without reasons only, as those below."
    )
    left: float | None = Field(None, description="What all reductions leave of the contracted.")
    least_short: float | None = Field(None, description="As if all reductions were absences.")
    most_short: float | None = Field(None, description="As if none of them were absences.")


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
    taken_off: dict[str, float] | None = Field(None, description="By category of reason; with reasons only.")
    agency: float | None = None
    for_the_work: float | None = None
    reductions: float | None = Field(None, description="All of them; without reasons only.")
    left: float | None = None


class MeasuredShown(Schema):
    """The need if the tables leave out so much of the true need."""

    share_missing_percent: float
    factor: float
    work: float
    source: str
    note: str | None


class EstablishmentSumsShown(Schema):
    """Target, people in post and vacancies (FTE), before reductions; none where no target was entered."""

    target: float | None
    contracted: float
    permanent: float = Field(description="Contracted people less those on a fixed term.")
    fixed_term: float
    agency: float
    in_post: float = Field(description="Contracted and agency.")
    vacancy: float
    returner: float = Field(description="Who comes back later; not in post.")
    short: float | None = Field(description="Target less in post; below zero: more than the target.")


class EstablishmentGradeShown(EstablishmentSumsShown):
    """The same of a grade."""

    grade: str


class EstablishmentRowShown(Schema):
    """A row that counts: of a unit itself, or of one below it."""

    kind: Literal["target", "agency", "fixed_term", "returner", "vacancy"]
    grade: str
    level: str
    code: str
    fte: float
    first_day: date
    last_day: date | None = Field(
        description="Null too for a fixed term in a team: it would tell of one person."
    )
    why: str


class EstablishmentShown(Schema):
    """The establishment of a unit on the day."""

    grades: list[EstablishmentGradeShown]
    all: EstablishmentSumsShown
    rows: list[EstablishmentRowShown]


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
    reasons: bool = Field(description="Whether people are told by the reasons of their reductions.")
    all: GapShown
    binding_grade: str | None = None
    in_post: dict[str, InPostShown]
    reductions: dict[str, float] | None = None
    by_measured_time: list[MeasuredShown]
    establishment: EstablishmentShown


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
    """How many people the work of a team, PDU, region or the nation needs, by grade, beside those in post.

    Sums by the reasons of reductions would tell why somebody's hours are reduced. So they are for those who
    read the reasons of the whole unit; all others are told contracted hours, all reductions, and a range.
    """
    state, unit = lookups.unit_for(request, level, code)
    if level == "post":
        raise schemas.refused("level", "One post needs one person: read its capacity, or ask about its team")
    try:
        found = query.staffing_of(state, unit, chain=chain or "", by=by)
    except StaffingError as error:
        raise schemas.refused("chain", str(error)) from None
    told = gap.present if query.reads(lookups.me(request), unit, state) else gap.present_open
    entries = establishment_of(state).of(unit)
    rows = {"rows": establishment.present_entries(entries)}
    return {
        "level": level, "code": code, "name": unit.name, "day": state.day, **told(found),
        "establishment": establishment.present(entries, found) | rows,
    }  # fmt: skip
