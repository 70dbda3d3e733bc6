"""What stands before a write that is tried: none of its own queries fails."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.apps import apps
from django.db import connection

Asked, Made = ParamSpec("Asked"), TypeVar("Made")
#: What says that somebody asked, whatever came of it.
_ASIDE = ("sessions", "audit", "wmt_cache", "contenttypes")
#: What was there after each set-up since a test emptied this.
after: list[dict[str, int]] = []


def kept() -> dict[str, int]:
    """How many rows there are of everything that people and loads leave behind, asked for in one query."""
    tables = [model._meta.db_table for model in apps.get_models()]
    asked = [f"SELECT '{name}', COUNT(*) FROM \"{name}\"" for name in tables if not name.startswith(_ASIDE)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return dict(cursor.fetchall())


def set_up(make: Callable[Asked, Made]) -> Callable[Asked, Made]:
    """A function whose queries do not count among those that are let fail: only those of the write do."""

    @wraps(make)
    def made(*args: Asked.args, **more: Asked.kwargs) -> Made:
        failing, connection.execute_wrappers = connection.execute_wrappers, []
        try:
            found = make(*args, **more)
            after.append(kept())
            return found
        finally:
            connection.execute_wrappers = failing

    return made
