"""Whether there is a mail server, and what stands in for one where there is none."""

import sys
from typing import Any

from django.conf import settings
from django.core.mail.backends.console import EmailBackend

NO_SERVER = ("django.core.mail.backends.dummy.EmailBackend", "wmt.site.outbox.mail_server.ConsoleBackend")


def is_on() -> bool:
    """Whether emails are sent at all. Where not, nothing of the outbox is written to a log either."""
    return settings.EMAIL_BACKEND not in NO_SERVER


class ConsoleBackend(EmailBackend):
    """Where no mail server is set, what is sent at once is written to the log of the process."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{**more, "stream": sys.stderr})
