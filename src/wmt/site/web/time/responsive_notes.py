"""What changed at the priority levels of two days: the responsive figure beside business as usual at each."""

from django.conf import settings

from wmt.days import written
from wmt.ledger import OMIC, Moment, shown_capacity, shown_points
from wmt.ledger.explain_change import Why
from wmt.nights import NightError, open_night
from wmt.site.priorities.levels import pdu_of
from wmt.site.priorities.models import PriorityLevel
from wmt.site.queries import responsive_then
from wmt.site.queries.movement import NightOnDay
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.time.why_request import WhyRequest
from wmt.site.workload.models import Unit
from wmt.text import counted


def responsive_notes(question: UnitRequest, between: WhyRequest, found: Why) -> list[str]:
    """A sentence for each of the two moments at which a PDU of the unit was not at green; none otherwise."""
    unit = question.unit
    if unit.stream == OMIC:
        return []
    said = [_then(unit, between.first, found.before)]
    said.append(
        _now(question, found.after) if between.last is None else _then(unit, between.last, found.after)
    )
    sentences = [each for each in said if each]
    if sentences:
        sentences.append("The causes below are of business as usual.")
    return [" ".join(sentences)] if sentences else []


def _then(unit: Unit, stood: NightOnDay, usual: Moment) -> str:
    """The levels of a day, and the figure at them; empty where everything was at green."""
    day = stood.asked
    if not responsive_then.not_green_in(unit, day):
        return ""
    try:
        night = open_night(settings.CONFIG.nights / stood.night)
        levels = responsive_then.not_green_in(unit, day, night.facts() if unit.level == "region" else None)
        difference = responsive_then.difference_on(unit, night, levels)
    except NightError:
        return ""
    if not levels or difference is None:
        return ""
    return _words(unit, f"On {written(day)}", "was", levels, difference, usual)


def _now(question: UnitRequest, usual: Moment) -> str:
    """The same of the figures shown."""
    unit, responsive = question.unit, question.responsive
    row = responsive.level_of(unit)
    if row is None and not responsive.differs(unit):
        return ""
    inside = {code: each for code, each in responsive.not_green.items() if responsive.holds(unit, code)}
    levels = {pdu_of(unit): row} if row else inside
    difference = responsive.points_x100(unit) - unit.points_x100
    return _words(unit, "Now", "is", levels, difference, usual)


def _words(
    unit: Unit, when: str, verb: str, levels: dict[str, PriorityLevel], difference_x100: int, usual: Moment
) -> str:
    if pdu_of(unit):
        row = next(iter(levels.values()))
        place = f"{when} the PDU {verb} at {row.level}"
    else:
        number = len({row.pk for row in levels.values()})  # one that was renamed is there under both codes
        be = verb if number == 1 else {"was": "were", "is": "are"}[verb]
        place = f"{when} {counted(number, 'PDU')} here {be} at amber or red"
    if not difference_x100:
        return f"{place}, and the responsive figure {verb} that of business as usual."
    points = usual.points_x100 + difference_x100
    figure = f"{shown_capacity(points, usual.available_x100)} ({shown_points(points):,} points)"
    return f"{place}, and the responsive figure {verb} {figure}."
