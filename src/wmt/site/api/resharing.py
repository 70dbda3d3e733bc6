"""Sharing the cases of a unit again: having a job look for the best way, its answer, and stopping it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Body, Field, Path, Router, Schema

from wmt import ledger
from wmt.plan.balance.problem import GOALS, Goal
from wmt.site.accounts import limited_access, visibility
from wmt.site.api import lookups, schemas
from wmt.site.audit.reads import note_read
from wmt.site.changes.allocation_preview import refused
from wmt.site.plans.models import SharingSearch
from wmt.site.queries import resharing, resharing_job
from wmt.site.queries.plan_effects import unit_of_plan
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

router = Router()

Level = Annotated[
    Literal["team", "pdu", "region"], Path(description="Of a region it takes a job some minutes.")
]
Key = Annotated[str, Path(max_length=64, pattern=r"^[\w-]+$", description="As asking for it answered.")]
Most = Annotated[int, Field(ge=0, le=100_000)]
Codes = Annotated[list[schemas.CodeIn], Field(max_length=2_000)]
Refs = Annotated[list[schemas.KeyIn], Field(max_length=2_000)]


class CaseThere(schemas.RequestSchema):
    """A case and a post."""

    ref: schemas.KeyIn
    post: schemas.CodeIn


class ResharingIn(schemas.RequestSchema):
    """What is asked: goals in their order, limits, and what stays as it is."""

    goals: Annotated[list[Goal], Field(min_length=1, max_length=5)] = Field(
        list(GOALS), description="What matters, most first, each once."
    )
    moves: Most | None = Field(None, description="At most so many cases move in all.")
    per_person: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        None, description="At most so many given and received by anybody."
    )
    held_weeks: Annotated[int, Field(ge=0, le=520)] = Field(
        4, description="Cases held for less than so many weeks stay."
    )
    ends_weeks: Annotated[int, Field(ge=0, le=520)] = Field(
        4, description="Cases that end within so many weeks stay."
    )
    high_least: Most | None = Field(None, description="At least so many high-risk cases each.")
    high_most: Most | None = Field(None, description="At most so many of these each.")
    band: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)] = Field(
        Decimal(5), description="Even is so near the average, in percentage points of capacity."
    )
    step: Annotated[Decimal, Field(ge=0, le=10, decimal_places=2)] = Field(
        Decimal("0.5"),
        description="Points over and evenness count in steps of so many percentage points of all capacity.",
    )
    waiting: bool = Field(False, description="Whether cases that nobody holds are given out too.")
    locked: Codes = Field([], description="Posts that neither give nor get.")
    still: Refs = Field([], description="Cases that stay where they are.")
    apart: Annotated[list[CaseThere], Field(max_length=2_000)] = Field(
        [], description="Cases that do not go to a post."
    )
    fixed: Annotated[list[CaseThere], Field(max_length=2_000)] = Field(
        [], description="Cases that do go to a post."
    )

    @property
    def question(self) -> resharing.SharingQuestion:
        """The question as the job has it. Raises RefusedError."""
        if len(set(self.goals)) < len(self.goals):
            raise refused("GOALS", "Name each goal once", "goals")
        if None not in (self.high_least, self.high_most) and (self.high_least or 0) > (self.high_most or 0):
            words = "The fewest high-risk cases each must be no more than the most"
            raise refused("HIGH_LEAST", words, "high_least")
        same = ("moves", "per_person", "held_weeks", "ends_weeks", "high_least", "high_most", "waiting")
        asked: dict[str, Any] = {name: getattr(self, name) for name in same}
        asked |= {name: tuple(map(str, getattr(self, name))) for name in ("goals", "locked", "still")}
        asked |= {"band_x100": int(self.band * 100), "step_x100": int(self.step * 100)}
        for name in ("apart", "fixed"):
            asked[name] = tuple((each.ref, each.post) for each in getattr(self, name))
        return resharing.SharingQuestion(**asked)


class GoalReachedShown(Schema):
    """How far a goal is reached. `spread` and `points-over` are points."""

    goal: str
    before: schemas.Exact
    after: schemas.Exact
    proved: bool = Field(description="Whether nothing better exists, as good as it is in the goals before.")
    gap_percent: schemas.Exact = Field(description="At most so much better is possible.")
    step: schemas.Exact = Field(description="The steps in which it counts; 1 for people and cases.")


class SharedPostShown(Schema):
    """A post before and after all moves."""

    code: str
    grade: str
    available: schemas.Exact
    before: schemas.Exact = Field(description="Points.")
    after: schemas.Exact
    gives: int = Field(description="Cases.")
    gets: int


class SharedMoveShown(Schema):
    """A move: cases that go together, or so many alike that the data only counts."""

    refs: list[str] = Field(description="A case of which you must not know is a row of asterisks.")
    number: int
    what: str
    points: schemas.Exact
    giver: str = Field(description="Empty where nobody holds them.")
    receiver: str
    why: str


class FrontierShown(Schema):
    """What at most so many moves leave of overload."""

    moves_at_most: int
    over: int = Field(description="People over the threshold.")
    points_over: schemas.Exact
    proved: bool


class ResharingAnswerShown(Schema):
    """The answer. Whoever may not read the cases of the whole unit gets no move, and the figures alone."""

    proved: bool
    stopped: bool = Field(description="Whether this is what was found until somebody stopped it.")
    goals: list[GoalReachedShown]
    posts: list[SharedPostShown]
    moves: list[SharedMoveShown] | None = Field(description="In the order in which they are made.")
    moved: int = Field(description="How many cases move.")
    may_move: int
    stay: dict[str, int] = Field(description="How many cases stay, by why.")
    frontier: list[FrontierShown] = Field(description="What fewer moves would leave; empty until looked for.")


class ResharingShown(Schema):
    """A search for the best way to share cases again: how far it is, and its answer."""

    key: str
    level: str
    code: str
    state: Literal["waiting", "running", "done", "failed"]
    stage: str = Field(description="What is looked for now.")
    percent: int
    message: str = Field(description="Why there is no answer; mostly empty.")
    day: date = Field(description="The day of the figures.")
    asked_at: datetime
    answer: ResharingAnswerShown | None


@router.post(
    "units/{level}/{code:code}/resharings",
    response=schemas.answers(ResharingShown, *schemas.WRITE),
    url_name="api-resharings",
    summary="Have the best way to share cases again looked for",
)
def ask(
    request: HttpRequest, level: Level, code: lookups.UnitCode, payload: Body[ResharingIn]
) -> dict[str, Any]:
    """A job does it: read how far it is. The same question about the same figures is one search. Nothing is
    moved. Cases can be named by whoever may read those of the whole unit."""
    state, unit = lookups.unit_for(request, level, code)
    me, now, question = lookups.me(request), state.of_now(), payload.question
    _need_named(me, now, unit, question)
    row, _ = resharing_job.ask_best(actor=me, state=now, unit=unit, question=question)
    return _shown(request, row)


def _need_named(me: Any, state: State, unit: Unit, question: resharing.SharingQuestion) -> None:
    """Nothing where they may name the cases that they name: an answer would tell who holds one, and what it
    earns. Raises RefusedError."""
    named = [name for name in ("still", "apart", "fixed") if getattr(question, name)]
    if named and not visibility.cases_in_bulk(me, state, unit).covers(unit):
        words = "You may not read the cases of all of this unit, so you cannot name any of them"
        raise refused("CASES", words, named[0])


@router.get(
    "resharings/{key}",
    response=schemas.answers(ResharingShown, *schemas.READ),
    url_name="api-resharing",
    summary="How far a search is, and its answer",
)
def one(request: HttpRequest, key: Key) -> dict[str, Any]:
    """Your own: nobody else finds it."""
    return _shown(request, _own(request, key))


@router.post(
    "resharings/{key}/stop",
    response=schemas.answers(ResharingShown, *schemas.WRITE),
    url_name="api-resharing-stop",
    summary="Stop a search",
)
def stop(request: HttpRequest, key: Key) -> dict[str, Any]:
    """It ends with what it has found until then. One that has ended stays as it is."""
    row = _own(request, key)
    resharing_job.stop_search(row)
    row.refresh_from_db()
    return _shown(request, row)


def _own(request: HttpRequest, key: str) -> SharingSearch:
    row = SharingSearch.objects.filter(key=key, user=lookups.me(request)).first()
    if row is None:
        raise Http404("you have no such search")
    return row


def _shown(request: HttpRequest, row: SharingSearch) -> dict[str, Any]:
    state = lookups.state_for(request).of_now()
    return {
        **schemas.filled(ResharingShown, row, answer=None),
        "answer": None if row.answer is None else _answer(lookups.me(request), state, row, row.answer),
    }


def _answer(me: Any, state: State, row: SharingSearch, answer: dict[str, Any]) -> dict[str, Any]:
    return {
        "proved": answer["proved"],
        "stopped": answer["stopped"],
        "goals": [
            {
                "goal": each["goal"],
                **{name: _number(each["goal"], each[name]) for name in ("before", "after")},
                "proved": each["proved"],
                "gap_percent": ledger.decimal(each["gap_x100"]),
                "step": _number(each["goal"], each.get("step", 1)),
            }
            for each in answer["goals"]
        ],
        "posts": [
            {
                **{name: post[name] for name in ("code", "grade", "gives", "gets")},
                **{name: ledger.decimal(post[f"{name}_x100"]) for name in ("available", "before", "after")},
            }
            for post in answer["posts"]
        ],
        "moves": _moves(me, state, row, answer),
        "moved": sum(move["number"] for move in answer["moves"]),
        "may_move": answer["may_move"],
        "stay": answer["stay"],
        "frontier": [
            {
                "moves_at_most": each["most"], "over": each["over"], "proved": each["proved"],
                "points_over": ledger.decimal(each["points_over_x100"]),
            } for each in answer.get("frontier", ())
        ],
    }  # fmt: skip


def _number(goal: str, value: int) -> Any:
    """Goals of points are hundredths."""
    return ledger.decimal(value if goal in ("points-over", "spread") else 100 * value)


def _moves(me: Any, state: State, row: SharingSearch, answer: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The moves, for who may read the cases of all of the unit; that they are read is written down."""
    unit = unit_of_plan(state, me, row)
    if not visibility.cases_in_bulk(me, state, unit).covers(unit):
        return None
    if answer["moves"]:
        note_read(me, unit)
    hidden = limited_access.hidden_from(me)
    same = ("number", "what", "giver", "receiver", "why")
    return [
        {
            **{name: move[name] for name in same},
            "refs": [limited_access.HIDDEN if ref.upper() in hidden else ref for ref in move["refs"]],
            "points": ledger.decimal(move["points_x100"]),
        }
        for move in answer["moves"]
    ]
