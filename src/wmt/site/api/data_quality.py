"""What in the records of a unit is to be put right, by whom, and the points that hang on it."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from wmt.data_quality.present import present_finding, present_unit
from wmt.ledger import Moment
from wmt.site.api import lookups, schemas
from wmt.site.queries import data_quality as query

router = Router()


class AtStake(Schema):
    """What would change if records were put right, in points and available points."""

    records: int
    cases: int
    since: date | None
    least: schemas.Exact
    most: schemas.Exact
    expected: schemas.Exact
    least_available: schemas.Exact
    most_available: schemas.Exact
    expected_available: schemas.Exact
    unknown: int = Field(description="Of so many nothing can be expected, and so no capacity.")
    least_capacity: schemas.Exact | None
    most_capacity: schemas.Exact | None
    expected_capacity: schemas.Exact | None


class KindAtStake(AtStake):
    """The records of one kind."""

    kind: str
    name: str
    who: str = Field(description="practitioner, admin, manager or other_office")
    mended: str
    is_fault: bool


class RecordAtStake(Schema):
    """One record. References and what is recorded of cases are for those who may read them."""

    post: str
    kind: str
    ref: str | None
    cases: int
    recorded: str | None
    instead: str | None
    since: date
    least: schemas.Exact
    most: schemas.Exact
    expected: schemas.Exact | None
    least_available: schemas.Exact
    most_available: schemas.Exact
    expected_available: schemas.Exact | None
    in_sum: bool = Field(description="False where the same case counts by another of its records.")
    withheld: bool


class UnitAtStake(Schema):
    """A unit's records to put right; `known` is false where its data has no such list."""

    level: str
    code: str
    name: str
    day: date
    known: bool
    points: schemas.Exact | None = None
    available: schemas.Exact | None = None
    capacity: schemas.Exact | None = None
    all: AtStake | None = None
    kinds: list[KindAtStake] = Field(default_factory=list)
    records: list[RecordAtStake] = Field(default_factory=list)


@router.get(
    "units/{level}/{code:code}/data-quality",
    response=schemas.answers(UnitAtStake, *schemas.READ),
    url_name="api-data-quality",
    summary="Records to put right",
)
def data_quality(request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode) -> dict[str, Any]:
    """What in the records of a unit is to be put right, with the least, most and expected change of points.

    By kind with who can put it right; and one by one, but not of a region or the nation."""
    state, unit = lookups.unit_for(request, level, code)
    told = {"level": level, "code": code, "name": unit.name, "day": state.day}
    records = query.records_of(state, unit)
    if records.found is None:
        return {**told, "known": False}
    now = Moment(unit.points_x100, unit.available_x100)
    told |= {"known": True, **present_unit(records.found, now, records.kinds)}
    if level in ("nation", "region"):
        return told
    rows = records.readable(records.found, lookups.me(request))
    listed = [{**present_finding(row), "withheld": row["is_withheld"]} for row in rows.iter_rows(named=True)]
    return {**told, "records": listed}
