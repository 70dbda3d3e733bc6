"""The database fails at any query of anything that is written: all of it is saved or nothing, and the same
process answers the next request.

WMT_SOAK=1 lets it fail at each query of each; otherwise at a few, drawn by the name of what is written.
"""

# ruff: noqa: F811 - fixtures come by import
import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from write_paths import BY_ITSELF, SAVES, Place, addresses, kept_place, place, write  # noqa: F401
from write_paths_set_up import after, kept

from how_many import SOAK
from wmt.site.db_connections import depth

PATHS = sorted(addresses())
#: Queries that are tried of what saves something, and of what is refused.
FEW, FEWER = 2, 1
WROTE = (200, 201, 202, 204, 302, 303)


@contextmanager
def failing_at(number: int) -> Iterator[list[str]]:
    """The query with this number fails, as when somebody cancels it; from 0. Gives the queries that ran."""
    ran: list[str] = []

    def fail(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        ran.append(sql)
        # what ends a savepoint is how the tests stand in for the end of a transaction, which is no query
        if len(ran) == number + 1 and not sql.startswith(("ROLLBACK", "RELEASE")):
            raise OperationalError("canceling statement due to user request")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        yield ran


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def tried(queries: int, name: str, few: int = FEW) -> list[int]:
    numbers = list(range(queries))
    return numbers if SOAK else sorted(random.Random(name).sample(numbers, min(few, queries)))


def test_what_saves_something_is_an_address_that_takes_it() -> None:
    assert set(SAVES) <= set(PATHS)
    assert len(PATHS) > 50


@pytest.mark.parametrize(("method", "name"), PATHS)
def test_a_write_that_fails_is_whole_or_nothing(
    method: str, name: str, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    before = depth()
    with undone(), failing_at(-1) as queries:
        answer = write(place, method, name)
        whole = kept()
        assert answer.status_code < 500
        assert (method, name) not in SAVES or answer.status_code in WROTE, answer.content.decode()
    for number in tried(len(queries), name, FEW if (method, name) in SAVES else FEWER):
        with undone():
            rows = kept()
            after.clear()
            with failing_at(number):
                answer = write(place, method, name)
            assert depth() == before + 1, f"left open at {queries[number]}"
            transaction.set_rollback(False)  # a statement outside any transaction marks that of the test
            # what fails after it was saved is saved: the page says that one should look
            assert kept() in (rows, whole, *after[-1:]), f"half done at {queries[number]}"
            assert answer.status_code in (*WROTE, 400, 403, 404, 409, 410, 415, 422, 503), queries[number]
            assert place.client.get("/notices/").status_code in (200, 302)
    again = write(place, method, name)
    assert (method, name) not in SAVES or again.status_code in WROTE


@pytest.mark.parametrize("name", sorted(BY_ITSELF))
def test_what_happens_by_itself_is_whole_or_nothing(name: str, place: Place, settings: Any) -> None:
    settings.CONFIG = replace(settings.CONFIG, today=f"{place.day + timedelta(4)}")
    before = depth()
    with undone(), failing_at(-1) as queries:
        BY_ITSELF[name](place)
        whole = kept()
    for number in tried(len(queries), name):
        with undone():
            rows = kept()
            with failing_at(number):
                try:
                    BY_ITSELF[name](place)
                except OperationalError:
                    assert kept() in (rows, whole), f"half done at {queries[number]}"
            assert depth() == before + 1, f"left open at {queries[number]}"
            transaction.set_rollback(False)  # a statement outside any transaction marks that of the test
    BY_ITSELF[name](place)
