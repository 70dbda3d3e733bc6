"""The one sentence about duties on the pages of units and on one's own place."""

from collections.abc import Iterable

from django.urls import reverse

from wmt.site.availability.words import day_words, percent_words
from wmt.site.duties import clock, words
from wmt.site.duties.listing import counts, open_of
from wmt.site.duties.models import Duty
from wmt.site.web.addresses import unit_url
from wmt.site.web.availability.coming import Reminder
from wmt.site.workload.current import State
from wmt.site.workload.models import Unit


def duty_lines(state: State, units: Iterable[Unit]) -> list[Reminder]:
    """Of each unit with duties that are open: how many, or for a post what stands and what is due."""
    found = []
    for unit in units:
        line = _of_post(state, unit) if unit.level == "post" else _of_unit(state, unit)
        if line is not None:
            found.append(line)
    return found


def _of_unit(state: State, unit: Unit) -> Reminder | None:
    number, late = counts(unit, state)
    if not number:
        return None
    actions = "excessive-workload action is" if number == 1 else "excessive-workload actions are"
    said = f"{number:,} {actions} open, {f'{late:,}' if late else 'none'} overdue"
    href = unit_url(unit.level, unit.code, "duties")
    return Reminder(unit.name, said, href, "View actions")


def _of_post(state: State, unit: Unit) -> Reminder | None:
    duty = open_of(unit, state)
    if duty is None:
        return None
    return Reminder(unit.name, post_words(duty, state), reverse("duty", args=[duty.pk]), "View action")


def post_words(duty: Duty, state: State) -> str:
    """'Over 110% for 31 days: excessive workload since 4 November 2026; decide what will be done by …'."""
    if duty.confirm_by is not None:
        return f"Excessive workload action: {_next(duty, state)}"
    mark = percent_words(duty.percent_x100)
    run = f"Over {mark} for {words.long_since(duty.run_since, min(duty.seen_on, state.day))}"
    excess = f"{words.MARKS.get(duty.mark, duty.mark)} since {day_words(duty.excess_since)}"
    return f"{run}: {excess}; {_next(duty, state)}"


def _next(duty: Duty, state: State) -> str:
    # that relief was asked for is for those who may read the duty: its own page tells them
    said = words.owed(clock.open_deadlines(duty, state.day)[0])
    return said[:1].lower() + said[1:]
