"""YAML read exactly: decimals stay decimals, dates are dates, nothing is guessed or written twice.

Ordinary YAML turns 7.32 into a binary fraction, 16:10 into 970, `no` into False, and keeps the last of two
equal keys. Here a plain word is a whole number, a decimal, a date, true, false, null, or else text.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from wmt.rules.errors import RuleFault

#: The C parser where it is built in (ten times faster), else the same in Python.
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: No number here has so many digits; of thousands Python makes none.
_LONGEST_NUMBER = 40
#: Rules need five levels.
_DEEPEST = 30
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


def read_yaml(text: str, file: str) -> tuple[Any, list[RuleFault]]:
    """The content of one YAML document, and every fault in it; (None, faults) where it is no YAML at all.

    Mappings become dict, sequences list; scalars int, Decimal, date, bool, None or str; nothing is None.
    """
    reading = _Reading(file, yaml.parse(text, Loader=_PARSER))
    try:
        return reading.document(), reading.faults
    except yaml.YAMLError as error:
        what = " ".join(str(error).split())
        if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
            mark = error.problem_mark
            what = f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
        return None, [RuleFault(file, "", f"is not readable as YAML: {what}; mend the line")]
    except _TooDeepError:
        return None, [RuleFault(file, "", "is nested too deeply to be rules; write it flat")]


class _TooDeepError(Exception):
    """Nested beyond `_DEEPEST`: a slip or an attack, and in any case no rules."""


class _Reading:
    """Builds the content out of the parser's events, which come one by one whatever the nesting."""

    def __init__(self, file: str, events: Iterator[yaml.Event]) -> None:
        self.file = file
        self.faults: list[RuleFault] = []
        self._events = events
        self._depth = 0

    def document(self) -> Any:
        content: Any = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                content = self.node(next(self._events))
                if documents == 2:
                    self._refuse(event, "begins a second document; put each into a file of its own")
        return content

    def node(self, event: yaml.Event) -> Any:
        if isinstance(event, yaml.AliasEvent):
            return self._refuse(event, "refers back to an anchor; write the values out in full")
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        if event.tag:
            self._refuse(event, f"has the tag {event.tag}; take the tag out")
        if isinstance(event, yaml.ScalarEvent):
            text = str(event.value)
            if event.style:  # quoted, or a block of text
                return text
            if text in _WORDS:
                return _WORDS[text]
            if _WHOLE.fullmatch(text):
                if len(text) > _LONGEST_NUMBER:
                    return self._refuse(
                        event, f"a number of {len(text)} digits; put it between quotes if it is text"
                    )
                return int(text)
            if _DECIMAL.fullmatch(text):
                return Decimal(text)
            if not _DATE.fullmatch(text):
                return text
            try:
                return date.fromisoformat(text)
            except ValueError:
                return self._refuse(event, f"{text} is not a day of the calendar; write year-month-day")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _TooDeepError
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        content = self._mapping() if is_mapping else [self.node(each) for each in self._inside()]
        self._depth -= 1
        return content

    def _inside(self) -> Iterator[yaml.Event]:
        """The events up to the end of the collection that has begun."""
        for event in self._events:
            if isinstance(event, yaml.CollectionEndEvent):
                return
            yield event

    def _mapping(self) -> dict[Any, Any]:
        content: dict[Any, Any] = {}
        for event in self._inside():
            key, value = self.node(event), self.node(next(self._events))
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse(event, "a key must be one word, number or date")
            elif key in content:
                self._refuse(event, f"the key '{key}' is written twice; keep one of the two")
            else:
                content[key] = value
        return content

    def _refuse(self, event: yaml.Event, message: str) -> None:
        where = f"line {event.start_mark.line + 1}" if event.start_mark else ""
        self.faults.append(RuleFault(self.file, where, message))
