"""Days of which there is no night: nothing is known, only totals are, or the day is yet to come."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, set_script_prefix

from wmt.days import written
from wmt.site import links, tables
from wmt.site.accounts.visibility import has_role
from wmt.site.figures import units
from wmt.site.figures.used_hours import ENTERED
from wmt.site.loads import past_nights
from wmt.site.queries.histories import history_for
from wmt.site.queries.movement import marks_on
from wmt.site.queries.period_figures import FigurePeriod
from wmt.site.shown import needed_state
from wmt.site.workload import as_of_day

_PAGES = ("nation", "nation-tab", "unit", "unit-tab")


def not_there(request: HttpRequest, fault: past_nights.NotThere, now_href: str) -> HttpResponse:
    """404: nothing is known of that day; the nearest days that are known."""
    near = [day for day in (fault.before, fault.after) if day is not None]
    set_script_prefix("/")
    context = {
        "day": fault.wanted.day,
        "revision": fault.wanted.revision,
        "days_back": fault.days_back,
        "near": [(written(day), links.on_day(now_href, day)) for day in near],
        "now_href": now_href,
    }
    return _now(request, "asof/not_there.jinja", context, 404)


def to_come(request: HttpRequest, fault: past_nights.ToCome, now_href: str) -> HttpResponse:
    """404: the day is yet to come."""
    context = {"day": fault.wanted.day, "last": fault.last, "now_href": now_href}
    return _now(request, "asof/to_come.jinja", context, 404)


def totals_only(request: HttpRequest, fault: past_nights.TotalsOnly, now_href: str) -> HttpResponse:
    """The figures of an archive, on the page of a unit; other pages say that there are no more."""
    set_script_prefix(f"/on/{fault.wanted.text}/")
    try:
        tables_found = _figures(request, fault.day)
    finally:
        set_script_prefix("/")
    context = {
        "day": fault.wanted.day,
        "of": fault.day,
        "now_href": now_href,
        "nation_href": links.on_day(links.unit_url(links.NATION, links.NATION), fault.wanted.day),
        "tables": tables_found,
    }
    return _now(request, "asof/totals_only.jinja", context, 200 if tables_found else 404)


def _now(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    """A page whose frame is of now, because there is no state of that day."""
    set_script_prefix("/")
    with as_of_day.as_of(None):
        return render(request, template, context, status=status)


def _figures(request: HttpRequest, day: date) -> list[tables.Table]:
    """The figures of the unit of an address, and of those below it, as far as the person may read them."""
    try:
        asked = resolve(request.path_info)
    except Resolver404:
        return []
    if asked.url_name not in _PAGES:
        return []
    level, code = asked.kwargs.get("level", links.NATION), asked.kwargs.get("code", links.NATION)
    with as_of_day.as_of(None):
        past = history_for(request.user, needed_state(request))
    own = past.series(level, code, day, day).rows(named=True)
    if not own:
        return []
    found = [_table(f"Figures for {written(day)}", level, own, request.user)]
    if level != "post":
        child = units.child_level(level)
        rows = past.below(level, code, child, day, day).rows(named=True)
        caption = f"{units.PLURALS[child]} on {written(day)}"
        found.append(_table(caption[:1].upper() + caption[1:], child, rows, request.user))
    return found


def _table(caption: str, level: str, rows: list[dict[str, Any]], user: Any) -> tables.Table:
    columns = [
        tables.Column("name", units.TITLES[level]),
        tables.Column("code", "Code", "code"),
        tables.Column("capacity", "Capacity", "percent"),
        tables.Column("points", "Points", "points"),
        tables.Column("available", "Available points", "points"),
        tables.Column("cases", "Active cases", "count"),
        tables.Column("contracted", "Contracted hours", "hours"),
        tables.Column("reductions", "Reductions", "hours", ENTERED),
    ]
    named = level != "post" or has_role(user)
    found = []
    for row in rows:
        day = row["day"]
        of = FigurePeriod(day, day, 1, row, archived=1)
        name = (row["name"] if named else None) or ("National" if level == links.NATION else row["code"])
        values = {
            "name": tables.text(name, links.unit_url(level, row["code"])),
            "code": tables.text(row["code"]),
            "capacity": of.capacity(marks_on(day)[0].percent_x100),
            "points": of.points("points_x100"),
            "available": of.points("available_x100"),
            "cases": of.count("cases"),
            "contracted": of.hours("contracted_hours_micro"),
            "reductions": of.hours("reduction_hours_micro"),
        }
        found.append(tables.Row(values, level, row["code"]))
    return tables.Table(f"totals-{level}", caption, columns, found)
