"""Who must not know of a case: who is on its list of excluded people, or not on that of those allowed.

The one place that decides it. People are named by staff codes, or by the address they sign in with, in any
letter case. For whoever is shut out, what is read of a case is left out where lines and records are read
(`figures.withheld`, `allocation.access`). Nobody who is shut out can be given it. Commands see everything.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Count, Max

from wmt.site.accounts.models import LimitedAccess

#: What is said to whoever is shut out.
SENTENCE = "Access to this case is limited, and you are not one of those who may see it"
#: What stands in place of what they may not see.
HIDDEN = "********"
#: What is said beside a practitioner who cannot be chosen.
WHY_NOT = "access to this case is limited: they must not know of it"


class AccessLists(NamedTuple):
    """Who is excluded from a case, and the only ones who may know of it (empty: everybody), in capitals."""

    excluded: frozenset[str]
    restricted: frozenset[str]

    def shuts_out(self, names: Iterable[str]) -> bool:
        """Whether the person who goes by some names is shut out. Nobody knows of who has none what they are:
        a list of those allowed does not name them."""
        known = {name.upper() for name in names if name}
        return not known.isdisjoint(self.excluded) or (
            bool(self.restricted) and known.isdisjoint(self.restricted)
        )


def limits(refs: Collection[str] | None = None) -> Mapping[str, AccessLists]:
    """The limits of cases, by their references in capitals: of all, or of some that have any."""
    if refs is not None and not refs:
        return {}
    marks = LimitedAccess.objects.aggregate(Max("pk"), Max("recorded_at"), Count("pk"))
    found = _limits(marks["pk__max"], marks["recorded_at__max"], marks["pk__count"])
    if refs is None:
        return found
    return {ref.upper(): found[ref.upper()] for ref in refs if ref.upper() in found}


@lru_cache(maxsize=2)
def _limits(last: int | None, at: datetime | None, rows: int) -> Mapping[str, AccessLists]:  # noqa: ARG001
    there = LimitedAccess.objects.filter(is_current=True).values_list("ref", "excluded", "restricted")
    return {
        ref: AccessLists(frozenset(excluded), frozenset(restricted))
        for ref, excluded, restricted in there
        if excluded or restricted
    }


def hidden_from(user: Any) -> frozenset[str]:
    """The references, in capitals, of the cases that somebody is shut out of; of a command (None) none."""
    if user is None:
        return frozenset()
    names = getattr(user, "staff_code", ""), getattr(user, "email", "")
    return frozenset(ref for ref, each in limits().items() if each.shuts_out(names))


def is_hidden(user: Any, ref: str) -> bool:
    """Whether somebody is shut out of a case."""
    return ref.upper() in hidden_from(user)


def shuts_out(ref: str, staff_code: str) -> bool:
    """Whether a practitioner is shut out of a case, by their staff code."""
    found = limits([ref]).get(ref.upper()) if ref else None
    return found is not None and found.shuts_out([staff_code])
