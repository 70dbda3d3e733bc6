"""The sentences about duties, requests and notes that wait, on the pages of units and on one's own place."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from wmt.site.accounts.access import may
from wmt.site.accounts.roles import Action
from wmt.site.accounts.visibility import allowed
from wmt.site.availability.labels import day_words, percent_words
from wmt.site.changes.extra_work import may_decide
from wmt.site.duties import due_dates, labels, queries
from wmt.site.duties.models import Duty
from wmt.site.duties.recipients import Roles
from wmt.site.extra_work import noted
from wmt.site.extra_work.note_states import WAITING
from wmt.site.links import unit_url
from wmt.site.web.availability.ending_soon import Reminder
from wmt.site.web.duties.request_table import under
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted


def duty_lines(state: State, units: Iterable[Unit]) -> list[Reminder]:
    """Of each unit with duties that are open: how many, or for a post what stands and what is due."""
    found = []
    for unit in units:
        if unit.level == "post":
            duty = queries.open_of(unit, state)
            if duty is not None:
                href = reverse("duty", args=[duty.pk])
                found.append(Reminder(unit.name, post_words(duty, state), href, "View action"))
            continue
        number, late = queries.counts(unit, state)
        if number:
            actions = "excessive-workload action is" if number == 1 else "excessive-workload actions are"
            said = f"{number:,} {actions} open, {f'{late:,}' if late else 'no step'} overdue"
            if unit.level == "team":
                said += _longest(unit, state, number)
            href = unit_url(unit.level, unit.code, "duties")
            found.append(Reminder(unit.name, said, href, "View actions"))
    return found


def request_lines(user: Any, state: State, units: Iterable[Unit]) -> list[Reminder]:
    """Of each unit, for whoever has to answer: how many requests and concerns wait, and until when."""
    if state.as_of is not None or not may(user, Action.HANDLE_DUTIES):
        return []
    found = []
    for unit in units:
        waiting = list(under(unit, state.load_id).filter(answered_on__isnull=True).order_by("answer_by"))
        roles = Roles(waiting) if waiting else None
        mine = [each for each in waiting if roles and user in roles.of(each).owners]
        if mine:
            number, first = len(mine), day_words(mine[0].answer_by)
            said = (
                f"1 request or concern needs your answer by {first}"
                if number == 1
                else f"{number:,} requests and concerns need your answer, the first by {first}"
            )
            found.append(Reminder(unit.name, said, reverse("requests"), "View requests and concerns"))
    return found


def extra_work_lines(user: Any, state: State, units: Iterable[Unit]) -> list[Reminder]:
    """Of each unit that is no post: how many notes of extra work wait for a decision of this person."""
    places, reach = [unit for unit in units if unit.level != "post"], allowed(user, Action.ALLOCATE_CASES)
    if state.as_of is not None or not places or not (reach.units or reach.everywhere):
        return []
    waiting = (each for each in noted.readable(user, state) if each.standing in WAITING)
    mine = [each for each in waiting if may_decide(user, each)]
    found = []
    for unit in places:
        if number := sum(noted.is_in(each.holder, unit) for each in mine if each.holder):
            waits = (
                f"of extra work on cases {'waits' if number == 1 else 'wait'} for you to confirm or decline"
            )
            words, href = f"{counted(number, 'note')} {waits}", unit_url(unit.level, unit.code, "extra")
            found.append(Reminder(unit.name, words, href, "View extra work"))
    return found


def _longest_run(unit: Unit, state: State) -> Duty | None:
    """The open action of whoever has been over longest; None of a past day.

    Not one that waits to be confirmed, or that a manager kept open: their runs are broken.
    """
    found = queries.under(unit, state).filter(
        closed_on__isnull=True, confirm_by__isnull=True, kept_on__isnull=True
    )
    return found.order_by("run_since", "pk").first() if state.as_of is None else None


def _over(duty: Duty) -> tuple[str, str]:
    # the day and no number of days: how many of them had figures, the page of trends counts
    return f"over {percent_words(duty.percent_x100)}", f"since {day_words(duty.run_since)}"


def _longest(unit: Unit, state: State, number: int) -> str:
    """Who of those with an open action has been over longest."""
    duty = _longest_run(unit, state)
    if duty is None:
        return ""
    over, since = _over(duty)
    if number == 1:
        return f". {duty.shown_name} has been {over} {since}"
    return f". Of these, {duty.shown_name} has been {over} longest: {since}"


def longest_words(unit: Unit, state: State) -> str:
    """Since when somebody with an open action has been over, however lately the action was opened."""
    duty = _longest_run(unit, state)
    return "" if duty is None else " ".join(("Somebody has been", *_over(duty))) + "."


def post_words(duty: Duty, state: State) -> str:
    """'Over 110% since 8 October 2026: excessive workload since 4 November 2026; the manager must …'."""
    if duty.confirm_by is not None:
        return f"Excessive workload action: {_next(duty, state)}"
    if duty.kept_on is not None:
        return f"Excessive workload action, kept open on {day_words(duty.kept_on)}: {_next(duty, state)}"
    return f"{labels.run_words(duty)}; {_next(duty, state)}"


def _next(duty: Duty, state: State) -> str:
    # that relief was asked for is for those who may read the duty: its own page tells them
    said = labels.owed(due_dates.open_deadlines(duty, state.day)[0])
    return f"the manager must {said[:1].lower()}{said[1:]}"
