"""Challenges of figures: of a unit, saying that something is wrong, answering and taking back."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Body, Field, Path, Router, Schema

from wmt.ledger.arithmetic import decimal
from wmt.site.api import lookups, schemas
from wmt.site.audit.reads import note_read
from wmt.site.challenges import register
from wmt.site.challenges.models import Challenge
from wmt.site.changes import challenges as action
from wmt.site.figures import units
from wmt.site.shown import needed_state
from wmt.site.workload import staff_names
from wmt.site.workload.state import State

router = Router()

Number = Annotated[int, Path(ge=1, le=2_000_000_000, description="The number of the challenge.")]
Words = Annotated[str, schemas.StringConstraints(max_length=5_000, pattern=r"^[^\x00]*$")]


class ChallengeIn(schemas.RequestSchema):
    """What is said to be wrong at a post."""

    fact: schemas.Short = Field(description="case, tier, contact, report, reduction, hours or points")
    ref: Annotated[str, schemas.StringConstraints(max_length=80, pattern=r"^[^\x00]*$")] = Field(
        "", description="The reference of the item; empty where it is about no single one."
    )
    words: Words
    key: Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = Field(
        "", description="A key of your own: the same key and request again record it once."
    )


class ChallengeAnswerIn(schemas.RequestSchema):
    """What became of it."""

    outcome: Literal["right", "stands", "passed"]
    words: Words


class ChallengeShown(Schema):
    """A challenge that you may read. Points are those of the item it is about, null without one.

    What is about a case is withheld where you may not read the cases of the post.
    """

    number: int
    fact: str
    post: str
    ref: str
    words: str
    asked_at: datetime
    asked_by: str
    answers: str = Field(description="Who answers: manager or administrator.")
    owner: str = Field(description="Who can put it right: practitioner, admin, manager or other_office.")
    due: date
    state: Literal["open", "answered", "withdrawn"]
    late: bool
    outcome: str
    answer: str
    answered_at: datetime | None
    points_then: schemas.Exact | None
    points_now: schemas.Exact | None
    withheld: bool = Field(
        description="Whether the reference, points and answer, and the words of others, are withheld."
    )


class ChallengesOfUnit(Schema):
    """The challenges of a unit. Numbers are of all, and null for a post of which you read none."""

    open: int | None
    late: int | None
    closed: int | None
    items: list[ChallengeShown]


@router.get(
    "units/{level}/{code:code}/challenges",
    response=schemas.answers(ChallengesOfUnit, *schemas.READ),
    url_name="api-challenges",
    summary="Challenged figures",
)
def of_unit(request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode) -> dict[str, Any]:
    """What was said to be wrong, as far as you may read it; above posts the numbers are of everything."""
    state, unit = lookups.unit_for(request, level, code)
    found = register.of_unit(lookups.me(request), state, unit)
    if found:
        note_read(lookups.me(request), unit)
    numbers = None if level == "post" else register.counts(state, unit)
    codes = {row.post for row in found}
    posts = {post.code: post for post in units.of_level(state, "post").filter(code__in=codes)}
    return {
        **{name: getattr(numbers, name) if numbers else None for name in ("open", "late", "closed")},
        "items": [_shown(row, state, posts.get(row.post)) for row in found],
    }


@router.post(
    "posts/{code:code}/challenges",
    response=schemas.answers(ChallengeShown, *schemas.WRITE),
    url_name="api-challenge-new",
    summary="Say that a figure is wrong",
)
def ask(request: HttpRequest, code: lookups.PostCode, payload: Body[ChallengeIn]) -> dict[str, Any]:
    """Of any post; of a single item only where you may read it. No figure moves."""
    state = needed_state(request).of_now()
    post = units.find(state, lookups.me(request), "post", code)
    wanted = action.ChallengeRequest(**payload.dict())
    row, _ = action.ask(
        actor=lookups.me(request), post=post, state=state, wanted=wanted, who=lookups.who(request)
    )
    return _shown(row, state, post)


@router.post(
    "challenges/{number}/answer",
    response=schemas.answers(ChallengeShown, *schemas.WRITE),
    url_name="api-challenge-answer",
    summary="Answer a challenge",
)
def answer(request: HttpRequest, number: Number, payload: Body[ChallengeAnswerIn]) -> dict[str, Any]:
    """By whoever the rules name, and neither who said it nor whom it is about."""
    state = needed_state(request).of_now()
    row = action.answer(
        actor=lookups.me(request), number=number, state=state, outcome=payload.outcome, words=payload.words,
        who=lookups.who(request),
    )  # fmt: skip
    return _found(row, state)


@router.post(
    "challenges/{number}/withdraw",
    response=schemas.answers(ChallengeShown, *schemas.WRITE),
    url_name="api-challenge-withdraw",
    summary="Take a challenge back",
)
def withdraw(request: HttpRequest, number: Number) -> dict[str, Any]:
    """By whoever said it, while it is open."""
    state = needed_state(request).of_now()
    row = action.withdraw(actor=lookups.me(request), number=number, state=state, who=lookups.who(request))
    return _found(row, state)


def _found(row: Challenge, state: State) -> dict[str, Any]:
    return _shown(row, state, units.of_level(state, "post").filter(code=row.post).first())


def _shown(row: Challenge, state: State, post: Any) -> dict[str, Any]:
    same = {
        name: getattr(row, name) for name in ("fact", "post", "ref", "words", "asked_at", "answers", "owner")
    }
    return {
        **same,
        "number": row.pk,
        "asked_by": staff_names.person(row.asked_who),
        "due": row.due,
        "state": "withdrawn" if row.withdrawn_at else "answered" if row.answered_at else "open",
        "late": row.is_late(state.day),
        "outcome": row.outcome,
        "answer": row.answer_words,
        "answered_at": row.answered_at,
        "withheld": row.is_withheld,
        "points_then": decimal(row.line_x100),
        "points_now": decimal(register.line_now_x100(state, row, post)),
    }
