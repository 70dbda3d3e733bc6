"""The way to say that something of a post is wrong, beside what it is about."""

from datetime import date
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from wmt.days import written
from wmt.site import tables
from wmt.site.challenges import register
from wmt.site.changes.challenges import may_ask
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: The last column of a table of what can be challenged; files leave it out.
COLUMN = tables.Column("wrong", "Is it wrong?", "way")
NONE = tables.text("")
#: Facts that are about one record of a post and have no reference in the form.
_WITHOUT_REFERENCE = ("points", "hours")


class ChallengeLinks:
    """Links to the form about one post, filled in; of what is challenged already, to that challenge.

    For whoever reads it. Asks the database once, when the first link is made.
    """

    def __init__(self, user: Any, state: State, post: Unit) -> None:
        self._user, self._state, self._post = user, state, post
        #: Whether one may say now that something is wrong.
        self.is_open = may_ask(post, state)

    def of(self, fact: str, ref: str) -> tables.Value:
        """The link about a fact (`register.KINDS`, or points) and its reference; empty without a way."""
        if not self.is_open:
            return NONE
        ref = "" if fact in _WITHOUT_REFERENCE else ref
        same = next((self._open[each, ref] for each in _alike(fact) if (each, ref) in self._open), None)
        if same is not None:
            number, due = same
            said = f"an answer is due by {written(due)}"
            return tables.text("Said to be wrong", reverse("challenge", args=[number]), said)
        href = f"{reverse('challenge-new', args=[self._post.code])}?{urlencode({'fact': fact, 'ref': ref})}"
        return tables.text("Say that it is wrong", href)

    @cached_property
    def _open(self) -> dict[tuple[str, str], tuple[int, date]]:
        """The numbers of those open, and when an answer is due, by fact and reference."""
        rows = register.open_at(self._user, self._state, self._post)
        return {(row.fact, row.ref): (row.pk, row.due) for row in reversed(rows)}


def _alike(fact: str) -> tuple[str, ...]:
    """Facts about the same thing: a case and its tier are both about the case."""
    kinds = register.KINDS.get(fact)
    return tuple(each for each, found in register.KINDS.items() if found == kinds) if kinds else (fact,)
