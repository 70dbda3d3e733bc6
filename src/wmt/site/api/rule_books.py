"""A unit under several rule books at once, with the lines that its figures are the sums of."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from wmt import ledger
from wmt.agreements import present
from wmt.site.api import lookups, schemas
from wmt.site.availability import change_requests
from wmt.site.queries import rule_books

router = Router()
BookText = Annotated[str, schemas.StringConstraints(max_length=100, pattern=r"^[^\x00]*$")]


class RuleBooksQuery(Schema):
    """Which rule books stand side by side."""

    book: Annotated[list[BookText], Field(min_length=1, max_length=rule_books.MOST)] = Field(
        default_factory=lambda: [rule_books.OWN],
        description="Repeatable, up to four: `figures` for the rules of the figures shown, a day, "
        "`proposal-7`, `agreement-3` of the unit, or `pack-cheshire` of those that come with WMT.",
    )


class StatedMeasure(Schema):
    """What an agreement says of the unit, or of one below it."""

    level: str
    code: str
    measure: str
    value: float | None
    unit: str
    state: str | None = Field(description="null: nobody can say.")


class RuleBookShown(Schema):
    """A unit under one rule book; without figures where the book is an agreement."""

    book: str
    name: str
    day: date | None = Field(description="The day of its rules.")
    points: float | None
    available: float | None
    capacity: str | None = Field(description="null: of an agreement, and of OMiC work.")
    threshold: float | None = Field(description="Of excessive workload, in per cent.")
    stated: list[StatedMeasure]


class BookLineShown(Schema):
    """Lines alike of the unit."""

    side: str = Field(description="`work` or `time`.")
    kind: str
    component: str
    tier: str
    suspended: bool
    quantity: float | None = Field(description="How many cases or hours; null where the books differ in it.")
    points: list[float] = Field(description="Under each book that has rules, in order.")


class RuleBooksShown(Schema):
    """Rule books side by side."""

    level: str
    code: str
    books: list[RuleBookShown]
    lines: list[BookLineShown] = Field(description="Points of `work`, and available points of `time`.")


@router.get(
    "rule-books/{level}/{code:code}", response=schemas.answers(RuleBooksShown, *schemas.READ),
    url_name="api-rule-books", summary="A unit under several rule books",
)  # fmt: skip
def several(
    request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode, wish: Query[RuleBooksQuery]
) -> dict[str, Any]:
    """The same work and hours under each. Nothing changes."""
    state, unit = lookups.unit_for(request, level, code)
    try:
        books = [rule_books.book_of(text, state, unit) for text in dict.fromkeys(wish.book)]
        found = rule_books.beside(state, unit, books)
    except rule_books.FAULTS as fault:
        raise change_requests.RefusedError(
            [change_requests.ChangeFault("RULES", str(fault), "book")]
        ) from None
    return {
        "level": level, "code": code, "books": [_book(found, book) for book in books],
        "lines": [
            {
                **each._asdict(), "points": [points / 100 for _, points in each.amounts],
                "quantity": None if each.quantity_micro is None else each.quantity_micro / 1_000_000,
            }
            for each in found.lines
        ],
    }  # fmt: skip


def _book(found: rule_books.BooksBeside, book: rule_books.ChosenBook) -> dict[str, Any]:
    said: dict[str, Any] = {
        "book": book.key, "name": book.name, "day": None, "points": None, "available": None,
        "capacity": None, "threshold": None,
        "stated": [
            {"level": each["level"], "code": each["code"], "measure": each["measure_name"],
             "value": each["value"], "unit": each["unit"], "state": each["state"]}
            for each in map(present.present_finding, found.stated.get(book.key, ()))
        ],
    }  # fmt: skip
    if book.rules is not None:
        moment = found.moment(book)
        said |= {
            "day": book.rules.day, "points": moment.points_x100 / 100,
            "available": moment.available_x100 / 100, "threshold": rule_books.over_x100(book) / 100,
            "capacity": ledger.shown_capacity(*moment) if found.unit.stream != ledger.OMIC else None,
        }  # fmt: skip
    return said
