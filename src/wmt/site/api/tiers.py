"""Tiers of cases that a program describes: worked out, told and forgotten; nothing is logged or kept."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from wmt.site.api import schemas
from wmt.tiering.case_fields import read_cases
from wmt.tiering.explain import explained
from wmt.tiering.rulebook import TieringError

router = Router()
#: Faults that are told one by one.
_TOLD = 25


class TierCasesIn(schemas.RequestSchema):
    """Cases as `docs/tiering.md` describes them, and the scheme they are tiered by."""

    scheme: Literal["v2", "a-g"] = Field(description="The Unified Tiering Model, or A to G.")
    cases: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=1_000)] = Field(
        description="Each with `as_of`. References are not needed: leave out what says whose case it is."
    )


class CaseTierStep(Schema):
    """A step of the calculation."""

    element: str
    points: int | None
    counts: bool
    gives: str | None = Field(description="A letter, a number or S.")
    words: str
    rule: str = Field(description="Where its rules begin.")


class CaseTierShown(Schema):
    """A case with its tier and everything behind it. What belongs to the other scheme is null."""

    crn: str | None
    as_of: schemas.Day
    scheme: str
    tier: str | None = Field(description="Null where there is none; the reasons say why.")
    letter: str | None
    number: int | None = None
    suspended: bool | None = None
    provisional: bool
    points: dict[str, int] | None = Field(None, description="By element (v2).")
    not_counted: list[str] | None = Field(
        None, description="Elements whose points are not in the total (v2)."
    )
    letter_points: int | None = None
    number_points: int | None = None
    letters: dict[str, str | None] | None = Field(None, description="By step (a-g).")
    reasons: list[str]
    steps: list[CaseTierStep]
    missing: dict[str, str] = Field(description="What was not given, and what that means.")
    not_read: list[str] = Field(description="Fields that are not known.")


class CaseTiersShown(Schema):
    """The cases in the order they were sent."""

    items: list[CaseTierShown]


@router.post(
    "tiers",
    response=schemas.answers(CaseTiersShown, *schemas.WRITE),
    url_name="api-tiers",
    summary="Tiers of cases you describe",
)
def work_out(request: HttpRequest, wish: TierCasesIn) -> dict[str, Any]:  # noqa: ARG001
    """Nothing is read from the data or written, and nothing that is sent is kept. Raises RefusedError."""
    try:
        reading = read_cases([_exact(case) for case in wish.cases])
        if reading.faults:
            raise schemas.refused("cases", "; ".join(reading.faults[:_TOLD]), "CASES")
        found = explained(reading.tables, wish.scheme)
    except TieringError as error:
        raise schemas.refused("cases", str(error), "CASES") from None
    return {"items": [case | {"not_read": reading.unread.get(n, [])} for n, case in enumerate(found)]}


def _exact(value: Any) -> Any:
    """What was sent with its decimals as they were written: JSON makes binary fractions of them."""
    if isinstance(value, dict):
        return {name: _exact(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_exact(each) for each in value]
    return Decimal(repr(value)) if isinstance(value, float) else value
