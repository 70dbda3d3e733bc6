"""Agreements that a unit goes by, and what they say of it."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from wmt.agreements import present
from wmt.nights import NightError
from wmt.site.agreements import in_force
from wmt.site.api import lookups, schemas
from wmt.site.queries import agreements as query

router = Router()


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
