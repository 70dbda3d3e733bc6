"""Allocating and reallocating from the allocation screens: our actions, with what their forms can say.

Their bodies hold more than is asked for here, the bearer token of the user among it: what is not named is
never looked at.
"""

from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Body, Router, Schema
from pydantic import BeforeValidator, ConfigDict

from wmt.site.allocation.labels import INITIAL, REASONS
from wmt.site.allocation.models import CaseAllocation
from wmt.site.api import lookups, schemas
from wmt.site.api.compat import cases
from wmt.site.api.compat.sign_on import GIVE
from wmt.site.changes import allocate, allocation_preview
from wmt.text import NOTE

router = Router()

#: A decision that comes again within so many seconds is the same one.
_SAME_SECONDS = 60
#: What is kept as the reason where ours would be asked for and their form has no words for it.
_NOT_ASKED = "Allocated in the allocation screens of HMPPS, which do not ask why."


def _none_is(empty: Any) -> BeforeValidator:
    return BeforeValidator(lambda value: empty if value is None else value)


Words = Annotated[schemas.Notes, _none_is("")]
Yes = Annotated[bool, _none_is(False)]
#: A list, one address, or none.
Addresses = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, str) and value else value or ()),
]


class _Lenient(Schema):
    """What is not named is ignored."""

    model_config = ConfigDict(extra="ignore")


class NewCaseIn(_Lenient):
    """A first allocation."""

    crn: schemas.KeyIn
    eventNumber: int = 1
    instructions: Words = ""
    allocationJustificationNotes: Words = ""
    spoOversightNotes: Words = ""
    sensitiveNotes: Yes = False
    sensitiveOversightNotes: Yes = False
    laoCase: Yes = False
    emailTo: Addresses = ()
    sendEmailCopyToAllocatingOfficer: Yes = False


class MovedCaseIn(_Lenient):
    """A reallocation."""

    crn: schemas.KeyIn
    allocationReason: Words = ""
    reallocationNotes: Words = ""
    sensitiveNotes: Yes = False
    laoCase: Yes = False
    emailTo: Addresses = ()
    emailPreviousOfficer: Yes = False


@router.post("team/{code:team}/offenderManager/{code:staff}/case", auth=GIVE, url_name="compat-allocate")
def allocate_case(request: HttpRequest, team: str, staff: str, payload: Body[NewCaseIn]) -> dict[str, Any]:
    """A case that nobody has goes to a practitioner."""
    notes = (payload.allocationJustificationNotes, payload.instructions, payload.spoOversightNotes)
    row = _given(
        request, f"{team}:{staff}", payload.crn, notes, INITIAL, "",
        limited_access=payload.laoCase,
        sensitive=payload.sensitiveNotes or payload.sensitiveOversightNotes,
        copy_to_self=payload.sendEmailCopyToAllocatingOfficer,
        recipients=payload.emailTo,
    )  # fmt: skip
    return {"personManagerId": str(row.pk), "eventManagerId": str(row.pk), "requirementManagerIds": []}


@router.post(
    "team/{code:team}/offenderManager/{code:staff}/{code:previous}/case",
    auth=GIVE,
    url_name="compat-reallocate",
)
def reallocate_case(
    request: HttpRequest, team: str, staff: str, previous: str, payload: Body[MovedCaseIn]
) -> dict[str, Any]:
    """A case goes from the practitioner named to another; nothing is done where somebody else has it."""
    reason = payload.allocationReason.lower()
    if reason not in REASONS or reason == INITIAL:
        known = ", ".join(code.upper() for code in REASONS if code != INITIAL)
        raise schemas.refused("allocationReason", f"The reasons are {known}", "REASON")
    row = _given(
        request, f"{team}:{staff}", payload.crn, (payload.reallocationNotes,), reason, previous,
        limited_access=payload.laoCase,
        sensitive=payload.sensitiveNotes,
        tell_previous=payload.emailPreviousOfficer,
        recipients=payload.emailTo,
    )  # fmt: skip
    return {"personManagerId": str(row.pk), "eventManagerId": [str(row.pk)], "requirementManagerIds": []}


def _given(
    request: HttpRequest,
    to_post: str,
    crn: str,
    notes: tuple[str, ...],
    reason: str,
    previous: str,
    **more: Any,
) -> CaseAllocation:
    """The allocation, made once however often it is sent within a minute."""
    person, state = lookups.me(request), lookups.state_for(request).of_now()
    allocation_preview.need_right(person, to_post, state)
    ref = allocation_preview.written(state, crn)
    of_case = CaseAllocation.objects.filter(ref=ref).order_by("-pk")
    last = of_case.first()
    if last is not None and _is_same(last, person, to_post, reason):
        return last
    found = cases.to_give(request, ref)[1]
    if not previous and not found.waits:
        words = f"{found.holder.name} has this case already: reallocate it"
        raise allocation_preview.conflict("ALLOCATED_ALREADY", words)
    if previous and found.holder.staff_code.upper() != previous.upper():
        words = f"{found.holder.name} holds this case by now"
        raise allocation_preview.conflict("HELD_BY_NOW", f"{words}. Nothing was changed")
    # the same while nothing else was decided of the case: two that come at once give it once
    same = "|".join(("compat", str(person.pk), ref, to_post, reason, str(last.pk if last else "")))
    why = next((text for text in notes if NOTE.mended(text)), _NOT_ASKED)
    row, _ = allocate.allocate(
        actor=person,
        who=lookups.who(request),
        wanted=allocation_preview.AllocationRequest(
            ref=ref, to_post=to_post, from_post=found.holder.code, key=sha256(same.encode()).hexdigest(),
            reason=reason, notes="\n\n".join(dict.fromkeys(filter(None, map(NOTE.mended, notes)))),
            why_over=why, why_not_eligible=why, **more,
        ),
    )  # fmt: skip
    return row


def _is_same(row: CaseAllocation, person: Any, to_post: str, reason: str) -> bool:
    """Whether what was decided last of a case is what the same person sends again."""
    young = timezone.now() - row.recorded_at < timedelta(seconds=_SAME_SECONDS)
    same = (row.recorded_by_id, row.to_post, row.reason) == (person.pk, to_post, reason)
    return young and same and row.state == CaseAllocation.State.GIVEN
