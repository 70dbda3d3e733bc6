"""Sending what is due: one process at a time, one connection, and each try written down before it is made.

A process may be killed between the moment the mail server took an email and the moment that is written down:
then, and only then, it is sent twice. Both have the same Message-ID.
"""

import fcntl
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F, QuerySet
from django.utils import timezone

from wmt.site.outbox.mail_server import is_on
from wmt.site.outbox.models import Message

log = logging.getLogger(__name__)
#: After a try that failed it is tried again, after so long each time; then it is given up.
PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
#: After so many failures in a row the server is taken to be away, and the rest waits for a while.
_ENOUGH = 3
#: Where the server cannot be reached at all, nothing is tried for so long, and given up after so long.
AWAY, TOO_OLD = timedelta(minutes=5), timedelta(days=3)
#: So many seconds one job sends; other jobs have their turn before what is left.
AT_ONCE = 20
_STOPPED = "the process that was sending it was stopped"
_State = Message.State


def send_due() -> bool:
    """Send what is due, the oldest first; whether there is more that did not fit into one job.

    Nothing where another process is sending.
    """
    until = time.monotonic() + AT_ONCE
    with _alone() as is_mine:
        if not is_mine:
            return False
        # nobody else sends: what is said to be on its way was left by a process that was killed
        for left in Message.objects.filter(state=_State.SENDING):
            _failed(left, _STOPPED)
        failures, connection = 0, get_connection()
        while failures < _ENOUGH and time.monotonic() < until and _due().exists():
            try:
                connection.open()
            except Exception as fault:
                log.warning("the mail server cannot be reached: %s", type(fault).__name__)
                _put_off("the mail server cannot be reached", AWAY)
                break
            if (message := _next()) is not None:
                failures = 0 if _send(message, connection) else failures + 1
        if failures:
            _put_off("", PAUSES[0])
        _close(connection)
        return _due().exists()


def _due() -> QuerySet[Message]:
    return Message.objects.filter(state=_State.WAITING, next_try__lte=timezone.now())


def _put_off(why: str, pause: timedelta) -> None:
    """Leave the mail server alone for a while. That it is away is no try of an email, but not for ever."""
    if why:
        too_old = _due().filter(since__lt=timezone.now() - TOO_OLD)
        too_old.update(state=_State.GIVEN_UP, fault=why)
        _due().update(fault=why)
    _due().update(next_try=timezone.now() + pause)


def _next() -> Message | None:
    """The next email that is due, marked as on its way; whoever cancels it now knows that it may arrive."""
    for pk in _due().order_by("next_try", "pk").values_list("pk", flat=True)[:100]:
        if _due().filter(pk=pk).update(state=_State.SENDING, tries=F("tries") + 1):
            return Message.objects.select_related("user").get(pk=pk)
    return None


def _send(message: Message, connection: Any) -> bool:
    """Whether there is no fault of the server in it."""
    user = message.user
    is_closed = user is not None and not user.is_active
    address = user.email if user is not None else message.address
    if not is_on() or is_closed or not address:
        why = "the account is closed" if is_closed else ""
        never = {"state": _State.NO_ADDRESS, "body": ""} if is_on() else {"state": _State.OFF}
        Message.objects.filter(pk=message.pk, state=_State.SENDING).update(**never, fault=why)
        return True
    key = f"<{message.pk}.{message.made_at:%Y%m%d%H%M%S%f}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>"
    try:
        EmailMessage(
            message.subject, message.body, settings.DEFAULT_FROM_EMAIL, [address],
            connection=connection, headers={"Message-ID": key},
        ).send()  # fmt: skip
    except Exception as fault:
        log.warning("email %s could not be sent: %s", message.pk, type(fault).__name__)
        _close(connection)
        is_final = _is_final(fault)
        _failed(message, f"{type(fault).__name__}: {fault}", is_final=is_final)
        return is_final
    # also where it was cancelled on its way: it has arrived
    sent = {"state": _State.SENT, "sent_at": timezone.now(), "body": "", "fault": ""}
    Message.objects.filter(pk=message.pk).update(**sent)
    return True


def _is_final(fault: Exception) -> bool:
    """Whether it is the address that will not do, and not the server at this moment."""
    if isinstance(fault, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in fault.recipients.values())
    return isinstance(fault, ValueError)  # an address, or a subject, that cannot be written


def _failed(message: Message, fault: str, *, is_final: bool = False) -> None:
    is_over = is_final or message.tries > len(PAUSES)
    pause = PAUSES[min(message.tries, len(PAUSES)) - 1]
    Message.objects.filter(pk=message.pk, state=_State.SENDING).update(
        state=_State.GIVEN_UP if is_over else _State.WAITING,
        next_try=timezone.now() + pause, fault=fault[:500],
    )  # fmt: skip


def _close(connection: Any) -> None:
    with suppress(Exception):
        connection.close()


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other process is sending. The operating system drops the lock when a process dies."""
    with open(settings.CONFIG.home / ".outbox-lock", "a", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
