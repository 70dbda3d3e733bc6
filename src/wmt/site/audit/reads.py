"""Who read whose lines: one event a person, unit and day, written after the answer is made.

Reading notes itself on the person who reads (`note_read`); `write_reads` then writes what is new. A busy
database is waited for a tenth of a second: what could not be written waits for the next answer.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from wmt.site.audit.models import AuditEvent, ReadEvent
from wmt.site.audit.record import printable
from wmt.site.clock import calendar_day

log = logging.getLogger(__name__)
_PATIENCE_MS = 100
_MOST_WAITING = 10_000
_AT_ONCE = 500


class OfUnit(Protocol):
    """As much of a unit as is written down."""

    level: str
    code: str
    name: str
    staff_code: str


@dataclass(frozen=True)
class _Read:
    user_id: int
    who: str
    level: str
    code: str
    name: str
    day: date


_waiting: deque[_Read] = deque(maxlen=_MOST_WAITING)


def note_read(user: Any, unit: OfUnit) -> None:
    """Somebody reads lines, cases or reductions of a unit one by one. Their own post is nobody else's."""
    if not getattr(user, "is_authenticated", False):
        return
    if unit.level == "post" and user.staff_code and unit.staff_code == user.staff_code:
        return
    token = getattr(user, "token", None)
    who = f"{user}, by the token {token.name}" if token else str(user)
    found = _Read(user.pk, who[:160], unit.level, unit.code, unit.name, calendar_day())
    reads = getattr(user, "_reads", None)
    if reads is None:  # set on the person and not on Django's lazy stand-in for them
        user._reads = reads = {}
    reads[unit.level, unit.code] = found


def write_reads(user: Any) -> None:
    """Writes down what this person read since, as far as it is not written yet today. Never raises."""
    found = getattr(user, "_reads", None)
    if not found:
        return
    _waiting.extend(found.values())
    found.clear()
    # all that waits, each once. Other threads take from the same, so it may be less than was there.
    each: dict[_Read, None] = {}
    with suppress(IndexError):
        while True:
            each[_waiting.popleft()] = None
    todo = list(each)
    while todo:
        try:
            _write(todo[:_AT_ONCE])
        except DatabaseError as fault:
            # one wait an answer: were each of them tried, the last reader would wait for all before
            _waiting.extend(todo)
            log.warning("%d readings could not be written down yet, and are kept: %s", len(todo), fault)
            return
        del todo[:_AT_ONCE]


def _write(reads: Sequence[_Read]) -> None:
    """Those that are not written down yet, together: they are few questions however many they are."""
    by_key = {(read.user_id, read.level, read.code[:100], read.day): read for read in reversed(reads)}
    users, _, codes, days = map(set, zip(*by_key, strict=True))
    there = ReadEvent.objects.filter(user_id__in=users, code__in=codes, day__in=days)
    for key in there.values_list("user_id", "level", "code", "day"):
        by_key.pop(key, None)
    if not by_key:
        return
    try:
        with _briefly(), transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = {_PATIENCE_MS}")
            ReadEvent.objects.bulk_create(
                ReadEvent(user_id=user_id, level=level, code=code, day=day)
                for user_id, level, code, day in by_key
            )
            AuditEvent.objects.bulk_create(
                AuditEvent(
                    kind="read",
                    sentence=printable(f"{read.who} viewed the details of {read.name or code}."),
                    actor_id=read.user_id,
                    who=printable(read.who),
                    level=read.level,
                    code=code,
                )
                for (_, _, code, _), read in by_key.items()
            )
    except IntegrityError:  # another process was quicker with one, or an account is gone: all others count
        for read in reads if len(reads) > 1 else ():
            _write([read])


@contextmanager
def _briefly() -> Iterator[None]:
    """SQLite waits for another writer only so long inside."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        former = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {former}")


class ReadsAreWritten:
    """Writes down who read whose lines when the answer has been made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        user = request.__dict__.get("user")
        # whether nobody has looked yet who is signed in: looking costs a query, and nobody read anything
        if (
            user is not None
            and answer.status_code < 400
            and not (isinstance(user, SimpleLazyObject) and "_cached_user" not in request.__dict__)
        ):
            write_reads(user)
        return answer
