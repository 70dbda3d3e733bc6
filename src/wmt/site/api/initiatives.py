"""The register of initiatives: what was entered, what each costs at a unit, entering and withdrawing."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Field, Path, Router, Schema

from wmt.rules.tier_account import half_up
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.api import lookups, schemas
from wmt.site.changes import initiatives as action
from wmt.site.initiatives import register
from wmt.site.initiatives.models import Initiative
from wmt.site.queries.initiative_costs import UnitCases
from wmt.site.workload import staff_names
from wmt.site.workload.state import State

router = Router()

Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the initiative.")]
Words = Annotated[str, schemas.StringConstraints(max_length=5_000, pattern=r"^[^\x00]*$")]


class InitiativeIn(schemas.RequestSchema):
    """A new instruction for a unit, from the first to the last day, both counting."""

    level: schemas.Short = Field(description="`nation`, `region` or `pdu`.")
    code: schemas.Short
    title: Words
    source: Words = Field(description="Who instructs it, and where.")
    minutes: Decimal = Field(description="Each time.")
    times: Decimal = Field(description="Times a year on each case.")
    share: Decimal = Field(Decimal(100), description="Share of these cases in per cent.")
    case_type: schemas.Short = Field("any", description="`any`, `community`, `licence` or `custody`.")
    tiers: schemas.Short = Field(
        "all", description="`all`, a letter (`C`), a number (`x3`) or a tier (`C3`)."
    )
    first_day: schemas.Day
    last_day: schemas.Day | None = None
    key: Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = Field(
        "", description="A key of your own: the same key and request again enter it once."
    )


class InitiativeWithdrawalIn(schemas.RequestSchema):
    """Why an initiative is withdrawn."""

    why: Words


class InitiativeShown(Schema):
    """An initiative as it was entered."""

    number: int
    level: str
    code: str
    title: str
    source: str
    minutes: Decimal
    times: Decimal
    share: Decimal
    case_type: str
    tiers: str
    first_day: date
    last_day: date | None
    by: str
    withdrawn: bool
    withdrawn_why: str


class InitiativeCostShown(InitiativeShown):
    """An initiative with what it costs at a unit. The points are in no figure."""

    cases: int
    hours_a_year: Decimal
    points: Decimal = Field(description="That the same hours would make.")
    full_time_people: Decimal
    by_grade: dict[str, Decimal] = Field(description="Hours a year by the grade of who holds the cases.")


@router.get(
    "units/{level}/{code:code}/initiatives",
    response=schemas.answers(list[InitiativeCostShown], *schemas.READ),
    url_name="api-initiatives",
    summary="Initiatives that reach a unit, with their cost there",
)
def of_unit(request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode) -> list[dict[str, Any]]:
    """Those that are neither withdrawn nor over, also those that have not begun."""
    state, unit = lookups.unit_for(request, level, code)
    cases, found = UnitCases(state, [unit]), []
    for row in register.of_unit(state, unit):
        cost = cases.cost(row, unit.code)
        grades = dict.fromkeys(sorted({line.grade for line in cost.lines}))
        shown = {
            "cases": cost.cases,
            "hours_a_year": half_up(cost.hours, 2),
            "points": half_up(cost.points, 2),
            "full_time_people": half_up(cost.people, 2),
            "by_grade": {grade: half_up(cost.of_grade(grade).hours, 2) for grade in grades},
        }
        found.append({**_shown(row, state), **shown})
    return found


@router.post(
    "initiatives",
    response=schemas.answers(InitiativeShown, *schemas.WRITE),
    url_name="api-initiative-new",
    summary="Enter an initiative",
)
def enter(request: HttpRequest, payload: Body[InitiativeIn]) -> dict[str, Any]:
    """No figure moves."""
    need(request, Action.ENTER_INITIATIVES)
    wanted = action.InitiativeRequest(**payload.dict())
    row, _ = action.enter(actor=lookups.me(request), wanted=wanted, who=lookups.who(request))
    return _shown(row)


@router.post(
    "initiatives/{number}/withdraw",
    response=schemas.answers(InitiativeShown, *schemas.WRITE),
    url_name="api-initiative-withdraw",
    summary="Withdraw an initiative",
)
def withdraw(request: HttpRequest, number: Number, payload: Body[InitiativeWithdrawalIn]) -> dict[str, Any]:
    """It stays in the register as withdrawn."""
    need(request, Action.ENTER_INITIATIVES)
    me, who = lookups.me(request), lookups.who(request)
    return _shown(action.withdraw(actor=me, number=number, why=payload.why, who=who))


def _shown(row: Initiative, state: State | None = None) -> dict[str, Any]:
    """An initiative; in the figures of a day in the past, whether it was withdrawn by then."""
    is_withdrawn = register.is_withdrawn(row, state) if state else row.withdrawn_at is not None
    numbers = {
        name: Decimal(getattr(row, f"{name}_x100")).scaleb(-2) for name in ("minutes", "times", "share")
    }
    return schemas.filled(
        InitiativeShown, row, **numbers, number=row.pk, by=staff_names.person(row.who),
        withdrawn=is_withdrawn, withdrawn_why=row.withdrawn_why if is_withdrawn else "",
    )  # fmt: skip
