"""To whom of those who get cases in a plan its reader may not allocate, said where they are chosen."""

from wmt.plan.plan_file import LeaveStep, MoveStep
from wmt.site.accounts import visibility
from wmt.site.figures import units
from wmt.site.queries.plan_effects import PlanReading
from wmt.text import SEPARATOR

#: So many are named.
_NAMED = 3


def not_yours(reading: PlanReading) -> list[str]:
    """Of each step, to whom the reader may not allocate; '' where that is nobody. Who may allocate nowhere is
    told that of the whole plan, and not of each step."""
    may = visibility.allocates_to(reading.reader, reading.state)
    if may is None:
        return [""] * len(reading.plan.steps)
    wanted = [step.to if isinstance(step, MoveStep | LeaveStep) else [] for step in reading.plan.steps]
    barred = [[code for code in dict.fromkeys(to) if not may(_codes(code))] for to in wanted]
    named = {code for codes in barred for code in codes}
    posts = units.seen(reading.state, reading.reader, "post").filter(code__in=named)
    names = units.names_of(posts) if named else {}
    return [_said([names.get(code, code) for code in codes]) for codes in barred]


def _codes(code: str) -> tuple[str, str]:
    team, _, staff = code.partition(SEPARATOR)
    return team, staff


def _said(names: list[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"You cannot allocate cases to {', '.join(names[:_NAMED])}{more}: somebody else has to do it"
