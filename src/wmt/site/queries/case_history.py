"""Everybody who held a case, as far as the data kept here and what was decided here tell of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.http import Http404

from wmt.history import History
from wmt.site.accounts import visibility
from wmt.site.allocation.models import CaseAllocation
from wmt.site.changes.case_deltas import case_lines
from wmt.site.figures import line_queries, units
from wmt.site.figures.placeholders import placeholders
from wmt.site.queries.case_nights import CaseStay, stays_by_nights
from wmt.site.queries.periods import KeyedHistory
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State
from wmt.text import plain_marks

#: No reference is longer: of more, the rest is not looked at.
_LONGEST = 200


@dataclass(frozen=True)
class CaseHolder:
    """A post that holds a case or held it. `until` is None for who holds it now; days are null where nobody
    knows them. `allocation` brought it there, where it was decided here."""

    post: str
    since: date | None
    until: date | None
    waits: bool
    allocation: CaseAllocation | None


class UnknownCase(Http404):
    """Nobody holds such a case, or one may not read it."""


@dataclass(frozen=True)
class FoundCase:
    """A case that somebody may read: who holds it, and its lines (one each, flags left out)."""

    state: State
    ref: str
    posts: Sequence[Unit]
    lines: Sequence[Line]

    def holders(self, past: History) -> list[CaseHolder]:
        """Everybody who held it, the last first."""
        codes = {post.number: post.code for post in self.posts}
        now = [CaseStay(codes[line.post_no], line.since, self.state.day) for line in self.lines]
        return _holders(past, self.state, self.ref, now)


def find(user: Any, state: State, typed: str) -> FoundCase:
    """A case by its CRN as somebody typed it, in capitals or not. Raises UnknownCase, also where one of its
    holders is out of the user's reach."""
    asked = "".join(plain_marks(typed.replace("\0", "")).split())[:_LONGEST]
    pricing, reach = line_queries.pricing_of(state), visibility.cases(user, state)
    for ref in dict.fromkeys((asked, asked.upper())):
        found = case_lines(state, [ref]) if ref else []
        lines = [line for line in found if pricing[line.pricing].kind == "case"]
        posts = list(units.of_level(state, "post").filter(number__in={line.post_no for line in lines}))
        if posts and all(reach.covers(post) for post in posts):
            return FoundCase(state, ref, posts, lines)
    raise UnknownCase(f"there is no case {asked} that you may read")


def _holders(past: History, state: State, ref: str, now: Sequence[CaseStay]) -> list[CaseHolder]:
    """Everybody who held a case, the last first; `now` is who holds it in the figures.

    The nights have what was sent: what was decided here and the data does not have yet stands at the end.
    """
    given = list(
        CaseAllocation.objects.filter(ref=ref)
        .exclude(state=CaseAllocation.State.UNDONE)
        .order_by("change", "pk")
    )
    stays = _in_order(stays_by_nights(KeyedHistory(past), ref, state.day + timedelta(1)))
    brought = {(row.to_post, row.first_day): row for row in given}
    for row in given:
        if row.is_open and (not stays or stays[-1].post != row.to_post):
            stays.append(CaseStay(row.to_post, row.first_day, state.day))
    # where the data has no list of cases, or is corrected, the figures know better
    stays += [stay for stay in now if not stays or stays[-1].post != stay.post]
    nobody = placeholders(state)
    found = []
    for place, stay in enumerate(stays):
        after = stays[place + 1] if place + 1 < len(stays) else None
        until = None if after is None else after.since or stay.until
        how = brought.get((stay.post, stay.since)) if stay.since else None
        found.append(CaseHolder(stay.post, stay.since, until, stay.post in nobody, how))
    return found[::-1]


def changes(found: Sequence[CaseHolder]) -> int:
    """How often somebody took a case over from somebody else; from nobody is a first allocation."""
    held = [each.post for each in found if not each.waits]
    return sum(first != second for first, second in pairwise(held))


def _in_order(stays: Sequence[CaseStay]) -> list[CaseStay]:
    """The first one first; what several nights tell of one stay is one."""
    found: list[CaseStay] = []
    for stay in reversed(stays):
        if found and found[-1].post == stay.post:
            found[-1] = stay._replace(since=found[-1].since or stay.since)
        else:
            found.append(stay)
    return found
