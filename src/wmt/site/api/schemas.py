"""Types that all answers and questions share: bounded texts, exact numbers, days, pages, the problem."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Protocol, TypeVar

from ninja import Field, Query, Schema
from pydantic import BeforeValidator, ConfigDict, PlainSerializer, StringConstraints, WithJsonSchema

from wmt.site.availability.change_requests import ChangeFault, RefusedError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

#: No database keeps NUL. A slash would end a part of an address: in codes there it is ~s, and ~ is ~t.
_KEPT = r"^[^\x00]*$"
_ADDRESSED = {"pattern": r"^[^\x00/]+$"}

Code = Annotated[
    str,
    StringConstraints(min_length=1, max_length=600, pattern=_KEPT),
    Field(json_schema_extra=_ADDRESSED),
]
Key = Annotated[
    str,
    StringConstraints(min_length=1, max_length=160, pattern=_KEPT),
    Field(json_schema_extra=_ADDRESSED),
]
CodeIn = Annotated[str, StringConstraints(min_length=1, max_length=600, pattern=_KEPT)]
KeyIn = Annotated[str, StringConstraints(max_length=160, pattern=_KEPT)]
Short = Annotated[str, StringConstraints(max_length=160, pattern=_KEPT)]
Why = Annotated[
    str, StringConstraints(max_length=1_000, pattern=_KEPT), Field(description="Why, for the history.")
]
Notes = Annotated[str, StringConstraints(max_length=4_000, pattern=_KEPT)]
Level = Literal["nation", "region", "pdu", "team", "post"]
StreamName = Literal["sentence_management", "courts", "omic"]
Version = Annotated[int, Field(ge=1, le=2_000_000_000, description="The version that was read.")]


def number(value: Decimal) -> int | float:
    """A decimal as the number of JSON that is written with the same digits."""
    return int(value) if value == value.to_integral_value() else float(value)


def _as_written(value: Any) -> Any:
    """Only whole days as ISO writes them: no moments, no numbers of seconds."""
    if isinstance(value, str):
        if len(value) != 10:
            raise ValueError("a day is written year-month-day, such as 2026-11-23")
        return date.fromisoformat(value)
    if type(value) is date:
        return value
    raise ValueError("a day is a text, year-month-day, such as 2026-11-23")


#: Exact numbers out: points and percentages with two decimals at most, hours with six.
Exact = Annotated[
    Decimal, PlainSerializer(number, return_type=float), WithJsonSchema({"type": "number"}, "serialization")
]
#: Exact numbers in: a number, or a text of one.
_DECIMAL = r"^[0-9]{1,3}(\.[0-9]{1,%d})?$"


def _plain(value: Any) -> Any:
    """A text as documents promise it: Python would take 1_0 and other scripts' digits for numbers too."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", value):
        raise ValueError("a number is written in digits, such as 7.4")
    if isinstance(value, bool):
        raise ValueError("a number is expected, not true or false")
    return value


def _given(most: int, places: int) -> Any:
    text = {"type": "string", "pattern": _DECIMAL % places, "maxLength": 4 + places}
    number = {"type": "number", "minimum": 0, "maximum": most}
    return Annotated[
        Decimal,
        BeforeValidator(_plain),
        Field(ge=0, le=most, decimal_places=places, allow_inf_nan=False),
        WithJsonSchema({"anyOf": [number, text]}, "validation"),
    ]


HoursIn = _given(168, 6)
PercentIn = _given(100, 2)
Day = Annotated[date, BeforeValidator(_as_written), WithJsonSchema({"type": "string", "format": "date"})]


class RequestSchema(Schema):
    """What is sent. Names that are not known are refused, so that a slip does not pass for nothing."""

    model_config = ConfigDict(extra="forbid")


class FaultShown(Schema):
    """One thing that is wrong with what was sent."""

    code: str = Field(description="A name for programs, such as EXPIRY or ABOVE_HOURS.")
    message: str = Field(description="What is wrong, in words for people.")
    field: str = Field(description="The field it is about, as it was sent; empty for none.")
    index: int | None = Field(description="Of a list of changes: which one, from 0.")
    shown: list[str] = Field(description="The records it conflicts with, in words.")


class ProblemShown(Schema):
    """Every answer that is not what was asked for."""

    status: int = Field(description="The status of the answer.")
    code: str = Field(description="A name for programs, such as DENIED or CHANGED.")
    message: str = Field(description="What happened, in words for people.")
    remedy: str = Field(description="What to do about it; may be empty.")
    reference: str = Field(description="A reference for support; otherwise empty.")
    faults: list[FaultShown] = Field(description="Each fault in what you sent.")


_ALWAYS = (400, 401, 403, 429, 500, 503)


def answers(good: Any, *also: int, status: int = 200) -> dict[int, Any]:
    """All answers an operation can give: the good one, what every operation can say, and some more."""
    return {status: good, **dict.fromkeys(sorted({*_ALWAYS, *also}), ProblemShown)}


READ = (404, 422)
BULK = (404, 422, 429)
WRITE = (404, 409, 413, 422)


class Sliceable(Protocol[T_co]):
    """Lists, and questions to the database that have not been asked yet."""

    def __getitem__(self, part: slice, /) -> Iterable[T_co]: ...


class Paging(Schema):
    """Which part of a list is wanted."""

    page: int = Field(1, ge=1, le=100_000, description="From 1.")
    size: int = Field(100, ge=1, le=500, description="Items a page.")

    def part(self, items: Sliceable[T]) -> Iterable[T]:
        """The items of the page."""
        first = (self.page - 1) * self.size
        return items[first : first + self.size]

    def about(self, count: int) -> dict[str, int]:
        """What the answer says of the whole list."""
        return {"page": self.page, "size": self.size, "count": count}


class PageShown(Schema):
    """Where a part of a list stands."""

    page: int
    size: int
    count: int = Field(description="Items of the whole list.")


Where = Query[Paging]


def filled(schema: type[Schema], source: object, **other: Any) -> dict[str, Any]:
    """The fields of an answer: those given, and all others from the attributes of the same name."""
    return {name: other[name] if name in other else getattr(source, name) for name in schema.model_fields}


def refused(field: str, message: str, code: str = "REFUSED") -> RefusedError:
    """What is raised for something that was sent and makes no sense."""
    return RefusedError([ChangeFault(code, message, field)])
