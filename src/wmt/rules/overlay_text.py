"""Overlays written as the files that `overlays` reads, and single values as people type them."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from wmt.rules.serialise import scalar
from wmt.rules.units import UNITS, Scalar
from wmt.rules.values import ALWAYS, Overlay, Parameter

_NUMBER = re.compile(r"[-−]?[0-9]{1,30}(\.[0-9]{1,30})?")
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
#: What people write for an empty value where one is allowed.
_EMPTY = ("", "none", "~")


def overlay_text(overlay: Overlay) -> str:
    """An overlay as the text of its file; `read_overlay` reads the same back."""
    said = {"name": overlay.name, "reference": overlay.reference}
    more = {"description": overlay.description, "reason": overlay.reason, "effect": overlay.effect}
    lines = [
        f"{key}: {scalar(value)}" for key, value in (said | {k: v for k, v in more.items() if v}).items()
    ]
    asked = overlay.consultation
    if asked.body or asked.letter or asked.day:
        lines += ["consultation:", f"  body: {scalar(asked.body)}"]
        lines += [f"  date: {asked.day.isoformat()}"] if asked.day else []
        lines += [f"  letter: {scalar(asked.letter)}"]
    lines.append("values:")
    for path in overlay.paths:
        lines.append(f"  {scalar(path)}: {_cell([(d, v) for p, d, v in overlay.entries if p == path])}")
    return "\n".join(lines) + "\n"


def _cell(entries: Iterable[tuple[date, Scalar]]) -> str:
    found = list(entries)
    if [day for day, _ in found] == [ALWAYS]:
        return scalar(found[0][1])
    return "{" + ", ".join(f"{day.isoformat()}: {scalar(value)}" for day, value in found) + "}"


def typed(parameter: Parameter, found: Any) -> tuple[Scalar, str | None]:
    """What somebody typed, or a cell of a sheet, as a value of a rule; and what is wrong with it."""
    unit = UNITS[parameter.unit]
    if isinstance(found, float):
        found = Decimal(repr(found))
    if isinstance(found, Decimal) and found.is_finite() and found == found.to_integral_value():
        found = int(found)
    value: Scalar = found
    if isinstance(found, str):
        text = found.strip()
        if parameter.optional and text.casefold() in _EMPTY:
            return None, None
        value = text
        if unit.kind == "yes/no":
            value = _YES_NO.get(text.casefold(), text)
        elif unit.kind == "number" and _NUMBER.fullmatch(plain := _plain(text, unit.name)):
            number = Decimal(plain.replace("−", "-"))
            value = int(number) if number == number.to_integral_value() else number
    elif unit.kind == "text" and found is not None:
        value = str(found)
    if value is None and parameter.optional:
        return None, None
    if value in ("", None):
        return None, "is empty; enter a value"
    return value, unit.why_not(value)


def _plain(text: str, unit: str) -> str:
    """A number without its sign of per cent, where that is its unit."""
    return text.removesuffix("%").rstrip() if unit.startswith("percent") else text
