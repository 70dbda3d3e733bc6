"""Who asks and what they may do; which figures are shown."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from wmt.ledger import decimal
from wmt.site.accounts.access import grants_of, homes_of
from wmt.site.accounts.roles import ROLES
from wmt.site.api import lookups, schemas

router = Router()


class StateShown(Schema):
    """Which figures are shown. Two answers with the same load and revision are of the same figures."""

    load: int = Field(description="The load whose figures are shown.")
    revision: int = Field(description="The last change of hours or reductions that is in them.")
    as_at: datetime = Field(description="The moment the extract describes.")
    loaded_at: datetime
    day: date = Field(description="The day on which hours and reductions are judged.")
    rules_date: date
    overlays: list[str] = Field(description="Local changes to the rules.")
    tier_scheme: str
    over_mark: schemas.Exact = Field(description="The excessive workload threshold, as a percentage.")
    night: str = Field(description="The data the figures are from.")


class RoleShown(Schema):
    """A role in force today."""

    role: str
    title: str
    level: str
    code: str
    last_day: date | None
    allows: list[str] = Field(description="What it lets a person do, there and below.")


class PlaceShown(Schema):
    """A unit."""

    level: str
    code: str


class MeShown(Schema):
    """Who asks, with the roles that count in this request."""

    name: str
    email: str
    staff_code: str
    token: str = Field(description="What the token is for; empty with a session.")
    reads_only: bool
    roles: list[RoleShown]
    homes: list[PlaceShown] = Field(description="Where their own page begins.")


@router.get(
    "state", response=schemas.answers(StateShown), url_name="api-state", summary="Which figures are shown"
)
def current(request: HttpRequest) -> dict[str, Any]:
    """The load, its moment, its rules, the day, and the last change."""
    state = lookups.state_for(request)
    return schemas.filled(StateShown, state, load=state.load_id, over_mark=decimal(state.over_x100))


@router.get("me", response=schemas.answers(MeShown), url_name="api-me", summary="Who asks")
def myself(request: HttpRequest) -> dict[str, Any]:
    """The person, and what they may do through this token or session."""
    person, state = lookups.me(request), lookups.state_for(request)
    roles = [
        schemas.filled(
            RoleShown, grant, title=ROLES[grant.role].title, allows=sorted(ROLES[grant.role].allows)
        )
        for grant in grants_of(person)
    ]
    return schemas.filled(
        MeShown, person, name=str(person), token=person.token.name if person.token else "",
        reads_only=bool(person.token and person.token.reads_only), roles=roles,
        homes=[{"level": level, "code": code} for level, code in homes_of(person, state)],
    )  # fmt: skip
