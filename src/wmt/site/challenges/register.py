"""Challenges as somebody may read them: of a unit, and how soon they were answered.

That there are some, and how many, is open above posts. What they say is for who asked, whom they are about,
and whoever reads what is said of excessive workload there; a case that somebody is shut out of says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from wmt import rules
from wmt.rules import RuleSet
from wmt.site.accounts import limited_access, visibility
from wmt.site.accounts.roles import Action
from wmt.site.challenges.models import Challenge
from wmt.site.figures import line_queries
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State

#: Which kinds of lines (`LINE`) a fact is about; of points, any.
KINDS = {
    "case": ("case", "unpaid_only", "unpaid_work", "iom"),
    "tier": ("case", "unpaid_only", "unpaid_work", "iom"),
    "contact": ("contact",),
    "report": ("report",),
    "reduction": ("reduction",),
    "hours": ("contracted_hours",),
}
#: What a line of a kind is said to be wrong about, where one says so of the line; of others, points.
FACT_OF = {kind: "tier" if fact == "case" else fact for fact, kinds in KINDS.items() for kind in kinds}
#: Of more challenges of a unit the last ones are listed.
MOST_LISTED = 500


class UnknownChallenge(Http404):
    """There is no such challenge, or one may not read it."""


@dataclass(frozen=True)
class FactRule:
    """What can be said to be wrong: its name, who can put it right, who answers here, within what days."""

    fact: str
    name: str
    owner: str
    answers: str
    days: int


@dataclass(frozen=True)
class ChallengeCounts:
    """How many challenges of a unit are open, overdue, and closed."""

    open: int
    late: int
    closed: int


@lru_cache(maxsize=16)
def _rules_on(day: Any) -> RuleSet:
    return rules.load().at(day)


def facts_on(state: State) -> dict[str, FactRule]:
    """What can be said to be wrong by the rules of the day, in their order."""
    ruleset = _rules_on(state.day)
    found = {}
    for fact in (*KINDS, "points"):
        name, owner, answers = (
            str(ruleset[f"challenge_facts.{fact}.{word}"].value) for word in ("name", "owner", "answers")
        )
        found[fact] = FactRule(fact, name, owner, answers, ruleset[f"challenge_facts.{fact}.days"].whole)
    return found


def counts(state: State, unit: Unit) -> ChallengeCounts:
    """Numbers alone, which are open for every unit above posts."""
    rows = _of(state, unit)
    is_open = Q(answered_at__isnull=True, withdrawn_at__isnull=True)
    return ChallengeCounts(
        rows.filter(is_open).count(),
        rows.filter(is_open, due__lt=state.day).count(),
        rows.exclude(is_open).count(),
    )


def of_unit(user: Any, state: State, unit: Unit) -> list[Challenge]:
    """The challenges of posts of a unit that somebody may read, the last first; at most `MOST_LISTED`."""
    rows = _of(state, unit)
    if user is not None:
        reach = _reach(user)
        if not reach.everywhere:
            mine = Q(asked_by=user) | _inside(reach)
            rows = rows.filter(mine)
    hidden = limited_access.hidden_from(user)
    found = rows.order_by("-asked_at", "-pk")[:MOST_LISTED]
    return [
        _as_of(row, state)
        for row in found
        if row.ref.upper() not in hidden or (user is not None and row.asked_by_id == user.pk)
    ]


def find(user: Any, state: State, number: int) -> Challenge:
    """One challenge. Raises UnknownChallenge, also for one that somebody may not read."""
    row = Challenge.objects.filter(pk=number).first() if number < 2**31 else None
    over = _end_of(state)
    is_to_come = row is not None and over is not None and row.asked_at >= over
    if row is None or is_to_come or not may_read(user, state, row):
        raise UnknownChallenge(f"there is no challenge {number} that you may read")
    return _as_of(row, state)


def may_read(user: Any, state: State, row: Challenge) -> bool:
    """Whether somebody may read what a challenge says."""
    if user is None:
        return True
    if row.asked_by_id == user.pk:
        return True
    if row.ref and limited_access.is_hidden(user, row.ref):
        return False
    return visibility.ReachOfPosts(_reach(user), state)((row.team_code, row.staff_code))


def line_now_x100(state: State, row: Challenge, post: Unit | None) -> int | None:
    """What the lines it is about earn or take now, in hundredths; None where it is about none."""
    if row.line_x100 is None:
        return None
    return 0 if post is None else lines_x100(state, post, row.fact, row.ref) or 0


def lines_x100(state: State, post: Unit, fact: str, ref: str) -> int | None:
    """The same of a fact and reference at a post; None where it has no such line."""
    if not ref or fact not in KINDS:
        return None
    pricing = line_queries.pricing_of(state)
    rows = Line.objects.filter(load_id=state.load_id, post_no=post.number or 0, ref=ref)
    found = [
        points
        for number, points in rows.values_list("pricing", "points_x100")
        if pricing[number].kind in KINDS[fact]
    ]
    return sum(found) if found else None


def closed_before(before: datetime) -> QuerySet[Challenge]:
    """Those that were answered or taken back before a moment and still say something."""
    over = Challenge.objects.filter(Q(answered_at__lt=before) | Q(withdrawn_at__lt=before))
    return over.exclude(words="", answer_words="", ref="")


def took(rows: Sequence[Challenge], between: Any) -> list[int]:
    """How many working days each answered one took, the fewest first."""
    return sorted(
        between(timezone.localdate(row.asked_at), timezone.localdate(row.answered_at))
        for row in rows
        if row.answered_at is not None
    )


def _reach(user: Any) -> visibility.Reach:
    own = str(getattr(user, "staff_code", "") or "") if visibility.has_role(user) else ""
    return replace(visibility.allowed(user, Action.READ_DUTIES), staff_code=own)


def _inside(reach: visibility.Reach) -> Q:
    wanted = Q(staff_code=reach.staff_code) if reach.staff_code else Q(pk__in=())
    for level, code in reach.units:
        wanted |= Q(**{f"{level}_code": code}) if level != "nation" else Q()
    return wanted


def _of(state: State, unit: Unit) -> QuerySet[Challenge]:
    rows = Challenge.objects.all()
    if unit.level == "post":
        rows = rows.filter(team_code=unit.team_code, staff_code=unit.staff_code)
    elif unit.level != "nation":
        rows = rows.filter(**{f"{unit.level}_code": unit.code})
    over = _end_of(state)
    return rows if over is None else rows.filter(asked_at__lt=over)


def _end_of(state: State) -> datetime | None:
    if state.as_of is None:
        return None
    return timezone.make_aware(datetime.combine(state.day + timedelta(1), time.min))


def _as_of(row: Challenge, state: State) -> Challenge:
    """A challenge as it stood on a day in the past: what was answered later was open."""
    over = _end_of(state)
    if over is not None and row.answered_at is not None and row.answered_at >= over:
        row.answered_at, row.answered_who, row.outcome, row.answer_words = None, "", "", ""
    if over is not None and row.withdrawn_at is not None and row.withdrawn_at >= over:
        row.withdrawn_at = None
    return row
