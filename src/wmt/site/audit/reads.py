"""Who read whose lines: one event a person, unit and day, written after the answer is made.

Reading notes itself on the person who reads (`note_read`); `write_reads` then writes what is new. A busy
database is waited for a tenth of a second: what could not be written waits for the next answer.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.contrib.auth import get_user_model
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from wmt.site.audit.models import ReadEvent
from wmt.site.audit.record import record
from wmt.site.clock import calendar_day

log = logging.getLogger(__name__)
_PATIENCE_MS = 100
_MOST_WAITING = 10_000


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
    todo: dict[_Read, None] = {}
    with suppress(IndexError):
        while True:
            todo[_waiting.popleft()] = None
    while todo:
        try:
            _write(next(iter(todo)))
        except DatabaseError as fault:
            # one wait an answer: were each of them tried, the last reader would wait for all before
            _waiting.extend(todo)
            log.warning("%d readings could not be written down yet, and are kept: %s", len(todo), fault)
            return
        todo.pop(next(iter(todo)))


def _write(read: _Read) -> None:
    key = {"user_id": read.user_id, "level": read.level, "code": read.code[:100], "day": read.day}
    if ReadEvent.objects.filter(**key).exists():
        return
    try:
        with _briefly(), transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = {_PATIENCE_MS}")
            actor = get_user_model()(pk=read.user_id)
            ReadEvent.objects.create(**key)
            sentence = f"{read.who} viewed the details of {read.name or read.code}."
            record("read", sentence, actor=actor, who=read.who, level=read.level, code=read.code)
    except IntegrityError:
        return  # another process was quicker, or the account is gone


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
