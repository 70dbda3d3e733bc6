"""Which allocations, and changes of tier or type, concern a post, a team or a PDU."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from wmt.site.allocation import access, models
from wmt.site.figures import units
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.workload.models import Line


def allocations_of(question: UnitRequest, days: int) -> list[models.CaseAllocation]:
    """Those of the last days that concern a unit, the newest first; of now, those still open besides."""
    return _of_unit(question, days, models.CaseAllocation, ("from_post", "to_post"))


def kind_changes_of(question: UnitRequest, days: int) -> list[models.CaseKindChange]:
    """The same of changes of tier and type; of now, also of cases that somebody else held then."""
    rows: list[models.CaseKindChange] = _of_unit(question, days, models.CaseKindChange, ("post",))
    if question.state.as_of is not None:
        return rows
    here = Line.objects.filter(load_id=question.state.load_id).exclude(ref="")
    if question.unit.level == "post":
        here = here.filter(post_no=question.unit.number or 0)
    else:
        posts = units.everybody(question.state, question.unit)
        here = here.filter(post_no__in=posts.values("number"))
    came = _lately(question, days, models.CaseKindChange).filter(ref__in=here.values("ref"))
    came = came.exclude(pk__in=[row.pk for row in rows])
    return sorted([*rows, *came], key=lambda row: (row.recorded_at, row.pk), reverse=True)


def _lately(question: UnitRequest, days: int, model: type[models.CaseDecision]) -> QuerySet[Any]:
    day = question.state.day
    lately = Q(first_day__gt=day - timedelta(days))
    if question.state.as_of is None:
        lately |= Q(is_open=True)
    else:  # it is undone on its own day: of a day in the past it was none
        lately &= ~Q(state=models.CaseAllocation.State.UNDONE)
    return model._default_manager.filter(lately, first_day__lte=day).order_by("-recorded_at", "-pk")


def _of_unit(
    question: UnitRequest, days: int, model: type[models.CaseDecision], posts: Sequence[str]
) -> list[Any]:
    unit, found = question.unit, _lately(question, days, model)
    if unit.level == "post":
        own = Q()
        for name in posts:
            own |= Q(**{name: unit.code})
        return list(found.filter(own))
    teams = {unit.code}
    if unit.level == "pdu":
        teams = set(units.below(question.state, unit, "team").values_list("code", flat=True))
    named = Q()
    for team in teams:
        for name in posts:
            named |= Q(**{f"{name}__startswith": f"{team}:"})
    there = ((row, {access.codes(code)[0] for code in row.posts}) for row in found.filter(named))
    # SQLite looks for beginnings in any letter case
    return [row for row, of_teams in there if not teams.isdisjoint(of_teams)]
