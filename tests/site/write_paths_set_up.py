"""What stands before a write that is tried: none of its own queries fails."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection

Asked, Made = ParamSpec("Asked"), TypeVar("Made")


def set_up(make: Callable[Asked, Made]) -> Callable[Asked, Made]:
    """A function whose queries do not count among those that are let fail: only those of the write do."""

    @wraps(make)
    def made(*args: Asked.args, **more: Asked.kwargs) -> Made:
        failing, connection.execute_wrappers = connection.execute_wrappers, []
        try:
            return make(*args, **more)
        finally:
            connection.execute_wrappers = failing

    return made
