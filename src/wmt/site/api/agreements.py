"""Agreements that a unit goes by, and what they say of it."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Body, Field, Path, Router, Schema

from wmt.agreements import present
from wmt.nights import NightError
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.agreements import in_force
from wmt.site.agreements.models import UnitAgreement
from wmt.site.api import lookups, schemas
from wmt.site.changes import agreements as action
from wmt.site.queries import agreements as query
from wmt.site.workload import staff_names

router = Router()

Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the agreement.")]
Name = Annotated[str, schemas.StringConstraints(max_length=200, pattern=r"^[^\x00\n\r=]*$")]
Digits = Annotated[str, schemas.StringConstraints(pattern=r"^[0-9]{1,9}(\.[0-9]{1,4})?$")]
Key = Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")]


class AgreementFigureShown(Schema):
    """A figure that a measure is worked out from."""

    figure: str
    words: str
    value: schemas.Exact | None
    not_known: str | None


class AgreementLevelShown(Schema):
    """A state, from which value on it holds, and whether it does."""

    state: str
    begins: str
    met: bool | None


class AgreementDutyShown(Schema):
    """What somebody owes in the state."""

    kind: str
    who: str
    text: str
    clock: str


class AgreementStateShown(Schema):
    """What one measure of an agreement says of the unit."""

    pack: str
    measure: str
    measure_name: str
    value: schemas.Exact | None = Field(description="Null where it is not known; `not_known` says why.")
    unit: str
    state: str | None
    not_known: str | None
    binds: bool
    clause: str
    working: list[AgreementFigureShown]
    levels: list[AgreementLevelShown]
    duties: list[AgreementDutyShown]


class UnitAgreementShown(Schema):
    """An agreement that the unit goes by, from its own record or from that of a unit it lies in."""

    number: int
    pack: str
    name: str
    mode: str = Field(description="`live`, or `shadow`: compared only.")
    of_level: str
    of_code: str
    first_day: date
    last_day: date | None
    binds: bool
    clause: str
    source: str
    states: list[AgreementStateShown]


class UnitAgreementsShown(Schema):
    """The agreements of a unit on the day of the figures."""

    level: str
    code: str
    name: str
    day: date
    agreements: list[UnitAgreementShown]


@router.get(
    "units/{level}/{code:code}/agreements",
    response=schemas.answers(UnitAgreementsShown, *schemas.READ),
    url_name="api-agreements",
    summary="Local agreements of a unit",
)
def agreements(request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode) -> dict[str, Any]:
    """Those in force and in shadow, and their states. They change no figure."""
    state, unit = lookups.unit_for(request, level, code)
    rows = in_force.on_day(unit, state)
    try:
        found = query.findings_of(state, rows, [unit])
    except NightError:
        found = []
    told = []
    for row in rows:
        pack = in_force.pack_of(row)
        told.append({
            "number": row.pk, "pack": row.pack_key, "name": row.name, "mode": row.mode, "of_level": row.level,
            "of_code": row.code, "first_day": row.first_day, "last_day": row.last_day, "binds": pack.binds,
            "clause": pack.clause, "source": pack.source,
            "states": [present.present_finding(each.found) for each in found if each.row.pk == row.pk],
        })  # fmt: skip
    return {"level": level, "code": code, "name": unit.name, "day": state.day, "agreements": told}


class AgreementIn(schemas.RequestSchema):
    """An agreement to go by: one that comes with WMT, or the text of a file; one of the two."""

    pack: Annotated[str, schemas.StringConstraints(max_length=60, pattern=r"^[^\x00]*$")] = Field(
        "", description="The key of one that comes with WMT, such as `cheshire`."
    )
    text: Annotated[str, schemas.StringConstraints(max_length=100_000, pattern=r"^[^\x00]*$")] = Field(
        "", description="The text of a file, as `wmt agreements check` accepts it."
    )
    levels: dict[Name, Digits] = Field(
        default_factory=dict, description="Levels that it leaves open, by `MEASURE.STATE`, in digits."
    )
    mode: Literal["live", "shadow"] = "live"
    first_day: schemas.Day = Field(description="Today or later.")
    last_day: schemas.Day | None = None
    key: Key = Field("", description="A key of your own: the same key and request again do it once.")


class AgreementSwitchedOn(Schema):
    """An agreement that a unit was switched on to."""

    number: int
    pack: str
    name: str
    mode: str
    level: str
    code: str
    first_day: date
    last_day: date | None
    by: str
    ended: bool


@router.post(
    "units/{level}/{code:code}/agreements",
    response=schemas.answers(AgreementSwitchedOn, *schemas.WRITE),
    url_name="api-agreement-on",
    summary="Have a unit go by a local agreement",
)
def switch_on(
    request: HttpRequest,
    level: Annotated[Literal["team", "pdu", "region", "nation"], Path(description="The level of the unit.")],
    code: lookups.UnitCode,
    payload: Body[AgreementIn],
) -> dict[str, Any]:
    """The unit and everybody in it. No figure moves."""
    need(request, Action.SET_AGREEMENTS)
    told = payload.dict()
    told["levels"] = "\n".join(f"{name} = {value}" for name, value in payload.levels.items())
    wanted = action.AgreementRequest(level=level, code=code, **told)
    row, _ = action.switch_on(actor=lookups.me(request), wanted=wanted, who=lookups.who(request))
    return _switched(row)


@router.post(
    "agreements/{number}/end",
    response=schemas.answers(AgreementSwitchedOn, *schemas.WRITE),
    url_name="api-agreement-end",
    summary="End a local agreement of a unit",
)
def end(request: HttpRequest, number: Number) -> dict[str, Any]:
    """At once."""
    need(request, Action.SET_AGREEMENTS)
    return _switched(action.end(actor=lookups.me(request), number=number, who=lookups.who(request)))


def _switched(row: UnitAgreement) -> dict[str, Any]:
    return schemas.filled(
        AgreementSwitchedOn,
        row,
        number=row.pk,
        pack=row.pack_key,
        by=staff_names.person(row.who),
        ended=row.ended_at is not None,
    )
