"""Which day a request is about: now, or a day in the past.

Whoever asks about a day in the past gets everything as it stood then: figures, names, membership, rules (all
of them rows of that night), and the records of people up to the change that the night was made with.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date

#: An address with the day it is about: `/on/2026-03-12/…`, or `/on/2026-03-12.1/…` of a correction.
ON_DAY = re.compile(r"/on/(?P<day>\d{4}-\d{2}-\d{2})(?:\.(?P<revision>\d{1,6}))?(?P<path>/(?!/).*)", re.ASCII)


@dataclass(frozen=True)
class AsOf:
    """A day that was asked for. `revision`: which correction of its night; None: what stood on that day."""

    day: date
    revision: int | None = None

    @property
    def text(self) -> str:
        return f"{self.day:%Y-%m-%d}" + ("" if self.revision is None else f".{self.revision}")


class InThePast(Exception):  # noqa: N818 - a page says so
    """Somebody asked for a form that changes something, on a day in the past."""


_asked: ContextVar[AsOf | None] = ContextVar("wmt_as_of", default=None)
_change: ContextVar[int | None] = ContextVar("wmt_change_then", default=None)


def asked() -> AsOf | None:
    """The day that is asked for; None: now."""
    return _asked.get()


def change_then() -> int | None:
    """The last change that stood then; None where now is asked for, or the night is not known yet."""
    return _change.get()


def settle_change(number: int) -> None:
    """Which change was the last of the night that is shown; for the rest of the request."""
    _change.set(number)


@contextmanager
def as_of(wanted: AsOf | None) -> Iterator[None]:
    """Everything inside is about that day."""
    day, change = _asked.set(wanted), _change.set(None)
    try:
        yield
    finally:
        _asked.reset(day)
        _change.reset(change)
