"""YAML read exactly: decimals stay decimals, dates are dates, nothing is guessed or written twice.

Ordinary YAML turns 7.32 into a binary fraction, 16:10 into 970, `no` into False, and keeps the last of two
equal keys. Here a plain word is a whole number, a decimal, a date, true, false, null, or else text.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from wmt.rules.errors import Fault

#: The C parser where it is built in (ten times faster), else the same in Python.
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STANDARD = "tag:yaml.org,2002:"
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


def read_yaml(text: str, file: str) -> tuple[Any, list[Fault]]:
    """The content of one YAML document, and every fault in it; (None, faults) where it is no YAML at all.

    Mappings become dict, sequences list; scalars int, Decimal, date, bool, None or str.
    """
    try:
        root = yaml.compose(text, Loader=_PARSER)
    except yaml.YAMLError as error:
        return None, [Fault(file, "", f"is not readable as YAML: {_syntax(error)}; mend the line")]
    if root is None:
        return None, []
    reading = _Reading(file)
    try:
        content = reading.node(root)
    except RecursionError:
        return None, [Fault(file, "", "is nested too deeply to be rules; write it flat")]
    return content, reading.faults


def _syntax(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())


class _Reading:
    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self._seen: set[int] = set()

    def node(self, node: yaml.Node) -> Any:
        if id(node) in self._seen:
            return self._refuse(node, "refers back to an anchor; write the values out in full")
        self._seen.add(id(node))
        if not node.tag.startswith(_STANDARD):
            return self._refuse(node, f"has the tag {node.tag}; take the tag out")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.node(item) for item in node.value]
        assert isinstance(node, yaml.ScalarNode)
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode) -> dict[Any, Any]:
        content: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(key_node, "a key must be one word, number or date")
                continue
            key = self.node(key_node)
            if key in content:
                self._refuse(key_node, f"the key '{key}' is written twice; keep one of the two")
                continue
            content[key] = self.node(value_node)
        return content

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text = str(node.value)
        if node.style:  # quoted, or a block of text
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _WHOLE.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
        return self._date(node, text) if _DATE.fullmatch(text) else text

    def _date(self, node: yaml.Node, text: str) -> date | None:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._refuse(node, f"{text} is not a day of the calendar; write year-month-day")
            return None

    def _refuse(self, node: yaml.Node, message: str) -> None:
        self.faults.append(Fault(self.file, f"line {node.start_mark.line + 1}", message))
