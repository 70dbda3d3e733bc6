"""What the work of a unit would need with other demand."""

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from wmt import ledger
from wmt.plan.demand_levers import BANDS, LEVERS
from wmt.plan.demand_text import FIELDS, steps_of
from wmt.site.api import lookups, schemas
from wmt.site.queries import scenario as query
from wmt.staffing.rates import StaffingError

router = Router()


class ScenarioNow(Schema):
    """The work today."""

    points: schemas.Exact
    need: float = Field(description="FTE of the work, without roles.")
    capacity: schemas.Exact | None


class ScenarioMonthShown(Schema):
    """The work so many months from now, at its least and at its most. `need` and `more` are FTE."""

    months: int
    points_least: schemas.Exact
    points_most: schemas.Exact
    need_least: float
    need_most: float
    more_least: float = Field(description="More than today, over both readings of NET and NAT.")
    more_most: float
    capacity_least: schemas.Exact | None
    capacity_most: schemas.Exact | None


class ScenarioGradeShown(Schema):
    """FTE of the work that a grade does."""

    grade: str
    now: float
    need_least: float
    need_most: float


class ScenarioLeverShown(Schema):
    """A lever in words, and the FTE that it adds after those before it."""

    number: int
    words: str
    range: list[str]
    more_least: float
    more_most: float


class ScenarioLineShown(Schema):
    """Work that is alike, today and at both ends: what the FTE are made of."""

    kind: str
    line: str
    type: str
    tier: str
    rule: str
    cases_now: int
    cases_least: int
    cases_most: int
    points_now: schemas.Exact
    points_least: schemas.Exact
    points_most: schemas.Exact
    fte_now: float
    fte_least: float
    fte_most: float


class ScenarioContractShown(Schema):
    """The value of a contract in pounds, and how many people a budget pays for."""

    number: int
    volume_least: float
    volume_most: float
    value_least: schemas.Exact
    value_most: schemas.Exact
    people_of_budget: float | None


class ScenarioRuleShown(Schema):
    """A rule that a lever starts from."""

    rule: str
    description: str
    value: schemas.Exact
    unit: str
    source: str
    is_placeholder: bool = Field(description="Whether the number is ours: to be replaced by what you know.")
    first_known: date | None = Field(
        description="The first day for which the number is known, where the figures are older."
    )


class ScenarioRoomShown(Schema):
    """Points left and average cases for a kind of case, and the days until the unit is full (an estimate)."""

    kind: str
    spare_now: schemas.Exact
    spare_least: schemas.Exact
    spare_most: schemas.Exact
    cases_now: int
    cases_least: int
    cases_most: int
    days_now: float | None
    days_least: float | None
    days_most: float | None


class ScenarioShown(Schema):
    """A demand scenario: ranges, never one line."""

    months: int
    chain: str
    by: str
    now: ScenarioNow
    when: list[ScenarioMonthShown]
    grades: list[ScenarioGradeShown]
    levers: list[ScenarioLeverShown]
    lines: list[ScenarioLineShown]
    contracts: list[ScenarioContractShown]
    rules: list[ScenarioRuleShown]
    questions: list[str] = Field(
        description="What to check: changes that take away more than there is, and results below nothing or "
        "far from today."
    )


class UnitScenarioShown(ScenarioShown):
    """A demand scenario of a unit."""

    level: str
    code: str
    name: str
    day: date
    room: list[ScenarioRoomShown]


class ScenarioQuery(Schema):
    """The levers of a scenario, each a number or a range such as '5 to 10', and how it is worked out."""

    months: int = Field(12, ge=1, le=120, description="Months from now of grades, lines and room.")
    by: Literal["points", "hours"] = "points"
    chain: Literal["product", "sum"] | None = None
    lever: list[str] = Field(
        [],
        max_length=40,
        description=f"`name=number`, each name once. Names: {', '.join(FIELDS)}. A number may be a range "
        f"(`5 to 10`); `volume_band` is one of {', '.join(BANDS)}.",
    )


@router.get(
    "units/{level}/{code:code}/scenario",
    response=schemas.answers(UnitScenarioShown, *schemas.READ),
    url_name="api-scenario",
    summary="People needed with other demand",
)
def scenario(
    request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode, asked: Query[ScenarioQuery]
) -> dict[str, Any]:
    """What the work of a team, PDU, region or the nation would need if demand, time away or rules were
    different from today. Nothing is saved; a plan with the same steps is."""
    state, unit = lookups.unit_for(request, level, code)
    if level == "post":
        raise schemas.refused("level", "Scenarios are of teams, PDUs, regions and the nation")
    steps, faults = steps_of(_typed(asked.lever))
    for name, said in faults.items():
        raise schemas.refused("lever", f"{name}: {said}")
    try:
        told = query.told(state, unit, steps, months=asked.months, chain=asked.chain or "", by=asked.by)
        rooms = query.rooms(state, unit, steps, months=asked.months) if steps else []
    except StaffingError as error:
        raise schemas.refused("lever", str(error)) from None
    return {
        "level": level, "code": code, "name": unit.name, "day": state.day, **told,
        "room": [_room(each) for each in rooms],
    }  # fmt: skip


def _typed(levers: list[str]) -> dict[str, str]:
    typed: dict[str, str] = {}
    for each in levers:
        name, _, value = each.partition("=")
        if name not in FIELDS:
            raise schemas.refused("lever", f"there is no lever {name[:40]}; use one of {', '.join(LEVERS)}")
        if name in typed:
            raise schemas.refused("lever", f"{name} is set twice; leave one, or write a range")
        typed[name] = value[:100]
    return typed


def _room(each: dict[str, Any]) -> dict[str, Any]:
    ends = {f"spare_{end}": ledger.decimal(each[f"spare_x100_{end}"]) for end in ("now", "least", "most")}
    return {**each, **ends}
