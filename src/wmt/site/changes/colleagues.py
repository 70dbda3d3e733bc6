"""Naming somebody beside the holder of a case: who covers it while the holder is away entirely, who co-works
it or mentors the holder. The case stays with its holder and no figure moves.

Whoever may allocate cases of the one post to the other may do it, as if the case were given.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.utils import timezone

from wmt.days import written
from wmt.site.accounts import visibility
from wmt.site.accounts.access import Denied
from wmt.site.accounts.roles import Action
from wmt.site.allocation.access import codes
from wmt.site.allocation.models import CaseColleague, new_key
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import RefusedError, period_faults
from wmt.site.availability.queries import plans_of
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes import colleague_ends as ends
from wmt.site.changes import colleague_messages, spread
from wmt.site.changes.actions import Actor
from wmt.site.changes.colleague_messages import DOING
from wmt.site.changes.recalculate import hold_journal
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, state_if_any
from wmt.text import counted

_Role = CaseColleague.Role


class CaseNamed(NamedTuple):
    """One of several cases, and who is to be beside its holder."""

    ref: str
    post: str


@dataclass(frozen=True, kw_only=True)
class ColleaguesRequest:
    """Who is to be beside the holder of cases, as which, and for how long. `key` is that of the form or
    request, so that sending it twice names them once."""

    holder: str
    role: str
    given: Sequence[CaseNamed]
    first_day: date
    last_day: date | None = None
    key: str = ""


def name_colleagues(
    *, actor: Any, wanted: ColleaguesRequest, who: str = ""
) -> tuple[list[CaseColleague], bool]:
    """Name them for all of the cases or for none; whether anything is new.

    Raises Denied, RefusedError, and ConflictError where a case is with somebody else or has a cover already.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal():
        state = state_if_any()
        if state is None:
            raise preview.refused("NO_DATA", "No extract has been loaded, so there are no cases", "given")
        if same := list(CaseColleague.objects.filter(batch=wanted.key).order_by("pk")) if wanted.key else []:
            if _said(same) != _said([_row(wanted, each, "", None, "") for each in wanted.given]):
                words = "Other colleagues were named with this key; use a new one"
                raise preview.refused("KEY_TAKEN", words, "key")
            preview.need_right(actor, wanted.holder, state)
            return same, False
        _check(actor, wanted, state)
        batch = wanted.key or new_key()
        rows = [_row(wanted, each, batch, asker.user, asker.name) for each in wanted.given]
        for row in rows:
            row.save()
        colleague_messages.tell_named(state, rows)
        until = f" until {written(wanted.last_day)}" if wanted.last_day else ""
        for post, number in Counter(each.post for each in wanted.given).items():
            cases = f"{counted(number, 'case')} of {wanted.holder}"
            days = f"from {written(wanted.first_day)}{until}"
            said = f"named {post} to {DOING[_Role(wanted.role)]} {cases} {days}"
            _tell(asker, said, post, [row.pk for row in rows if row.post == post])
    return rows, True


def end_colleague(*, actor: Any, number: int, who: str = "") -> CaseColleague:
    """End it by hand: today is its last day. Raises Denied, and ConflictError where it has ended already."""
    asker = Actor(user=actor, who=who)
    with hold_journal():
        row = CaseColleague.objects.get(pk=number)
        state = state_if_any()
        if state is None:
            raise preview.conflict("NO_DATA", "No extract has been loaded")
        if not may_end(actor, row, state):
            raise Denied(Action.ALLOCATE_CASES, level="post", code=row.holder)
        (found,) = ends.judged(state, [row])
        if found.end:
            by = f", by {row.ended_by}" if row.ended_by else ""
            words = f"This has ended already: {CaseColleague.End(found.end).label}{by}"
            raise preview.conflict("ENDED", words)
        row.end, row.ended_on = CaseColleague.End.HAND, state.day
        row.ended_at, row.ended_by = timezone.now(), asker.name
        row.save()
        colleague_messages.tell_ended(state, [row])
        said = f"ended that {row.post} was to {DOING[_Role(row.role)]} 1 case of {row.holder}"
        _tell(asker, said, row.post, [row.pk])
    return row


def may_end(actor: Any, row: CaseColleague, state: State) -> bool:
    """Whether somebody may allocate cases of one of the two posts."""
    if actor is None:
        return True
    reach = visibility.ReachOfPosts(visibility.allowed(actor, Action.ALLOCATE_CASES), state)
    return reach(codes(row.holder)) or reach(codes(row.post))


def is_away(state: State, post: Unit, day: date) -> bool:
    """Whether somebody is away entirely on a day, by what is entered."""
    plan = plans_of([(post.team_code, post.staff_code)])[post.team_code, post.staff_code]
    back = ends.return_day(plan, post, day)
    return back is None or back > max(day, state.day)


def _check(actor: Any, wanted: ColleaguesRequest, state: State) -> None:
    """Raises Denied, RefusedError and ConflictError where it cannot be done."""
    refs = [each.ref for each in wanted.given]
    if not refs:
        raise preview.refused("NOTHING", "Choose a colleague for at least one case", "given")
    if len(refs) > spread.MOST or len(set(refs)) < len(refs):
        words = f"Send each case once, and {spread.MOST} cases at most"
        raise preview.refused("TOO_MANY" if len(refs) > spread.MOST else "TWICE", words, "given")
    if not all(each.post for each in wanted.given):
        raise preview.refused("POST", "Choose a colleague", "post")
    if wanted.role not in _Role:
        raise preview.refused("ROLE", f"Choose one of: {', '.join(_Role.values)}", "role")
    there = spread.cases_of(actor=actor, post=wanted.holder, refs=refs, state=state)
    found = preview.receivers(actor, sorted({each.post for each in wanted.given}), state)
    for each in wanted.given:
        preview.need_open_to(found[each.post], each.ref)
    if there.was_waiting:
        raise preview.refused("WAITS", "Nobody holds these cases: allocate them", "given")
    if wanted.holder in found:
        raise preview.refused("HOLDER", f"{there.holder.name} holds these cases: choose colleagues", "given")
    if faults := period_faults(wanted.first_day, wanted.last_day, state.day):
        raise RefusedError(faults)
    if wanted.role == _Role.COVER:
        if not is_away(state, there.holder, wanted.first_day):
            words = f"{there.holder.name} is not away entirely from {written(wanted.first_day)} on"
            raise preview.refused("NOT_AWAY", f"{words}. Enter the absence first", "first_day")
        if away := [unit.name for unit in found.values() if is_away(state, unit, wanted.first_day)]:
            words = f"{' and '.join(away)} cannot cover cases: away entirely on {written(wanted.first_day)}"
            raise preview.refused("AWAY", words, "given")
    _need_free(wanted, state, found)


def _need_free(wanted: ColleaguesRequest, state: State, found: dict[str, Unit]) -> None:
    """Refuses where somebody covers one of the cases on one of the days, or is beside its holder already."""
    rows = CaseColleague.objects.filter(ref__in=[each.ref for each in wanted.given], role=wanted.role, end="")
    posts = {each.ref: each.post for each in wanted.given}
    for each in ends.still(state, rows.order_by("pk")):
        row = each.row
        apart = (each.until and each.until < wanted.first_day) or (
            wanted.last_day and wanted.last_day < row.first_day
        )
        if apart or (row.role != _Role.COVER and row.post != posts[row.ref]):
            continue
        name = found[row.post].name if row.post in found else row.post
        until = f" until {written(each.until)}" if each.until else ""
        what = f"{name} {row.get_role_display()} from {written(row.first_day)}{until}, named by {row.who}"
        raise preview.conflict("TAKEN", f"{row.ref}: {what}. End that first")


def _row(wanted: ColleaguesRequest, case: CaseNamed, batch: str, user: Any, who: str) -> CaseColleague:
    return CaseColleague(
        batch=batch, ref=case.ref, holder=wanted.holder, post=case.post, role=wanted.role,
        first_day=wanted.first_day, last_day=wanted.last_day, recorded_by=user, who=who,
    )  # fmt: skip


def _said(rows: Sequence[CaseColleague]) -> list[tuple[Any, ...]]:
    """What stands for some of them, in whatever order they came."""
    same = ("ref", "holder", "post", "role", "first_day", "last_day")
    return sorted((tuple(getattr(row, name) for name in same) for row in rows), key=str)


def _tell(asker: Actor, said: str, post: str, numbers: Sequence[int]) -> None:
    record(
        "colleague", f"{asker.name} {said}.", actor=asker.user, who=asker.name, level="post", code=post,
        after={"colleagues": list(numbers)},
    )  # fmt: skip
