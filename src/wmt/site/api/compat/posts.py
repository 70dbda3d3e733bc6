"""One practitioner: figures, cases, and what a case would do to them."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Router

from wmt.ledger import Moment, decimal
from wmt.ledger.arithmetic import remaining_x100
from wmt.ledger.serialise import micro
from wmt.site.accounts import visibility
from wmt.site.api import lookups
from wmt.site.api.authentication import Stopped
from wmt.site.api.compat import cases, fields
from wmt.site.api.compat.sign_on import READ
from wmt.site.audit.reads import note_read
from wmt.site.availability.queries import plans_of
from wmt.site.availability.staff_details import StaffName, called
from wmt.site.changes.allocation_preview import with_cases
from wmt.site.figures import line_queries, units
from wmt.site.figures.used_hours import UsedHours
from wmt.site.problems import Problem
from wmt.site.queries.choosing import Choosing
from wmt.site.workload.models import Line, Pricing, Unit
from wmt.site.workload.state import State

router = Router()
_PRIVATE = Problem(
    status=403,
    code="DENIED",
    message="You may not read the cases of this practitioner.",
    remedy="Ask somebody who manages them.",
)


@router.get("team/{code:team}/offenderManagers/{code:staff}", auth=READ, url_name="compat-practitioner")
def overview(request: HttpRequest, team: str, staff: str) -> dict[str, Any]:
    """Hours, points, what is known to come, and the last case that came, where one may read that."""
    state, post, name = _post(request, team, staff)
    people = Choosing(state, [post])
    moment = Moment(post.points_x100, post.available_x100)
    coming = {each.kind: each for each in people.leaving.get(post.number, ())}
    answer = {
        "forename": name.forename,
        "surname": name.surname,
        **({"email": name.email} if name.email and moment.available_x100 else {}),
        "grade": fields.grade(post.grade),
        "capacity": fields.percent(moment),
        "code": post.staff_code,
        "totalCases": post.cases,
        "weeklyHours": fields.exact(micro(post.contracted_hours_micro)),
        "totalReductionHours": fields.exact(micro(UsedHours(state, post).of(post))),
        "pointsAvailable": fields.exact(decimal(post.available_x100)),
        "pointsUsed": fields.exact(decimal(post.points_x100)),
        "pointsRemaining": fields.exact(decimal(remaining_x100(*moment))),
        "lastUpdatedOn": state.as_at.isoformat(),
        "caseTotals": fields.letters(people.kinds[post.number]),
        "paroleReportsDue": 0,
    }
    if change := _next_change(post, state.day):
        answer["nextReductionChange"] = change.isoformat()
    if "case" in coming:
        answer["caseEndDue"] = coming["case"].number
    if _reads(request, state, post):
        answer |= _last_case(request, state, post)
    return answer


@router.get("team/{code:team}/offenderManagers/{code:staff}/cases", auth=READ, url_name="compat-cases")
def active_cases(request: HttpRequest, team: str, staff: str) -> dict[str, Any]:
    """Their active cases, for those who may read them: others get 403, an empty list would be wrong."""
    state, post, name = _post(request, team, staff)
    if not _reads(request, state, post):
        raise Stopped(_PRIVATE)
    email = {"email": name.email} if name.email and post.available_x100 else {}
    return {
        "name": fields.name(name),
        **email,
        "grade": fields.grade(post.grade),
        "code": post.staff_code,
        "activeCases": [_case(line, priced) for line, priced in _active(request, state, post)],
    }


@router.get(
    "team/{code:team}/offenderManager/{code:staff}/impact/person/{crn}", auth=READ, url_name="compat-impact"
)
def impact(request: HttpRequest, team: str, staff: str, crn: str) -> dict[str, Any]:
    """The capacity of a practitioner now and with a case; unchanged where they have it already."""
    state, post, name = _post(request, team, staff)
    _, found = cases.to_give(request, crn)
    candidate = with_cases(post, [found.case], state)
    return {
        "capacity": fields.percent(candidate.now),
        "potentialCapacity": fields.percent(candidate.together),
        "name": fields.person(),
        "staff": fields.staff(post, name._replace(email="")),
        "tier": fields.tier(found.case.tier, suspended=found.case.suspended),
    }


def _post(request: HttpRequest, team: str, staff: str) -> tuple[State, Unit, StaffName]:
    """A practitioner of a team in the figures of now. Raises UnknownUnit."""
    state = lookups.state_for(request).of_now()
    post = units.find(state, lookups.me(request), "post", f"{team}:{staff}")
    return state, post, called([post])[post.staff_code]


def _reads(request: HttpRequest, state: State, post: Unit) -> bool:
    return visibility.cases(lookups.me(request), state).covers(post)


def _active(request: HttpRequest, state: State, post: Unit) -> list[tuple[Line, Pricing]]:
    pricing = line_queries.pricing_of(state)
    lines = line_queries.lines_of(state, post, lookups.me(request), kind="case")
    return [(line, pricing[line.pricing]) for line in lines if line.active_cases and line.ref]


def _case(line: Line, priced: Pricing) -> dict[str, Any]:
    found = {
        "crn": line.ref,
        "name": fields.person(),
        "tier": fields.tier_of(priced),
        "type": fields.case_type(priced.location),
    }
    return found | ({"initialAllocationDate": line.since.isoformat()} if line.since else {})


def _last_case(request: HttpRequest, state: State, post: Unit) -> dict[str, Any]:
    """The last case that came, where the data says when."""
    note_read(lookups.me(request), post)
    dated = [(line.since, line.ref, priced) for line, priced in _active(request, state, post) if line.since]
    if not dated:
        return {}
    since, _, priced = max(dated, key=lambda each: each[:2])
    return {
        "lastAllocatedEvent": {
            "allocatedOn": since.isoformat(),
            "tier": fields.tier_of(priced),
            "sentenceType": fields.case_type(priced.location),
        }
    }


def _next_change(post: Unit, today: date) -> date | None:
    """The next day on which a reduction begins or no longer counts."""
    key = (post.team_code, post.staff_code)
    days = [
        day
        for cut in plans_of([key])[key].reductions
        for day in (cut.first_day, cut.last_day + timedelta(1) if cut.last_day else None)
        if day is not None and day > today
    ]
    return min(days, default=None)
