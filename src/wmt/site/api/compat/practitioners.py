"""Everybody of some teams who could be chosen, and what teams hold."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from wmt.allocation.candidates import Candidate
from wmt.history import HistoryError
from wmt.ledger import Moment, decimal
from wmt.site.allocation.models import CaseAllocation
from wmt.site.api import lookups
from wmt.site.api.compat import cases, fields
from wmt.site.api.compat.sign_on import READ
from wmt.site.availability.staff_details import StaffName, called
from wmt.site.figures import units
from wmt.site.queries import case_nights, histories
from wmt.site.queries.choosing import Choosing
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

router = Router()

#: Who is on offer where nobody says which grades.
_GRADES = ("PO", "PSO", "TPO")
_WEEK = 7
#: What nobody can count from our data. Their screens need a number.
_NOT_IN_DATA = (
    "ispsDueInNext14Days", "custodyReleasesInNext7Days", "paroleReportsInNext28Days",
    "otherReportsInNext14Days",
)  # fmt: skip


@router.get("team/choose-practitioner", auth=READ, url_name="compat-choose")
def choose(
    request: HttpRequest,
    crn: str,
    teamCodes: Query[list[str]],
    grades: Query[list[str]] = [],  # noqa: B006
) -> dict[str, Any]:
    """A case, who has it, and everybody of some teams with their figures now."""
    state, case = cases.to_give(request, crn)
    answer = {
        "crn": case.case.ref,
        "name": fields.person(),
        "tier": fields.tier(case.case.tier, suspended=case.case.suspended),
        "probationStatus": {"status": "UNALLOCATED", "description": "Not allocated to a practitioner"},
    }
    if not case.waits:
        answer["probationStatus"] = {"status": "CURRENTLY_MANAGED", "description": "Currently managed"}
        holder = fields.staff(case.holder, called([case.holder])[case.holder.staff_code])
        answer["communityPersonManager"] = {**holder, "teamCode": case.holder.team_code}
    wanted = fields.our_grades(fields.listed(grades)) or set(_GRADES)
    people = PeopleOfTeams(request, state, fields.listed(teamCodes), wanted)
    return {**answer, "teams": people.by_team(cases.shut_out(case.case.ref or "", people.posts))}


@router.get("team/practitioner-workloadcases", auth=READ, url_name="compat-practitioners")
def practitioner_cases(
    request: HttpRequest,
    teamCode: Query[list[str]],
) -> dict[str, Any]:
    """Everybody of some teams with their figures now."""
    state = lookups.state_for(request).of_now()
    people = PeopleOfTeams(request, state, fields.listed(teamCode), set(_GRADES))
    return {code: {"teams": rows} for code, rows in people.by_team(()).items()}


@router.get("team/workloadcases", auth=READ, url_name="compat-teams")
def teams(request: HttpRequest, teams: Query[list[str]]) -> list[dict[str, Any]]:
    """The cases and the workload of some teams; those that are not there are left out."""
    state = lookups.state_for(request).of_now()
    found = units.seen(state, lookups.me(request), "team").filter(code__in=fields.listed(teams))
    return [
        {
            "teamCode": team.code,
            "totalCases": team.cases,
            "workload": fields.percent(Moment(team.points_x100, team.available_x100)),
        }
        for team in found
    ]


class PeopleOfTeams:
    """Those of some grades in some teams, as the person who asks may see them."""

    def __init__(
        self, request: HttpRequest, state: State, codes: Sequence[str], grades: Collection[str]
    ) -> None:
        seen = units.seen(state, lookups.me(request), "post").filter(team_code__in=codes, grade__in=grades)
        self._state = state
        there = units.seen(state, lookups.me(request), "team").filter(code__in=codes)
        self._teams = list(there.order_by("code").values_list("code", flat=True))
        self._choosing = Choosing(state, seen)
        self.posts = self._choosing.posts

    def by_team(self, shut_out: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        """Everybody by team: by grade, then by capacity. Who must not be chosen has no address there."""
        posts, names = {post.code: post for post in self.posts}, called(self.posts)
        found: dict[str, list[dict[str, Any]]] = {code: [] for code in self._teams}
        moved = self._reallocated()
        for each in self._choosing.candidates([]):
            post = posts[each.code]
            cannot = bool(each.why_not) or each.code in shut_out
            row = self._row(post, each, names[post.staff_code], moved.get(each.code, 0), cannot=cannot)
            found.setdefault(post.team_code, []).append(row)
        return found

    def _row(
        self, post: Unit, each: Candidate, name: StaffName, moved: int, *, cannot: bool
    ) -> dict[str, Any]:
        kinds = self._choosing.kinds[post.number]
        place, week = Counter[str](), each.recent.get(_WEEK, 0)
        for (location, _), number in kinds.items():
            place[location] += number
        suspended = sum(number for (_, letter), number in kinds.items() if letter.endswith("S"))
        return {
            **fields.staff(post, name._replace(email="") if cannot else name),
            "workload": fields.percent(each.now),
            "availablePoints": fields.exact(decimal(each.now.available_x100)),
            "totalPoints": fields.exact(decimal(each.now.points_x100)),
            "casesPastWeek": week,
            "communityCases": place["community"] + place["licence"],
            "custodyCases": place["custody"],
            "licenseCases": place["licence"],
            "allocatedCasesPastWeek": week - moved,
            "reallocatedCasesPastWeek": moved,
            "activeCases": place.total(),
            "contactSuspendedCases": suspended,
            "tierCaseTotals": fields.letters(kinds),
            **dict.fromkeys(_NOT_IN_DATA, 0),
        }

    def _reallocated(self) -> Mapping[str, int]:
        """How many of the cases that came to each post in the past week somebody else had before."""
        first = self._state.day - timedelta(_WEEK - 1)
        came = self._choosing.came_since(first)
        given = CaseAllocation.objects.filter(ref__in=[ref for _, ref in came], first_day__gte=first)
        states = CaseAllocation.State
        given = given.exclude(state=states.UNDONE).exclude(was_waiting=True)
        before = {(row.to_post, row.ref) for row in given}
        try:
            past = histories.history_of(self.posts[0]) if came else None
            held = case_nights.practitioners_before(past, self._state, {ref for _, ref in came}, first)
        except HistoryError:
            held = {}
        return Counter(code for code, ref in came if (code, ref) in before or held.get(ref, {code}) != {code})
