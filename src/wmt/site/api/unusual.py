"""Unusual changes of a unit, and answering one."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Field, Router, Schema

from wmt.site.api import lookups, schemas
from wmt.site.changes import unusual as action
from wmt.site.queries import unusual as query
from wmt.site.queries.rules_on_day import rules_at
from wmt.unusual.present import present_change

router = Router()


class UnusualChangeShown(Schema):
    """A change that is far beyond what is common. Rates are of 100,000 a night; none is about why."""

    kind: str
    name: str
    level: str
    code: str
    day: date
    first_day: date
    nights: int
    number: int
    of: int = Field(description="On the last night, or of all that came in these nights.")
    among: str
    judged: str = Field(
        description="The level of the unit that `of`, `expected`, rates and `one_in` are of; for a post, of "
        "one that it is in."
    )
    expected: schemas.Exact
    expected_rate: int = Field(description="The rate by which so many were to be expected.")
    own_rate: int | None = Field(description="As seen at that unit before; null without earlier days.")
    others_rate: int | None = Field(
        description="As seen at other units, the higher of before and meanwhile; null without any."
    )
    compared_among: str = Field(description="What the rates are of.")
    one_in: int = Field(description="By chance once in so many such looks.")
    points: schemas.Exact
    posts: int
    teams: int
    capacity: schemas.Exact | None = Field(description="Of the unit on the day before.")
    near: int = Field(description="Posts that were nearly four weeks over the threshold.")
    said: list[str]
    asked: str = Field(description="Who is asked for an answer.")
    due: date
    answered_at: datetime | None
    answer: str | None = Field(description="For whoever leads the unit; else null.")


class UnusualChangesShown(Schema):
    """The changes of a unit and below it, the last first; `known` is false where nobody has looked yet."""

    day: date
    known: bool
    changes: list[UnusualChangeShown]


class UnusualAnswerIn(schemas.RequestSchema):
    """An answer to one change of the unit."""

    kind: schemas.Short
    day: schemas.Day
    words: Annotated[str, schemas.StringConstraints(max_length=5_000, pattern=r"^[^\x00]*$")]
    key: Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = Field(
        "", description="A key of your own: the same key and request again record it once."
    )


@router.get(
    "units/{level}/{code:code}/unusual",
    response=schemas.answers(UnusualChangesShown, *schemas.READ),
    url_name="api-unusual",
    summary="Unusual changes",
)
def of_unit(request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode) -> dict[str, Any]:
    """What changed far more often than is common at a unit and below it, falls and rises alike.

    Changes that are nearly all of one post are there only for that person, their manager and head."""
    state, unit = lookups.unit_for(request, level, code)
    found = query.of_unit(lookups.me(request), state, unit)
    return {
        "day": state.as_at.date(),
        "known": query.is_looked_for(state),
        "changes": [_shown(each) for each in found],
    }


@router.post(
    "units/{level}/{code:code}/unusual",
    response=schemas.answers(UnusualChangeShown, *schemas.WRITE),
    url_name="api-unusual-answer",
    summary="Answer an unusual change",
)
def answer(
    request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode, payload: Body[UnusualAnswerIn]
) -> dict[str, Any]:
    """By whoever leads the unit. No figure moves."""
    shown, _ = lookups.unit_for(request, level, code)
    state, key = shown.of_now(), (payload.kind, level, code, payload.day)
    found = query.find(lookups.me(request), state, key)
    asked = action.ChangeAsked(kind=key[0], name=found.rule.name, level=level, code=code, day=key[3])
    action.answer(
        actor=lookups.me(request), asked=asked, words=payload.words, key=payload.key, state=state,
        who=lookups.who(request),
    )  # fmt: skip
    return _shown(query.find(lookups.me(request), state, key))


def _shown(found: query.FoundChange) -> dict[str, Any]:
    answered = found.answer
    return {
        **present_change(found.row, found.rule, rules_at(found.row["day"])),
        "asked": query.ASKED_OF[found.row["level"]],
        "due": found.due,
        "answered_at": answered.recorded_at if answered else None,
        "answer": answered.words if answered and found.reads_words else None,
    }
