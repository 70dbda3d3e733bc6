"""The form of a question: what was typed is read, refused in words, and kept as it was typed."""

import copy
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms

from wmt.grades import STAFF_GRADES
from wmt.history import History
from wmt.site.queries import questions
from wmt.site.query_form import ChoiceOrDefault
from wmt.site.web.forms.date_range import SpanForm

_NUMBER = re.compile(r"([0-9]{1,4})(?:\.([0-9]{1,2}))?%?", re.ASCII)


class _PercentField(forms.CharField):
    """A per cent, kept in hundredths."""

    def prepare_value(self, value: Any) -> Any:
        return f"{value / 100:g}" if isinstance(value, int) else value

    def clean(self, value: Any) -> int:
        """The per cent in hundredths. Raises ValidationError."""
        found = _NUMBER.fullmatch(super().clean(value))
        x100 = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else 0
        if not 0 < x100 <= questions.MOST_PERCENT * 100:
            most = f"{questions.MOST_PERCENT:,}"
            raise forms.ValidationError(f"The percentage must be a number up to {most}, such as 110 or 112.5")
        return x100


def _whole(label: str, most: int, what: str) -> forms.IntegerField:
    said = f"{what} must be a whole number from 1 to {most}"
    codes = ("invalid", "min_value", "max_value")
    return forms.IntegerField(
        label=label, required=False, min_value=1, max_value=most, error_messages=dict.fromkeys(codes, said)
    )


#: Fields by the names of what they ask for.
_FIELDS: dict[str, forms.Field] = {
    "percent": _PercentField(label="Over (%)", required=False),
    "weeks": _whole("Consecutive weeks", questions.MOST_WEEKS, "The number of weeks"),
    "top": _whole("Number to list", questions.MOST_TOP, "Number to list"),
    "level": ChoiceOrDefault(questions.LEVELS.items(), label="Of"),
    "grade": ChoiceOrDefault(
        [("", "all grades"), *((grade, grade) for grade in STAFF_GRADES)], label="Grade"
    ),
    "reading": ChoiceOrDefault(questions.READINGS.items(), label="Counted as"),
    "by": ChoiceOrDefault(questions.SPREADS.items(), label="Spread"),
    "stream": ChoiceOrDefault(questions.STREAM_CHOICES.items(), label="Stream"),
    "who": ChoiceOrDefault(questions.WHO.items(), label="Officers counted"),
}


class QuestionForm(SpanForm):
    """The fields of one question, and the days; `narrowed`: not all units may be read."""

    names = ChoiceOrDefault([("", "without names"), ("1", "show names")], label="Names of people")

    def __init__(
        self,
        question: questions.QuestionSpec,
        query: Mapping[str, str],
        past: History,
        last: date,
        *,
        narrowed: bool,
    ) -> None:
        assert past.first is not None
        self.question, self.narrowed = question, narrowed
        super().__init__(query, min(past.first, last), last)

    def add_fields(self) -> None:
        """Put the fields of the question before the days."""
        default = self.question.default
        own = {name: copy.deepcopy(_FIELDS[name]) for name in self.question.fields}
        for name, field in own.items():
            field.initial = default.percent_x100 if name == "percent" else getattr(default, name)
        if self.narrowed and "level" in own:
            levels = [(name, words) for name, words in questions.LEVELS.items() if name != "nation"]
            own["level"] = ChoiceOrDefault(levels, label="Of", initial=default.level)
        self.fields = {**own, **self.fields}

    @property
    def wish(self) -> questions.QuestionParams | None:
        """What was asked for; None where something is wrong."""
        if self.days is None:
            return None
        given = {name: self.cleaned_data[name] for name in self.question.fields}
        if "percent" in given:
            given["percent_x100"] = given.pop("percent")
        return replace(self.question.default, first=self.days[0], last=self.days[1], **given)
