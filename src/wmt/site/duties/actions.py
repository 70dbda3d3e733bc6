"""What people do with a duty: one transaction each, the step, the audit event, and whoever is told of it.

What the rule does by itself is in `nightly`; its two ways in are given on from here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from wmt.site.accounts.models import User
from wmt.site.audit.record import record
from wmt.site.availability.changes import NOTES, ConflictError, Fault, RefusedError
from wmt.site.availability.words import day_words
from wmt.site.duties import access, words, workdays
from wmt.site.duties.evaluating import evaluate
from wmt.site.duties.models import Duty, Step
from wmt.site.duties.nightly import after_load, clock_on, turn
from wmt.site.duties.notices import Told, tell
from wmt.site.duties.people import responsible
from wmt.site.duties.steps import put, stepped
from wmt.site.workload.current import State

__all__ = [
    "Asker", "acknowledge", "after_load", "answer", "ask", "decide", "evaluate", "note", "review", "talk",
    "turn",
]  # fmt: skip

Kind = Step.Kind
_DECIDING = frozenset({Kind.DECIDED, Kind.REVIEWED, Kind.CLOSED, Kind.REOPENED})
_ANSWERING = frozenset({Kind.ASKED, Kind.ANSWERED, Kind.CLOSED, Kind.REOPENED})


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who does something, of which figures, and the name that is written down if it is not theirs alone."""

    user: User
    state: State
    who: str = ""

    @property
    def name(self) -> str:
        """What is written down."""
        return self.who or str(self.user)


def acknowledge(*, asker: Asker, number: int) -> Step:
    """Somebody takes the duty up. Raises ConflictError where somebody has already."""
    with transaction.atomic():
        duty = _mine(asker, number)
        if duty.acknowledged_on is not None:
            raise _conflict(duty, [Kind.ACKNOWLEDGED, Kind.DECIDED], "There is nothing left to acknowledge")
        return _done(asker, duty, Kind.ACKNOWLEDGED)


def talk(*, asker: Asker, number: int, on: date | None, said: str = "") -> Step:
    """A talk with the practitioner: when, and what about. Raises RefusedError."""
    with transaction.atomic():
        duty = _mine(asker, number)
        _refuse(*_words(said, "said"), *_talk_day(on, duty, asker.state.day))
        return _done(asker, duty, Kind.TALKED, said, {"on": on})


def decide(
    *,
    asker: Asker,
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
        faults = [*_words(said, "said", "Enter what exactly will be done")]
        if decision not in words.DECISIONS:
            faults.append(Fault("DECISION_UNKNOWN", "Choose what will be done", "decision"))
        if done_by is None and decision != "accept":
            faults.append(Fault("DONE_BY_MISSING", "Enter the day by which it is done", "done_by"))
        if done_by is not None and done_by < asker.state.day:
            faults.append(
                Fault("DONE_BY_PAST", "The day by which it is done must be today or later", "done_by")
            )
        _refuse(*faults, *_review_day(review_on, asker.state))
        data = {"decision": decision, "done_by": done_by, "review_on": review_on}
        step = _done(asker, duty, Kind.DECIDED, said, data)
        told = f"About your workload it was decided: {words.DECIDED[decision]}."
        tell([Told(duty, "decided", told, responsible(duty, asker.state.day).person)])
        return step


def ask(*, asker: Asker, number: int, said: str) -> Step:
    """The practitioner asks for relief. Raises RefusedError, and ConflictError while an answer is owed."""
    with transaction.atomic():
        duty = _open(asker, number, access.need_own)
        _refuse(*_words(said, "said", "Enter what would help you"))
        if duty.relief_by is not None:
            raise _conflict(duty, [Kind.ASKED], f"An answer is due by {day_words(duty.relief_by)}")
        by = workdays.after(asker.state.day, clock_on(asker.state).answer_days)
        step = _done(asker, duty, Kind.ASKED, said, {"answer_by": by})
        people = responsible(duty, asker.state.day)
        told = f"{duty.name}, {duty.team_name}, asks for relief. An answer is due by {day_words(by)}."
        to = people.managers or people.heads
        tell([Told(duty, "relief", f"{told} {people.missing}".strip(), to)])
        return step


def answer(*, asker: Asker, number: int, version: int, answer: str, said: str) -> Step:
    """The answer to a practitioner who asked for relief. Raises ConflictError and RefusedError."""
    with transaction.atomic():
        duty = _mine(asker, number)
        _unmoved(duty, version, _ANSWERING)
        faults = [*_words(said, "said", "Enter the answer in words")]
        if answer not in words.ANSWERS:
            faults.append(Fault("ANSWER_UNKNOWN", "Choose an answer", "answer"))
        if duty.relief_by is None:
            faults.append(Fault("NOT_ASKED", "Nobody has asked for relief", ""))
        _refuse(*faults)
        step = _done(asker, duty, Kind.ANSWERED, said, {"answer": answer})
        told = "Your request for relief has an answer."
        tell([Told(duty, "answer", told, responsible(duty, asker.state.day).person)])
        return step


def note(*, asker: Asker, number: int, said: str) -> Step:
    """A note, also on a duty that is closed. Raises RefusedError."""
    with transaction.atomic():
        duty = _found(asker, number)
        access.need_handle(asker.user, duty, asker.state)
        _refuse(*_words(said, "said", "Enter the note"))
        return _done(asker, duty, Kind.NOTED, said)


def review(*, asker: Asker, number: int, version: int, said: str, review_on: date | None) -> Step:
    """Somebody looked again and what was decided goes on. Raises ConflictError and RefusedError."""
    with transaction.atomic():
        duty = _mine(asker, number)
        _unmoved(duty, version, _DECIDING)
        faults = [*_words(said, "said", "Enter what you found")]
        if duty.decided_on is None:
            faults.append(Fault("NOT_DECIDED", "Nothing was decided yet, so there is nothing to review", ""))
        _refuse(*faults, *_review_day(review_on, asker.state))
        return _done(asker, duty, Kind.REVIEWED, said, {"review_on": review_on})


# ---- what they share ---------------------------------------------------------------------------------------


def _mine(asker: Asker, number: int) -> Duty:
    return _open(asker, number, lambda user, duty: access.need_handle(user, duty, asker.state))


def _open(asker: Asker, number: int, need: Callable[[User, Duty], None]) -> Duty:
    duty = _found(asker, number)
    need(asker.user, duty)
    if not duty.is_open:
        raise _conflict(duty, [Kind.CLOSED], "There is nothing left to do but to add a note")
    return duty


def _found(asker: Asker, number: int) -> Duty:
    """The duty, held until the transaction ends. Raises UnknownDuty."""
    found = access.seen(asker.user, asker.state).select_for_update().filter(pk=number).first()
    if found is None:
        raise access.UnknownDuty(f"there is no duty {number}")
    return found


def _unmoved(duty: Duty, version: int, kinds: frozenset[Step.Kind]) -> None:
    since = duty.steps.filter(number__gt=version, kind__in=kinds)
    if since.exists():
        raise _conflict(duty, list(kinds), "Look at it, then save yours again if it still holds")


def _conflict(duty: Duty, kinds: list[Step.Kind], remedy: str) -> ConflictError:
    """What somebody else did meanwhile, in words that whoever may act may read."""
    last = duty.steps.filter(kind__in=kinds).order_by("-number").first()
    happened = f"{last.who} was here before you: {words.sentence(last)}" if last else "It moved"
    return ConflictError(
        [Fault("CHANGED", f"{happened}. {remedy}", shown=[last.words] if last and last.words else ())]
    )


def _done(
    asker: Asker, duty: Duty, kind: Step.Kind, said: str = "", data: Mapping[str, Any] | None = None
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


def _refuse(*faults: Fault) -> None:
    if faults:
        raise RefusedError(faults)


def _words(said: str, field: str, missing: str = "") -> list[Fault]:
    if len(said) > NOTES:
        return [Fault("TOO_LONG", f"It can have {NOTES:,} characters at most", field)]
    return [Fault("WORDS_MISSING", missing, field)] if missing and not said.strip() else []


def _talk_day(on: date | None, duty: Duty, day: date) -> list[Fault]:
    if on is None:
        return [Fault("ON_MISSING", "Enter the day on which you talked", "on")]
    if on > day:
        return [Fault("ON_AHEAD", "The day on which you talked must be today or earlier", "on")]
    if on < duty.run_since:
        since = day_words(duty.run_since)
        return [
            Fault("ON_BEFORE", f"The workload is over the mark since {since}: enter a talk since then", "on")
        ]
    return []


def _review_day(on: date | None, state: State) -> list[Fault]:
    if on is None:
        return [Fault("REVIEW_MISSING", "Enter the day on which it is looked at again", "review_on")]
    last = state.day + timedelta(clock_on(state).review_days)
    if not state.day < on <= last:
        text = f"The day on which it is looked at again must be after today and by {day_words(last)}"
        return [Fault("REVIEW_DAY", text, "review_on")]
    return []
