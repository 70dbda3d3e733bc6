"""`wmt allocate-several`: spread cases of a post over people. Django is imported when it runs."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wmt import ledger
from wmt.cli import allocate, console, tables
from wmt.cli.files import print_json
from wmt.cli.options import Json
from wmt.cli.people import site
from wmt.cli.site_start import asker
from wmt.text import counted

if TYPE_CHECKING:
    from wmt.allocation.spread import SpreadSuggestion
    from wmt.site.workload.state import State

From = Annotated[str, typer.Argument(metavar="POST", help="Whose cases: TEAM:STAFF; empty with --undo.")]
Cases = Annotated[
    list[str] | None, typer.Option("--case", metavar="CRN", help="Only this case; repeatable. All without.")
]
Among = Annotated[
    list[str] | None, typer.Option("--to", metavar="POST", help="One of those who may get cases; repeatable.")
]
Type = Annotated[str, typer.Option("--type", help="Only cases of this type.")]
Tier = Annotated[str, typer.Option("--tier", help="Only cases whose tier has this letter; 'untiered'.")]
EndsWithin = Annotated[
    int | None,
    typer.Option("--ends-within", min=0, max=3660, metavar="DAYS", help="Only cases that end so soon."),
]
Stays = Annotated[
    int | None,
    typer.Option("--stays", min=0, max=3660, metavar="DAYS", help="Only cases not planned to end so soon."),
]
Flag = Annotated[
    str, typer.Option("--flag", help="Only cases marked t2a, suspended, unpaid_work, iom, or none of these.")
]
Cohort = Annotated[str, typer.Option("--cohort", help="Only cases in this cohort, by its code.")]
UndoAll = Annotated[str, typer.Option("--undo", metavar="BATCH", help="Undo these allocations of today.")]


def allocate_several(
    post: From = "",
    to: Among = None,
    case: Cases = None,
    case_type: Type = "",
    tier: Tier = "",
    ends_within: EndsWithin = None,
    stays: Stays = None,
    flag: Flag = "",
    cohort: Cohort = "",
    reason: allocate.Why = "",
    notes: allocate.Notes = "",
    sensitive: allocate.Sensitive = False,
    limited_access: allocate.Limited = False,
    tell_previous: allocate.TellPrevious = True,
    check: allocate.Check = False,
    undo: UndoAll = "",
    json: Json = False,
) -> None:
    """Spread cases of a post in the site of WMT_HOME over people, all or none, or undo it."""
    if bool(undo) == bool(post and to):
        raise console.RefusedInput(
            "say whose cases and who may get them: wmt allocate-several POST --to POST --to POST"
        )
    with site():
        from wmt.site.availability.change_requests import RefusedError

        try:
            told = _undo(undo) if undo else _spread(
                check, post, list(dict.fromkeys(to or ())), list(dict.fromkeys(case or ())),
                {"location": case_type, "letter": tier, "ends_within": ends_within, "stays": stays,
                 "flag": flag, "cohort": cohort}, reason=reason, notes=notes, sensitive=sensitive,
                limited_access=limited_access, tell_previous=tell_previous,
            )  # fmt: skip
        except RefusedError as refused:
            raise console.RefusedInput(f"{refused}. Nothing was changed") from None
    if json:
        print_json(told)
        return
    if told["cases"]:
        columns = (
            tables.TextColumn("case", "whole"),
            tables.TextColumn("what", "text"),
            tables.TextColumn("points"),
            tables.TextColumn("to", "whole"),
            tables.TextColumn("why", "text"),
        )
        rows = [tuple(each[column.head] or "-" for column in columns) for each in told["cases"]]
        tables.table("cases", columns, rows)
        allocate.show_effects("effect", told["effects"])
    console.out.print(told["said"], markup=False)


def _chosen(state: "State", post: str, refs: list[str], chosen: dict[str, Any]) -> list[str]:
    """The cases of a post that were named and fit what was chosen; all that fit where none was named."""
    from wmt.facts import LOCATIONS
    from wmt.site.changes import allocation_preview, spread
    from wmt.site.figures import cohort_lines
    from wmt.site.queries import case_selection

    cohorts = cohort_lines.cohorts_of(state)
    for name, known in (("location", LOCATIONS), ("flag", case_selection.FLAGS), ("cohort", cohorts)):
        if chosen[name] and chosen[name] not in known:
            option = "type" if name == "location" else name
            raise console.RefusedInput(f"--{option} {chosen[name]}: choose one of {', '.join(known)}")
    narrowed = any(value not in ("", None) for value in chosen.values())
    if refs and not narrowed:
        return refs
    holder = allocation_preview.holder_of(None, post, state)
    there = spread.listed(state, holder, None)
    if not there:
        raise console.RefusedInput(f"{post} has no case that can be allocated on its own")
    found = case_selection.fitting(case_selection.CaseSelection(**chosen), state, holder, there)
    fits = [each.ref or "" for each in found if not refs or each.ref in refs]
    if not fits:
        raise console.RefusedInput(f"no case of {post} fits what was chosen")
    return fits


def _spread(
    only_check: bool, post: str, to: list[str], refs: list[str], chosen: dict[str, Any], **wanted: Any
) -> dict[str, Any]:
    from wmt.site.allocation.labels import INITIAL
    from wmt.site.changes import spread

    state = allocate.state_shown()
    refs = _chosen(state, post, refs, chosen)
    found = spread.suggest(actor=None, post=post, refs=refs, people=to, state=state)
    given = [spread.CaseGiven(each.case.ref or "", each.to) for each in found if each.to]
    left = len(found) - len(given)
    beside = f" {left} of {len(found)} cases stay: nobody has room for them by the rule." if left else ""
    told = {"cases": [_case(each) for each in found], "effects": [], "batch": None}
    if not given:
        return {**told, "said": f"Nothing was changed.{beside}"}
    waiting = spread.cases_of(actor=None, post=post, refs=refs, state=state).was_waiting
    wanted["reason"] = wanted["reason"] or (INITIAL if waiting else "")
    request = spread.SpreadRequest(from_post=post, given=given, **wanted)
    looked = spread.look(actor=None, wanted=request, state=state)
    told["effects"] = allocate.effects_of(looked.moments)
    if only_check:
        more = "".join(f" {fault.message}." for fault in looked.faults)
        return {**told, "said": f"Nothing was changed: this is what it would do.{beside}{more}"}
    rows, _ = spread.spread(actor=None, wanted=request, who=asker())
    batch = rows[0].batch
    done = f"{counted(len(rows), 'case')} of {post} given to others.{beside}"
    said = f"{done} To undo this today, run: wmt allocate-several --undo {batch}"
    return {**told, "batch": batch, "said": said}


def _case(found: "SpreadSuggestion") -> dict[str, str]:
    points = tables.figure(ledger.decimal(found.case.points_x100))
    return {
        "case": found.case.ref or "", "what": found.case.words, "points": points, "to": found.to,
        "why": found.why,
    }  # fmt: skip


def _undo(batch: str) -> dict[str, Any]:
    from wmt.site.changes import spread

    if not spread.batch_of(batch):
        raise console.RefusedInput(f"there are no allocations {batch}")
    rows = spread.undo_batch(actor=None, batch=batch, who=asker())
    done = counted(len(rows), "allocation is", "allocations are")
    where = "wait again" if rows[0].transfer.comes else f"are {rows[0].from_post}'s again"
    said = f"{done} undone: the cases {where}."
    return {"cases": [], "effects": [], "batch": batch, "said": said}
