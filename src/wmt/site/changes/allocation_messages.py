"""Who is told of an allocation by email, and in which words. Of a limited-access case: names and CRN only.

The rows are written in the transaction of the allocation; what its author wrote goes in unless it is marked
as sensitive.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from wmt import ledger
from wmt.days import moment_words
from wmt.site import tables
from wmt.site.accounts import limited_access
from wmt.site.accounts.access import Denied
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action
from wmt.site.allocation import access
from wmt.site.allocation.labels import REASONS
from wmt.site.allocation.models import CaseAllocation, CaseColleague
from wmt.site.allocation.queries import limited_before
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, ConflictError
from wmt.site.changes.actions import Actor
from wmt.site.changes.allocation_preview import AllocationPreview
from wmt.site.duties import notices
from wmt.site.duties.models import Notice
from wmt.site.duties.notices import Announcement
from wmt.site.outbox import labels, mail_server, messages
from wmt.site.outbox.models import Message, MessageTopic
from wmt.site.policies import policies
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, current_state
from wmt.text import counted

#: What messages of allocations are kept as, and whom each kind is for.
ABOUT = "allocation"
#: What those are kept as that tell of cover and co-working (`colleague_messages`).
COLLEAGUES = "colleague"
GIVEN, TAKEN, COPY, OTHER = "given", "taken", "copy", "other"
#: The same after the allocation was undone: 'undone given'.
UNDONE = "undone "
MOST_RECIPIENTS = 20
#: No email address is longer.
_LONGEST = 254
#: An email of an allocation is true as long as it has one of these states.
STANDS = (CaseAllocation.State.GIVEN, CaseAllocation.State.CONFIRMED)


class Given(NamedTuple):
    """An allocation, the names of who gets the case and of who had it, and what an email says of the capacity
    of who gets it: nothing where that is over."""

    row: CaseAllocation
    to: str
    holder: str
    capacity: str = ""


def recipient_faults(recipients: Sequence[str], refs: Sequence[str]) -> list[ChangeFault]:
    """Which of the addresses that somebody typed nobody may be told of these cases at."""
    words, allowed = [], domains()
    lists = limited_access.limits(refs).values() if recipients else ()
    for address in recipients:
        if len(address) > _LONGEST:
            words.append(f"{address[:40]}… is longer than {_LONGEST} characters: an email address is not")
            continue
        try:
            validate_email(address)
        except ValidationError:
            words.append(f"{address} is not an email address")
            continue
        if address.rpartition("@")[2].lower() not in allowed:
            words.append(f"{address} is not an address at {' or '.join(allowed)}")
        elif any(each.shuts_out(_behind(address)) for each in lists):
            words.append(f"{address} cannot be told: {limited_access.WHY_NOT}")
    if len(recipients) > MOST_RECIPIENTS:
        words = [f"{len(recipients)} addresses; {MOST_RECIPIENTS} are the most"]
    return [ChangeFault("RECIPIENT", each, "recipients") for each in words]


def _behind(address: str) -> list[str]:
    """By what names whoever reads an address goes: that, and the staff codes of its accounts."""
    codes = User.objects.filter(email__iexact=address).values_list("staff_code", flat=True)
    return [address, *codes]


def domains() -> list[str]:
    """At which domains other people may be told."""
    listed = str(policies()["mail.recipients_domains"].value).lower()
    return [each.strip() for each in listed.split(",")]


def known_at(found: Sequence[AllocationPreview]) -> dict[str, list[User]]:
    """Who would be told as a new or as the previous practitioner, by post. Of what waited nobody was."""
    posts = [post for each in found for post in ([each.to] if each.was_waiting else [each.to, each.holder])]
    people, refs = messages.people_at([post.staff_code for post in posts]), [e.wanted.ref for e in found]
    return {post.code: not_shut_out(people[post.staff_code], refs) for post in posts}


def not_shut_out(people: Iterable[User], refs: Iterable[str]) -> list[User]:
    """Those of some people who are shut out of none of some cases: others are told of none of them."""
    keys = {ref.upper() for ref in refs}
    return [user for user in people if keys.isdisjoint(limited_access.hidden_from(user))]


def _may_be_told(message: Message, refs: Iterable[str]) -> bool:
    """Whether whoever an email goes to is shut out of none of some cases."""
    if message.user is not None:
        return bool(not_shut_out([message.user], refs))
    names = _behind(message.address)
    return not any(each.shuts_out(names) for each in limited_access.limits(list(refs)).values())


def stop_for_shut_out(ref: str) -> None:
    """What is not sent yet about a case is not sent to those who are shut out of it by now, nor again."""
    noted = Notice.objects.filter(extra_work__ref__iexact=ref).values("pk")
    unsent = [messages.of(notices.ABOUT, noted)]
    for about, model in ((ABOUT, CaseAllocation), (COLLEAGUES, CaseColleague)):
        rows = model._default_manager.filter(ref__iexact=ref)
        unsent.append(messages.of(about, rows.values("pk")))
    for found in unsent:
        for message in found.select_related("user"):
            if message.state != Message.State.SENT and not _may_be_told(message, [ref]):
                messages.stop(message)


def tell(rows: Sequence[CaseAllocation], found: Sequence[AllocationPreview], asker: Actor) -> None:
    """Writes the emails of allocations decided together: one to each person, about all their cases."""
    people, wanted, nobody = known_at(found), found[0].wanted, list[User | None]([None])
    whole = []
    for row, each in zip(rows, found, strict=True):
        now, then = (ledger.shown_capacity(*at) for at in (each.candidate.now, each.candidate.together))
        whole.append(Given(row, each.to.name, each.holder.name, f"{now} before, {then} after"))
    whom: list[tuple[str, str, User | None, str, list[Given]]] = []
    for to in {each.to.code: each.to for each in found}.values():
        own = [each for each in whole if each.row.to_post == to.code]
        whom += [(GIVEN, to.name, user, "", own) for user in people[to.code] or nobody]
    if wanted.tell_previous and not found[0].was_waiting:
        holder = found[0].holder
        whom += [(TAKEN, holder.name, user, "", whole) for user in people[holder.code] or nobody]
    if wanted.copy_to_self and asker.user is not None:
        whom.append((COPY, asker.name, asker.user, "", whole))
    whom += [(OTHER, address, None, address, whole) for address in wanted.recipients]
    letters, noticed = [], []
    for kind, name, user, address, given in whom:
        subject, first = _opening(kind, given)
        of = [each.row for each in given]
        letters.append(_letter(of, kind, name, user, address, subject, [first, _facts(given)]))
        if user is not None and kind in (GIVEN, TAKEN):
            noticed.append(Announcement(of[0], "allocated", first, [user]))
    messages.write(ABOUT, letters)
    notices.tell(noticed, by_email=False)


def tell_undone(rows: Sequence[CaseAllocation], state: State, asker: Actor) -> None:
    """Whoever was told of allocations is told that they were undone; nobody else is told at all."""
    names = _names(rows, state)
    by = f"{asker.name} undid this, {moment_words(timezone.localtime(rows[0].undone_at))}."
    told, left = messages.cancel(ABOUT, [row.pk for row in rows])
    topics = MessageTopic.objects.filter(message__in=told).values_list("message_id", "number")
    letters = []
    for message in told:
        about = {number for pk, number in topics if pk == message.pk}
        of = [row for row in rows if row.pk in about]
        if not _may_be_told(message, [row.ref for row in of]):
            continue
        refs = f"Case {of[0].ref} is" if len(of) == 1 else f"{', '.join(row.ref for row in of)} are"
        to = " and ".join(sorted({names[row.to_post] for row in of}))
        back = f"with {names[of[0].from_post]} again"
        back = "waiting to be allocated again" if of[0].was_waiting else back
        subject, first = {
            GIVEN: ("An allocation to you was undone", f"{refs} no longer yours, and {back}."),
            TAKEN: ("An allocation of your cases was undone", f"{refs} yours again, and not with {to}."),
        }.get(message.kind, ("An allocation was undone", f"{refs} no longer with {to}, and {back}."))
        kind = UNDONE + message.kind
        letters.append(_letter(of, kind, message.name, message.user, message.address, subject, [first, by]))
    messages.write(ABOUT, letters)
    for former, numbers in left.items():
        rest = CaseAllocation.objects.filter(pk__in=numbers, state__in=STANDS).order_by("pk")
        _tell_rest(former, rest, state)
    _undo_notices(rows)


def _tell_rest(former: Message, rows: Iterable[CaseAllocation], state: State) -> None:
    """Of an email about several cases that was stopped: the same about those of them that stay given, and
    that whoever gets it is not shut out of by now."""
    rows = [row for row in rows if _may_be_told(former, [row.ref])]
    limited, names = limited_before([row.ref for row in rows]), _names(rows, state)
    for row in rows:
        row.limited_access |= row.ref in limited
    given = [Given(row, names[row.to_post], names[row.from_post]) for row in rows]
    if given:
        subject, first = _opening(former.kind, given)
        of = [each.row for each in given]
        who = former.kind, former.name, former.user, former.address
        messages.write_instead(ABOUT, _letter(of, *who, subject, [first, _facts(given)]), former)


def _names(rows: Iterable[CaseAllocation], state: State) -> dict[str, str]:
    return post_names({code for row in rows for code in (row.from_post, row.to_post)}, state)


def post_names(codes: Collection[str], state: State) -> dict[str, str]:
    """The names of posts, by code; of one that is gone, its code."""
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, code__in=codes)
    return {code: code for code in codes} | {post.code: post.name or post.code for post in posts}


def _undo_notices(rows: Sequence[CaseAllocation]) -> None:
    """Whoever has a notification of allocations gets one that they were undone."""
    together = Q(allocation__batch__in={row.batch for row in rows if row.batch})
    told = Notice.objects.filter(together | Q(allocation__in=rows)).values_list("user_id", flat=True)
    known = set(told.distinct())
    people = messages.people_at(
        [access.codes(code)[1] for row in rows for code in (row.to_post, row.from_post)]
    )
    noticed: dict[int, Announcement] = {}
    for row in rows:
        for code, words in (
            (row.to_post, "An allocation to you"),
            (row.from_post, "An allocation of your cases"),
        ):
            for user in people[access.codes(code)[1]]:
                if user.pk in known:
                    noticed.setdefault(user.pk, Announcement(row, "undone", f"{words} was undone.", [user]))
    notices.tell(noticed.values(), by_email=False)


@transaction.atomic
def send_again(*, actor: Any, row: CaseAllocation, number: int, who: str = "") -> Message:
    """Has an email about an allocation sent again that was given up.

    Raises Denied for whoever may not allocate cases there, and ConflictError where it was not given up.
    """
    asker, state = Actor(user=actor, who=who), current_state()
    if actor is not None and not access.giver(actor, state)(row):
        raise Denied(Action.ALLOCATE_CASES, level="post", code=row.to_post)
    message = messages.of(ABOUT, [row.pk]).filter(pk=number).first()
    about = MessageTopic.objects.filter(message=message).values("number")
    is_past = CaseAllocation.objects.filter(pk__in=about).exclude(state__in=STANDS).exists()
    words = "" if message else "there is no such email"
    if not mail_server.is_on():
        words = "email is not switched on"
    elif message and is_past and not message.kind.startswith(UNDONE):
        words = "the case was undone, or is with somebody else by now"
    elif message and not messages.send_again(message):
        words = labels.state_words(message, with_fault=False)
    if message is None or words:
        raise ConflictError([ChangeFault("NOT_GIVEN_UP", f"The email cannot be sent again: {words}")])
    said = f"{asker.name} had an email about allocation {row.pk} sent again."
    record("allocation", said, actor=asker.user, who=asker.name, level="post", code=row.to_post)
    message.refresh_from_db()
    return message


def _opening(kind: str, given: Sequence[Given]) -> tuple[str, str]:
    """The subject, which names nobody, and the first sentence."""
    one, many = given[0], len(given)
    to = " and ".join(sorted({each.to for each in given}))
    what, was = ("A case", "was") if many == 1 else (f"{many} cases", "were")
    if kind == TAKEN:
        return f"{what} of yours {was} reallocated", f"{what} of yours {was} reallocated to {to}."
    done = "allocated" if one.row.was_waiting else "reallocated"
    of = "" if one.row.was_waiting else f" of {one.holder}"
    if kind == GIVEN:
        return f"{what} {was} {done} to you", f"{what}{of} {was} {done} to you."
    return f"{what} {was} {done}", f"{what}{of} {was} {done} to {to}."


def _facts(given: Sequence[Given]) -> str:
    """What the email says of the cases: nothing but names and the CRN where access to them is limited."""
    row, holder = given[0].row, given[0].holder
    limited = any(each.row.limited_access for each in given)
    people = {each.row.to_post: each for each in given}
    facts = [f"Practitioner: {each.to}" for each in people.values()]
    if not row.was_waiting:
        facts.append(f"Previous practitioner: {holder}")
    facts.append(f"Allocated by: {row.who}, {moment_words(timezone.localtime(row.recorded_at))}")
    for each, to_name, *_ in given:
        to = f", to {to_name}" if len(people) > 1 else ""
        points = tables.exact(each.points_x100).text
        what = "" if limited else f", {each.words}, {counted(points, 'point')}"
        facts.append(f"CRN: {each.ref}{what}{to}")
    if limited:
        facts.append("\nAccess to this is limited, so the email says nothing more.")
        return "\n".join(facts)
    facts += [f"Capacity of {each.to}: {each.capacity}" for each in people.values() if each.capacity]
    facts.append(f"Reason: {REASONS.get(row.reason, row.reason)}")
    if row.notes:
        hidden = "marked as sensitive, so they are not in this email"
        facts.append(f"Notes: {hidden if row.sensitive else row.notes}")
    return "\n".join(facts)


def _letter(
    rows: Sequence[CaseAllocation], kind: str, name: str, user: User | None, address: str, subject: str,
    parts: Sequence[str],
) -> messages.Letter:  # fmt: skip
    told = kind.removeprefix(UNDONE)
    batch, number = rows[0].batch, rows[0].pk
    path = reverse("allocation-batch", args=[batch]) if batch else reverse("allocation", args=[number])
    why = {
        GIVEN: "the case was allocated to you", TAKEN: "the case was yours", COPY: "you asked for a copy",
    }.get(told, f"{rows[0].who} asked for you to be told")  # fmt: skip
    body = "\n\n".join([
        *parts, f"To see more, sign in:\n{settings.CONFIG.site_address}{path}",
        f"You received this from the Workload Measurement Tool because {why}.",
    ])  # fmt: skip
    return messages.Letter(
        numbers=tuple(row.pk for row in rows), kind=kind, name=name, user=user, address=address,
        subject=subject, body=f"{body}\n",
    )  # fmt: skip
