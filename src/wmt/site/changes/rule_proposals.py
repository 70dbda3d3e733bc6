"""Proposing a change of rules, and deciding on it: two people, dated values, a source. No figure moves.

Whoever proposes writes a draft and submits it; somebody else approves or declines it. What is approved is in
the rules from its first day on by itself: the next load for that day measures with it. Figures that were
measured keep the rules they were measured with.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils import timezone

from wmt.days import written
from wmt.rules import amendments
from wmt.rules.overlay_text import overlay_text
from wmt.rules.values import Overlay
from wmt.site.accounts.access import NATION, Denied, may
from wmt.site.accounts.roles import Action
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError
from wmt.site.changes import rule_checks
from wmt.site.changes.recalculate import hold_journal
from wmt.site.clock import calendar_day
from wmt.site.rule_proposals import in_force
from wmt.site.rule_proposals.models import RuleProposal, RuleProposalStep
from wmt.site.rule_proposals.reading import find
from wmt.text import NOTE

_S = RuleProposal.State


@dataclass(frozen=True, kw_only=True)
class ProposalRequest:
    """A proposal as a form, a file or a program asks for it: dated values and what is said of them.

    `not_consulted` is why nobody was consulted, where nobody was. `key` is that of the form or request.
    """

    overlay: Overlay
    not_consulted: str = ""
    supersedes: int | None = None
    key: str = ""

    @property
    def mended(self) -> Overlay:
        """The overlay with its texts on one line each, as they are kept."""
        given = self.overlay
        asked = replace(
            given.consultation, body=_line(given.consultation.body), letter=_line(given.consultation.letter)
        )
        return replace(
            given, name=_line(given.name), reference=_line(given.reference), reason=NOTE.mended(given.reason),
            effect=NOTE.mended(given.effect), consultation=asked, description="", file="",
        )  # fmt: skip


def propose(*, actor: Any, wanted: ProposalRequest, who: str = "") -> tuple[RuleProposal, bool]:
    """A new draft, and whether it is new: the same request twice makes it once.

    Raises Denied, and RefusedError with every fault of its values.
    """
    with hold_journal():
        _need(actor, Action.PROPOSE_RULES)
        # first: what was taken once is not refused because the rules have changed since
        if same := RuleProposal.objects.filter(key=wanted.key).first() if wanted.key else None:
            if not _is_same(same, wanted) or same.proposed_by_id != actor.pk:
                words = "Something else was sent with this key; use a new one"
                raise RefusedError([ChangeFault("KEY_TAKEN", words, "key")])
            return same, False
        former = _superseded(wanted)
        overlay, content = _checked(wanted, former)
        row = RuleProposal.objects.create(
            key=wanted.key or uuid.uuid4().hex, name=overlay.name, content=content,
            not_consulted=NOTE.mended(wanted.not_consulted), first_day=_begins(overlay),
            supersedes=former, proposed_by=actor, proposer=str(actor),
        )  # fmt: skip
        _note(row, (actor, who), "proposed", f"wrote the draft '{row.name}' of a change of rules")
    return row, True


def edit(*, actor: Any, number: int, edition: int, wanted: ProposalRequest, who: str = "") -> RuleProposal:
    """Put other values or words into a draft. Raises Denied, RefusedError and ConflictError."""

    def change(row: RuleProposal) -> None:
        _need_own(row, actor)
        before, row.supersedes = row.content, _superseded(wanted)
        overlay, row.content = _checked(wanted, row.supersedes)
        row.name, row.first_day = overlay.name, _begins(overlay)
        row.not_consulted = NOTE.mended(wanted.not_consulted)
        _note(
            row,
            (actor, who),
            "changed",
            f"changed the draft '{row.name}' of a change of rules",
            before=before,
        )

    return _changed(actor, Action.PROPOSE_RULES, number, edition, (_S.DRAFT,), change)


def submit(*, actor: Any, number: int, edition: int, checked: bool = False, who: str = "") -> RuleProposal:
    """Ask somebody else to approve a draft. Raises Denied, ConflictError and RefusedError: where something is
    missing, or where there are questions that have not been answered with `checked`."""

    def change(row: RuleProposal) -> None:
        _need_own(row, actor)
        _refuse_unready(row, checked)
        row.state = _S.SUBMITTED
        _note(row, (actor, who), "submitted", f"asked for approval of '{row.name}', a change of rules")

    return _changed(actor, Action.PROPOSE_RULES, number, edition, (_S.DRAFT,), change)


def approve(*, actor: Any, number: int, edition: int, checked: bool = False, who: str = "") -> RuleProposal:
    """Make a proposal a rule from its first day on. Never by the person who proposed it.

    Raises Denied, ConflictError, and RefusedError as `submit` does.
    """

    def change(row: RuleProposal) -> None:
        if row.proposed_by_id == actor.pk or not amendments.are_two_people(row.proposer, str(actor)):
            words = "You proposed this change, or have the name of who did. Somebody else has to approve it"
            raise RefusedError([ChangeFault("SAME_PERSON", words)])
        _refuse_unready(row, checked)
        _decide(row, actor, _S.APPROVED)
        former = row.supersedes
        if former is not None:
            former.ends = min(row.first_day, former.ends or row.first_day)
            former.state, former.edition = _S.SUPERSEDED, former.edition + 1
            former.save(update_fields=["ends", "state", "edition"])
            _note(former, (actor, who), "superseded", f"let '{row.name}' supersede '{former.name}'")
        since = written(row.first_day)
        _note(row, (actor, who), "approved", f"approved '{row.name}', a change of rules from {since}")

    return _changed(actor, Action.APPROVE_RULES, number, edition, (_S.SUBMITTED,), change)


def decline(*, actor: Any, number: int, edition: int, why: str, who: str = "") -> RuleProposal:
    """Say no to a proposal, and why. Raises Denied, RefusedError without a reason, and ConflictError."""

    def change(row: RuleProposal) -> None:
        said = _reason(why, "Enter why you decline it, for the person who proposed it")
        _decide(row, actor, _S.DECLINED)
        _note(row, (actor, who), "declined", f"declined '{row.name}', a change of rules", why=said)

    return _changed(actor, Action.APPROVE_RULES, number, edition, (_S.SUBMITTED,), change)


def withdraw(
    *,
    actor: Any,
    number: int,
    edition: int,
    why: str = "",
    ends: date | None = None,
    checked: bool = False,
    who: str = "",
) -> RuleProposal:
    """Take a proposal back: before it is approved it is simply gone. What is approved goes before its first
    day, or ends on a day that has not passed (`ends`: the first day without it); that is for who approves.
    What it superseded is in force again where it never began itself.

    Raises Denied, ConflictError and RefusedError: also where what holds after its end has to be looked at
    and was not (`checked`).
    """
    row = find(number)
    is_approved = row.state == _S.APPROVED

    def change(row: RuleProposal) -> None:
        said = _reason(why, "Enter why it is withdrawn")
        if is_approved:
            row.ends = _end_of(row, ends)
            if row.ends > row.first_day:
                _refuse(rule_checks.asked([] if checked else rule_checks.ending(row, row.ends)))
            elif row.supersedes is not None:  # it was in force on no day, also where it begins today
                _put_back(row.supersedes, row, actor, who)
        else:
            _need_own(row, actor)
        row.state = _S.WITHDRAWN
        end = f" from {written(row.ends)}" if row.ends else ""
        _note(row, (actor, who), "withdrew", f"withdrew '{row.name}', a change of rules{end}", why=said)

    needed = Action.APPROVE_RULES if is_approved else Action.PROPOSE_RULES
    states = (_S.APPROVED,) if is_approved else (_S.DRAFT, _S.SUBMITTED)
    return _changed(actor, needed, number, edition, states, change)


def _changed(
    actor: Any,
    action: Action,
    number: int,
    edition: int,
    states: tuple[str, ...],
    change: Callable[[RuleProposal], None],
) -> RuleProposal:
    """A proposal changed, if it is as whoever asks has seen it. Raises Denied and ConflictError."""
    with hold_journal():
        _need(actor, action)
        row = find(number)
        if row.state not in states or row.edition != edition:
            said = f"It is '{row.get_state_display().lower()}' now"
            words = f"Somebody has changed this proposal since you opened it. {said}. Open it again"
            raise ConflictError([ChangeFault("CHANGED", words)])
        before = in_force.faults() if action is Action.APPROVE_RULES else []
        change(row)
        row.edition += 1
        row.save()
        if row.was_approved:
            # what it does to the rules is tried before it is theirs, and goes back where it breaks them
            known = {(fault.key, fault.message) for fault in before}
            new = [fault for fault in in_force.faults() if (fault.key, fault.message) not in known]
            _refuse(rule_checks.faults_of(new))
    in_force.changed()
    return row


def _need(actor: Any, action: Action) -> None:
    """Rules are the whole nation's. No command does this: a change of rules has two names. Raises Denied."""
    level, code = NATION
    if not may(actor, action, level=level, code=code):
        raise Denied(action, level=level, code=code)


def _need_own(row: RuleProposal, actor: Any) -> None:
    if row.proposed_by_id != actor.pk:
        words = "Only the person who proposed this change can do that. You can propose another one"
        raise RefusedError([ChangeFault("NOT_YOURS", words)])


def _checked(wanted: ProposalRequest, former: RuleProposal | None) -> tuple[Overlay, str]:
    """What a request asks for, in place of a former one, and the text that is kept. Raises RefusedError with
    every fault."""
    overlay = wanted.mended
    said = rule_checks.wording(wanted.overlay, wanted.not_consulted)
    _refuse([*said, *rule_checks.values(overlay, former)])
    return overlay, overlay_text(overlay)


def _is_same(row: RuleProposal, wanted: ProposalRequest) -> bool:
    """Whether a draft says what a request asks for."""
    sent = (NOTE.mended(wanted.not_consulted), wanted.supersedes)
    is_kept = (row.not_consulted, row.supersedes_id) == sent and bool(wanted.overlay.entries)
    return is_kept and row.content == overlay_text(wanted.mended)


def _refuse_unready(row: RuleProposal, checked: bool) -> None:
    """What has to be mended is told first, and asked about is only what could go on as it is."""
    _refuse([*rule_checks.missing(row), *_still_wrong(row)])
    _refuse(rule_checks.unanswered(row, checked))


def _still_wrong(row: RuleProposal) -> list[ChangeFault]:
    """What of its values no longer fits the rules, which may have changed since they were entered."""
    if row.supersedes is not None and row.supersedes.state != _S.APPROVED:
        words = "The change that this one supersedes is not approved any more. Propose it on its own"
        return [ChangeFault("SUPERSEDED", words)]
    return rule_checks.faults_of(amendments.faults(in_force.tree_under(row.supersedes), row.overlay))


def _superseded(wanted: ProposalRequest) -> RuleProposal | None:
    if wanted.supersedes is None:
        return None
    found = RuleProposal.objects.filter(pk=wanted.supersedes, state=_S.APPROVED).first()
    if found is None:
        words = f"There is no approved change of rules with the number {wanted.supersedes}"
        raise RefusedError([ChangeFault("SUPERSEDED", words, "supersedes")])
    return found


def _begins(overlay: Overlay) -> date:
    first = amendments.first_day([overlay])
    assert first is not None  # an overlay without values was refused
    return first


def _end_of(row: RuleProposal, ends: date | None) -> date:
    today = calendar_day()
    if row.first_day > today:
        return row.first_day  # it never was in force
    if ends is None:
        words = "It is in force. Enter the first day on which it is not"
        raise RefusedError([ChangeFault("ENDS", words, "ends")])
    if ends < today:
        words = "Figures of past days keep the rules they were measured with. Enter today or a later day"
        raise RefusedError([ChangeFault("ENDS", words, "ends")])
    return ends


def _put_back(former: RuleProposal, row: RuleProposal, actor: Any, who: str) -> None:
    """What a proposal superseded is in force again, because that was withdrawn before it began."""
    former.ends, former.state, former.edition = None, _S.APPROVED, former.edition + 1
    former.save(update_fields=["ends", "state", "edition"])
    _note(former, (actor, who), "restored", f"let '{former.name}' be in force again instead of '{row.name}'")


def _decide(row: RuleProposal, actor: Any, state: RuleProposal.State) -> None:
    row.state, row.decided_at, row.decided_by, row.decider = state, timezone.now(), actor, str(actor)


def _reason(why: str, words: str) -> str:
    said = NOTE.mended(why)
    if not said:
        raise RefusedError([ChangeFault("WHY", words, "why")])
    if len(why) > rule_checks.MOST_WORDS:
        most = f"Enter at most {rule_checks.MOST_WORDS:,} characters"
        raise RefusedError([ChangeFault("WHY", most, "why")])
    return said


def _refuse(faults: list[ChangeFault]) -> None:
    if faults:
        raise RefusedError(faults)


def _line(text: str) -> str:
    return " ".join(NOTE.mended(text).split())


def _note(
    row: RuleProposal,
    by: tuple[Any, str],
    did: str,
    sentence: str,
    *,
    why: str = "",
    before: str | None = None,
) -> None:
    """Write down what was done to a proposal: in its own history, and in the audit. `by`: the person, and how
    they are called where that is not by their name, as with a token."""
    actor, who = by[0], (by[1] or str(by[0]))[:160]
    RuleProposalStep.objects.create(proposal=row, did=did, who=who, why=why, content=row.content)
    record(
        "rule proposal", f"{who} {sentence}.", actor=actor, who=who,
        before={"content": before} if before else None,
        after={"proposal": row.pk, "content": row.content, "ends": str(row.ends or ""), "why": why},
    )  # fmt: skip
