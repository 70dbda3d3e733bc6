"""What every page of a unit says while its PDU, or a PDU in it, is not at green. Templates call it."""

from dataclasses import dataclass
from typing import Any

from wmt import ledger
from wmt.site.links import unit_url
from wmt.site.priorities.levels import pdu_of
from wmt.site.queries.responsive import Responsive, why_same
from wmt.site.web.priorities import labels
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted


@dataclass(frozen=True)
class PriorityStrip:
    """A level in words, how valid the figure is, the figure beside it, why, and where more is said."""

    level: str
    words: str
    validity: str
    figure: str
    why: str
    href: str


def priority_strip(unit: Any, state: State | None) -> PriorityStrip | None:
    """The strip of a page about a unit; None where everything is at green, and for what is no unit."""
    if state is None or not isinstance(unit, Unit) or not unit.level:
        return None
    responsive = Responsive.of(state)
    if not responsive.not_green:
        return None
    href, figure = unit_url(unit.level, unit.code, "priority"), figure_words(responsive, unit)
    if pdu_of(unit):
        row = responsive.level_of(unit)
        if row is None:
            return None
        place = "This PDU" if unit.level == "pdu" else "The PDU"
        words = f"{place} is at {row.level} {labels.set_words(row)}."
        return PriorityStrip(row.level, words, labels.VALIDITY, figure, row.why, href)
    inside = Unit.objects.filter(load_id=state.load_id, level="pdu", whole=True)
    inside = inside.filter(code__in=list(responsive.not_green))
    number = (inside.filter(region_code=unit.code) if unit.level == "region" else inside).count()
    if not number:
        return None
    words = f"{counted(number, 'PDU')} here {'is' if number == 1 else 'are'} at amber or red."
    validity = "Figures show business as usual. They are less valid where an area is not at green."
    return PriorityStrip("", words, validity, figure, "", href)


def figure_words(responsive: Responsive, unit: Unit) -> str:
    """The responsive figure beside business as usual, or why there is none of its own; of a unit with a
    level, and above PDUs only where it differs."""
    row = responsive.level_of(unit)
    if not responsive.differs(unit):
        if row is None or unit.stream == ledger.OMIC:
            return ""
        why = why_same(responsive.state, row.level)
        return f"The responsive figure at {row.level} is the same, because {why or 'no case here differs'}."
    points_x100 = responsive.points_x100(unit)
    at = f"at {row.level}" if row else "with these levels"
    now, usual = (
        f"{ledger.shown_capacity(each, unit.available_x100)} ({ledger.shown_points(each):,} points)"
        for each in (points_x100, unit.points_x100)
    )
    return f"The responsive figure {at} is {now}. Business as usual is {usual}."
