"""A plan as pages show it: its steps and where each is done, and the figures before and after."""

from collections.abc import Callable, Sequence

from django.urls import reverse
from django.utils.http import urlencode

from wmt import ledger
from wmt.plan.laid_plan import StepOutcome
from wmt.plan.plan_file import (
    BecomeStep,
    EndReductionsStep,
    EndStep,
    HoursStep,
    MoveStep,
    ReduceStep,
    Step,
)
from wmt.site import tables
from wmt.site.accounts import visibility
from wmt.site.accounts.roles import Action
from wmt.site.changes.unit_moments import UnitMoment
from wmt.site.figures import cohort_lines, units
from wmt.site.links import unit_url
from wmt.site.queries.plan_effects import PlanEffect, PlanReading
from wmt.site.web.units.labels import upper_first
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


def step_cohorts(reading: PlanReading) -> list[str]:
    """For each step the cohorts of those of its cases that the reader may see, with their CRNs; or empty."""
    found = cohort_lines.names_of(reading.reader, reading.state, set(reading.readable))
    naming = MoveStep | BecomeStep | EndStep
    of_steps = [step.cases if isinstance(step, naming) else () for step in reading.plan.steps]
    return ["; ".join(f"{ref}: {found[ref]}" for ref in refs if ref in found) for refs in of_steps]


def steps_table(steps: Sequence[StepOutcome], cohorts: Sequence[str] = ()) -> tables.Table:
    """The steps in words, the cohorts of their cases where there are any, and what could not be done."""
    columns = [
        tables.Column("number", "Step", "code"),
        tables.Column("what", "What would change", "words"),
        *([tables.Column("cohorts", "Cohorts", "words")] if any(cohorts) else []),
        tables.Column("state", "Can it be done?", "words"),
    ]
    rows = [
        tables.Row(
            {
                "number": tables.text(str(each.number)),
                "what": tables.text(upper_first(each.words)),
                "cohorts": tables.text(marked),
                "state": tables.text(state_words(each)),
            }
        )
        for each, marked in zip(steps, cohorts or [""] * len(steps), strict=False)
    ]
    return tables.Table("steps", "Steps", columns, rows, empty="This plan has no steps yet.")


def state_words(step: StepOutcome) -> str:
    """Whether a step can be done with the data shown, and what is in the way."""
    if not step.missing:
        return "Yes"
    return f"{'In part' if step.done else 'No'}: {'; '.join(step.missing)}"


def figure_url(number: int, unit: Unit, query: str = "") -> str:
    """Where it is shown what the figures of a unit in a plan are made of."""
    if unit.level == units.NATION:
        return reverse("plan-nation", args=[number]) + query
    return reverse("plan-figure", args=[number, unit.level, unit.code]) + query


def effect_table(
    state: State, effect: PlanEffect, made_of: Callable[[Unit], str], name: str = "effect"
) -> tables.Table:
    """Every unit that the plan touches, those above first: what it has now, and with the plan. `made_of`: the
    address at which it says what a figure is made of."""
    columns = [
        tables.Column("name", "Who"),
        tables.Column("now", "Capacity now", "percent"),
        tables.Column("then", "With the plan", "percent"),
        tables.Column("change", "Change", "number", "In percentage points of capacity."),
        tables.Column("points_now", "Points now", "points"),
        tables.Column("points", "Points with the plan", "points"),
        tables.Column("available_now", "Points available now", "points"),
        tables.Column("available", "Points available with the plan", "points"),
        tables.Column("left", "Points left with the plan", "points"),
    ]
    order = {level: -place for place, level in enumerate(ledger.LEVELS)}
    rows = tables.LazyRows(
        sorted(effect.moments, key=lambda one: order[one.unit.level]),
        lambda each: _row(state, each, made_of(each.unit)),
        lambda each, key: _row(state, each, "").values[key].raw,
    )
    notes = [f"This plan changes a rule, so only {effect.only_within} and what is in it is worked out."]
    return tables.Table(
        name, "Before and after", columns, rows, notes=notes if effect.only_within else (),
        empty="Nothing changes yet: no step that can be done changes a figure.",
    )  # fmt: skip


def shown_name(unit: Unit) -> tables.Value:
    """A unit by its name, with its page where it has one, and what it is."""
    is_new = unit.pk is None
    name = unit.name if is_new or unit.level != "post" else staff_names.shown(unit.name, unit.code)
    note = f"{unit.grade}, {unit.team_code}".strip(", ") if unit.level == "post" else units.TITLES[unit.level]
    return tables.text(name, "" if is_new else unit_url(unit.level, unit.code), note)


def _row(state: State, each: UnitMoment, href: str) -> tables.Row:
    unit, before, after = each.unit, each.before, each.after
    left = ledger.remaining_x100(*after) if after.available_x100 else None
    values = {
        "name": shown_name(unit),
        "now": tables.capacity(*before, state.over_x100, unit.stream, href),
        "then": tables.capacity(*after, state.over_x100, unit.stream, href),
        "change": change_of(unit, before, after),
        "points_now": tables.points(before.points_x100, href),
        "points": tables.points(after.points_x100, href),
        "available_now": tables.points(before.available_x100, href),
        "available": tables.points(after.available_x100, href),
        "left": tables.points(left),
    }
    return tables.Row(values, unit.level, unit.code)


def change_of(unit: Unit, before: ledger.Moment, after: ledger.Moment) -> tables.Value:
    """By how many percentage points a capacity moves; nothing where it has none before or after."""
    was, then = ledger.capacity_x100(*before), ledger.capacity_x100(*after)
    if was is None or then is None or unit.stream == ledger.OMIC:
        return tables.Value(None, "–")
    return tables.percentage_points(then - was)


def ways_to_do(reading: PlanReading) -> list[tuple[str, str] | None]:
    """For each step where it is done and what that is called; None where it cannot, or the reader may not."""
    may = _allowed(reading)
    return [_way(step, reading, may) for step in reading.plan.steps]


def _allowed(reading: PlanReading) -> Callable[[Action, str], bool]:
    reaches = {
        action: visibility.ReachOfPosts(visibility.allowed(reading.reader, action), reading.state)
        for action in (Action.ALLOCATE_CASES, Action.EDIT_AVAILABILITY)
    }
    return lambda action, code: reaches[action](code.partition(":")[::2])


def _way(step: Step, reading: PlanReading, may: Callable[[Action, str], bool]) -> tuple[str, str] | None:
    if isinstance(step, MoveStep):
        return _move(step, reading, may)
    if isinstance(step, HoursStep | ReduceStep | EndReductionsStep):
        if not may(Action.EDIT_AVAILABILITY, step.post):
            return None
        if isinstance(step, HoursStep):
            return "Change these hours", reverse("hours-new", args=[step.post])
        if isinstance(step, ReduceStep):
            return "Enter this reduction", reverse("reduction-new", args=[step.post])
        return "Open their reductions", unit_url("post", step.post, "hours")
    return None


def _move(step: MoveStep, reading: PlanReading, may: Callable[[Action, str], bool]) -> tuple[str, str] | None:
    """Cases of one person, all of which the reader may see, to people whom they may give cases."""
    holders = {reading.readable[ref].code for ref in step.cases if ref in reading.readable}
    whole = len(holders) == 1 and all(ref in reading.readable for ref in step.cases)
    if not whole or not all(may(Action.ALLOCATE_CASES, code) for code in (*holders, *step.to)):
        return None
    if len(step.cases) == 1 and len(step.to) == 1:
        query = urlencode({"crn": step.cases[0], "to": step.to[0]})
        return "Allocate this case", f"{reverse('allocate')}?{query}"
    return "Allocate these cases", reverse("allocate-several", args=[holders.pop()])
