"""The post that a page is about, and what the person who asks may do there."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest

from wmt.site.accounts import access
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action
from wmt.site.availability import queries, records
from wmt.site.availability.limits import ReasonOnDay, RecordLimits
from wmt.site.availability.models import OfPost
from wmt.site.availability.reason_rules import TraineeRoute, trainee_route
from wmt.site.availability.withheld import plan_without_reasons
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.shown import needed_state
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

TAB = "hours"


@dataclass(frozen=True)
class PostRequest:
    """One post in one request: what stands for it, and the way back to its page."""

    request: HttpRequest
    state: State
    unit: Unit

    @property
    def user(self) -> User:
        user: User = self.request.user  # type: ignore[assignment]
        return user

    @property
    def post(self) -> records.Post:
        return self.unit.team_code, self.unit.staff_code

    @property
    def href(self) -> str:
        """The page of its hours and reductions."""
        return unit_url("post", self.unit.code, TAB)

    @cached_property
    def plan(self) -> records.PostRecords:
        return queries.plans_of([self.post]).get(self.post, records.PostRecords())

    @cached_property
    def limits(self) -> RecordLimits:
        """What holds for it: reasons, hours of its grade, hours where nobody entered any."""
        return queries.limits_of(self.state, [self.post])

    @property
    def reasons(self) -> Mapping[str, ReasonOnDay]:
        return self.limits.reasons

    @cached_property
    def route(self) -> TraineeRoute:
        return trainee_route(self.state.day)

    @cached_property
    def names(self) -> Mapping[str, ReasonOnDay]:
        """Every reason there ever was, for its name."""
        return queries.every_reason()

    @cached_property
    def may_edit(self) -> bool:
        """Whether who asks may change its hours and reductions."""
        return access.may(
            self.user, Action.EDIT_AVAILABILITY, level="post", code=self.unit.code, state=self.state
        )

    @cached_property
    def may_read(self) -> bool:
        """Whether who asks may read its notes and its history."""
        return queries.may_read(self.user, self.post, self.state)

    @cached_property
    def shown_plan(self) -> records.PostRecords:
        """What stands, as far as who asks may read it: reductions without their reasons otherwise."""
        if self.may_read:
            return self.plan
        return plan_without_reasons(self.plan, lambda cut: contracted_of(cut, self.plan, self))

    @cached_property
    def crumbs(self) -> list[tuple[str, str]]:
        """The way down to its page of hours."""
        above = [
            (each.name, unit_url(each.level, each.code, TAB if each.level != units.NATION else ""))
            for each in units.above(self.state, self.user, self.unit)
        ]
        return [*above, (self.unit.name, self.href)]

    def standing(self, kind: str, key: str) -> OfPost:
        """The record of this post with a key, be it withdrawn. Raises UnknownRecord, also for another's."""
        return queries.standing(kind, key, self.post)


def place_of(request: HttpRequest, code: str) -> PostRequest:
    """The post with a code. Raises NoDataYet and UnknownUnit."""
    state = needed_state(request)
    return PostRequest(request, state, units.find(state, request.user, "post", code))  # type: ignore[arg-type]


def editable(request: HttpRequest, code: str) -> PostRequest:
    """The same for who may change its hours and reductions. Raises Denied for all others."""
    place = place_of(request, code)
    access.need(request, Action.EDIT_AVAILABILITY, level="post", code=code, state=place.state)
    return place


def readable(request: HttpRequest, code: str) -> PostRequest:
    """The same for who may read its notes and its history. Raises Denied for all others."""
    place = place_of(request, code)
    if not place.may_read:
        raise access.Denied(Action.READ_RECORDS, level="post", code=code)
    return place


def contracted_of(cut: records.ReductionRecord, plan: records.PostRecords, place: PostRequest) -> int:
    """The contracted hours that a reduction comes off: of today, or of the nearest day it counts."""
    day = max(cut.first_day, place.state.day)
    if cut.last_day is not None:
        day = min(day, cut.last_day)
    return place.limits.contracted(place.post, plan, day)
