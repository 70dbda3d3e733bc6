"""Pages of one moment: a page asks the database several times, and somebody may change hours in between."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from wmt.site.workload.models import Current
from wmt.site.workload.state import State

#: So often a page is begun again; who changes hours faster than that gets the last one as it is.
TRIES = 3
View = Callable[..., HttpResponseBase]


class MovedError(Exception):
    """The figures changed while they were read."""


def steady(view: View) -> View:
    """A view of figures whose answer is all of one moment: where they moved meanwhile, it is made again."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        for left in reversed(range(TRIES)):
            request.__dict__.update(wmt_tries_left=left, wmt_whole_tables={})
            request.__dict__.pop("_wmt_state", None)
            try:
                answer = view(request, *args, **kwargs)
                settled(request)
            except MovedError:
                continue
            return answer
        raise AssertionError("the last try never raises MovedError")

    return inner


def settled(request: HttpRequest) -> None:
    """For a view about to write down what it gives away. Raises MovedError where it must begin again."""
    state: State | None = request.__dict__.get("_wmt_state")
    if state is not None and request.__dict__.get("wmt_tries_left") and moved(state):
        raise MovedError


def moved(state: State) -> bool:
    """Whether the rows of this state have been changed since. Those of a former load never are."""
    found = Current.objects.filter(load_id=state.load_id).values_list("revision", "day").first()
    return found is not None and (found[0], found[1] or state.as_at.date()) != (state.revision, state.day)
