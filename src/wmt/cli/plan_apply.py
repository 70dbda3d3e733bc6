"""`wmt plan apply`: steps of a plan that somebody keeps in the site, done for good."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wmt.cli import allocate, console
from wmt.cli.files import print_json
from wmt.cli.options import Json
from wmt.cli.people import site
from wmt.cli.site_start import asker
from wmt.text import counted

if TYPE_CHECKING:
    from wmt.site.changes.plan_apply import PlanRequest, StepToApply

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The number of the plan in the site.")]
Steps = Annotated[
    list[int] | None, typer.Option("--step", help="Only this step, by its number; repeatable. All without.")
]
WhyChanged = Annotated[
    str, typer.Option("--change-reason", help="The reason code of other tiers and types, such as released.")
]
WhyReduced = Annotated[str, typer.Option("--reduction-reason", help="The reason of reductions, by its id.")]
WhyLevel = Annotated[str, typer.Option("--level-why", help="Why priority levels change, for everybody.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it. Without, it only shows what it would do.")]


def apply(
    number: Number,
    step: Steps = None,
    reason: allocate.Why = "",
    change_reason: WhyChanged = "",
    reduction_reason: WhyReduced = "",
    level_why: WhyLevel = "",
    notes: allocate.Notes = "",
    why_over: allocate.WhyOver = "",
    why_not_eligible: allocate.WhyNot = "",
    limited_access: allocate.Limited = False,
    sensitive: allocate.Sensitive = False,
    tell_previous: allocate.TellPrevious = True,
    email: allocate.Recipients = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Apply a plan in the site of WMT_HOME, all of it or some steps: only shown unless --yes."""
    with site():
        from wmt.site.availability.change_requests import RefusedError
        from wmt.site.changes.plan_apply import PlanRequest
        from wmt.site.plans.access import UnknownPlan

        wanted = PlanRequest(
            number=number, steps=step or None, reason=reason, change_reason=change_reason,
            reduction_reason=reduction_reason, level_why=level_why, notes=notes, why_over=why_over,
            why_not_eligible=why_not_eligible, limited_access=limited_access, sensitive=sensitive,
            tell_previous=tell_previous, recipients=tuple(email or ()),
        )  # fmt: skip
        try:
            told = _apply(wanted, yes=yes)
        except RefusedError as refused:
            raise console.RefusedInput(f"{refused}. Nothing was changed") from None
        except UnknownPlan as unknown:
            raise console.RefusedInput(f"{unknown}") from None
    if json:
        print_json(told)
        return
    for each in told["steps"]:
        said = f"Cannot be applied: {each['why_not']}" if each["why_not"] else "; ".join(each["becomes"])
        console.out.print(f"{each['number']}. {each['words']}. {said}", markup=False)
    if told["effects"]:
        allocate.show_effects("effect", told["effects"])
    console.out.print(told["said"], markup=False)


def _apply(wanted: "PlanRequest", *, yes: bool) -> dict[str, Any]:
    from dataclasses import replace

    from wmt.site.changes import plan_apply

    found = plan_apply.look(actor=None, wanted=wanted)
    told = {
        "steps": [_step(each) for each in found.steps], "effects": allocate.effects_of(found.moments),
        "application": None,
    }  # fmt: skip
    if not yes:
        missing = "".join(f" {fault.message}." for fault in plan_apply.faults_of(found))
        return {**told, "said": f"Nothing was changed: this is what it would do.{missing}"}
    numbers = wanted.steps or [each.outcome.number for each in found.steps]
    made, _ = plan_apply.apply_plan(
        actor=None, who=asker(),
        wanted=replace(wanted, steps=numbers, version=found.row.version, seen=found.mark),
    )  # fmt: skip
    return {**told, "application": made.pk, "said": f"{counted(len(numbers), 'step')} applied."}


def _step(found: "StepToApply") -> dict[str, Any]:
    return {
        "number": found.outcome.number, "words": found.outcome.words, "missing": list(found.outcome.missing),
        "why_not": found.why_not, "becomes": [f"{each.ref or each.post}: {each.words}" + (
            f", {each.from_post} to {each.post}" if each.from_post else ""
        ) for each in found.changes],
    }  # fmt: skip
