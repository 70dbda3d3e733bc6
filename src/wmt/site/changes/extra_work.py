"""Noting that a case needs more than the average, and what a manager decides of it. No figure moves.

Whoever holds the case notes it; whoever may allocate cases of that post, and did not note it, confirms or
declines. The audit says which note, and neither the case nor the words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from wmt.days import written
from wmt.ledger.extra_work import offered
from wmt.rules import RuleSet
from wmt.site.accounts import visibility
from wmt.site.accounts.access import Denied
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action
from wmt.site.allocation.models import new_key
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError, period_faults
from wmt.site.changes.actions import Actor
from wmt.site.changes.allocation_messages import not_shut_out
from wmt.site.changes.case_deltas import case_lines, holders_of
from wmt.site.changes.plan_cases import readable_cases
from wmt.site.changes.recalculate import hold_journal
from wmt.site.duties import notices
from wmt.site.duties.recipients import Roles
from wmt.site.extra_work import noted as extra_work
from wmt.site.extra_work.models import ExtraWork, ExtraWorkDecision
from wmt.site.extra_work.note_states import CLOSED, NoteState
from wmt.site.figures import line_queries
from wmt.site.outbox.messages import people_at
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, state_if_any
from wmt.text import NOTE

#: So long may words and reasons be.
MOST = 500
_Kind = ExtraWorkDecision.Kind


@dataclass(frozen=True, kw_only=True)
class ExtraWorkRequest:
    """Extra work as a form or a program asks for it. `key` is that of the form or request."""

    ref: str
    activity: str
    times: Decimal
    first_day: date
    last_day: date
    words: str
    key: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """What is kept of it, by the names of `ExtraWork`."""
        same = {name: getattr(self, name) for name in ("activity", "first_day", "last_day")}
        return {**same, "times_x100": int(self.times * 100), "words": NOTE.mended(self.words)}


def note(*, actor: Any, wanted: ExtraWorkRequest, who: str = "") -> tuple[ExtraWork, bool]:
    """Note extra work on a case; the note, and whether it is new: the same request twice notes it once.

    Raises UnknownExtraWork, ExtraWorkDenied, RefusedError with every fault, and ConflictError where the same
    activity is noted for some of the days.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal():
        state = _shown()
        ref, holder = find_case(actor, wanted.ref, state)
        if not may_note(actor, holder):
            raise ExtraWorkDenied(holder.code)
        post = holder.code
        if same := ExtraWork.objects.filter(key=wanted.key).first() if wanted.key else None:
            kept = {**wanted.values, "ref": ref}
            if any(getattr(same, name) != value for name, value in kept.items()):
                words = "Something else was sent with this key; use a new one"
                raise RefusedError([ChangeFault("KEY_TAKEN", words, "key")])
            return same, False
        if faults := _faults(wanted, state, activities_for(state, ref)):
            raise RefusedError(faults)
        _need_free(actor, wanted, ref, state)
        row = ExtraWork.objects.create(
            **wanted.values, ref=ref, post=post, key=wanted.key or new_key(),
            recorded_by=asker.user, who=asker.name,
        )  # fmt: skip
        days = f"from {written(row.first_day)} until {written(row.last_day)}"
        _record(asker, row, post, f"noted extra work on 1 case of {post} {days}")
        said = f"Extra work on a case of {holder.name or post} waits for you to confirm or decline it."
        _tell(row, "to confirm", said, _deciders(holder), asker)
    return row, True


def decide(*, actor: Any, number: int, kind: str, reason: str = "", who: str = "") -> ExtraWork:
    """Confirm or decline a note, or end it from now on; declining wants a reason.

    Raises UnknownExtraWork, Denied, RefusedError, and ConflictError where it does not stand so any more.
    """
    asker, words = Actor(user=actor, who=who), NOTE.mended(reason)
    with hold_journal():
        found = extra_work.find(actor, _shown(), number)
        may = may_end if kind == _Kind.ENDED else may_decide
        if not may(actor, found):
            raise Denied(Action.ALLOCATE_CASES, level="post", code=found.row.post)
        if kind not in _Kind:
            raise RefusedError([ChangeFault("KIND", "Choose confirm, decline or end", "kind")])
        if kind == _Kind.DECLINED and not words:
            raise RefusedError([ChangeFault("REASON", "Enter why, for whoever holds the case", "reason")])
        if len(words) > MOST:
            raise RefusedError([ChangeFault("REASON", f"Enter at most {MOST} characters", "reason")])
        closed = (*CLOSED, NoteState.GONE) if kind != _Kind.ENDED else CLOSED
        if found.standing in closed:
            raise _conflict(f"This note cannot be decided any more: {found.standing}")
        if (kind, found.standing) in _SAME:
            raise _conflict(f"This note is {found.standing} already")
        holder = found.holder.code if found.holder else found.row.post
        ExtraWorkDecision.objects.create(
            work=found.row, kind=kind, post=holder, reason=words, key=new_key(), recorded_by=asker.user,
            who=asker.name,
        )  # fmt: skip
        _record(asker, found.row, holder, f"{kind} extra work on 1 case of {holder}")
        said = f"Extra work on a case of yours was {kind}."
        _tell(found.row, kind, said, [_holders_of(found)], asker)
    return found.row


_SAME = {
    (_Kind.CONFIRMED, NoteState.CONFIRMED),
    (_Kind.CONFIRMED, NoteState.COMING),
    (_Kind.DECLINED, NoteState.DECLINED),
}


def undo(*, actor: Any, number: int, who: str = "") -> ExtraWork:
    """Take back the last thing that was entered of a note (a decision, else the note itself), by whoever
    entered it, on its day. Raises UnknownExtraWork, RefusedError and ConflictError."""
    asker = Actor(user=actor, who=who)
    with hold_journal():
        found = extra_work.find(actor, _shown(), number)
        last: ExtraWork | ExtraWorkDecision = found.decisions[-1] if found.decisions else found.row
        if not may_undo(actor, found):
            words = "Only whoever entered it can undo it, on the day it was entered"
            raise RefusedError([ChangeFault("TOO_LATE", words)])
        last.undone_at, last.undone_by = timezone.now(), asker.name
        last.save(update_fields=["undone_at", "undone_by"])
        what = "a decision of" if found.decisions else "the note of"
        if found.decisions:
            said = f"That extra work on a case of yours was {found.decisions[-1].kind} is taken back."
            _tell(found.row, "undone", said, [_holders_of(found)], asker)
        elif found.holder is not None:
            said = f"Extra work on a case of {found.holder.name or found.holder.code} is taken back."
            _tell(found.row, "undone", said, _deciders(found.holder), asker)
        _record(asker, found.row, found.row.post, f"undid {what} extra work on 1 case of {found.row.post}")
    return found.row


def follow_posts(moved: dict[str, str]) -> None:
    """Notes and decisions of posts that go on under another code go with them, in the journal."""
    for model in (ExtraWork, ExtraWorkDecision):
        for row in model._default_manager.filter(post__in=moved):
            row.post = moved[row.post]
            row.save(update_fields=["post"])


def find_case(user: Any, typed: str, state: State) -> tuple[str, Unit]:
    """A case by its CRN, which somebody may read, and the one post that holds it.

    Raises UnknownExtraWork, and RefusedError where several posts hold it.
    """
    ref = "".join(typed.replace("\0", "").split()).upper()[:80]
    found = readable_cases(user, [ref], state) if ref else {}
    if ref not in found:
        raise extra_work.UnknownExtraWork("there is no such case that you may read")
    if len(holders_of(state, [ref])) > 1:
        words = "Several people hold this case, so it is not clear whose work it is"
        raise RefusedError([ChangeFault("SEVERAL", words, "ref")])
    return ref, found[ref]


def may_note(user: Any, holder: Unit) -> bool:
    """Whether a case of a holder is somebody's own, who has a role: it is noted by whoever holds it."""
    own = getattr(user, "staff_code", "")
    return bool(own) and holder.staff_code == own and visibility.has_role(user)


def may_decide(user: Any, found: extra_work.NotedWork) -> bool:
    """Whether somebody may confirm or decline a note: who may allocate the case and did not note it."""
    if found.holder is None or (user is not None and found.row.recorded_by_id == user.pk):
        return False
    own = getattr(user, "staff_code", "")
    is_own = bool(own) and found.holder.staff_code == own
    return user is None or (
        visibility.allowed(user, Action.ALLOCATE_CASES).covers(found.holder) and not is_own
    )


def may_end(user: Any, found: extra_work.NotedWork) -> bool:
    """Whether somebody may end a note: who holds the case, who noted it, and who may decide of it."""
    own = getattr(user, "staff_code", "")
    holds = bool(own) and found.holder is not None and found.holder.staff_code == own
    noted = user is not None and found.row.recorded_by_id == user.pk
    return holds or noted or may_decide(user, found)


def may_undo(user: Any, found: extra_work.NotedWork) -> bool:
    """Whether somebody may take back the last thing that was entered of a note."""
    last: ExtraWork | ExtraWorkDecision = found.decisions[-1] if found.decisions else found.row
    is_theirs = user is None or last.recorded_by_id == user.pk
    is_today = timezone.localdate(last.recorded_at) == timezone.localdate()
    return is_theirs and is_today and found.row.undone_at is None


class ExtraWorkDenied(Denied):
    """A case that somebody else holds."""

    def __init__(self, post: str) -> None:
        self.level, self.code, self.action = "post", post, "note extra work on a case"
        self.sentence = "Extra work on a case is noted by whoever holds it."
        self.remedy = "Ask the practitioner who holds the case."
        super(Denied, self).__init__(self.sentence)


def activities_for(state: State, ref: str) -> dict[str, Any]:
    """The activities that can be noted on a case, by id."""
    pricing = line_queries.pricing_of(state)
    of_warrant = any(pricing[line.pricing].status == "warrant" for line in case_lines(state, [ref]))
    return offered(extra_work.rules_on(state.day), of_warrant=of_warrant)


def _faults(wanted: ExtraWorkRequest, state: State, known: dict[str, Any]) -> list[ChangeFault]:
    """What is missing or wrong in a request."""
    rules = extra_work.rules_on(state.day)
    faults = period_faults(wanted.first_day, wanted.last_day, state.day)
    longest = rules["extra_work.longest_days"].whole
    if not faults and (wanted.last_day - wanted.first_day).days >= longest:
        words = f"Enter a last day within {longest} days: it can be noted again after that"
        faults.append(ChangeFault("LAST_DAY", words, "last_day"))
    if wanted.activity not in known:
        words = "Choose an activity" if known else "There is no work that can be noted on such a case"
        faults.append(ChangeFault("ACTIVITY", words, "activity"))
    return [*faults, *_times_faults(wanted.times, rules), *_words_faults(wanted.words)]


def _times_faults(times: Decimal, rules: RuleSet) -> list[ChangeFault]:
    most = rules["extra_work.most_times"].whole
    if not times.is_finite() or not 0 < times <= most or (times * 100) % 1:
        words = f"Enter how many times more in four weeks: above 0, at most {most}, with two decimals at most"
        return [ChangeFault("TIMES", words, "times")]
    return []


def _words_faults(typed: str) -> list[ChangeFault]:
    words = NOTE.mended(typed)
    if not words:
        return [ChangeFault("WORDS", "Enter what the case needs and why", "words")]
    if len(words) > MOST:
        return [ChangeFault("WORDS", f"Enter at most {MOST} characters", "words")]
    return []


def _need_free(actor: Any, wanted: ExtraWorkRequest, ref: str, state: State) -> None:
    """Raises ConflictError where the same activity is noted for some of the days."""
    for each in extra_work.of_case(actor, state, ref):
        row = each.row
        apart = row.last_day < wanted.first_day or wanted.last_day < row.first_day
        if (
            row.activity == wanted.activity
            and not apart
            and each.standing not in (*CLOSED, NoteState.DECLINED)
        ):
            days = f"from {written(row.first_day)} until {written(row.last_day)}"
            raise _conflict(f"This activity is noted on the case already, {days}. End that first")


def _conflict(words: str) -> ConflictError:
    return ConflictError([ChangeFault("NOTED", words)])


def _shown() -> State:
    state = state_if_any()
    if state is None:
        raise RefusedError([ChangeFault("NO_DATA", "No extract has been loaded, so there are no cases", "")])
    return state


def _holders_of(found: extra_work.NotedWork) -> list[User]:
    """Who noted it, and who holds its case now."""
    code = found.holder.staff_code if found.holder else ""
    noted_by = [found.row.recorded_by] if found.row.recorded_by else []
    return [*noted_by, *(people_at([code])[code] if code else [])]


def _deciders(holder: Unit) -> list[list[User]]:
    """Who may be asked to decide: the managers; where none of them may know of the case, the heads."""
    people = Roles([holder]).of(holder)
    return [people.managers, people.heads]


def _tell(row: ExtraWork, kind: str, said: str, groups: Iterable[Sequence[User]], asker: Actor) -> None:
    """Notifications and emails without the case or the words, to none who may not know of the case: to the
    first group that has anybody left."""
    own = None if asker.user is None else asker.user.pk
    for people in groups:
        if told := not_shut_out([each for each in people if each.pk != own], [row.ref]):
            notices.tell([notices.Announcement(row, kind, said, told)])
            return


def _record(asker: Actor, row: ExtraWork, post: str, said: str) -> None:
    record(
        "extra work", f"{asker.name} {said}.", actor=asker.user, who=asker.name, level="post", code=post,
        after={"extra_work": row.pk},
    )  # fmt: skip
