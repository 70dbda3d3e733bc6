"""Everybody who held a case, as far as the data kept here and what was decided here tell of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.http import Http404

from wmt.history import History
from wmt.site.accounts import limited_access, visibility
from wmt.site.allocation import access
from wmt.site.allocation.models import CaseAllocation
from wmt.site.changes.case_deltas import case_lines
from wmt.site.figures import line_queries, units
from wmt.site.figures.placeholders import placeholders
from wmt.site.queries.case_nights import CaseSeen, seen_by_nights
from wmt.site.queries.periods import KeyedHistory
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State
from wmt.text import plain_marks

#: No reference is longer: of more, the rest is not looked at.
_LONGEST = 200
#: So many nights are looked into, the last first: with days of allocation one for each holder.
_NIGHTS = 60


@dataclass(frozen=True)
class CaseHolder:
    """A post that holds a case or held it: since when, where the data says so, and `until` when; None for who
    holds it now. `decided_here` says that an allocation brought it there, `allocation` which, where whoever
    asks may read it."""

    post: str
    since: date | None
    until: date | None
    waits: bool
    decided_here: bool = False
    allocation: CaseAllocation | None = None


@dataclass(frozen=True)
class CaseHistory:
    """Everybody who held a case, the last first, and how often somebody took it over from somebody else.

    Where `looked_back_to` is a day, nights before it were not looked into, and there may be more.
    """

    holders: Sequence[CaseHolder]
    changes: int
    looked_back_to: date | None


class UnknownCase(Http404):
    """Nobody holds such a case, or one may not read it."""


class HiddenCase(UnknownCase):
    """A case within one's reach that one is shut out of; `ref` is its reference."""

    def __init__(self, ref: str) -> None:
        super().__init__(f"{limited_access.SENTENCE}: {ref}")
        self.ref = ref


@dataclass(frozen=True)
class FoundCase:
    """A case that somebody may read: who holds it, and its lines (one each, flags left out)."""

    user: Any
    state: State
    ref: str
    posts: Sequence[Unit]
    lines: Sequence[Line]

    def allocations(self) -> list[CaseAllocation]:
        """What was decided of it, the last first, as the user may read it."""
        seen = access.readable(self.user, self.state)
        return [
            row for row in CaseAllocation.objects.filter(ref=self.ref).order_by("-change", "-pk") if seen(row)
        ]

    def history(self, past: History) -> CaseHistory:
        """Everybody who held it, by the nights and by what was decided here and no night has yet."""
        seen = seen_by_nights(KeyedHistory(past), self.ref, self.state.day + timedelta(1), _NIGHTS)
        codes = {post.number: post.code for post in self.posts}
        given = CaseAllocation.objects.filter(ref=self.ref).exclude(state=CaseAllocation.State.UNDONE)
        rows = list(given.order_by("change", "pk"))
        moments = [
            *reversed(seen),
            *(CaseSeen(row.first_day, {row.to_post: row.first_day}) for row in rows if row.is_open),
            # where the data has no list of cases, or is corrected, the figures know better
            CaseSeen(self.state.day, {codes[line.post_no]: line.since for line in self.lines}),
        ]
        nobody = placeholders(self.state)
        brought = {(row.to_post, row.first_day): row for row in rows}
        readable = {row.pk: row for row in self.allocations()}
        found = []
        for each in _stays(moments):
            row = brought.get((each.post, each.since)) if each.since else None
            found.append(
                replace(
                    each, waits=each.post in nobody, decided_here=row is not None,
                    allocation=readable.get(row.pk) if row else None,
                )
            )  # fmt: skip
        return CaseHistory(
            found[::-1],
            _changes(moments, lambda post: post in nobody),
            seen[-1].day if len(seen) == _NIGHTS else None,
        )


def find(user: Any, state: State, typed: str) -> FoundCase:
    """A case by its CRN as somebody typed it, in capitals or not. Raises UnknownCase, also where one of its
    holders is out of the user's reach, and HiddenCase where the user is shut out of it."""
    asked = "".join(plain_marks(typed.replace("\0", "")).split())[:_LONGEST]
    pricing, reach = line_queries.pricing_of(state), visibility.cases(user, state)
    for ref in dict.fromkeys((asked, asked.upper())):
        found = case_lines(state, [ref]) if ref else []
        lines = [line for line in found if pricing[line.pricing].kind == "case"]
        posts = list(units.of_level(state, "post").filter(number__in={line.post_no for line in lines}))
        if posts and all(reach.covers(post) for post in posts):
            if limited_access.is_hidden(user, ref):
                raise HiddenCase(ref)
            return FoundCase(user, state, ref, posts, lines)
    raise UnknownCase(f"there is no case {asked} that you may read")


def _stays(moments: Sequence[CaseSeen]) -> list[CaseHolder]:
    """One stay for each post and unbroken run of moments, the first one first."""
    stays: list[CaseHolder] = []
    here: dict[str, int] = {}  # the place of the stay of each post that holds the case
    for moment in moments:
        for post in [post for post in here if post not in moment.posts]:
            stay = stays[here.pop(post)]
            came = min((day for day in moment.posts.values() if day), default=None)
            until = came or stay.until or moment.day
            stays[stays.index(stay)] = replace(stay, until=max(until, stay.since) if stay.since else until)
        for post, since in moment.posts.items():
            if post in here:
                stay = stays[here[post]]
                stays[here[post]] = replace(stay, since=stay.since or since, until=moment.day)
            else:
                here[post] = len(stays)
                stays.append(CaseHolder(post, since, moment.day, waits=False))
    for place in here.values():
        stays[place] = replace(stays[place], until=None)
    return stays


def _changes(moments: Sequence[CaseSeen], is_nobody: Callable[[str], bool]) -> int:
    """How often nobody who held it went on holding it: a case that several hold has not changed hands."""
    found, before = 0, set[str]()
    for moment in moments:
        now = {post for post in moment.posts if not is_nobody(post)}
        found += bool(before and now and before.isdisjoint(now))
        before = now or before
    return found
