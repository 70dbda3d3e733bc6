"""What was decided: allocations by number, by case, and by team since a day; what the screens report."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Body, Field, Router, Schema
from pydantic import ConfigDict

from wmt.facts import kinds
from wmt.site.allocation import access
from wmt.site.allocation.models import CaseAllocation, WaitingCase
from wmt.site.api import allocations, lookups, schemas
from wmt.site.api.authentication import Stopped
from wmt.site.api.compat import cases, fields
from wmt.site.api.compat.sign_on import EITHER, READ
from wmt.site.audit.reads import note_read
from wmt.site.audit.record import record
from wmt.site.availability.staff_details import StaffName, called
from wmt.site.figures import line_queries, units
from wmt.site.figures.placeholders import placeholders
from wmt.site.queries import case_history
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

router = Router()
#: So many teams are asked about at once, at most: each is a condition of one query.
MOST_TEAMS = 500
_WORD = re.compile(r"[A-Z_]{1,60}")
#: Where nobody says since when.
_LATELY = timedelta(30)


class TeamsIn(Schema):
    """Which teams. What is not named is ignored."""

    model_config = ConfigDict(extra="ignore")
    teams: list[schemas.CodeIn] = Field(max_length=MOST_TEAMS)


@router.get("allocation/person/{number}", auth=READ, url_name="compat-person")
def person(request: HttpRequest, number: allocations.Number) -> dict[str, Any]:
    """The allocation of a person."""
    row = access.find(lookups.me(request), lookups.state_for(request).of_now(), number)
    allocations.note(request, lookups.state_for(request), row)
    team, staff = access.codes(row.to_post)
    return {
        "id": str(row.pk), "crn": row.ref, "staffCode": staff, "teamCode": team,
        "createdDate": row.recorded_at.isoformat(), "createdBy": staff_names.person(row.who),
        "isActive": row.state in (CaseAllocation.State.GIVEN, CaseAllocation.State.CONFIRMED),
        "allocationReason": row.reason.upper(),
    }  # fmt: skip


@router.get("allocation/event/{number}", auth=READ, url_name="compat-event")
def event(request: HttpRequest, number: allocations.Number) -> dict[str, Any]:
    """The same with the number of the sentence, where it was recorded as waiting, and who decided."""
    found = person(request, number)
    events = WaitingCase.objects.filter(allocation_id=number).order_by("event_number")
    row = CaseAllocation.objects.select_related("recorded_by").get(pk=number)
    return {
        **found, "eventNumber": events.values_list("event_number", flat=True).first(),
        "spoStaffCode": row.recorded_by.staff_code if row.recorded_by else "",
        "spoName": staff_names.person(row.who),
    }  # fmt: skip


@router.get("allocation/requirements/{number}", auth=READ, url_name="compat-requirement")
def requirement(request: HttpRequest, number: str) -> dict[str, Any]:  # noqa: ARG001
    """Our data has no requirements: all of them go with the case."""
    raise Http404("there are no records of requirements: they go with the case")


@router.get("allocation/person/{crn}/event/{event}/details", auth=READ, url_name="compat-details")
def details(request: HttpRequest, crn: str, event: int) -> dict[str, Any]:  # noqa: ARG001
    """What a case is."""
    state, found, _ = _case(request, crn)
    name = fields.person()
    return {
        "tier": fields.tier_of(line_queries.pricing_of(state)[found.lines[0].pricing]),
        "personOnProbationFirstName": name["forename"],
        "personOnProbationSurname": name["surname"],
    }


@router.get("allocation/person/{crn}/event/{event}/complete-details", auth=READ, url_name="compat-complete")
def complete_details(request: HttpRequest, crn: str, event: int) -> dict[str, Any]:
    """What a case is and who has it; 404 where nobody has."""
    state, found, post = _case(request, crn)
    if post.code in placeholders(state):
        raise Http404("nobody holds this case")
    answer = {
        "crn": found.ref,
        "name": fields.person(),
        "type": fields.case_type(line_queries.pricing_of(state)[found.lines[0].pricing].location),
        "staff": fields.staff(post, called([post])[post.staff_code]),
    }
    rows = WaitingCase.objects.filter(ref=found.ref, event_number=event).exclude(appointment_day=None)
    last = rows.exclude(state__in=("replaced", "withdrawn")).order_by("pk").last()
    if last is not None and last.appointment_day and access.reads_waiting(lookups.me(request), state)(last):
        answer["initialAppointment"] = {"date": last.appointment_day.isoformat()}
    return answer


@router.post("allocation/events/teams/count", auth=READ, url_name="compat-count")
def count(request: HttpRequest, payload: Body[TeamsIn], since: str = "") -> dict[str, int]:
    """How many cases were allocated to people of some teams."""
    return {"caseCount": len(_since(request, payload.teams, since))}


@router.post("allocation/events/teams", auth=READ, url_name="compat-allocated")
def allocated(request: HttpRequest, payload: Body[TeamsIn], since: str = "") -> dict[str, Any]:
    """The cases that were allocated to people of some teams, the last first."""
    state, rows = lookups.state_for(request), _since(request, payload.teams, since)
    posts = units.of_level(state, "post").filter(code__in={row.to_post for row in rows})
    there = {post.code: post for post in posts}
    names = called(posts)
    for post in there.values():
        note_read(lookups.me(request), post)
    return {"cases": [_allocated(row, there.get(row.to_post), names) for row in rows]}


@router.post("audit/data", auth=EITHER, url_name="compat-audit")
def audit(request: HttpRequest) -> dict[str, Any]:
    """The name of what a screen reports, and whose token came with it. Nothing else of it is looked at."""
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError):  # or nested too deep
        sent = {}
    what = str(sent.get("what", "")) if isinstance(sent, dict) else ""
    said = what if _WORD.fullmatch(what) else "an event"
    record("screen", f"The allocation screens reported {said} of {lookups.me(request)}.", request=request)
    return {}


def _case(request: HttpRequest, crn: str) -> tuple[State, case_history.FoundCase, Unit]:
    state = lookups.state_for(request).of_now()
    try:
        found = case_history.find(lookups.me(request), state, crn)
    except case_history.HiddenCase:
        raise Stopped(cases.HIDDEN) from None
    for post in found.posts:
        note_read(lookups.me(request), post)
    return state, found, found.posts[0]


def _since(request: HttpRequest, teams: Sequence[str], since: str) -> list[CaseAllocation]:
    """What the person may read of it, the last first. Raises RefusedError for what is no moment."""
    state = lookups.state_for(request).of_now()
    first = timezone.now() - _LATELY
    if since:
        try:
            typed = datetime.fromisoformat(since)
        except ValueError:
            raise schemas.refused("since", "Write it as 2026-11-20T09:00:00") from None
        if not 2000 <= typed.year <= 2100:
            raise schemas.refused("since", "Give a year from 2000 to 2100")
        first = typed if typed.tzinfo else typed.replace(tzinfo=UTC)
    named = Q(pk__in=())
    for team in teams:
        named |= Q(to_post__startswith=f"{team}:")
    rows = CaseAllocation.objects.filter(named, recorded_at__gte=first)
    rows = rows.exclude(state=CaseAllocation.State.UNDONE)
    wanted, seen = set(teams), access.readable(lookups.me(request), state)
    of_teams = (row for row in rows.order_by("-recorded_at", "-pk") if access.codes(row.to_post)[0] in wanted)
    return [row for row in of_teams if seen(row)]


def _allocated(row: CaseAllocation, post: Unit | None, names: dict[str, StaffName]) -> dict[str, Any]:
    kind = kinds(row.tier_scheme)[row.kind_no]
    team, staff = access.codes(row.to_post)
    there = post or Unit(level="post", code=row.to_post, staff_code=staff, name="")
    return {
        "crn": row.ref,
        "name": fields.person(),
        "staff": fields.staff(there, names.get(staff, StaffName())._replace(email="")),
        "tier": fields.tier(kind.tier, suspended=bool(kind.suspended)),
        "allocatedOn": row.recorded_at.isoformat(),
        "allocatingSpo": staff_names.person(row.who),
        "teamCode": team,
    }
