"""Giving several cases of a post at once: a suggestion, a preview, doing it, reading and undoing it."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Body, Field, Path, Router, Schema

from wmt import ledger
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.allocation import access
from wmt.site.allocation.models import CaseAllocation
from wmt.site.api import allocations, lookups, schemas
from wmt.site.api.payloads import said
from wmt.site.audit.reads import note_read
from wmt.site.changes import allocation_preview, spread
from wmt.site.figures import cohort_lines
from wmt.site.queries import case_selection
from wmt.site.workload.state import State

router = Router()

Batch = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="What the answer to giving them named.")]
Refs = Annotated[list[schemas.KeyIn], Field(min_length=1, max_length=spread.MOST)]


class CaseGivenIn(schemas.RequestSchema):
    """One of the cases, and whom it goes to."""

    ref: schemas.KeyIn = Field(description="The reference of the case, such as its CRN.")
    to_post: schemas.CodeIn = Field(description="The post that gets it: TEAM:STAFF.")
    seen: schemas.KeyIn = Field("", description="What the preview said that the case is: if it changed, 409.")


class AllocationBatchIn(allocations.EmailsIn):
    """Cases of one post, and to whom each goes: all of them or none."""

    from_post: schemas.CodeIn = Field(description="The post that holds them: TEAM:STAFF.")
    given: Annotated[list[CaseGivenIn], Field(min_length=1, max_length=spread.MOST)]
    key: Annotated[str, schemas.StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = Field(
        "", description="A key of your own: the same key and cases again give them once."
    )
    reason: allocations.Reason = Field(
        "initial_allocation", description="`initial_allocation` for cases that wait, only for those."
    )
    notes: schemas.Notes = Field("", description="Kept with each case. Without links.")
    why_over: schemas.Notes = Field("", description="Needed where somebody is over the threshold then.")
    why_not_eligible: schemas.Notes = Field(
        "", description="Needed where the rules would not have somebody hold a case."
    )


class CaseSelectionIn(schemas.RequestSchema):
    """Which cases of the post: what is left out leaves all."""

    location: Literal["", "community", "custody", "licence"] = ""
    letter: schemas.Short = Field("", description="Of the tier, or `untiered`.")
    flag: Literal["", "t2a", "suspended", "unpaid_work", "iom", "none"] = ""
    cohort: schemas.Short = Field("", description="The code of a cohort (rules `cohorts`).")
    ends_within: int | None = Field(
        None, ge=0, le=3660, description="Only those planned to end within so many days."
    )
    stays: int | None = Field(None, ge=0, le=3660, description="Only those not planned to end so soon.")


class SuggestionIn(schemas.RequestSchema):
    """Cases of one post, named or chosen, and the people among whom to spread them."""

    from_post: schemas.CodeIn = Field(description="The post that holds them: TEAM:STAFF.")
    refs: Refs | None = Field(None, description="Left out: those that are chosen.")
    choose: CaseSelectionIn | None = Field(None, description="In place of `refs`, or to narrow them.")
    people: Annotated[list[schemas.CodeIn], Field(min_length=1, max_length=100)]


class SuggestionShown(Schema):
    """To whom a case could go."""

    ref: str
    case: str = Field(description="Its type and tier in words.")
    points: schemas.Exact
    to_post: str | None = Field(description="Null where nobody can take it by the rule.")
    why: str


class CaseGivenShown(Schema):
    """One of the cases in a preview."""

    ref: str
    to_post: str
    case: str = Field(description="Its type and tier in words.")
    points: schemas.Exact
    seen: str = Field(description="What the case is, to be sent with the allocation.")
    goes_over: bool = Field(description="Whether who gets it is over the threshold with all they get.")
    why_not: list[str]


class AllocationBatchPreviewShown(Schema):
    """What giving the cases would come to."""

    waiting: bool = Field(description="Whether nobody holds them: they are a placeholder's.")
    cases: list[CaseGivenShown]
    faults: list[schemas.FaultShown]
    effects: list[allocations.MovedShown]


class AllocationBatchShown(Schema):
    """Cases that were given together."""

    batch: str
    allocations: list[allocations.AllocationShown]


@router.post(
    "allocation-batches/suggestion",
    response=schemas.answers(list[SuggestionShown], *schemas.WRITE),
    url_name="api-allocation-suggestion",
    summary="Suggest who could get several cases",
)
def suggestion(request: HttpRequest, payload: Body[SuggestionIn]) -> list[dict[str, Any]]:
    """By the rule that the guide states: nobody who may not, nobody over the threshold. Nothing is saved."""
    need(request, Action.ALLOCATE_CASES)
    state = lookups.state_for(request)
    refs = _refs(lookups.me(request), payload, state)
    people = list(dict.fromkeys(payload.people))
    found = spread.suggest(
        actor=lookups.me(request), post=payload.from_post, refs=refs, people=people, state=state
    )
    note_read(
        lookups.me(request), allocation_preview.holder_of(lookups.me(request), payload.from_post, state)
    )
    return [
        {
            "ref": each.case.ref, "case": each.case.words, "points": ledger.decimal(each.case.points_x100),
            "to_post": each.to or None, "why": each.why,
        }
        for each in found
    ]  # fmt: skip


@router.post(
    "allocation-batches/preview",
    response=schemas.answers(AllocationBatchPreviewShown, *schemas.WRITE),
    url_name="api-allocation-batch-preview",
    summary="Preview several allocations",
)
def preview(request: HttpRequest, payload: Body[AllocationBatchIn]) -> dict[str, Any]:
    """All posts, their teams and PDUs before and after, and what is missing. Nothing is saved."""
    need(request, Action.ALLOCATE_CASES)
    state = lookups.state_for(request)
    found = spread.look(actor=lookups.me(request), wanted=_wanted(payload), state=state)
    note_read(lookups.me(request), found.holder)
    return {
        "waiting": found.was_waiting,
        "cases": [
            {
                "ref": each.wanted.ref, "to_post": each.to.code, "case": each.case.words,
                "points": ledger.decimal(each.case.points_x100), "seen": each.mark,
                "goes_over": each.goes_over, "why_not": each.why_not,
            }
            for each in found.found
        ],
        "faults": said(found.faults),
        "effects": allocations.effects(found.moments),
    }  # fmt: skip


@router.post(
    "allocation-batches",
    response=schemas.answers(AllocationBatchShown, *schemas.WRITE),
    url_name="api-allocation-batches",
    summary="Give several cases of a post",
)
def give(request: HttpRequest, payload: Body[AllocationBatchIn]) -> dict[str, Any]:
    """All of them or none. The figures have moved when this answers."""
    need(request, Action.ALLOCATE_CASES)
    wanted = _wanted(payload)
    rows, _ = spread.spread(actor=lookups.me(request), wanted=wanted, who=lookups.who(request))
    return _shown(request, rows)


@router.get(
    "allocation-batches/{batch}",
    response=schemas.answers(AllocationBatchShown, *schemas.READ),
    url_name="api-allocation-batch",
    summary="Cases that were given together",
)
def one(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    """Those of them that one may read."""
    state = lookups.state_for(request).of_now()
    rows = access.readable_batch(lookups.me(request), state, spread.batch_of(batch))
    for row in {row.to_post: row for row in rows}.values():
        allocations.note(request, state, row)
    return _shown(request, rows)


@router.post(
    "allocation-batches/{batch}/undo",
    response=schemas.answers(AllocationBatchShown, *schemas.WRITE),
    url_name="api-allocation-batch-undo",
    summary="Undo several allocations on their day",
)
def undo(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    """All that are not undone yet, or none: only on their day, before anything else happened to one."""
    need(request, Action.ALLOCATE_CASES)
    state = lookups.state_for(request).of_now()
    access.readable_batch(lookups.me(request), state, spread.batch_of(batch))
    return _shown(
        request, spread.undo_batch(actor=lookups.me(request), batch=batch, who=lookups.who(request))
    )


def _refs(actor: Any, payload: SuggestionIn, state: State) -> list[str]:
    """The cases that were named and chosen. Raises RefusedError where there is none."""
    named = list(dict.fromkeys(payload.refs or ()))
    if payload.choose is None and named:
        return named
    holder = allocation_preview.holder_of(actor, payload.from_post, state)
    cohorts = cohort_lines.cohorts_of(state)
    if payload.choose is not None and payload.choose.cohort not in ("", *cohorts):
        words = f"Choose one of the cohorts {', '.join(cohorts)}"
        raise allocation_preview.refused("COHORT", words, "cohort")
    chosen = case_selection.CaseSelection(**(payload.choose.dict() if payload.choose else {}))
    found = case_selection.fitting(chosen, state, holder, spread.listed(state, holder, actor))
    refs = [each.ref or "" for each in found if not named or each.ref in named]
    if not refs:
        raise allocation_preview.refused("NOTHING", "No case of this post fits what was chosen", "choose")
    if len(refs) > spread.MOST:
        words = f"{len(refs)} cases fit, and {spread.MOST} can be given at once, at most"
        raise allocation_preview.refused("TOO_MANY", words, "choose")
    return refs


def _wanted(payload: AllocationBatchIn) -> spread.SpreadRequest:
    given = [spread.CaseGiven(each.ref, each.to_post, each.seen) for each in payload.given]
    return spread.SpreadRequest(
        given=given, **{**payload.dict(exclude={"given"}), "recipients": tuple(payload.recipients)}
    )


def _shown(request: HttpRequest, rows: list[CaseAllocation]) -> dict[str, Any]:
    return {"batch": rows[0].batch, "allocations": allocations.shown(request, rows)}
