"""Units and their figures."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from wmt.grades import GradeName
from wmt.ledger import OMIC, capacity_x100, decimal, serialise
from wmt.site.accounts.access import visible_to
from wmt.site.api import lookups, schemas
from wmt.site.availability.staff_details import called
from wmt.site.figures import units
from wmt.site.figures.used_hours import UsedHours
from wmt.site.priorities import levels
from wmt.site.queries.responsive import Responsive
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

router = Router()


class Breakdown(Schema):
    """The parts of the points, and the OMiC points that are shown beside them."""

    community: schemas.Exact
    licence: schemas.Exact
    custody: schemas.Exact
    t2a: schemas.Exact
    omic: schemas.Exact
    reports: schemas.Exact
    contacts: schemas.Exact


assert set(Breakdown.model_fields) == set(serialise.BREAKDOWN)


class FiguresShown(Schema):
    """The figures of a unit, in the words of `wmt post --json` and the rest of the command line."""

    level: str
    code: str
    stream: schemas.StreamName = Field(
        description="Whose work and time it is: streams are never added together."
    )
    name: str
    region_code: str
    pdu_code: str
    team_code: str
    staff_code: str
    grade: str
    cases: int = Field(description="Active cases.")
    cases_all: int = Field(description="All cases in nDelius.")
    points: schemas.Exact
    available: schemas.Exact = Field(description="Available points.")
    capacity: schemas.Exact | None = Field(
        description="Points ÷ available points, in %; null: no available hours."
    )
    over_mark: bool = Field(description="Over the excessive workload threshold, by the exact value.")
    breakdown: Breakdown
    omic_on_licence: schemas.Exact
    omic_cases: int
    suspended_cases: int
    untiered_cases: int
    unpaid_only_cases: int
    contracted_hours: schemas.Exact
    reduction_hours: schemas.Exact = Field(description="All reductions as entered.")
    reduction_hours_used: schemas.Exact = Field(
        description="What they take: at most each person's contracted hours, so contracted less this is left."
    )
    posts: int
    posts_without_time: int
    idle_posts_without_time: int = Field(description="Of these, posts that hold no work.")
    unentered_posts_without_time: int = Field(
        description="Of these, posts with no contracted hours because no one entered any."
    )
    posts_over: int = Field(description="Posts over the threshold of excessive workload.")
    stale_posts: int
    stale_since: datetime | None
    unmeasured_posts: int
    priority_level: str = Field(
        description="That of its PDU on the day, `green`, `amber` or `red`; empty for units above. "
        "Figures are those of business as usual, and less valid the further a PDU is from green."
    )
    responsive_points: schemas.Exact = Field(
        description="Points at the priority levels of the day: those of business as usual while nobody has "
        "set what is put aside at amber and red."
    )
    responsive_capacity: schemas.Exact | None = Field(description="The same ÷ available points, in %.")


class NamedPlace(Schema):
    """A unit by name."""

    level: str
    code: str
    name: str


class PersonShown(Schema):
    """How the officer of a post is called and written to; empty where nobody knows."""

    forename: str
    middle_name: str
    surname: str
    email: str


class UnitShown(Schema):
    """A unit: its figures, by stream, by grade of its posts, and the units it belongs to."""

    figures: FiguresShown
    streams: list[FiguresShown]
    grades: list[FiguresShown]
    above: list[NamedPlace]
    person: PersonShown | None = Field(
        description="Of a post; null for other units, and for those who see posts by code."
    )


class UnitsShown(schemas.PageShown):
    """Units, by name."""

    items: list[FiguresShown]


class ListFilter(schemas.Paging):
    """Which units."""

    under_level: schemas.Level | None = Field(
        None, description="Only units under this one: its level, and its code."
    )
    under_code: schemas.Code | None = None
    grade: GradeName | None = Field(None, description="Only what posts of this grade make up.")
    stream: schemas.StreamName | None = Field(
        None, description="Their part in this stream: without it the headline of units, and every post."
    )


@router.get(
    "units/{level}",
    response=schemas.answers(UnitsShown, *schemas.READ),
    url_name="api-units",
    summary="Units of a level",
)
def list_units(request: HttpRequest, level: lookups.UnitLevel, paging: Query[ListFilter]) -> dict[str, Any]:
    """Units of a level with their figures, by name: all one may see, or those under a unit."""
    state = lookups.state_for(request)
    top = units.NATION
    if bool(paging.under_level) != bool(paging.under_code):
        raise schemas.refused("under_code", "Give both the level and the code of a unit, or neither")
    if paging.under_level and paging.under_code:
        top = paging.under_level
        units.find(state, lookups.me(request), top, paging.under_code)
    if level == units.NATION:
        rows = units.seen(state, lookups.me(request), level, paging.stream)
    elif level not in units.levels_below(top):
        raise schemas.refused("under_level", f"A {top} has no units of the level {level} under it")
    else:
        above = Unit(level=top, code=paging.under_code or units.NATION)
        if level == "post" and not paging.stream:
            below = units.everybody(state, above)
            below = below.filter(grade=paging.grade) if paging.grade else below
        else:
            below = units.below(state, above, level, paging.grade or "", paging.stream)
        rows = visible_to(below, lookups.me(request), state)
    made = _Figures(state, Unit(level=top, code=paging.under_code or units.NATION))
    return {
        **paging.about(rows.count()),
        "items": [made.of(unit) for unit in paging.part(rows)],
    }


@router.get(
    "units/{level}/{code:code}",
    response=schemas.answers(UnitShown, *schemas.READ),
    url_name="api-unit",
    summary="One unit",
)
def one_unit(request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode) -> dict[str, Any]:
    """A unit with its figures, those of each grade, and the units it belongs to."""
    state, unit = lookups.unit_for(request, level, code)
    made = _Figures(state, unit)
    return {
        "figures": made.of(unit),
        "streams": [made.of(each) for each in units.streams(state, unit).values()],
        "grades": [made.of(each) for each in units.grades(state, unit)],
        "above": list(units.above(state, lookups.me(request), unit)),
        "person": _person(unit),
    }


def _person(unit: Unit) -> dict[str, str] | None:
    if unit.level != "post" or staff_names.withheld():
        return None
    return called([unit])[unit.staff_code]._asdict()


class _Figures:
    """The figures of a unit and of those under it, as they are shown."""

    def __init__(self, state: State, top: Unit) -> None:
        self._state, self._used, self._responsive = state, UsedHours(state, top), Responsive.of(state)

    def of(self, unit: Unit) -> dict[str, Any]:
        """One unit's."""
        row, points_x100 = self._responsive.level_of(unit), self._responsive.points_x100(unit)
        return serialise.present_total(vars(unit), self._state.over_x100) | {
            "reduction_hours_used": serialise.micro(self._used.of(unit)),
            "priority_level": row.level if row else levels.GREEN if levels.pdu_of(unit) else "",
            "responsive_points": decimal(points_x100),
            "responsive_capacity": None
            if unit.stream == OMIC
            else decimal(capacity_x100(points_x100, unit.available_x100)),
        }
