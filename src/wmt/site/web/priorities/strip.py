"""What every page of a unit says while its PDU, or a PDU in it, is not at green. Templates call it."""

from dataclasses import dataclass
from typing import Any

from wmt.site.links import unit_url
from wmt.site.priorities.levels import not_green, pdu_of
from wmt.site.web.priorities import labels
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted


@dataclass(frozen=True)
class PriorityStrip:
    """A level in words, the sentence on how valid the figure is, and where more is said of it."""

    level: str
    words: str
    validity: str
    why: str
    href: str


def priority_strip(unit: Any, state: State | None) -> PriorityStrip | None:
    """The strip of a page about a unit; None where everything is at green, and for what is no unit."""
    if state is None or not isinstance(unit, Unit) or not unit.level:
        return None
    found = not_green(state)
    if not found:
        return None
    href, pdu = unit_url(unit.level, unit.code, "priority"), pdu_of(unit)
    if pdu:
        row = found.get(pdu)
        if row is None:
            return None
        place = "This PDU" if unit.level == "pdu" else "The PDU"
        words = f"{place} is at {row.level} {labels.set_words(row)}."
        return PriorityStrip(row.level, words, labels.VALIDITY, row.why, href)
    inside = Unit.objects.filter(load_id=state.load_id, level="pdu", whole=True, code__in=list(found))
    inside = inside.filter(region_code=unit.code) if unit.level == "region" else inside
    number = inside.count()
    if not number:
        return None
    verb = "is" if number == 1 else "are"
    words = f"{counted(number, 'PDU')} here {verb} at amber or red."
    validity = "Figures show business as usual. They are less valid where an area is not at green."
    return PriorityStrip("", words, validity, "", href)
