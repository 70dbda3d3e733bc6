"""The lines behind figures: of a post or a team one by one, of any unit summed by what priced them."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from wmt.grades import GradeName
from wmt.ledger.serialise import present_line
from wmt.site.api import lookups, schemas
from wmt.site.api.limits import need_lines
from wmt.site.figures import line_queries, units
from wmt.site.queries.measures import MEASURES
from wmt.site.workload.models import Line, Pricing
from wmt.site.workload.state import State

router = Router()

if TYPE_CHECKING:
    Figure = str
else:
    Figure = Literal[tuple(MEASURES)]
Kind = Literal[
    "case", "omic_licence", "unpaid_only", "unpaid_work", "iom", "report", "contact", "contracted_hours",
    "reduction",
]  # fmt: skip


class LineShown(Schema):
    """A line: what it is, the rule that priced it, and what it adds."""

    kind: str
    ref: str
    location: str
    tier: str
    suspended: bool
    stream: str
    quantity: schemas.Exact
    each: schemas.Exact | None
    points: schemas.Exact
    counted: bool
    reason: str = Field(description="Notes: why it is not counted, or what to check.")
    rule: str
    rule_from: str = Field(description="The day the rule's value took effect; empty: always.")
    beside: schemas.Exact = Field(description="OMiC points, not included in the figure.")
    status: str


class PostLine(LineShown):
    """A line of one post."""

    post: str = Field(description="The code of the post.")
    grade: str
    about: str
    since: date | None
    other_post: str = Field(description="Of help given or received: the colleague's post.")
    active_cases: int
    listed_cases: int
    cohorts: list[str] = Field(description="Of a case: the codes of the cohorts it is in.")
    withheld: bool = Field(
        description="You cannot see its reference, day, flags, cohorts or reason: they are empty."
    )


class LinesShown(schemas.PageShown):
    """Lines one by one, in the order of the ledger."""

    items: list[PostLine]


class CellShown(LineShown):
    """Lines of a unit that one rule priced, of posts of one grade, together."""

    grade: str
    lines: int
    active_cases: int
    listed_cases: int


class CellsShown(schemas.PageShown):
    """Lines summed by what priced them."""

    items: list[CellShown]


class LineFilter(schemas.Paging):
    """Which lines."""

    figure: Figure | None = Field(None, description="Only details included in this figure.")
    kind: Kind | None = Field(None, description="Only details of this kind.")
    stream: schemas.StreamName | None = Field(
        None, description="Of its posts in this stream; null: its headline."
    )


class CellFilter(LineFilter):
    """Which lines, summed."""

    grade: GradeName | None = Field(None, description="Only details of posts of this grade.")


@router.get(
    "units/{level}/{code:code}/lines",
    response=schemas.answers(LinesShown, *schemas.BULK),
    url_name="api-lines",
    summary="Details of a post or a team",
)
def lines(
    request: HttpRequest,
    level: Annotated[Literal["team", "post"], Path()],
    code: lookups.UnitCode,
    paging: Query[LineFilter],
) -> dict[str, Any]:
    """Every line of a post, or of the posts of a team: each says the rule that priced it."""
    need_lines(request, level)
    state, unit = lookups.unit_for(request, level, code, paging.stream)
    priced = line_queries.pricing_of(state)
    wanted = _numbers(state, paging)
    found = [
        line for line in line_queries.lines_of(state, unit, lookups.me(request)) if line.pricing in wanted
    ]
    posts = {unit.number: unit.code}
    if level == "team":
        posts = dict(units.everybody(state, unit).values_list("number", "code"))
    items = [_line(line, priced[line.pricing], posts.get(line.post_no, "")) for line in paging.part(found)]
    return {**paging.about(len(found)), "items": items}


@router.get(
    "units/{level}/{code:code}/cells",
    response=schemas.answers(CellsShown, *schemas.READ),
    url_name="api-cells",
    summary="Details of a unit, grouped by rule",
)
def cells(
    request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode, paging: Query[CellFilter]
) -> dict[str, Any]:
    """The lines of any unit: those that the same rule priced, of posts of the same grade, in one row."""
    state, unit = lookups.unit_for(request, level, code, paging.stream)
    wanted = _numbers(state, paging)
    summed = line_queries.sums_of(state, [unit], grade=paging.grade or "").get(unit.code, [])
    found = [line for line in summed if line.pricing.number in wanted]
    return {**paging.about(len(found)), "items": [_cell(line) for line in paging.part(found)]}


def _numbers(state: State, wish: LineFilter) -> set[int]:
    """The pricings of the lines that are wanted."""
    found = set(line_queries.pricing_of(state))
    if wish.figure:
        found &= line_queries.numbers_of(state, MEASURES[wish.figure].field)
    return found & set(line_queries.of_kind(state, wish.kind)) if wish.kind else found


def _line(line: Line, pricing: Pricing, post: str) -> dict[str, Any]:
    own = {name: getattr(line, name) for name in ("grade", "since", "other_post")}
    own["cohorts"] = line.cohorts.split()
    own["about"] = line_queries.about_text(line, pricing)
    counts = {"active_cases": line.active_cases, "listed_cases": line.listed_cases}
    shown = present_line(vars(pricing) | vars(line))
    return {"post": post, **own, **counts, **shown, "withheld": line.withheld}


def _cell(line: line_queries.Lines) -> dict[str, Any]:
    amounts = line._asdict()
    own = {name: amounts[name] for name in ("grade", "lines", "active_cases", "listed_cases")}
    return {**own, **present_line(vars(line.pricing) | amounts | {"ref": ""})}
