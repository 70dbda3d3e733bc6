"""The form of a question: what was typed is read, refused in words, and kept as it was typed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from wmt.grades import STAFF_GRADES
from wmt.history import History
from wmt.site.queries.questions import (
    LEVELS,
    MOST_PERCENT,
    MOST_TOP,
    MOST_WEEKS,
    READINGS,
    SPREADS,
    STREAM_CHOICES,
    WHO,
    QuestionParams,
    QuestionSpec,
)
from wmt.site.web.forms.date_range import Span, span_of

_NUMBER = re.compile(r"([0-9]{1,4})(?:\.([0-9]{1,2}))?%?", re.ASCII)


@dataclass(frozen=True)
class Field:
    """A field: its name, its words, what stands in it, what is wrong with it; the options of a choice."""

    name: str
    label: str
    typed: str
    error: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Form:
    """What was asked for. `wish` is None where something is wrong."""

    fields: tuple[Field, ...]
    span: Span
    wish: QuestionParams | None
    names: bool

    @property
    def errors(self) -> list[tuple[str, str]]:
        """What is wrong, with the id of its field."""
        return [(field.name, field.error) for field in self.fields if field.error] + self.span.errors


def form_of(
    question: QuestionSpec, query: Mapping[str, str], past: History, last: date, *, narrowed: bool
) -> Form:
    """The form of an address; `last` is the last day that is shown."""
    assert past.first is not None
    span = span_of(query, min(past.first, last), last)
    fields, given = [], question.default
    for name in question.fields:
        field, found = _READ[name](query, question.default, narrowed)
        fields.append(field)
        given = given if found is None else replace(given, **{_INTO.get(name, name): found})
    right = span.days is not None and not any(field.error for field in fields)
    wish = replace(given, first=span.days[0], last=span.days[1]) if right and span.days else None
    return Form(tuple(fields), span, wish, query.get("names") == "1")


def _percent(query: Mapping[str, str], default: QuestionParams, narrowed: bool) -> tuple[Field, Any]:  # noqa: ARG001
    typed = query.get("percent", "").strip()[:20]
    whole, rest = divmod(default.percent_x100, 100)
    if not typed:
        return Field("percent", "Over (%)", f"{whole}.{rest:02d}" if rest else str(whole)), None
    found = _NUMBER.fullmatch(typed)
    x100 = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else 0
    if found is None or not 0 < x100 <= MOST_PERCENT * 100:
        error = f"The percentage must be a number up to {MOST_PERCENT:,}, such as 110 or 112.5"
        return Field("percent", "Over (%)", typed, error), None
    return Field("percent", "Over (%)", typed), x100


def _whole(name: str, label: str, most: int, what: str) -> Any:
    def read(query: Mapping[str, str], default: QuestionParams, narrowed: bool) -> tuple[Field, Any]:  # noqa: ARG001
        typed = query.get(name, "").strip()[:20]
        if not typed:
            return Field(name, label, str(getattr(default, name))), None
        if not re.fullmatch(r"[0-9]{1,4}", typed, re.ASCII) or not 1 <= int(typed) <= most:
            return Field(name, label, typed, f"{what} must be a whole number from 1 to {most}"), None
        return Field(name, label, typed), int(typed)

    return read


def _choice(name: str, label: str, options: Mapping[str, str]) -> Any:
    """A choice; what makes no sense is taken for the default."""

    def read(query: Mapping[str, str], default: QuestionParams, narrowed: bool) -> tuple[Field, Any]:
        offered = {key: words for key, words in options.items() if not (narrowed and key == "nation")}
        typed = query.get(name, "")
        found = typed if typed in offered and name in query else getattr(default, name)
        return Field(name, label, found, options=tuple(offered.items())), found

    return read


_READ: dict[str, Any] = {
    "percent": _percent,
    "weeks": _whole("weeks", "Consecutive weeks", MOST_WEEKS, "The number of weeks"),
    "top": _whole("top", "Number to list", MOST_TOP, "Number to list"),
    "level": _choice("level", "Of", LEVELS),
    "grade": _choice("grade", "Grade", {"": "all grades", **{grade: grade for grade in STAFF_GRADES}}),
    "reading": _choice("reading", "Counted as", READINGS),
    "by": _choice("by", "Spread", SPREADS),
    "stream": _choice("stream", "Stream", STREAM_CHOICES),
    "who": _choice("who", "Officers counted", WHO),
}
_INTO = {"percent": "percent_x100"}
