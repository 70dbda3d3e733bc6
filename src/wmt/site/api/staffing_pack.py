"""The staffing pack of a unit, by its tables: without names, and without the reasons of reductions."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from wmt.ledger import HEADLINE
from wmt.site.api import lookups, month_report, schemas
from wmt.site.queries import staffing_pack as query
from wmt.staffing.rates import StaffingError

router = Router()


class StaffingPackShown(Schema):
    """A unit's staffing pack, with the tables and the sentences of its page."""

    level: str
    code: str
    name: str
    day: date = Field(description="The day the figures are of.")
    words: dict[str, str] = Field(description="What is said beside the tables, by what it is of.")
    tables: list[month_report.MonthTableShown]


@router.get(
    "units/{level}/{code:code}/staffing-pack",
    response=schemas.answers(StaffingPackShown, *schemas.READ),
    url_name="api-staffing-pack",
    summary="The staffing pack",
)
def staffing_pack(request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode) -> dict[str, Any]:
    """The pack of a PDU, a region or the nation: people needed and there, establishment, trainees, forecast,
    odds, days to full."""
    if level not in query.LEVELS:
        raise schemas.refused("level", "There is a staffing pack of a PDU, a region and the nation")
    state, unit = lookups.unit_for(request, level, code, HEADLINE)
    try:
        found = query.pack_of(state, unit)
    except StaffingError as error:
        raise schemas.refused("on", f"No number of people follows from the rules in force: {error}") from None
    return {
        "level": level,
        "code": code,
        "name": unit.name,
        "day": state.day,
        "words": found.words,
        "tables": [month_report.whole_table(table) for table in found.tables.values()],
    }
