"""Home: one's own place, or the places to choose from, or what to do without one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from wmt.ledger import OMIC, remaining_x100
from wmt.site import tables
from wmt.site.accounts import visibility
from wmt.site.accounts.access import homes_of
from wmt.site.accounts.roles import ROLES, Action
from wmt.site.allocation.queries import waiting_within
from wmt.site.consistent_read import steady
from wmt.site.figures import units
from wmt.site.links import unit_url, working_url
from wmt.site.shown import needed_state
from wmt.site.web.availability.ending_soon import Reminder, reminders
from wmt.site.web.context import home_title
from wmt.site.web.duties.reminders import duty_lines, extra_work_lines, request_lines
from wmt.site.web.unusual.waiting import unusual_lines
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted


@require_safe
@steady
def home(request: HttpRequest) -> HttpResponse:
    """To one's only place; else a page of the places, or of what can be done. Raises NoDataYet."""
    state = needed_state(request)
    homes = homes_of(request.user, state)
    if len(homes) == 1:
        return redirect(unit_url(*homes[0]))
    # the units of these places, in the order of their names and codes: never of their figures
    places: list[Unit] = []
    for down in units.DOWN:
        codes = [code for place, code in homes if place == down]
        if codes:
            places += units.seen(state, request.user, down).filter(code__in=codes)  # type: ignore[arg-type]
    before = [*duty_lines(state, places), *request_lines(request.user, state, places)]
    waits = _waiting(request.user, state, places)
    context: dict[str, Any] = {
        "table": _table(state, places) if homes else None,
        "first_waiting": len(before) if waits else -1,
        "reminders": [
            *before,
            *waits,
            *extra_work_lines(request.user, state, places),
            *unusual_lines(request.user, state, places),
            *reminders(state, request.user, places),  # type: ignore[arg-type]
        ],
        "staff_code": getattr(request.user, "staff_code", ""),
        "who_helps": [role.title for role in ROLES.values() if Action.MANAGE_USERS in role.allows],
        "title": home_title(request.user) or "My pages",
        "only_posts": all(level == "post" for level, _ in homes),
    }
    return render(request, "home.jinja", context)


def _waiting(user: Any, state: State, places: list[Unit]) -> list[Reminder]:
    """Of those of one's places where one may allocate cases, how many wait there."""
    reach, found = visibility.allowed(user, Action.ALLOCATE_CASES), []
    for unit in places:
        number = waiting_within(visibility.Reach(units=frozenset({(unit.level, unit.code)})), state)
        if number and unit.level != "post" and reach.covers(unit):
            words = f"{counted(number, 'case')} {'waits' if number == 1 else 'wait'} to be allocated"
            href = unit_url(unit.level, unit.code, "waiting")
            found.append(Reminder(unit.name, words, href, "View waiting cases"))
    return found


def _table(state: State, places: list[Unit]) -> tables.Table:
    levels = {unit.level for unit in places}
    one = units.TITLES[next(iter(levels))] if len(levels) == 1 else ""
    columns = [
        tables.Column("name", one or "Name"),
        *([] if one else [tables.Column("level", "Level")]),
        tables.Column("code", "Code", "code"),
        tables.Column("capacity", "Capacity", "percent"),
        tables.Column("points", "Points", "points"),
        tables.Column("available", "Available points", "points"),
        tables.Column("remaining", "Points left", "points"),
        tables.Column("cases", "Active cases", "count"),
    ]
    if levels != {"post"}:
        columns.insert(-4, tables.Column("over", f"Practitioners over {state.over_text}"))
    return tables.Table("places", "Figures today", columns, [_row(state, unit) for unit in places])


def _row(state: State, unit: Unit) -> tables.Row:
    def href(figure: str) -> str:
        return working_url(unit.level, unit.code, figure)

    points, available = unit.points_x100, unit.available_x100
    left = tables.points(remaining_x100(points, available), href("remaining"))
    # how many of the practitioners with available hours are over the threshold: '4 of 6'
    timed = unit.posts - unit.posts_without_time - unit.unmeasured_posts
    values = {
        "name": tables.text(unit.name, unit_url(unit.level, unit.code)),
        "level": tables.text(units.TITLES[unit.level]),
        "code": tables.text(unit.code),
        "capacity": tables.capacity(points, available, state.over_x100, unit.stream, href("capacity")),
        "over": tables.text(f"{unit.posts_over:,} of {timed:,}" if unit.level != "post" and timed else ""),
        "points": tables.points(points, href("points")),
        "available": tables.points(available, href("available")),
        "remaining": left if unit.stream != OMIC else tables.Value(None, "–"),
        "cases": tables.count(unit.cases, href("cases")),
    }
    return tables.Row(values, unit.level, unit.code)
