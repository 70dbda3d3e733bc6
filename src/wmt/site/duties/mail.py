"""Mails: plain text, a sentence for each notice and a link. Nothing of cases, no words of a duty."""

import logging
from collections.abc import Sequence
from types import TracebackType

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse

from wmt.site.duties.models import Notice

log = logging.getLogger(__name__)
#: After so many failures in a row the server is taken to be away, and the rest waits for the next try.
_ENOUGH = 3
_LISTED = 50
_WHY = "You get this because of your role in the Workload Measurement Tool, or because it is about you."


class Postman:
    """Sends many mails over one connection. A failure is logged, given back in words, and never raised."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._failures = 0

    def __enter__(self) -> "Postman":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._connection.close()
        except Exception:
            log.exception("the connection to the mail server could not be closed")

    def send(self, notices: Sequence[Notice]) -> str:
        """One mail to the person whose notices these are; the fault in words, empty where it went out."""
        if self._failures >= _ENOUGH:
            return "The mail server does not answer."
        user = notices[0].user
        try:
            # links are of the duty or the request: whoever follows one signs in first
            listed = notices[:_LISTED]
            parts = [f"{notice.words}\n{address(path_of(notice))}" for notice in listed]
            if len(notices) > _LISTED:
                parts.append(f"And {len(notices) - _LISTED} more: {address(reverse('notices'))}")
            parts.append(_WHY)
            message = EmailMessage(
                _subject(notices), "\n\n".join(parts) + "\n", settings.DEFAULT_FROM_EMAIL, [user.email],
                connection=self._connection,
            )  # fmt: skip
            message.send()
        except Exception as fault:
            self._failures += 1
            log.exception("a mail to person %s could not be sent", user.pk)
            return f"{type(fault).__name__}: {fault}"
        self._failures = 0
        return ""


def address(path: str) -> str:
    """A whole address of the site, for mails."""
    return f"{settings.CONFIG.site_address}{path}"


def path_of(notice: Notice) -> str:
    if notice.request_id is not None:
        return reverse("request", args=[notice.request_id])
    return reverse("duty", args=[notice.duty_id])


def _subject(notices: Sequence[Notice]) -> str:
    if len(notices) > 1:
        return f"{len(notices)} notifications about workload"
    [one] = notices
    if one.request_id is not None:
        return f"Workload request {one.request_id}: {one.kind}"
    return f"Excessive workload action {one.duty_id}: {one.kind}"
