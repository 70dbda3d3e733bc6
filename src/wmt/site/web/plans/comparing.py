"""Two plans side by side, or one beside what is now; and two units side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wmt import ledger
from wmt.plan.kept_plan import UnreadStep
from wmt.site import tables
from wmt.site.audit.reads import note_read
from wmt.site.changes.unit_moments import UnitMoment
from wmt.site.consistent_read import steady
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.plans import access
from wmt.site.plans.models import SavedPlan
from wmt.site.queries.plan_effects import PlanEffect, PlanReading, unit_of_plan
from wmt.site.query_form import OneOf, QueryForm
from wmt.site.shown import needed_state
from wmt.site.tables import arranged
from wmt.site.web.plans import demand_tables
from wmt.site.web.plans.effect_table import shown_name
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


class CompareForm(QueryForm):
    """Which plans stand side by side: `b` left out is what is now."""

    def __init__(self, query: Mapping[str, str], plans: Sequence[SavedPlan]) -> None:
        self._plans = [(str(row.pk), row.name) for row in plans]
        super().__init__(query)

    def add_fields(self) -> None:
        """The plans that somebody reads."""
        self.fields["a"] = OneOf("First plan", [("", "Choose"), *self._plans])
        self.fields["b"] = OneOf("Second plan", [("", "No plan: as it is now"), *self._plans])


class UnitsForm(QueryForm):
    """Which units of a level stand side by side."""

    def __init__(self, query: Mapping[str, str], choices: Sequence[tuple[str, str]]) -> None:
        self._choices = choices
        super().__init__(query)

    def add_fields(self) -> None:
        """The units of the level."""
        for name, label in (("a", "First"), ("b", "Second")):
            self.fields[name] = OneOf(label, [("", "Choose"), *self._choices])


@require_safe
@steady
def compare_page(request: HttpRequest) -> HttpResponse:
    """Every unit that one of two plans touches: now, and with each. Raises what `access.find` raises."""
    state = needed_state(request).of_now()
    rows = [*access.own(request.user), *access.shared_with(request.user)]
    form = CompareForm(request.GET, rows)
    form.is_valid()
    chosen = [row for name in ("a", "b") for row in rows if str(row.pk) == form.found(name)]
    faults, found, of = list(form.faults), [], [unit_of_plan(state, request.user, row) for row in chosen]
    for row, unit in zip(chosen, of, strict=True):
        reading = PlanReading(row.plan, row.owner, request.user, unit, state)
        effect, fault = reading.outcome()
        if fault:
            faults.append(("", f"{row.name}: {fault}"))
        else:
            found.append(effect)
        faults += [
            ("", f"{row.name}, step {outcome.number}: {'; '.join(outcome.missing)}")
            for outcome, step in zip(effect.steps, reading.plan.steps, strict=False)
            if isinstance(step, UnreadStep)
        ]
        for holder in reading.read_holders:
            note_read(request.user, holder)
    table = None
    if chosen and len(found) == len(chosen):
        table = arranged(beside(state, chosen, found), request)
    needed = demand_tables.beside(state, chosen, of) if table else None
    context = {
        "form": form, "errors": faults, "table": table, "plans": rows,
        "demand": arranged(needed, request, rows_a_page=None) if needed else None,
    }  # fmt: skip
    return render(request, "plans/compare.jinja", context)


def beside(state: State, plans: Sequence[SavedPlan], effects: Sequence[PlanEffect]) -> tables.Table:
    """Capacity and points left of every unit now and with each plan; what a plan does not touch is as now."""
    columns = [tables.Column("name", "Who"), tables.Column("now", "Capacity now", "percent")]
    columns += [tables.Column(f"c{n}", f"Capacity with {row.name}", "percent") for n, row in enumerate(plans)]
    columns.append(tables.Column("left", "Points left now", "points"))
    columns += [
        tables.Column(f"l{n}", f"Points left with {row.name}", "points") for n, row in enumerate(plans)
    ]
    of_plans = [{(each.unit.level, each.unit.code): each for each in effect.moments} for effect in effects]
    every: dict[tuple[str, str], UnitMoment] = {}
    for found in reversed(of_plans):
        every |= found
    order = {level: -place for place, level in enumerate(ledger.LEVELS)}
    rows = []
    for key in sorted(every, key=lambda key: (order[key[0]], key[1])):
        first = every[key]
        values = {"name": shown_name(first.unit)}
        values |= _capacity_and_left(state, first.unit, "now", "left", first.before)
        for number, (effect, found) in enumerate(zip(effects, of_plans, strict=True)):
            names = f"c{number}", f"l{number}"
            if key not in found and effect.only_within:
                # the rule that the plan changes moves it too, by nobody knows how much
                values |= dict.fromkeys(names, tables.Value(None, "not worked out"))
            else:
                after = found[key].after if key in found else first.before
                values |= _capacity_and_left(state, first.unit, *names, after)
        rows.append(tables.Row(values, *key))
    empty = "These plans change no figure yet."
    return tables.Table("compare", "Side by side", columns, rows, empty=empty)


def _capacity_and_left(
    state: State, unit: Unit, capacity: str, left: str, moment: ledger.Moment
) -> dict[str, tables.Value]:
    points = ledger.remaining_x100(*moment) if moment.available_x100 else None
    return {
        capacity: tables.capacity(*moment, state.over_x100, unit.stream),
        left: tables.points(points),
    }


@require_safe
@steady
def units_page(request: HttpRequest, level: str) -> HttpResponse:
    """Two units of a level side by side, each figure with the way to what it is made of."""
    state, user = needed_state(request), request.user
    seen = units.seen(state, user, level)  # type: ignore[arg-type]
    names = [(unit.code, shown_name(unit).text) for unit in seen]
    form = UnitsForm(request.GET, names)
    form.is_valid()
    wanted = [form.found("a"), form.found("b")]
    found = {unit.code: unit for unit in seen.filter(code__in=[code for code in wanted if code])}
    both = [found[code] for code in wanted if code in found]
    table = arranged(_units_table(state, both), request) if len(both) == 2 else None
    context = {"form": form, "errors": form.faults, "table": table, "title": units.PLURALS[level]}
    return render(request, "plans/units.jinja", context)


_FIGURES = (
    ("points_x100", "Total workload points", "points"),
    ("available_x100", "Points available", "points"),
    ("cases", "Active cases", "count"),
    ("cases_all", "All cases in nDelius", "count"),
    ("community_x100", "Points of community cases", "points"),
    ("licence_x100", "Points of licence cases", "points"),
    ("custody_x100", "Points of custody cases", "points"),
    ("t2a_x100", "Points of T2A cases", "points"),
    ("reports_x100", "Points of reports", "points"),
    ("contacts_x100", "Points of case management support", "points"),
    ("contracted_hours_micro", "Contracted hours", "hours"),
    ("reduction_hours_micro", "Reductions, in hours", "hours"),
    ("untiered_cases", "Cases without a tier", "count"),
    ("posts", "Practitioners", "count"),
    ("posts_over", "Practitioners over the threshold", "count"),
)


def _units_table(state: State, both: Sequence[Unit]) -> tables.Table:
    columns = [tables.Column("what", "Figure")]
    columns += [tables.Column(f"u{n}", shown_name(unit).text, "number") for n, unit in enumerate(both)]
    rows = [
        tables.Row({
            "what": tables.text("Capacity"),
            **{
                f"u{n}": tables.percent(
                    unit.points_x100, unit.available_x100, state.over_x100, unit_url(unit.level, unit.code)
                )
                for n, unit in enumerate(both)
            },
        })
    ]  # fmt: skip
    make: dict[str, Any] = {"points": tables.points, "count": tables.count, "hours": tables.hours}
    for name, words, kind in _FIGURES:
        values = {f"u{n}": make[kind](getattr(unit, name)) for n, unit in enumerate(both)}
        rows.append(tables.Row({"what": tables.text(words), **values}))
    return tables.Table("units", "Side by side: sentence management", columns, rows)
