"""Requests for relief and concerns: raising one, reading it, answering it."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Body, Field, Path, Query, Router, Schema

from wmt.site.accounts.access import need
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action
from wmt.site.api import lookups, schemas
from wmt.site.audit.reads import note_read
from wmt.site.duties import access, requests
from wmt.site.duties.actor import DutyActor
from wmt.site.duties.models import Request
from wmt.site.duties.recipients import Roles
from wmt.site.figures import units
from wmt.site.workload import staff_names
from wmt.site.workload.state import State

router = Router()

Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the request.")]
Words = Annotated[schemas.Notes, Field(min_length=1, description="For those who may read the request.")]


class RequestShown(Schema):
    """A request for relief, or a concern."""

    number: int
    kind: Literal["relief", "concern"]
    level: Literal["post", "team"]
    code: str
    name: str
    team: str
    duty: int | None = Field(description="The excessive workload action it belongs to.")
    asked_by: str
    asked_on: date
    words: str
    owner_role: str = Field(description="The role that must answer.")
    owners: list[str] = Field(description="Who has that role; empty if no one has an account.")
    answer_by: date
    late: bool
    answered_on: date | None
    answered_by: str
    answer: Literal["yes", "part", "no"] | None
    answer_words: str


class RequestsShown(schemas.PageShown):
    """Requests and concerns, by number."""

    items: list[RequestShown]


class RequestFilter(schemas.Paging):
    """Which of them."""

    show: Literal["raised", "assigned"] = "raised"


class RequestTextIn(schemas.RequestSchema):
    """What somebody says."""

    words: Words


class RequestAnswerIn(schemas.RequestSchema):
    """The answer."""

    answer: Literal["yes", "part", "no"]
    words: Words


@router.get(
    "requests",
    response=schemas.answers(RequestsShown, *schemas.READ),
    url_name="api-requests",
    summary="Your requests",
)
def listed(request: HttpRequest, paging: Query[RequestFilter]) -> dict[str, Any]:
    """Those that you raised, or those that wait for your answer."""
    state, person = _present(request), lookups.me(request)
    found = list(Request.objects.filter(asked_by=person).order_by("pk"))
    if paging.show == "assigned":
        waiting = list(Request.objects.filter(answered_on__isnull=True).order_by("answer_by", "pk"))
        roles = Roles(waiting)
        found = [each for each in waiting if person.pk in {owner.pk for owner in roles.of(each).owners}]
    roles = Roles(found)
    shown = list(paging.part(found))
    _note_read(person, state, shown)
    return {**paging.about(len(found)), "items": [_shown(each, roles, state) for each in shown]}


@router.get(
    "requests/{number}",
    response=schemas.answers(RequestShown, *schemas.READ),
    url_name="api-request",
    summary="One request",
)
def one(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Only for whoever raised it and for those whose role lets them read it."""
    state, person = _present(request), lookups.me(request)
    found = access.find_request(person, state, number)
    _note_read(person, state, [found])
    return _shown(found, Roles([found]), state)


@router.post(
    "posts/{code:code}/relief", response=schemas.answers(RequestShown, *schemas.WRITE), url_name="api-relief",
    summary="Ask for relief of your own workload",
)  # fmt: skip
def relief(request: HttpRequest, code: lookups.PostCode, payload: Body[RequestTextIn]) -> dict[str, Any]:
    """From the first day over the threshold. Only for your own post."""
    state, unit, _ = lookups.post_for(request, code)
    made = requests.ask(asker=_asker(request, state), unit=unit, said=payload.words)
    return _shown(made, Roles([made]), state)


@router.post(
    "units/{level}/{code:code}/concerns",
    response=schemas.answers(RequestShown, *schemas.WRITE),
    url_name="api-concern",
    summary="Raise a concern",
)
def concern(
    request: HttpRequest,
    level: Annotated[Literal["post", "team"], Path(description="A post or a team.")],
    code: lookups.UnitCode,
    payload: Body[RequestTextIn],
) -> dict[str, Any]:
    """About the workload of a post or a team. Anybody signed in can raise one."""
    state, unit = lookups.unit_for(request, level, code)
    made = requests.raise_concern(asker=_asker(request, state), unit=unit, said=payload.words)
    return _shown(made, Roles([made]), state)


@router.post(
    "requests/{number}/answer",
    response=schemas.answers(RequestShown, *schemas.WRITE),
    url_name="api-request-answer",
    summary="Answer a request or concern",
)
def answer(request: HttpRequest, number: Number, payload: Body[RequestAnswerIn]) -> dict[str, Any]:
    """Once. Whoever raised it is told."""
    need(request, Action.HANDLE_DUTIES)
    state = _present(request)
    asker = _asker(request, state)
    found = requests.answer(asker=asker, number=number, answer=payload.answer, said=payload.words)
    return _shown(found, Roles([found]), state)


def _note_read(person: User, state: State, shown: Sequence[Request]) -> None:
    """Who reads what somebody else asked is written down, in a list as well: its words are there too."""
    for level in ("post", "team"):
        codes = {each.code for each in shown if each.level == level and not access.asked(person, each)}
        for unit in units.of_level(state, level).filter(code__in=codes) if codes else ():
            note_read(person, unit)


def _asker(request: HttpRequest, state: State) -> DutyActor:
    return DutyActor(user=lookups.me(request), state=state.of_now(), who=lookups.who(request))


def _present(request: HttpRequest) -> State:
    """Requests are those of now: a day in the past has none of its own."""
    return lookups.state_for(request).of_now()


def _shown(found: Request, roles: Roles, state: State) -> dict[str, Any]:
    people = roles.of(found)
    return schemas.filled(
        RequestShown, found, number=found.pk, name=found.shown_name, team=found.team_name,
        duty=found.duty_id, asked_by=staff_names.person(found.asked_who), owner_role=people.owner_role,
        owners=[staff_names.person(str(user)) for user in people.owners],
        late=found.is_open and found.answer_by < state.day, answer=found.answer or None,
        answered_by=staff_names.person(found.answered_who) if found.answered_who else "",
    )  # fmt: skip
