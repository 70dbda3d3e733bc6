"""Excessive workload actions: which there are, their history, and the steps that people take."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

from django.http import HttpRequest
from ninja import Body, Field, Path, Query, Router, Schema

from wmt.ledger import decimal
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.api import lookups, schemas
from wmt.site.duties import access, actions, due_dates, labels, projection
from wmt.site.duties.actor import DutyActor
from wmt.site.duties.models import Duty, Step
from wmt.site.duties.queries import as_they_stood, under
from wmt.site.duties.recipients import responsible
from wmt.site.workload import staff_names
from wmt.site.workload.state import State

router = Router()
Handler = TypeVar("Handler", bound=Callable[..., Any])

Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the action.")]
Words = Annotated[schemas.Notes, Field(min_length=1, description="For those who may read the action.")]
Seen = Annotated[int, Field(ge=1, le=2_000_000_000, description="`version` of the action as you read it.")]
Decision = Literal["reallocate", "reduction", "prioritise", "accept"]


class DeadlineShown(Schema):
    """Something that is due."""

    what: Literal["confirm", "acknowledge", "decide", "answer", "review"]
    by: date
    late: bool
    words: str


class DutyShown(Schema):
    """An excessive workload action on the day of the figures."""

    number: int
    post: str
    name: str
    team_code: str
    team: str
    state: Literal[
        "to be confirmed", "to be acknowledged", "to be decided", "under review", "review due", "closed"
    ]
    late: bool
    deadlines: list[DeadlineShown] = Field(description="What is due, most urgent first.")
    percent: schemas.Exact = Field(description="The threshold, as a percentage.")
    over_since: date = Field(description="The first day over the threshold.")
    excessive_since: date
    raised_since: date | None = Field(description="Since when it has also been over 120% for 28 days.")
    opened_on: date
    clock_from: date = Field(description="The day it opened or reopened: deadlines count from it.")
    reopened: int
    decision: Decision | None
    done_by: date | None
    review_on: date | None
    closed_on: date | None
    closed_why: str
    confirm_by: date | None = Field(
        description="By when a manager confirms whether it closes; null if not needed."
    )
    confirm_why: str = Field(description="Why it does not close automatically; empty if it does.")
    kept_on: date | None = Field(description="When a manager kept it open.")
    version: int = Field(description="How many steps it has.")


class DutiesShown(schemas.PageShown):
    """Actions of a unit, by number."""

    items: list[DutyShown]


class StepShown(Schema):
    """One step. Private steps are left out for those who may not read them."""

    number: int
    kind: str
    day: date
    at: datetime
    who: str
    sentence: str
    words: str | None = Field(description="null if you may not read what was said.")


class DutyWhole(DutyShown):
    """An action with its history, in order."""

    nobody: str = Field(description="Which role is not assigned; empty if someone can act.")
    steps: list[StepShown]


class DutyFilter(schemas.Paging):
    """Which actions."""

    show: Literal["open", "late", "closed", "all"] = "open"


class TalkIn(schemas.RequestSchema):
    """A conversation with the practitioner."""

    on: schemas.Day
    words: schemas.Notes = ""


class DecideIn(schemas.RequestSchema):
    """What will be done. `done_by` may be null only if it is accepted for now."""

    version: Seen
    decision: Decision
    words: Words
    done_by: schemas.Day | None = None
    review_on: schemas.Day


class DutyNoteIn(schemas.RequestSchema):
    """What somebody says."""

    words: Words


class ConfirmIn(schemas.RequestSchema):
    """Why it closes, or stays open."""

    version: Seen
    words: Words


class ReliefAnswerIn(schemas.RequestSchema):
    """The answer to a request for relief."""

    version: Seen
    answer: Literal["yes", "part", "no"]
    words: Words


class ReviewIn(schemas.RequestSchema):
    """What was found, and the next review date."""

    version: Seen
    words: Words
    review_on: schemas.Day


@router.get(
    "units/{level}/{code:code}/duties",
    response=schemas.answers(DutiesShown, *schemas.READ),
    url_name="api-duties",
    summary="Excessive workload actions of a unit",
)
def duties(
    request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode, paging: Query[DutyFilter]
) -> dict[str, Any]:
    """Excessive workload actions of the posts under a unit. Everybody who can see figures can see them."""
    state, unit = lookups.unit_for(request, level, code)
    found = under(unit, state).order_by("pk")
    if state.as_of is None:
        found = {
            "open": found.filter(closed_on__isnull=True),
            "late": found.filter(due_dates.late_on(state.day)),
            "closed": found.filter(closed_on__isnull=False),
        }.get(paging.show, found)
        items = list(paging.part(found))
        return {**paging.about(found.count()), "items": [_shown(duty, state, reads=False) for duty in items]}
    fits = [duty for duty in as_they_stood(found, state) if _fits(duty, paging.show, state)]
    items = list(paging.part(fits))
    return {**paging.about(len(fits)), "items": [_shown(duty, state, reads=False) for duty in items]}


def _fits(duty: Duty, show: str, state: State) -> bool:
    if show == "late":
        return due_dates.is_late(duty, state.day)
    return show == "all" or duty.is_open == (show == "open")


@router.get(
    "duties/{number}",
    response=schemas.answers(DutyWhole, *schemas.READ),
    url_name="api-duty",
    summary="One action and its history",
)
def duty(request: HttpRequest, number: Number) -> dict[str, Any]:
    """One action. What was said is only for those who may read it."""
    return _whole(request, lookups.state_for(request), number)


def _whole(request: HttpRequest, state: State, number: int) -> dict[str, Any]:
    found = access.find(lookups.me(request), state, number)
    steps = list(found.steps.order_by("number"))
    if state.as_of is not None:
        if not projection.as_of(found, steps, state.day):
            raise access.UnknownDuty(f"there was no action {number} yet")
        steps = [step for step in steps if step.day <= state.day]
    reads = access.may_read(lookups.me(request), found, state)
    return {
        **_shown(found, state, reads=reads),
        "nobody": responsible(found).missing if found.is_open else "",
        "steps": [_step(step, reads=reads) for step in steps if reads or not labels.is_private(step)],
    }


def _shown(duty: Duty, state: State, *, reads: bool) -> dict[str, Any]:
    due = (due_dates.deadlines if reads else due_dates.open_deadlines)(duty, state.day)
    return schemas.filled(
        DutyShown,
        duty,
        number=duty.pk,
        post=duty.code,
        name=duty.shown_name,
        team=duty.team_name,
        state=due_dates.stage_of(duty, state.day),
        late=any(each.is_late for each in due),
        deadlines=[
            schemas.filled(DeadlineShown, each, late=each.is_late, words=labels.owed(each)) for each in due
        ],
        percent=decimal(duty.percent_x100),
        over_since=duty.run_since,
        excessive_since=duty.excess_since,
        decision=duty.decision or None,
        closed_why=labels.CLOSED.get(duty.closed_why, ""),
        confirm_why=labels.CONFIRM.get(duty.confirm_why, ""),
        version=duty.steps_count,
    )


def _step(step: Step, *, reads: bool) -> dict[str, Any]:
    who_did, said = staff_names.person(step.who), step.words if reads else None
    return schemas.filled(StepShown, step, who=who_did, sentence=labels.sentence(step), words=said)


# ---- steps of people ---------------------------------------------------------------------------------------


def _of_people(name: str, summary: str) -> Callable[[Handler], Handler]:
    """An operation that takes one step of an action."""
    return router.post(
        f"duties/{{number}}/{name}",
        response=schemas.answers(DutyWhole, *schemas.WRITE),
        url_name=f"api-duty-{name}",
        summary=summary,
    )


def _taken(
    request: HttpRequest,
    number: int,
    act: Callable[..., Any],
    sent: Schema | None = None,
    own: bool = False,
) -> dict[str, Any]:
    """The step that was sent, taken; and the action with it."""
    if not own:
        need(request, Action.HANDLE_DUTIES)
    asker = DutyActor(user=lookups.me(request), state=lookups.state_for(request), who=lookups.who(request))
    typed = {} if sent is None else {{"words": "said"}.get(name, name): value for name, value in sent}
    act(asker=asker, number=number, **typed)
    return _whole(request, asker.state, number)


@_of_people("acknowledge", "Acknowledge an action")
def acknowledge(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Records that you have seen it. Needs no body."""
    return _taken(request, number, actions.acknowledge)


@_of_people("talk", "Record a conversation")
def talk(request: HttpRequest, number: Number, payload: Body[TalkIn]) -> dict[str, Any]:
    """A conversation with the practitioner since the workload went over the threshold."""
    return _taken(request, number, actions.talk, payload)


@_of_people("decide", "Record what will be done")
def decide(request: HttpRequest, number: Number, payload: Body[DecideIn]) -> dict[str, Any]:
    """What will be done, by when, and the review date. A later decision replaces it."""
    return _taken(request, number, actions.decide, payload)


@_of_people("ask", "Ask for relief")
def ask(request: HttpRequest, number: Number, payload: Body[DutyNoteIn]) -> dict[str, Any]:
    """Only the practitioner can ask. Without an open action, use `posts/{code}/relief`."""
    return _taken(request, number, actions.ask, payload, own=True)


@_of_people("answer", "Answer a request for relief")
def answer(request: HttpRequest, number: Number, payload: Body[ReliefAnswerIn]) -> dict[str, Any]:
    """The answer to the practitioner, also after the action has closed."""
    return _taken(request, number, actions.answer, payload)


@_of_people("note", "Add a note")
def note(request: HttpRequest, number: Number, payload: Body[DutyNoteIn]) -> dict[str, Any]:
    """A note, also on a closed action."""
    return _taken(request, number, actions.note, payload)


@_of_people("close", "Confirm that an action can close")
def close(request: HttpRequest, number: Number, payload: Body[ConfirmIn]) -> dict[str, Any]:
    """Only where confirmation is due, or a manager kept it open. With the reason."""
    return _taken(request, number, actions.close, payload)


@_of_people("keep", "Keep an action open")
def keep(request: HttpRequest, number: Number, payload: Body[ConfirmIn]) -> dict[str, Any]:
    """Where confirmation is due: it stays open. With the reason."""
    return _taken(request, number, actions.keep, payload)


@_of_people("review", "Record a review")
def review(request: HttpRequest, number: Number, payload: Body[ReviewIn]) -> dict[str, Any]:
    """Records a review. The decision stays in force."""
    return _taken(request, number, actions.review, payload)
