"""How likely a unit is to be over the threshold for four weeks in a row in the weeks ahead."""

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from wmt.site.alarms import levels
from wmt.site.api import lookups, schemas
from wmt.site.queries import odds as query
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

router = Router()


class OddsAheadShown(Schema):
    """What was stated for some weeks ahead."""

    weeks: int
    until: date
    state: Literal["stated", "full already", "too short a past"]
    probability: float | None = Field(None, description="From 0 to 1; null unless stated.")
    band: str | None = Field(None, description="The same in words.")
    made_by: Literal["analogy", "events"] | None = Field(
        None,
        description="From what happened to work like it before, or from its own cases, reports and time.",
    )


class OddsTenthShown(Schema):
    """Probabilities between `from_percent` and ten points more: how often, their mean, and what happened."""

    from_percent: int
    count: int
    stated: float
    happened: float


class OddsScoreShown(Schema):
    """How good such odds were for units of the level, on days whose end is known."""

    weeks: int
    days: int
    brier: float
    brier_same_as_today: float
    tenths: list[OddsTenthShown]


class OddsAlarmShown(Schema):
    """The alarm level of a team or PDU, and its alarm."""

    from_percent: int = Field(description="From how likely on there is an alarm; 0: from none.")
    is_chosen: bool = Field(description="Whether the unit chose it; else it is that of the installation.")
    since: date | None = Field(None, description="Since when there is an alarm; null: there is none.")


class OddsShown(Schema):
    """The odds of a unit by the figures of a night; `day` is null where none were worked out yet."""

    day: date | None
    alarm: OddsAlarmShown | None = Field(None, description="Of teams and PDUs alone, within 8 weeks.")
    ahead: list[OddsAheadShown]
    how_good: list[OddsScoreShown]


@router.get(
    "units/{level}/{code:code}/odds",
    response=schemas.answers(OddsShown, *schemas.READ),
    url_name="api-odds",
    summary="Odds of four weeks over the threshold",
)
def unit_odds(request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode) -> dict[str, Any]:
    """How likely a post, team, PDU or region is to have been over the threshold for four weeks in a row
    within 4 and 8 weeks of the figures of the night, by what happened to work like its own before.
    """
    state, unit = lookups.unit_for(request, level, code)
    found = query.odds_of(state, unit)
    scores = query.scores_of(state, unit.level)
    return {
        "day": found.day if found else None,
        "alarm": _alarm(state, unit),
        "ahead": [vars(each) for each in found.ahead] if found else [],
        "how_good": [{**vars(each), "tenths": each.tenths.to_dicts()} for each in scores],
    }


def _alarm(state: State, unit: Unit) -> dict[str, Any] | None:
    if not levels.has_alarms(unit):
        return None
    own, raised = levels.chosen_for(state, unit).first(), levels.open_alarm(state, unit)
    return {
        "from_percent": own.percent if own else levels.usual_percent(),
        "is_chosen": own is not None,
        "since": raised.first_day if raised else None,
    }
