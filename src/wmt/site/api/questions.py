"""The questions over years."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from wmt.grades import GradeName
from wmt.history import HistoryError
from wmt.ledger import HEADLINE, STREAMS
from wmt.site.api import schemas
from wmt.site.api.lookups import me, state_for
from wmt.site.queries import questions
from wmt.site.queries.histories import history_for

router = Router()

if TYPE_CHECKING:
    QuestionName = str
    AskedLevel = str
    Reading = str
    StreamName = str
    OfficersCounted = str
else:
    QuestionName = Literal[tuple(questions.QUESTIONS)]
    AskedLevel = Literal[tuple(questions.LEVELS)]
    Reading = Literal[tuple(questions.READINGS)]
    StreamName = Literal[STREAMS]
    OfficersCounted = Literal[tuple(questions.WHO)]
Percent = Annotated[Decimal, Field(gt=0, le=questions.MOST_PERCENT, decimal_places=2, allow_inf_nan=False)]


class FieldShown(Schema):
    """A column of an answer."""

    key: str
    head: str


class AnswerShown(schemas.PageShown):
    """An answer: the sentence, what it rests on, and one page of its table."""

    title: str
    sentence: str
    notes: list[str]
    columns: list[FieldShown]
    items: list[dict[str, str | int | float | None]]


class QuestionFilter(schemas.Paging):
    """What is asked. A question takes what it has no use for for nothing."""

    percent: Percent = Decimal(110)
    weeks: int = Field(4, ge=1, le=questions.MOST_WEEKS)
    level: AskedLevel | None = Field(None, description="null: that of the question’s page.")
    first: schemas.Day | None = Field(None, description="null: the first day that has figures.")
    last: schemas.Day | None = Field(None, description="null: the last day that has figures.")
    grade: GradeName | None = None
    reading: Reading = Field("every day", description="Counted by every day, by weekly figures, or by sums.")
    by: Literal["day", "year"] = Field(
        "day", description="Of the spread: on the last day, or over each year."
    )
    top: int = Field(20, ge=1, le=questions.MOST_TOP, description="Of longest spells: how many.")
    stream: StreamName = Field(HEADLINE, description="OMiC has no capacity: only its cases are available.")
    who: OfficersCounted = Field("holding", description="Of cases per officer: who is counted as one.")
    names: bool = Field(False, description="Of posts and people: with codes and names.")
    table: int = Field(0, ge=0, le=5, description="0: the answer’s table; from 1 on those behind it.")


@router.get(
    "questions/{name}",
    response=schemas.answers(AnswerShown, *schemas.READ),
    url_name="api-question",
    summary="An analysis",
)
def question(
    request: HttpRequest,
    name: Annotated[QuestionName, Path(description="Which question.")],
    paging: Query[QuestionFilter],
) -> dict[str, Any]:
    """The answer to one of the five-year questions, from the figures of every day."""
    state = state_for(request)
    past = history_for(me(request), state)
    level = paging.level or questions.QUESTIONS[name].default.level
    last = min(paging.last or state.as_at.date(), state.as_at.date())
    wish = questions.QuestionParams(
        percent_x100=int(paging.percent * 100), weeks=paging.weeks, level=level, first=paging.first,
        last=last, grade=paging.grade or "", reading=paging.reading, top=paging.top,
        by=paging.by, stream=paging.stream, who=paging.who,
    )  # fmt: skip
    try:
        answer = questions.answer_to(name, past, wish)
    except HistoryError as error:
        raise schemas.refused("first", str(error), "CANNOT_BE_ASKED") from error
    shown = questions.shows_names(paging.names, level, me(request))
    tables = [answer, *(answer.details if shown else ())]
    if paging.table >= len(tables):
        raise schemas.refused("table", f"There are {len(tables)} tables here, counted from 0")
    table = tables[paging.table]
    columns = [each for each in table.columns if shown or each[0] not in ("code", "name")]
    return {
        **paging.about(len(table.rows)),
        "title": table.title,
        "sentence": answer.sentence,
        "notes": list(answer.notes),
        "columns": [{"key": _key(key), "head": head} for key, head in columns],
        "items": [
            {_key(key): _plain(key, row[key]) for key, _ in columns} for row in paging.part(table.rows)
        ],
    }


def _key(key: str) -> str:
    return key.removesuffix("_x100").removesuffix("_x10")


def _plain(key: str, value: Any) -> Any:
    if key.endswith(("_x100", "_x10")):
        exact = None if value is None else Decimal(value).scaleb(-2 if key.endswith("_x100") else -1)
        if exact is None:
            return None
        return int(exact) if exact == exact.to_integral_value() else float(exact)
    return value.isoformat() if isinstance(value, date) else value
