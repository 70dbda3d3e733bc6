"""From a step of a plan to the page on which it is done, with its rights, checks and messages."""

from collections.abc import Callable

from django.urls import reverse
from django.utils.http import urlencode

from wmt.plan.plan_file import EndReductionsStep, HoursStep, MoveStep, ReduceStep, Step
from wmt.site.accounts import visibility
from wmt.site.accounts.roles import Action
from wmt.site.links import unit_url
from wmt.site.queries.plan_effects import PlanReading


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
