"""What people do with a duty: one transaction each, the step, the audit event, and whoever is told of it.

What the rule does by itself is in `nightly`; its two ways in are given on from here.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from wmt.site.accounts.models import User
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError
from wmt.site.availability.labels import day_words
from wmt.site.availability.validation import NOTES
from wmt.site.duties import access, labels, requests
from wmt.site.duties.actor import DutyActor
from wmt.site.duties.due_dates import clock_on
from wmt.site.duties.evaluate import evaluate
from wmt.site.duties.models import Duty, Request, Step
from wmt.site.duties.notices import Announcement, tell
from wmt.site.duties.notify import closing_told
from wmt.site.duties.recipients import responsible
from wmt.site.duties.scheduled import after_load, turn
from wmt.site.duties.steps import put, stepped
from wmt.site.workload.state import State

__all__ = [
    "DutyActor", "acknowledge", "after_load", "answer", "ask", "close", "decide", "evaluate", "keep", "note",
    "review", "talk", "turn",
]  # fmt: skip

Kind = Step.Kind
_DECIDING = frozenset({Kind.DECIDED, Kind.REVIEWED, Kind.CLOSED, Kind.REOPENED})
_ANSWERING = frozenset({Kind.ASKED, Kind.ANSWERED})
_CONFIRMING = frozenset({Kind.FELL, Kind.KEPT, Kind.CLOSED, Kind.REOPENED, Kind.RESUMED})


def acknowledge(*, asker: DutyActor, number: int) -> Step:
    """Somebody takes the duty up. Raises ConflictError where somebody has already."""
    with transaction.atomic():
        duty = _mine(asker, number)
        if duty.acknowledged_on is not None:
            raise _conflict(duty, [Kind.ACKNOWLEDGED, Kind.DECIDED], "You do not need to acknowledge it")
        return _done(asker, duty, Kind.ACKNOWLEDGED)


def talk(*, asker: DutyActor, number: int, on: date | None, said: str = "") -> Step:
    """A conversation with the practitioner: when, and what about. Raises RefusedError."""
    with transaction.atomic():
        duty = _mine(asker, number)
        _refuse(*_words(said, "said"), *_talk_day(on, duty, asker.state.day))
        return _done(asker, duty, Kind.TALKED, said, {"on": on})


def decide(
    *,
    asker: DutyActor,
    number: int,
    version: int,
    decision: str,
    said: str,
    done_by: date | None,
    review_on: date | None,
) -> Step:
    """What will be done, exactly, by when, and when it is looked at again. A later one takes its place.

    Raises ConflictError where somebody decided since `version`, and RefusedError.
    """
    with transaction.atomic():
        duty = _mine(asker, number)
        _unmoved(duty, version, _DECIDING)
        faults = [*_words(said, "said", "Enter what will be done")]
        if decision not in labels.DECISIONS:
            faults.append(ChangeFault("DECISION_UNKNOWN", "Choose what will be done", "decision"))
        if done_by is None and decision != "accept":
            faults.append(
                ChangeFault("DONE_BY_MISSING", "Enter the date by which it will be done", "done_by")
            )
        if done_by is not None and done_by < asker.state.day:
            faults.append(
                ChangeFault(
                    "DONE_BY_PAST", "The date by which it will be done must be today or later", "done_by"
                )
            )
        _refuse(*faults, *_review_day(review_on, asker.state))
        data = {"decision": decision, "done_by": done_by, "review_on": review_on}
        step = _done(asker, duty, Kind.DECIDED, said, data)
        told = f"A decision about your workload: {labels.DECIDED[decision]}."
        tell([Announcement(duty, "decided", told, responsible(duty).person)])
        return step


def ask(*, asker: DutyActor, number: int, said: str) -> Request:
    """The practitioner asks for relief. Raises RefusedError, and ConflictError while an answer is owed."""
    with transaction.atomic():
        duty = _open(asker, number, access.need_own)
        return requests.ask_on(asker=asker, duty=duty, said=said)


def answer(*, asker: DutyActor, number: int, version: int, answer: str, said: str) -> Request:
    """The answer to a practitioner who asked for relief on a duty, also when that has closed since.

    Raises ConflictError and RefusedError.
    """
    with transaction.atomic():
        duty = _found(asker, number)
        access.need_handle(asker.user, duty, asker.state)
        _unmoved(duty, version, _ANSWERING)
        last = duty.requests.order_by("-pk").first()
        if last is None:
            raise RefusedError([ChangeFault("NOT_ASKED", "No one has asked for relief", "")])
        return requests.answer(asker=asker, number=last.pk, answer=answer, said=said)


def close(*, asker: DutyActor, number: int, version: int, said: str) -> Step:
    """A manager confirms that a duty closes, with the reason. Only where it waits for that, or was kept open.

    Raises ConflictError and RefusedError.
    """
    with transaction.atomic():
        duty = _to_confirm(asker, number, version, "Enter why it closes", said)
        fell = duty.steps.filter(kind=Kind.FELL).order_by("-number").first()
        on = (fell and fell.day_in("on")) or asker.state.day
        data = {"why": "confirmed", "on": on, "keeps_request": True}
        step = _done(asker, duty, Kind.CLOSED, said, data)
        tell(closing_told(duty, responsible(duty), labels.closed_words(step.data)))
        return step


def keep(*, asker: DutyActor, number: int, version: int, said: str) -> Step:
    """A manager keeps a duty open, because the work is still there. Raises ConflictError and RefusedError."""
    with transaction.atomic():
        duty = _to_confirm(asker, number, version, "Enter why it stays open", said)
        if duty.confirm_by is None:
            raise _conflict(duty, [Kind.KEPT], "It is open already")
        step = _done(asker, duty, Kind.KEPT, said)
        people = responsible(duty)
        kept = f"{duty.name}, {duty.team_name}: the excessive workload action stays open."
        tell([
            Announcement(duty, "kept", kept, people.heads),
            Announcement(duty, "kept", "The action about your workload stays open.", people.person),
        ])  # fmt: skip
        return step


def note(*, asker: DutyActor, number: int, said: str) -> Step:
    """A note, also on a duty that is closed. Raises RefusedError."""
    with transaction.atomic():
        duty = _found(asker, number)
        access.need_handle(asker.user, duty, asker.state)
        _refuse(*_words(said, "said", "Enter the note"))
        return _done(asker, duty, Kind.NOTED, said)


def review(*, asker: DutyActor, number: int, version: int, said: str, review_on: date | None) -> Step:
    """Somebody looked again and what was decided goes on. Raises ConflictError and RefusedError."""
    with transaction.atomic():
        duty = _mine(asker, number)
        _unmoved(duty, version, _DECIDING)
        faults = [*_words(said, "said", "Enter what you found")]
        if duty.decided_on is None:
            faults.append(
                ChangeFault("NOT_DECIDED", "No decision is recorded yet, so there is nothing to review", "")
            )
        _refuse(*faults, *_review_day(review_on, asker.state))
        return _done(asker, duty, Kind.REVIEWED, said, {"review_on": review_on})


# ---- what they share ---------------------------------------------------------------------------------------


def _mine(asker: DutyActor, number: int) -> Duty:
    return _open(asker, number, lambda user, duty: access.need_handle(user, duty, asker.state))


def _to_confirm(asker: DutyActor, number: int, version: int, missing: str, said: str) -> Duty:
    duty = _mine(asker, number)
    _unmoved(duty, version, _CONFIRMING)
    _refuse(*_words(said, "said", missing))
    if duty.confirm_by is None and duty.kept_on is None:
        over = "It closes automatically when the workload is no longer over the threshold"
        raise RefusedError([ChangeFault("STILL_OVER", over, "")])
    return duty


def _open(asker: DutyActor, number: int, need: Callable[[User, Duty], None]) -> Duty:
    duty = _found(asker, number)
    need(asker.user, duty)
    if not duty.is_open:
        raise _conflict(duty, [Kind.CLOSED], "You can still add a note")
    return duty


def _found(asker: DutyActor, number: int) -> Duty:
    """The duty, held until the transaction ends. Raises UnknownDuty."""
    found = access.seen(asker.user, asker.state).select_for_update().filter(pk=number).first()
    if found is None:
        raise access.UnknownDuty(f"there is no action {number}")
    return found


def _unmoved(duty: Duty, version: int, kinds: frozenset[Step.Kind]) -> None:
    since = duty.steps.filter(number__gt=version, kind__in=kinds)
    if since.exists():
        raise _conflict(duty, list(kinds), "Check it, then save yours again if it still applies")


def _conflict(duty: Duty, kinds: list[Step.Kind], remedy: str) -> ConflictError:
    """What somebody else did meanwhile, in words that whoever may act may read."""
    last = duty.steps.filter(kind__in=kinds).order_by("-number").first()
    happened = f"{last.who} has changed this: {labels.sentence(last)}" if last else "It has changed"
    return ConflictError(
        [ChangeFault("CHANGED", f"{happened}. {remedy}", shown=[last.words] if last and last.words else ())]
    )


def _done(
    asker: DutyActor, duty: Duty, kind: Step.Kind, said: str = "", data: Mapping[str, Any] | None = None
) -> Step:
    step = stepped(
        duty, kind, asker.state.day, who=asker.name, user=asker.user, words=said.strip(), data=data
    )
    put([step])
    # the audit says that something was done; what was said is for those who may read the duty
    record(
        "duty",
        f"{asker.name}, duty {duty.pk} of {duty.code}: {Step.Kind(kind).label.lower()}.",
        actor=asker.user,
        who=asker.name,
        level="post",
        code=duty.code,
        after={"duty": duty.pk, "step": step.number, "kind": str(kind)},
    )
    return step


def _refuse(*faults: ChangeFault) -> None:
    if faults:
        raise RefusedError(faults)


def _words(said: str, field: str, missing: str = "") -> list[ChangeFault]:
    if len(said) > NOTES:
        return [ChangeFault("TOO_LONG", f"It can have {NOTES:,} characters at most", field)]
    return [ChangeFault("WORDS_MISSING", missing, field)] if missing and not said.strip() else []


def _talk_day(on: date | None, duty: Duty, day: date) -> list[ChangeFault]:
    if on is None:
        return [ChangeFault("ON_MISSING", "Enter the date of the conversation", "on")]
    if on > day:
        return [ChangeFault("ON_AHEAD", "The date of the conversation must be today or earlier", "on")]
    if on < duty.run_since:
        since = day_words(duty.run_since)
        return [
            ChangeFault("ON_BEFORE", f"Enter a conversation since {since}, when the workload went over", "on")
        ]
    return []


def _review_day(on: date | None, state: State) -> list[ChangeFault]:
    if on is None:
        return [ChangeFault("REVIEW_MISSING", "Enter the review date", "review_on")]
    last = state.day + timedelta(clock_on(state).review_days)
    if not state.day < on <= last:
        text = f"The review date must be after today and no later than {day_words(last)}"
        return [ChangeFault("REVIEW_DAY", text, "review_on")]
    return []
