"""How often one person may read single lines through the API: a policy, for all their tokens together."""

import time
from contextlib import suppress

from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest

from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.api.authentication import Stopped
from wmt.site.api.lookups import me
from wmt.site.policies import policies
from wmt.site.problems import Problem

_MINUTE = 60


def need_lines(request: HttpRequest, level: str) -> None:
    """Nothing where the person may read single lines of a unit of a level once more: those of a post, or with
    the right to export those of larger units too. Raises Denied, and Stopped (429)."""
    if level != "post":
        need(request, Action.EXPORT)
    # a database too busy to count with lets the reading pass: it is a limit of load and not of rights
    most = policies()["reading.bulk.requests_a_minute"].whole
    now = time.time()
    key = f"bulk-{me(request).pk}-{int(now // _MINUTE)}"
    with suppress(DatabaseError):
        cache.add(key, 0, timeout=2 * _MINUTE)
        if cache.incr(key) > most:
            left = _MINUTE - int(now % _MINUTE)
            said = f"Details can be read {most} times a minute."
            remedy = "Wait as long as Retry-After says. Files of a whole unit are on its page Downloads."
            problem = Problem(status=429, code="TOO_MANY", message=said, remedy=remedy)
            raise Stopped(problem, Retry_After=str(left))
