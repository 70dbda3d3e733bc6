"""What a figure of a plan is made of: the lines of a post, or the posts of a unit and what each step does."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wmt.plan.plan_file import PlanError
from wmt.site import tables
from wmt.site.changes.unit_moments import UnitMoment
from wmt.site.consistent_read import steady
from wmt.site.figures import units
from wmt.site.plans import access
from wmt.site.queries.plan_effects import PlanEffect, PlanReading, unit_of_plan
from wmt.site.queries.plan_lines import MOST_BY_STEP, PlanLine, StepMove, lines_of, moves_of
from wmt.site.shown import needed_state
from wmt.site.tables import arranged
from wmt.site.web.plans import room
from wmt.site.web.plans.effect_table import effect_table, figure_url, shown_name
from wmt.site.web.units import cohort_column, labels
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import counted

_STATES = {(False, True): "put on", (True, False): "taken off"}


@require_safe
def nation_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """As `figure_page`, of the nation."""
    return figure_page(request, number, units.NATION, units.NATION)


@require_safe
@steady
def figure_page(request: HttpRequest, number: int, level: str, code: str) -> HttpResponse:
    """What the figures of a unit are made of before a plan and with it. Raises UnknownPlan, PlanDenied, and
    Http404 where the plan does not touch the unit."""
    row = access.find(request.user, number, request.GET.get("link", ""))
    state = needed_state(request).of_now()
    reading = PlanReading(row.plan, row.owner, request.user, unit_of_plan(state, request.user, row), state)
    try:
        effect = reading.effect()
    except PlanError as error:
        raise Http404(f"nothing of the plan is worked out: {error}") from None
    found = next(
        (each for each in effect.moments if (each.unit.level, each.unit.code) == (level, code)), None
    )
    if found is None:
        raise Http404(f"the plan does not touch {level} {code}")
    query = room.link_query(request, row)
    if level == "post":
        shown = [
            cohort_column.with_cohorts(lines_table(lines_of(reading, code)), request.user, state, after="crn")
        ]
    else:
        below = PlanEffect([], [each for each in effect.moments if _is_below(each, found)])
        listed = effect_table(state, below, lambda unit: figure_url(row.pk, unit, query), "below")
        shown = [replace(listed, notes=[*listed.notes, _untouched(state, found.unit, below)])]
        moves = moves_of(reading, found.unit)
        shown += [moves_table(moves)] if moves is not None else []
    context: dict[str, Any] = {
        "row": row,
        "name": shown_name(found.unit).text,
        "figures": _figures(state, found),
        "tables": [arranged(each, request, rows_a_page=None) for each in shown],
        "most": MOST_BY_STEP if level != "post" and len(shown) == 1 else 0,
        "crumbs": [(row.name, room.plan_url(row) + query)],
    }  # fmt: skip
    return render(request, "plans/figure.jinja", context)


def _figures(state: State, found: UnitMoment) -> list[tuple[str, str, str]]:
    """What each figure is now, and with the plan."""
    before, after, exact = found.before, found.after, tables.exact
    shares = [tables.capacity(*each, state.over_x100, found.unit.stream).text for each in (before, after)]
    return [
        ("Points", exact(before.points_x100).text, exact(after.points_x100).text),
        ("Points available", exact(before.available_x100).text, exact(after.available_x100).text),
        ("Capacity", shares[0], shares[1]),
    ]


def _untouched(state: State, unit: Unit, below: PlanEffect) -> str:
    """How many posts of a unit the table of those whom a plan touches leaves out."""
    there = units.everybody(state, unit).count()
    rest = there - sum(each.unit.pk is not None for each in below.moments)
    if not rest:
        return "Everybody here is listed: the plan touches them all."
    others = counted(rest, "post here keeps", "posts here keep")
    return f"Only those whom the plan touches are listed. {others} the points and the time they have now."


def _is_below(each: UnitMoment, above: UnitMoment) -> bool:
    unit, level = each.unit, above.unit.level
    is_in = level == units.NATION or getattr(unit, f"{level}_code") == above.unit.code
    return unit.level == "post" and is_in


def lines_table(lines: Sequence[PlanLine]) -> tables.Table:
    """The lines of a post before and after; their sums are those of the figures."""
    columns = [
        tables.Column("state", "With the plan", "words"),
        tables.Column("what", "What"),
        tables.Column("crn", "CRN", "code"),
        tables.Column("number_now", "Number now", "number"),
        tables.Column("number", "Number with the plan", "number"),
        tables.Column("now", "Points now", "points"),
        tables.Column("then", "Points with the plan", "points"),
    ]
    rows = [tables.Row(_line(each)) for each in lines]
    notes = [
        "Points of work are added up to the points of the figure; contracted hours less reductions to the "
        "points available. A CRN is shown where you may see the case."
    ]
    return tables.Table("lines", "What it is made of", columns, rows, notes=notes, empty="There is nothing.")


def _line(each: PlanLine) -> dict[str, tables.Value]:
    before, after = each.before, each.after
    changed = "" if before == after else "changed"
    state = _STATES.get((bool(before.quantity_micro), bool(after.quantity_micro)), changed)
    return {
        "state": tables.text(state or "as now"),
        "what": tables.text(labels.what(each.pricing)),
        "crn": tables.text(each.ref),
        "number_now": tables.hours(before.quantity_micro),
        "number": tables.hours(after.quantity_micro),
        "now": tables.exact(before.points_x100),
        "then": tables.exact(after.points_x100),
    }


def moves_table(moves: Sequence[StepMove]) -> tables.Table:
    """By how much each step moves a unit."""
    columns = [
        tables.Column("number", "Step", "code"),
        tables.Column("what", "What would change", "words"),
        tables.Column("points", "Change in points", "points"),
        tables.Column("available", "Change in points available", "points"),
    ]
    rows = [
        tables.Row({
            "number": tables.text(str(each.number)),
            "what": tables.text(labels.upper_first(each.words)),
            "points": tables.exact(each.points_x100),
            "available": tables.exact(each.available_x100),
        })
        for each in moves
    ]  # fmt: skip
    return tables.Table("by-step", "What each step changes", columns, rows, empty="There are no steps.")
