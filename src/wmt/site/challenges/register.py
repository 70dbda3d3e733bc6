"""Challenges as somebody may read them: of a unit, and how soon they were answered.

That there are some, and how many, is open above posts. What they say is for who asked, whom they are about,
and whoever reads what is said of excessive workload there, of cases only where they read cases (`readers`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from wmt import rules
from wmt.site.accounts import visibility
from wmt.site.challenges.models import Challenge
from wmt.site.challenges.readers import ChallengeReader, teams_in
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
def _rules_at(tree: rules.Tree, day: date) -> rules.RuleSet:
    return tree.at(day)


def facts_on(state: State) -> dict[str, FactRule]:
    """What can be said to be wrong by the rules of the day, in their order."""
    ruleset = _rules_at(rules.load(), state.day)  # what is approved makes another tree
    found = {}
    for fact in (*KINDS, "points"):
        name, owner, answers = (
            str(ruleset[f"challenge_facts.{fact}.{word}"].value) for word in ("name", "owner", "answers")
        )
        found[fact] = FactRule(fact, name, owner, answers, ruleset[f"challenge_facts.{fact}.days"].whole)
    return found


def counts(state: State, unit: Unit) -> ChallengeCounts:
    """Numbers alone, which are open for every unit above posts; of a day in the past as they were then."""
    rows = _of(state, unit)
    is_open = _is_open(state)
    return ChallengeCounts(
        rows.filter(is_open).count(),
        rows.filter(is_open, due__lt=state.day).count(),
        rows.exclude(is_open).count(),
    )


def of_unit(user: Any, state: State, unit: Unit) -> list[Challenge]:
    """The challenges of posts of a unit that somebody may read, the last first; at most `MOST_LISTED`.

    Each without what they may not read of it; in a list of a region or the nation as in its files.
    """
    cases = None if user is None else visibility.cases_in_bulk(user, state, unit)
    reader = ChallengeReader(user, state, cases)
    found = reader.among(_of(state, unit)).order_by("-asked_at", "-pk")[:MOST_LISTED]
    return [reader.shown(_as_of(row, state)) for row in found if reader.may_read(row)]


def find(user: Any, state: State, number: int) -> Challenge:
    """One challenge, without what somebody may not read of it.

    Raises UnknownChallenge, also for one that they may not know of.
    """
    row = Challenge.objects.filter(pk=number).first() if number < 2**31 else None
    over, reader = _end_of(state), ChallengeReader(user, state)
    is_to_come = row is not None and over is not None and row.asked_at >= over
    if row is None or is_to_come or not reader.may_read(row):
        raise UnknownChallenge(f"there is no challenge {number} that you may read")
    return reader.shown(_as_of(row, state))


def line_now_x100(state: State, row: Challenge, post: Unit | None) -> int | None:
    """What the lines it is about earn or take now, in hundredths; None where it is about none.

    None as well where the reference is withheld or deleted: nothing is known of the item then.
    """
    if row.line_x100 is None or not row.ref:
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


def open_at(user: Any, state: State, post: Unit) -> list[Challenge]:
    """Those open today at a post that somebody said themselves or may read the whole of, the first first.

    What others said and they may not read is left out: nobody is told of it.
    """
    there = Challenge.objects.filter(
        team_code=post.team_code, staff_code=post.staff_code,
        answered_at__isnull=True, withdrawn_at__isnull=True,
    )  # fmt: skip
    rows, own = list(there.order_by("asked_at", "pk")), getattr(user, "pk", None)
    if not rows:
        return []
    reader = ChallengeReader(user, state)
    return [row for row in rows if row.asked_by_id == own or reader.reads_all_of(row)]


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


def _of(state: State, unit: Unit) -> QuerySet[Challenge]:
    rows = Challenge.objects.all()
    if unit.level == "post":
        rows = rows.filter(team_code=unit.team_code, staff_code=unit.staff_code)
    elif unit.level != "nation":
        rows = rows.filter(_at(state, unit.level, unit.code))
    over = _end_of(state)
    return rows if over is None else rows.filter(asked_at__lt=over)


def _at(state: State, level: str, code: str) -> Q:
    """At the posts of a unit: by the teams of the figures shown, of teams gone by the day it was said."""
    here = Q(team_code__in=teams_in(state, level, code))
    if level == "team":
        return here
    return here | Q(**{f"{level}_code": code}) & ~Q(team_code__in=teams_in(state, "nation", ""))


def _is_open(state: State) -> Q:
    """Open today, or on the day in the past that is shown."""
    answered, withdrawn = Q(answered_at__isnull=True), Q(withdrawn_at__isnull=True)
    over = _end_of(state)
    if over is None:
        return answered & withdrawn
    return (answered | Q(answered_at__gte=over)) & (withdrawn | Q(withdrawn_at__gte=over))


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
