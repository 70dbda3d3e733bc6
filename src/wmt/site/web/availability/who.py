"""Who entered something, and when, as people read it."""

from datetime import datetime

from django.utils import timezone

from wmt.site.availability.models import Entry


def name_of(record: Entry) -> str:
    """Who made this version."""
    return record.who or "somebody"


def moment(when: datetime) -> str:
    """A moment on the clock of England and Wales."""
    return f"{timezone.localtime(when):%-d %B %Y at %H:%M}"
