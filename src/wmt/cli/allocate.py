"""`wmt allocate`: give a case to somebody in the site of this home. Django is imported when it runs."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wmt import ledger
from wmt.cli import console, tables
from wmt.cli.files import print_json
from wmt.cli.options import Json
from wmt.cli.people import site
from wmt.cli.site_start import asker
from wmt.ledger.arithmetic import shown_capacity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wmt.site.allocation.models import CaseAllocation
    from wmt.site.availability.change_requests import ChangeFault
    from wmt.site.changes.allocation_preview import AllocationPreview
    from wmt.site.changes.unit_moments import UnitMoment
    from wmt.site.workload.state import State

Crn = Annotated[str, typer.Argument(metavar="CRN", help="The case, by its reference; empty with --undo.")]
To = Annotated[str, typer.Option("--to", metavar="POST", help="Who gets it: the post as TEAM:STAFF.")]
Why = Annotated[str, typer.Option("--reason", help="The reason code; a waiting case needs none.")]
Notes = Annotated[
    str, typer.Option("--notes", help="Notes on the decision, for those who may read the case.")
]
WhyOver = Annotated[str, typer.Option("--why-over", help="Why, where it takes the post over the threshold.")]
WhyNot = Annotated[
    str, typer.Option("--why-not-eligible", help="Why, where the rules would not have the post hold it.")
]
Limited = Annotated[bool, typer.Option("--limited-access", help="Emails say nothing about the case.")]
Sensitive = Annotated[bool, typer.Option("--sensitive", help="Leave the notes out of emails and lists.")]
TellPrevious = Annotated[
    bool, typer.Option("--tell-previous/--no-tell-previous", help="Also email who held the case until now.")
]
Recipients = Annotated[
    list[str] | None, typer.Option("--email", metavar="ADDRESS", help="Also email this address; repeatable.")
]
Tier = Annotated[
    str,
    typer.Option("--tier", help="The tier it has by now, where that is another; 'untiered' for none."),
]
Type = Annotated[str, typer.Option("--type", help="The type it has by now, where that is another.")]
ChangeReason = Annotated[
    str, typer.Option("--change-reason", help="Why its tier or type is another, such as assessed_again.")
]
Check = Annotated[bool, typer.Option("--check", help="Show what it would do without doing it.")]
Undo = Annotated[int | None, typer.Option("--undo", metavar="NUMBER", help="Undo this allocation of today.")]


def allocate(
    crn: Crn = "",
    to: To = "",
    reason: Why = "",
    notes: Notes = "",
    why_over: WhyOver = "",
    why_not_eligible: WhyNot = "",
    tier: Tier = "",
    case_type: Type = "",
    change_reason: ChangeReason = "",
    limited_access: Limited = False,
    sensitive: Sensitive = False,
    tell_previous: TellPrevious = True,
    email: Recipients = None,
    check: Check = False,
    undo: Undo = None,
    json: Json = False,
) -> None:
    """Give a case to somebody in the site of WMT_HOME, or undo it: figures move at once."""
    if undo is None and not (crn and to):
        raise console.RefusedInput("say which case and who gets it: wmt allocate CRN --to TEAM:STAFF")
    if undo is not None and (crn or to):
        raise console.RefusedInput("--undo takes the number of an allocation alone")
    if change_reason and not (tier or case_type):
        raise console.RefusedInput("--change-reason says why --tier or --type is another: give one of them")
    stated = {"location": case_type, "tier": "0" if tier == "untiered" else tier, "reason": change_reason}
    with site():
        from wmt.site.availability.change_requests import RefusedError

        try:
            told = _undo(undo) if undo is not None else _allocate(
                check, stated if tier or case_type else None, ref=crn, to_post=to, reason=reason,
                notes=notes, why_over=why_over, why_not_eligible=why_not_eligible, sensitive=sensitive,
                limited_access=limited_access, tell_previous=tell_previous, recipients=tuple(email or ()),
            )  # fmt: skip
        except RefusedError as refused:
            raise console.RefusedInput(f"{refused}. Nothing was changed") from None
    if json:
        print_json(told)
        return
    if told["effects"]:
        show_effects(told["case"], told["effects"])
    console.out.print(told["said"], markup=False)


def show_effects(title: str, effects: "Sequence[dict[str, Any]]") -> None:
    """A table of units now and then."""
    columns = (tables.TextColumn("unit", "whole"), *(tables.TextColumn(head) for head in ("now", "then")))
    tables.table(
        title, columns, [(each["code"], each["before"] or "-", each["after"] or "-") for each in effects]
    )


@dataclass(frozen=True)
class GivingCommand:
    """Giving a case as it is, or as it is stated: what is looked at, what is missing, and the act."""

    look: "Callable[..., AllocationPreview]"
    faults: "Callable[[AllocationPreview], list[ChangeFault]]"
    give: "Callable[..., tuple[CaseAllocation, bool]]"


def _way(stated: dict[str, str] | None, ref: str, state: "State") -> GivingCommand:
    from wmt.site.changes import allocate as action
    from wmt.site.changes import allocation_preview, stated_kinds

    if stated is None:
        return GivingCommand(allocation_preview.look, action.faults_of, action.allocate)
    kind = stated_kinds.completed(actor=None, typed=ref, state=state, **stated)
    return GivingCommand(
        partial(stated_kinds.look, stated=kind), lambda found: stated_kinds.faults_of(found, kind),
        partial(stated_kinds.allocate_as, stated=kind),
    )  # fmt: skip


def _allocate(only_check: bool, stated: dict[str, str] | None, **wanted: Any) -> dict[str, Any]:
    from wmt.site.allocation.labels import INITIAL
    from wmt.site.changes import allocation_messages, allocation_preview
    from wmt.site.outbox import labels, messages

    state = state_shown()
    wanted["ref"] = allocation_preview.written(state, wanted["ref"])
    way = _way(stated, wanted["ref"], state)
    found = way.look(actor=None, wanted=allocation_preview.AllocationRequest(**wanted), state=state)
    reason = wanted["reason"] or (INITIAL if found.was_waiting else "")
    request = allocation_preview.AllocationRequest(
        **{**wanted, "reason": reason, "from_post": found.holder.code, "seen": found.before}
    )
    told = _told(found)
    if only_check:
        missing = way.faults(way.look(actor=None, wanted=request, state=state))
        more = "".join(f" {fault.message}." for fault in missing)
        return {**told, "number": None, "said": f"Nothing was changed: this is what it would do.{more}"}
    row, _ = way.give(actor=None, wanted=request, who=asker())
    said = (
        f"Allocation {row.pk}: given {_from(row)} to {row.to_post}. "
        f"To undo this{'' if row.transfer.comes else ' today'}, run: wmt allocate --undo {row.pk}"
    )
    emails = [
        {"to": each.name, "state": labels.state_words(each, with_fault=True)}
        for each in messages.of(allocation_messages.ABOUT, [row.pk])
    ]
    said += "".join(f"\nEmail to {each['to']}: {each['state']}." for each in emails)
    return {**told, "number": row.pk, "emails": emails, "said": said}


def _from(row: "CaseAllocation") -> str:
    if row.transfer.comes:
        return f"from the cases recorded in team {row.from_post[:-1]} (the data does not have it yet)"
    return f"from {row.from_post}"


def state_shown() -> "State":
    """The figures of the site. Raises RefusedInput where there are none yet."""
    from wmt.site.workload.state import NoDataYet, current_state

    try:
        return current_state()
    except NoDataYet:
        raise console.RefusedInput("no extract has been loaded yet: wmt load does that") from None


def _told(found: "AllocationPreview") -> dict[str, Any]:
    points = tables.figure(ledger.decimal(found.case.points_x100))
    until = f" (until then {found.before})" if found.before else ""
    return {
        "case": f"{found.case.ref}: {found.case.words}, {points} points{until}",
        "effects": effects_of(found.moments),
    }


def effects_of(moments: "Sequence[UnitMoment]") -> list[dict[str, Any]]:
    """The capacity of units before and after."""
    return [
        {
            "level": each.unit.level,
            "code": each.unit.code,
            "before": shown_capacity(*each.before) if each.before.available_x100 else None,
            "after": shown_capacity(*each.after) if each.after.available_x100 else None,
        }
        for each in moments
    ]


def _undo(number: int) -> dict[str, Any]:
    from wmt.site.allocation.models import CaseAllocation
    from wmt.site.changes import allocate as action

    row = CaseAllocation.objects.filter(pk=number).first()
    if row is None:
        raise console.RefusedInput(f"there is no allocation {number}")
    row = action.undo(actor=None, allocation=row, who=asker())
    where = "waits again" if row.transfer.comes else f"is {row.from_post}'s again"
    said = f"Allocation {row.pk} is undone: the case {where}."
    return {"case": "", "effects": [], "number": row.pk, "said": said}
