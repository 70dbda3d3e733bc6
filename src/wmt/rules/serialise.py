"""A rule set written out, to lie beside the figures it made, and read back byte for byte.

Values that stand together and share day, unit, status, source, note and overlay share one block, so that the
text is short and reads as tables. Strings are always quoted: nothing depends on how YAML guesses a type.
"""

import json
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from wmt.rules import errors
from wmt.rules.exact_yaml import read_yaml
from wmt.rules.units import UNITS, Scalar
from wmt.rules.values import STATUSES, DatedValue

FORMAT = 1
_SHARED = ("valid_from", "unit", "status", "source", "note", "overlay")
_shared = attrgetter(*_SHARED)
#: Characters that JSON leaves as they are but YAML would not read back.
_UNREADABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def text(day: date, overlays: Iterable[str], blocks: str) -> str:
    """The rule set as YAML, of the text of its values."""
    names = ", ".join(scalar(name) for name in overlays)
    return f"wmt_rules: {FORMAT}\nday: {day.isoformat()}\noverlays: [{names}]\nblocks:\n{blocks}"


def values_text(values: Iterable[DatedValue]) -> str:
    """The blocks alone: the same for two days on which the same values are in force."""
    text = ""
    for shared, run in groupby(values, key=_shared):
        head = "".join(f"    {name}: {scalar(word)}\n" for name, word in zip(_SHARED, shared, strict=True))
        rows = (f"      {scalar(v.path)}: [{scalar(v.value)}, {scalar(v.description)}]\n" for v in run)
        text += f"  -\n{head}    values:\n{''.join(rows)}"
    return text or "  []\n"


@lru_cache(maxsize=8192)
def _quoted(word: str) -> str:
    quoted = json.dumps(word, ensure_ascii=False)
    return _UNREADABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", quoted)


def scalar(value: Scalar | date) -> str:
    """One value as it is written in YAML: text between quotes, numbers exactly."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value)


def read(content: str, file: str) -> tuple[date, tuple[str, ...], list[DatedValue]]:
    """Day, overlay names and values of a written rule set. Raises RulesError with every fault."""
    document, faults = read_yaml(content, file)
    if faults:
        raise errors.RulesError.of(faults)
    try:
        if document["wmt_rules"] != FORMAT:
            message = f"is of format {document['wmt_rules']}; this version reads format {FORMAT}"
            raise errors.RulesError.of([errors.RuleFault(file, "wmt_rules", message)])
        values = []
        for block in document["blocks"]:
            shared = {name: block[name] for name in _SHARED}
            _day(shared["valid_from"])
            if shared["unit"] not in UNITS or shared["status"] not in STATUSES:
                what = f"has an unknown unit or status: {shared['unit']}, {shared['status']}; write it again"
                raise errors.RulesError.of([errors.RuleFault(file, "blocks", what)])
            rows = block["values"].items()
            values += [
                DatedValue(path=path, value=row[0], description=row[1], **shared) for path, row in rows
            ]
        return _day(document["day"]), tuple(document["overlays"]), values
    except (AttributeError, KeyError, IndexError, TypeError) as error:
        message = f"is not a rule set as WMT writes it ({error!r}); write it again from the tree"
        raise errors.RulesError.of([errors.RuleFault(file, "", message)]) from error


def _day(found: Any) -> date:
    if not isinstance(found, date):
        raise TypeError(f"{found!r} is no day")
    return found
