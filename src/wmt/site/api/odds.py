"""How likely a unit is to be over the threshold for four weeks in a row in the weeks ahead."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Body, Field, Router, Schema

from wmt.site.accounts.access import Denied, need
from wmt.site.accounts.roles import Action
from wmt.site.alarms import levels
from wmt.site.api import lookups, schemas
from wmt.site.changes import odds_alarms
from wmt.site.queries import odds as query
from wmt.site.workload import staff_names
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


class AlarmLevelIn(schemas.RequestSchema):
    """The level that a team or PDU chooses."""

    percent: int = Field(description="From how likely on there is an alarm: 20, 30, 50, or 0 for none.")
    why: Annotated[str, schemas.StringConstraints(max_length=5_000, pattern=r"^[^\x00]*$")] = Field(
        description="For everybody who reads the figures; 500 characters at most."
    )
    key: Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = Field(
        "", description="A key of your own: the same key and request again choose once."
    )


class AlarmLevelChosen(Schema):
    """A level as it was chosen. It holds at once."""

    number: int
    level: str
    code: str
    percent: int
    why: str
    by: str


@router.post(
    "units/{level}/{code:code}/alarm-level",
    response=schemas.answers(AlarmLevelChosen, *schemas.WRITE),
    url_name="api-alarm-level",
    summary="Choose the alarm level of a team or PDU",
)
def choose_alarm_level(
    request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode, payload: Body[AlarmLevelIn]
) -> dict[str, Any]:
    """By whoever leads it. Which level holds, and whether there is an alarm, is in the odds of the unit."""
    need(request, Action.SET_ALARMS)
    state, unit = lookups.unit_for(request, level, code)
    if not odds_alarms.may_choose(lookups.me(request), unit, state.of_now()):
        raise Denied(Action.SET_ALARMS, level=level, code=unit.code)
    row, _ = odds_alarms.choose(
        actor=lookups.me(request), who=lookups.who(request), unit=unit, percent=payload.percent,
        why=payload.why, key=payload.key,
    )  # fmt: skip
    return schemas.filled(AlarmLevelChosen, row, number=row.pk, by=staff_names.person(row.who))
