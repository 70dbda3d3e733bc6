"""The keys by which the organisation's sign-on signs tokens: fetched from its address and kept."""

import json
import logging
import threading
import time
from functools import cache
from typing import Any

from wmt.site import outbound

log = logging.getLogger(__name__)

#: So many seconds keys are as good as new; after them one thread looks again while the others go on.
FRESH = 600
#: So long they serve while the sign-on is away: a key that was withdrawn opens nothing for longer.
OLDEST = 24 * 3600
#: Keys are asked for once in so many seconds at most, whatever names of keys are sent and whether they come:
#: a new key is refused for no longer, even where a stranger has just had them asked for.
APART = 10
_TIMEOUT, _LARGEST = 4, 500_000


class KeysAway(Exception):  # noqa: N818 - nothing went wrong in the program
    """The sign-on does not tell its keys, and none that were kept will do."""


class Keys:
    """The keys at one address, for all threads of a process."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._one_asks = threading.Lock()
        self._kept: dict[str, dict[str, Any]] = {}
        self._as_of, self._not_before = float("-inf"), float("-inf")
        self._is_away = False

    def named(self, name: str) -> dict[str, Any] | None:
        """The key with a name; None where the sign-on has none. Raises KeysAway."""
        age = time.monotonic() - self._as_of
        serves = name in self._kept and age <= OLDEST
        if (not serves or age > FRESH) and self._one_asks.acquire(blocking=not serves):
            try:
                self._look_again()
            finally:
                self._one_asks.release()
        if time.monotonic() - self._as_of <= OLDEST and name in self._kept:
            return self._kept[name]
        if self._is_away:
            raise KeysAway
        return None

    def _look_again(self) -> None:
        now = time.monotonic()
        if now < self._not_before:
            return
        self._not_before = now + APART
        try:
            status, body = outbound.ask(self._url, seconds=_TIMEOUT, most=_LARGEST)
            if status != 200:
                raise outbound.NoAnswer(f"it answered {status}")
            self._kept = usable_keys(body)
            self._as_of, self._is_away = now, False
        except outbound.NoAnswer as why:
            log.warning("the keys of single sign-on could not be read: %s", why)
            self._not_before, self._is_away = time.monotonic() + APART, True


@cache
def keys_at(url: str) -> Keys:
    """The keys of an address, the same object for the whole process."""
    return Keys(url)


def usable_keys(body: bytes) -> dict[str, dict[str, Any]]:
    """The public keys for signatures in a key set, by name. Raises NoAnswer where there is none."""
    try:
        keys = json.loads(body)["keys"]
        found = {
            each["kid"]: each
            for each in keys
            if each.get("kty") in ("RSA", "EC")
            and each.get("use") in (None, "sig")
            and isinstance(each.get("kid"), str)
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise outbound.NoAnswer("the answer is no set of keys") from None
    if not found:
        raise outbound.NoAnswer("there is no key for signatures in it")
    return found
