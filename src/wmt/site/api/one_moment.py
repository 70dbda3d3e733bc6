"""Answers of one moment."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest

from wmt.site.consistent_read import steady


def of_one_moment(operation: Callable[..., Any]) -> Callable[..., Any]:
    """What is read is of one moment, though somebody changes hours meanwhile; changes are made once."""
    read: Callable[..., Any] = steady(operation)

    @wraps(operation)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return (read if request.method == "GET" else operation)(request, *args, **kwargs)

    return inner
