"""Which allocations concern a post, a team or a PDU: from it or to it."""

from datetime import timedelta

from django.db.models import Q

from wmt.site.allocation import access
from wmt.site.allocation.models import CaseAllocation
from wmt.site.figures import units
from wmt.site.queries.unit_request import UnitRequest


def allocations_of(question: UnitRequest, days: int) -> list[CaseAllocation]:
    """Those of the last days that concern a unit, the newest first; of now, those still open besides."""
    unit, day = question.unit, question.state.day
    lately = Q(first_day__gt=day - timedelta(days))
    if question.state.as_of is None:
        lately |= Q(is_open=True)
    else:  # an allocation is undone on its own day: of a day in the past it was none
        lately &= ~Q(state=CaseAllocation.State.UNDONE)
    found = CaseAllocation.objects.filter(lately, first_day__lte=day).order_by("-recorded_at", "-pk")
    if unit.level == "post":
        return list(found.filter(Q(from_post=unit.code) | Q(to_post=unit.code)))
    teams = {unit.code}
    if unit.level == "pdu":
        teams = set(units.below(question.state, unit, "team").values_list("code", flat=True))
    named = Q()
    for team in teams:
        named |= Q(from_post__startswith=f"{team}:") | Q(to_post__startswith=f"{team}:")
    there = (
        (row, {access.codes(code)[0] for code in (row.from_post, row.to_post)}) for row in found.filter(named)
    )
    # SQLite looks for beginnings in any letter case
    return [row for row, of_teams in there if not teams.isdisjoint(of_teams)]
