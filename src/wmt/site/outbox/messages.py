"""Emails written, cancelled, sent again and listed. Whoever writes or cancels them has a transaction open."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from wmt.site.accounts.models import User
from wmt.site.outbox import jobs
from wmt.site.outbox.mail_server import is_on
from wmt.site.outbox.models import NAME, Message, MessageTopic

_State = Message.State
#: What can be sent again when somebody asks for it.
AGAIN = (_State.GIVEN_UP, _State.OFF)
#: Why an email is not sent to who is shut out of its case meanwhile: not for everybody who reads the case.
LIMITED = "access to the case was limited first"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What is to be sent, to the account of a person or to an address; `numbers` are what it is about."""

    numbers: tuple[int, ...]
    kind: str
    name: str
    subject: str
    body: str
    user: User | None = None
    address: str = ""

    @property
    def to(self) -> str:
        """The address as of now; empty where none is known."""
        return (self.user.email if self.user is not None else self.address).casefold()


def write(about: str, letters: Iterable[Letter]) -> list[Message]:
    """Puts emails into the outbox: of several about the same to one address, the first."""
    chosen: dict[object, Letter] = {}
    for letter in letters:
        chosen.setdefault((letter.to or len(chosen), letter.numbers), letter)
    state = _State.WAITING if is_on() else _State.OFF
    made = Message.objects.bulk_create([
        Message(
            kind=letter.kind, name=letter.name[:NAME], user=letter.user, address=letter.address,
            subject=letter.subject, body=letter.body if letter.to else "",
            state=state if letter.to else _State.NO_ADDRESS,
        )
        for letter in chosen.values()
    ])  # fmt: skip
    MessageTopic.objects.bulk_create([
        MessageTopic(message=message, about=about, number=number)
        for message, letter in zip(made, chosen.values(), strict=True)
        for number in letter.numbers
    ])  # fmt: skip
    if any(row.state == _State.WAITING for row in made):
        jobs.send_messages.enqueue()
    return made


def cancel(about: str, numbers: Collection[int]) -> tuple[list[Message], dict[Message, list[int]]]:
    """What is not sent yet is not sent any more. Given back are those that are sent or on their way; and what
    else those that are stopped were about, by its numbers: of that, other emails have to be written.

    What is on its way is stopped too: if this try fails there is no other.
    """
    found = of(about, numbers).exclude(state=_State.CANCELLED).select_related("user")
    # who sends waits until this is done
    messages = list(found.select_for_update(of=("self",)))
    others = MessageTopic.objects.filter(message__in=messages).exclude(about=about, number__in=numbers)
    stopped = [message for message in messages if message.state != _State.SENT]
    left: dict[Message, list[int]] = {}
    for topic in others.filter(message__in=stopped).select_related("message__user"):
        left.setdefault(topic.message, []).append(topic.number)
    others.filter(message__in=[each for each in stopped if each.state != _State.SENDING]).delete()
    Message.objects.filter(pk__in=[each.pk for each in stopped]).update(state=_State.CANCELLED, body="")
    return [each for each in messages if each.state in (_State.SENDING, _State.SENT)], left


def stop(message: Message) -> None:
    """Of one email to who is shut out of its case by now, what is on its way is the last try."""
    unsent = Message.objects.filter(pk=message.pk).exclude(state=_State.SENT)
    unsent.update(state=_State.NO_ADDRESS, body="", fault=LIMITED)


def write_instead(about: str, letter: Letter, former: Message) -> None:
    """Puts an email into the outbox for one that was stopped: what was given up stays so."""
    (made,) = write(about, [letter])
    if former.state in AGAIN:
        same = {"state": former.state, "fault": former.fault, "tries": former.tries}
        Message.objects.filter(pk=made.pk).update(**same)


def send_again(message: Message) -> bool:
    """Has an email sent that was given up, as one that was never tried; whether it was one of those."""
    given_up = Message.objects.filter(pk=message.pk, state__in=AGAIN).exclude(body="")
    now = timezone.now()
    fresh = {"state": _State.WAITING, "tries": 0, "next_try": now, "since": now, "fault": ""}
    if not is_on() or not given_up.update(**fresh):
        return False
    jobs.send_messages.enqueue()
    return True


def of(about: str, numbers: Collection[int] | QuerySet[Any, Any]) -> QuerySet[Message]:
    """The emails about things of a kind, in the order they were written."""
    topics = MessageTopic.objects.filter(about=about, number__in=numbers)
    return Message.objects.filter(pk__in=topics.values("message_id")).order_by("pk")


def by_number(about: str, numbers: Collection[int]) -> dict[int, list[Message]]:
    """The same by the number of what they are about."""
    found: dict[int, list[Message]] = {}
    topics = MessageTopic.objects.filter(about=about, number__in=numbers).select_related("message__user")
    for topic in topics.order_by("message_id"):
        found.setdefault(topic.number, []).append(topic.message)
    return found


def people_at(staff_codes: Sequence[str]) -> dict[str, list[User]]:
    """Who signs in as the person of a staff code, by code."""
    wanted = [code for code in staff_codes if code]
    found: dict[str, list[User]] = {code: [] for code in staff_codes}
    for user in User.objects.filter(is_active=True, staff_code__in=wanted).order_by("pk"):
        found[user.staff_code].append(user)
    return found
