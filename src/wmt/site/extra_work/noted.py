"""Notes of extra work as somebody may read them: whose case it is now, how each stands, and its line."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from wmt import rules
from wmt.ledger.extra_work import ExtraLine, extra_line, hours_of
from wmt.rules import RuleSet
from wmt.site.accounts import limited_access, visibility
from wmt.site.extra_work.models import ExtraWork, ExtraWorkDecision
from wmt.site.extra_work.note_states import NoteState, standing
from wmt.site.figures import line_queries
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State


def rules_on(day: date) -> RuleSet:
    """The rules of a day: what may be noted, and minutes of activities."""
    return _rules_on(rules.load(), day)


@lru_cache(maxsize=16)
def _rules_on(tree: rules.Tree, day: date) -> RuleSet:
    return tree.at(day)


class UnknownExtraWork(Http404):
    """There is no such note, or one may not read it."""


@dataclass(frozen=True)
class NotedWork:
    """A note with the post that holds its case now, how it stands, its line, and what was decided of it.

    Without a holder the case is not in the figures; without a line the rules have no minutes for it.
    """

    row: ExtraWork
    holder: Unit | None
    standing: NoteState
    line: ExtraLine | None
    decisions: tuple[ExtraWorkDecision, ...]

    @property
    def counts(self) -> bool:
        """Whether it is summed beside the figure of its post."""
        return self.standing == NoteState.CONFIRMED and self.line is not None


def hours(found: Iterable[NotedWork]) -> Fraction:
    """The hours in a four-week month of those that are confirmed, exact."""
    return hours_of(each.line for each in found if each.counts and each.line)


def of_unit(user: Any, state: State, unit: Unit) -> list[NotedWork]:
    """The notes on cases that posts of a unit hold now, as far as somebody may read these cases.

    Of posts of the unit's stream, as its figures are: streams are never added.
    """
    return [each for each in readable(user, state) if each.holder is not None and is_in(each.holder, unit)]


def of_case(user: Any, state: State, ref: str) -> list[NotedWork]:
    """All notes on a case that somebody may read."""
    return readable(user, state, [ref], closed=True)


def find(user: Any, state: State, number: int) -> NotedWork:
    """A note by its number, for whoever reads the case; one that is gone is of the post that held it last.

    Raises UnknownExtraWork.
    """
    row = ExtraWork.objects.filter(pk=number).exclude(ref="").first()
    found = readable(user, state, [row.ref], closed=True) if row else []
    for each in found:
        if each.row.pk == number:
            return each
    raise UnknownExtraWork(f"there is no note of extra work {number} that you may read")


def readable(user: Any, state: State, refs: Collection[str] = (), *, closed: bool = False) -> list[NotedWork]:
    """The notes that somebody may read, of some cases or of all; the last first.

    `closed`: those that are over, undone or of a case that is gone too. A command (None) reads all.
    """
    rows = _rows(state, refs, closed=closed)
    if not rows:
        return []
    holders, decided = _holders(state, {row.ref for row in rows}), _decided(state, rows)
    ruleset, hidden = rules_on(state.day), limited_access.hidden_from(user)
    reach = visibility.ReachOfPosts(visibility.cases(user, state), state)
    found = []
    for row in rows:
        holder = holders.get(row.ref)
        codes = (holder.code if holder else _last_post(row, decided[row.pk])).partition(":")
        if row.ref.upper() in hidden or not (user is None or reach((codes[0], codes[2]))):
            continue
        each = NotedWork(
            row,
            holder,
            standing(
                row, decided[row.pk], holder.code if holder else "", state.day,
                is_undone=row.undone_at is not None,
            ),
            extra_line(ruleset, row.activity, row.times_x100),
            tuple(decided[row.pk]),
        )  # fmt: skip
        found.append(each)
    return found


def _rows(state: State, refs: Collection[str], *, closed: bool) -> list[ExtraWork]:
    rows = ExtraWork.objects.exclude(ref="").order_by("-first_day", "-pk")
    if refs:
        rows = rows.filter(ref__in=refs)
    if not closed:
        rows = rows.filter(last_day__gte=state.day)
    if (over := _end_of(state)) is not None:
        rows = rows.filter(recorded_at__lt=over)
    elif not closed:
        rows = rows.filter(undone_at__isnull=True)
    return [_as_of(row, over) for row in rows]


def _end_of(state: State) -> datetime | None:
    """The end of a day in the past; None where the figures are those of now."""
    if state.as_of is None:
        return None
    return timezone.make_aware(datetime.combine(state.day + timedelta(1), time.min))


def _as_of(row: ExtraWork, over: datetime | None) -> ExtraWork:
    """A note as it stood then: what was undone later was not."""
    if over is not None and row.undone_at is not None and row.undone_at >= over:
        row.undone_at, row.undone_by = None, ""
    return row


def _decided(state: State, rows: Iterable[ExtraWork]) -> dict[int, list[ExtraWorkDecision]]:
    found: dict[int, list[ExtraWorkDecision]] = defaultdict(list)
    over, stands = _end_of(state), Q(undone_at__isnull=True)
    made = ExtraWorkDecision.objects.filter(work__in=[row.pk for row in rows])
    if over is not None:
        made, stands = made.filter(recorded_at__lt=over), stands | Q(undone_at__gte=over)
    for each in made.filter(stands).order_by("pk"):
        found[each.work_id].append(each)
    return found


def _holders(state: State, refs: Collection[str]) -> dict[str, Unit]:
    """The one post that holds each of some cases; those that several hold, or nobody, are left out."""
    pricing, posts = line_queries.pricing_of(state), defaultdict[str, set[int]](set)
    lines = Line.objects.filter(load_id=state.load_id, ref__in=list(refs))
    for ref, post_no, number in lines.values_list("ref", "post_no", "pricing"):
        if pricing[number].kind == "case":
            posts[ref].add(post_no)
    numbers = {number for each in posts.values() for number in each}
    units = {
        unit.number: unit
        for unit in Unit.objects.filter(load_id=state.load_id, level="post", whole=True, number__in=numbers)
    }
    return {ref: units[min(each)] for ref, each in posts.items() if len(each) == 1 and min(each) in units}


def _last_post(row: ExtraWork, decided: list[ExtraWorkDecision]) -> str:
    return decided[-1].post if decided else row.post


def is_in(post: Unit, unit: Unit) -> bool:
    """Whether the figures of a unit have those of a post."""
    if unit.level == "post":
        return post.code == unit.code
    return post.stream == unit.stream and (
        unit.level == "nation" or getattr(post, f"{unit.level}_code") == unit.code
    )
