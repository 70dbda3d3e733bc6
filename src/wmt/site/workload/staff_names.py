"""Names of staff: for everybody with a role. Without one, people see figures of posts by code and grade.

Set for the length of a request, as the day in the past is (`asof`), because a name comes with every row of a
post, and a page that forgot to ask would show it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_withheld: ContextVar[bool] = ContextVar("wmt_names_withheld", default=False)


def withheld() -> bool:
    """Whether names of staff are withheld from who asks."""
    return _withheld.get()


def withhold(*, wanted: bool) -> None:
    """Says so for the rest of what `fresh` surrounds."""
    _withheld.set(wanted)


@contextmanager
def fresh() -> Iterator[None]:
    """Inside, names are shown until somebody says otherwise; what was so before is so again after it."""
    token = _withheld.set(False)
    try:
        yield
    finally:
        _withheld.reset(token)


def shown(name: str, code: str) -> str:
    """The name of somebody at a post, or the post's code in its place."""
    return code if withheld() else name


def person(name: str) -> str:
    """The name of somebody who did or is to do something; withheld like those of posts."""
    return "a member of staff" if withheld() else name
