"""A plan that was kept, read as far as this version can: what it does not know stays in it and is told.

An earlier or later version of the tool may have written it, or somebody restored half a file.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from wmt.plan.plan_file import Plan, PlanError, plan_of, read_plan, step_of
from wmt.rules.exact_yaml import read_yaml


@dataclass(frozen=True)
class UnreadStep:
    """A step that this version cannot read, as the file has it, and why; or the text of a whole file."""

    content: Any
    why: str = field(compare=False)

    @property
    def words(self) -> str:
        """What it is, without anything that was typed in it."""
        if isinstance(self.content, str):
            return "the file of this plan, which this version cannot read"
        do = self.content.get("do") if isinstance(self.content, dict) else None
        named = f" ({do})" if isinstance(do, str) and re.fullmatch(r"[a-z_]{1,40}", do) else ""
        return f"a step that this version cannot read{named}"

    def remedy(self, *, is_owner: bool) -> str:
        """Why it cannot be read and what to do, for the owner; others are told nothing of what it holds."""
        if is_owner:
            return f"{self.why}; remove it, or replace the plan with a file"
        return "this version cannot read it; whoever made the plan can remove it"


def read_kept(text: str, name: str) -> Plan:
    """A plan by the text that was kept of it. A step that cannot be read is an `UnreadStep`, and so is the
    text where it is no plan at all: `name` is then the plan's."""
    try:
        return read_plan(text, "")
    except PlanError as error:
        why = _one_line(error)
    content = read_yaml(text, "")[0]
    steps = content.get("steps") if isinstance(content, dict) else None
    try:
        plan = plan_of({**content, "steps": []}, "") if isinstance(steps, list) else None
    except PlanError:
        plan = None
    if plan is None or not isinstance(steps, list):
        return Plan(name=name, steps=[]).model_copy(update={"steps": [UnreadStep(text, why)]})
    return plan.model_copy(update={"steps": [_step(each) for each in steps]})


def _step(content: Any) -> Any:
    try:
        return step_of(content)
    except PlanError as error:
        return UnreadStep(content, _one_line(error))


def _one_line(error: PlanError) -> str:
    return "; ".join(str(error).splitlines())
