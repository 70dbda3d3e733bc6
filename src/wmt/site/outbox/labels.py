"""What became of an email, in words."""

from django.utils import timezone

from wmt.days import moment_words
from wmt.site.outbox.messages import LIMITED
from wmt.site.outbox.models import Message
from wmt.text import counted


def state_words(message: Message, *, with_fault: bool) -> str:
    """Its state; `with_fault` also what the mail server said, which may hold the address, and why somebody is
    not to be told: who is shut out of a case is not for everybody who reads it."""
    is_private = message.fault == LIMITED and not with_fault
    states, tried = Message.State, f"tried {counted(message.tries, 'time')}"
    why = f": {message.fault}" if with_fault and message.fault else ""
    if message.state == states.SENT and message.sent_at is not None:
        return f"sent on {moment_words(timezone.localtime(message.sent_at))}"
    if message.state == states.WAITING and message.tries:
        return f"{tried}, next at {moment_words(timezone.localtime(message.next_try))}{why}"
    return {
        states.WAITING: f"waiting to be sent{why}",
        states.SENDING: "being sent",
        states.GIVEN_UP: f"not sent: {tried}, then given up{why}",
        states.CANCELLED: "not sent: the allocation was undone first",
        states.NO_ADDRESS: "not sent" if is_private else f"not sent: {message.fault or 'no address known'}",
        states.OFF: "not sent: email is not switched on",
    }.get(states(message.state), "")
