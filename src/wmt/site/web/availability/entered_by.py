"""Who entered something, and when, as people read it."""

from datetime import datetime

from django.utils import timezone

from wmt.site.availability.models import Entry
from wmt.site.workload.day_format import moment_words


def name_of(record: Entry) -> str:
    return record.who or "someone"


def moment(when: datetime) -> str:
    """A moment on the clock of England and Wales."""
    return moment_words(timezone.localtime(when))
