"""Saying that a figure is wrong, answering, and taking it back. No figure moves by any of it.

The audit and the emails say which challenge, and neither the words nor the case.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from wmt.days import written
from wmt.site.accounts import limited_access, visibility
from wmt.site.accounts.access import NATION, Denied, may
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action
from wmt.site.allocation.models import new_key
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError
from wmt.site.challenges import register
from wmt.site.challenges.models import Challenge
from wmt.site.changes.actions import Actor
from wmt.site.changes.plan_cases import readable_cases
from wmt.site.changes.recalculate import hold_journal
from wmt.site.duties import workdays
from wmt.site.duties.recipients import responsible
from wmt.site.outbox import messages
from wmt.site.workload import as_of_day
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import NOTE

#: So long may words be.
MOST = 1_000
#: What its emails are about: challenges, by their numbers.
ABOUT = "challenge"
ADMINISTRATOR = "administrator"
_OPEN = Q(answered_at__isnull=True, withdrawn_at__isnull=True)
_PLACE = ("team_code", "staff_code")
_ANSWER = ("answered_at", "answered_by", "answered_who", "outcome", "answer_words")


@dataclass(frozen=True, kw_only=True)
class ChallengeRequest:
    """What is said to be wrong: the fact, its reference if it has one, the words. `key` is the form's."""

    fact: str
    words: str
    ref: str = ""
    key: str = ""

    @property
    def values(self) -> dict[str, str]:
        """What is kept of it."""
        ref = "".join(self.ref.replace("\0", "").split())
        is_case = self.fact in ("case", "tier")
        return {"fact": self.fact, "ref": ref.upper() if is_case else ref, "words": NOTE.mended(self.words)}


class NotTheirChallenge(Denied):
    """Somebody wants to take back what another said."""

    def __init__(self, post: str) -> None:
        self.level, self.code, self.action = "post", post, "take a challenge back"
        self.sentence = "Only whoever said that something is wrong can take it back."
        self.remedy = "Whoever answers it can say that it is as it should be."
        super(Denied, self).__init__(self.sentence)


class OwnChallenge(Denied):
    """Somebody wants to answer what they said, or what is about themselves."""

    def __init__(self, row: Challenge) -> None:
        super().__init__(Action.HANDLE_DUTIES, level="post", code=row.post)
        self.sentence = "You said that this is wrong or it is about you, so someone else must answer it."
        self.remedy = "Another manager of the team, the head of the PDU or an administrator can."


def may_ask(post: Unit, state: State) -> bool:
    """Whether one may say now that something is wrong: of any post, because its figures are open to all."""
    return state.as_of is None and as_of_day.asked() is None and post.level == "post"


def _line(user: Any, post: Unit, state: State, values: dict[str, str]) -> int | None:
    """What the item it is about earns or takes, for whoever may read it; None where there is none."""
    reads = user is None or values["fact"] == "reduction" or visibility.cases(user, state).covers(post)
    if not reads or (user is not None and limited_access.is_hidden(user, values["ref"])):
        return None
    return register.lines_x100(state, post, values["fact"], values["ref"])


def _reads_case(user: Any, state: State, values: dict[str, str]) -> bool:
    """Whether a case is one that somebody may read, whoever holds it: it may be missing at a post."""
    if values["fact"] != "case" or user is None:
        return values["fact"] == "case"
    return bool(values["ref"]) and values["ref"] in readable_cases(user, [values["ref"]], state)


def ask(
    *, actor: Any, post: Unit, state: State, wanted: ChallengeRequest, who: str = ""
) -> tuple[Challenge, bool]:
    """Say that something of a post is wrong; the challenge, and whether it is new: the same twice is one.

    Raises RefusedError with every fault, and ConflictError where the same is open already.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal():
        if state.as_of is not None:
            raise as_of_day.InThePast
        values = wanted.values
        if same := Challenge.objects.filter(key=wanted.key).first() if wanted.key else None:
            kept = {name: getattr(same, name) for name in values}
            is_same = same.asked_by_id == getattr(asker.user, "pk", None) and same.post == post.code
            if kept != values or not is_same:
                words = "Something else was sent with this key; use a new one"
                raise RefusedError([ChangeFault("KEY_TAKEN", words, "key")])
            return same, False
        known = register.facts_on(state)
        line = _line(actor, post, state, values)
        reads = line is not None or _reads_case(actor, state, values)
        if faults := _faults(values, known, reads=reads, post=post):
            raise RefusedError(faults)
        _need_none_open(actor, state, values, post)
        rule = known[values["fact"]]
        row = Challenge.objects.create(
            **values, key=wanted.key or new_key(), team_code=post.team_code, staff_code=post.staff_code,
            pdu_code=post.pdu_code, region_code=post.region_code, line_x100=line,
            points_x100=post.points_x100, available_x100=post.available_x100, owner=rule.owner,
            answers=rule.answers, due=workdays.after(state.day, rule.days), asked_by=asker.user,
            asked_who=asker.name,
        )  # fmt: skip
        _tell(asker, row, "challenged a figure of")
        _write_to_owners(row)
    return row, True


def may_answer(user: Any, row: Challenge, state: State) -> bool:
    """Whether somebody may answer it: who manages there, or an administrator where the rules say so.

    Where no administrator is left who may, whoever is asked in their place.
    """
    if state.as_of is not None or as_of_day.asked() is not None or not row.is_open or _is_theirs(user, row):
        return False
    level, code = NATION if row.answers == ADMINISTRATOR else ("post", row.post)
    if user is None or may(user, Action.HANDLE_DUTIES, level=level, code=code, state=state):
        return True
    return row.answers == ADMINISTRATOR and user in owners_of(row)


def answer(*, actor: Any, number: int, state: State, outcome: str, words: str, who: str = "") -> Challenge:
    """Answer it, once. Raises UnknownChallenge, Denied, RefusedError, ConflictError where it is closed."""
    asker, said = Actor(user=actor, who=who), NOTE.mended(words)
    with hold_journal():
        row = register.find(actor, state, number)
        if state.as_of is not None:
            raise as_of_day.InThePast
        if _is_theirs(actor, row):
            raise OwnChallenge(row)
        _need_open(row)
        if not may_answer(actor, row, state):
            level, code = NATION if row.answers == ADMINISTRATOR else ("post", row.post)
            raise Denied(Action.HANDLE_DUTIES, level=level, code=code)
        faults = _words_faults(said, "Enter your answer")
        if outcome not in Challenge.Outcome:
            faults.append(ChangeFault("OUTCOME", "Choose what became of it", "outcome"))
        if faults:
            raise RefusedError(faults)
        row.answered_at, row.answered_by, row.answered_who = timezone.now(), asker.user, asker.name
        row.outcome, row.answer_words = outcome, said
        row.save(update_fields=_ANSWER)
        _tell(asker, row, "answered a challenge of a figure of")
        _write_to_asker(row)
    return row


def withdraw(*, actor: Any, number: int, state: State, who: str = "") -> Challenge:
    """Take it back, by whoever said it, while it is open. Raises UnknownChallenge, Denied, ConflictError."""
    asker = Actor(user=actor, who=who)
    with hold_journal():
        row = register.find(actor, state, number)
        if state.as_of is not None:
            raise as_of_day.InThePast
        if actor is not None and row.asked_by_id != actor.pk:
            raise NotTheirChallenge(row.post)
        _need_open(row)
        row.withdrawn_at = timezone.now()
        row.save(update_fields=["withdrawn_at"])
        _tell(asker, row, "took back a challenge of a figure of")
    return row


def follow_posts(moved: dict[str, str]) -> None:
    """Challenges of posts that go on under another code go with them, in the journal.

    Where somebody said the same at both posts, the one that moves is closed: the other is answered.
    """
    teams = {former.partition(":")[0] for former in moved}
    there = Challenge.objects.filter(team_code__in=teams)
    rows = [row for row in there if row.post in moved]  # read before any moves: chains of codes, exchanges
    now = timezone.now()
    with transaction.atomic():
        # none of them is open while they move, so that none is in the way of another
        Challenge.objects.filter(_OPEN, pk__in=[row.pk for row in rows]).update(withdrawn_at=now)
        for row in rows:
            row.team_code, _, row.staff_code = moved[row.post].partition(":")
            same = {name: getattr(row, name) for name in (*_PLACE, "fact", "ref", "asked_by")}
            if row.is_open and row.asked_by and Challenge.objects.filter(_OPEN, **same).exists():
                row.answered_at, row.outcome = now, Challenge.Outcome.PASSED
                row.answered_who, row.answer_words = (
                    "WMT",
                    "The same is open for the post under its new code.",
                )
            row.save(update_fields=[*_PLACE, *_ANSWER, "withdrawn_at"])


def _is_theirs(user: Any, row: Challenge) -> bool:
    own = getattr(user, "staff_code", "")
    return user is not None and (row.asked_by_id == user.pk or (bool(own) and own == row.staff_code))


def _need_open(row: Challenge) -> None:
    if not row.is_open:
        what = "answered" if row.answered_at else "taken back"
        day = written(row.closed_on) if row.closed_on else ""
        raise ConflictError([ChangeFault("CLOSED", f"This was {what} on {day}")])


def _need_none_open(user: Any, state: State, values: dict[str, str], post: Unit) -> None:
    """Raises ConflictError where the same is open for the post, said by this person or told to them.

    Who may not read what another said is not told of it: both are kept.
    """
    there = register.open_at(user, state, post)
    same = next((row for row in there if (row.fact, row.ref) == (values["fact"], values["ref"])), None)
    if same is not None:
        day = written(timezone.localdate(same.asked_at))
        words = f"Somebody said on {day} that this is wrong, and it is still open"
        raise ConflictError([ChangeFault("OPEN", words)])


def _faults(
    values: dict[str, str], known: dict[str, register.FactRule], *, reads: bool, post: Unit
) -> list[ChangeFault]:
    faults = []
    if values["fact"] not in known:
        faults.append(ChangeFault("FACT", "Choose what is wrong", "fact"))
    elif values["ref"] and values["fact"] == "points":
        faults.append(ChangeFault("REF", "How points are worked out has no reference: leave it blank", "ref"))
    elif values["ref"] and not reads:
        words = (
            f"{post.code} has no such item today that you may read. Leave it blank if it is about none, or "
            "if a case is missing"
        )
        faults.append(ChangeFault("REF", words, "ref"))
    if len(values["ref"]) > 80:
        faults.append(ChangeFault("REF", "Enter at most 80 characters", "ref"))
    return [*faults, *_words_faults(values["words"], "Enter what is wrong, and how it should be")]


def _words_faults(said: str, missing: str) -> list[ChangeFault]:
    if not said:
        return [ChangeFault("WORDS", missing, "words")]
    if len(said) > MOST:
        return [ChangeFault("WORDS", f"Enter at most {MOST:,} characters", "words")]
    return []


def owners_of(row: Challenge) -> list[User]:
    """Who is asked to answer: by the rules' role, and neither who asked nor whom it is about.

    Where nobody of that role is left, the next: up from the managers, or down from the administrators.
    """
    people = responsible(row)
    groups = [people.managers, people.heads, people.administrators]
    if row.answers == ADMINISTRATOR:
        groups.reverse()
    others = ([user for user in group if not _is_theirs(user, row)] for group in groups)
    return next(filter(None, others), [])


def _write_to_owners(row: Challenge) -> None:
    body = f"Somebody said that a figure is wrong. An answer is due by {written(row.due)}."
    _write(
        row,
        "challenge",
        owners_of(row),
        "A figure is challenged",
        body,
        "You received this because you answer it.",
    )


def _write_to_asker(row: Challenge) -> None:
    if row.asked_by is not None and row.asked_by.is_active:
        body = "What you said about a figure has been answered."
        _write(
            row,
            "answer",
            [row.asked_by],
            "Your challenge of a figure is answered",
            body,
            "You received this because you asked.",
        )


def _write(row: Challenge, kind: str, people: list[User], subject: str, body: str, why: str) -> None:
    link = f"{settings.CONFIG.site_address}{reverse('challenge', args=[row.pk])}"
    letters = [
        messages.Letter(
            numbers=(row.pk,), kind=kind, name=user.name, user=user, subject=subject,
            body="\n".join([body, "", link, "", why, ""]),
        )
        for user in people
    ]  # fmt: skip
    messages.write(ABOUT, letters)


def _tell(asker: Actor, row: Challenge, said: str) -> None:
    record(
        "challenge", f"{asker.name} {said} {row.post}.", actor=asker.user, who=asker.name, level="post",
        code=row.post, after={"challenge": row.pk, "fact": row.fact},
    )  # fmt: skip
