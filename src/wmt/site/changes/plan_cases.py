"""Which of the cases that a plan names somebody may see."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from wmt.site.accounts import limited_access, visibility
from wmt.site.changes.allocation_preview import kind_of
from wmt.site.changes.case_deltas import case_lines
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: What stands in place of a case that the reader may not see.
A_CASE = "a case"


def readable_cases(user: Any, refs: Collection[str], state: State) -> dict[str, Unit]:
    """Those of some cases that somebody may see, and who holds each. One that they are shut out of, or of a
    holder whose cases they may not read, is not among them."""
    held: dict[str, set[int]] = defaultdict(set)
    for line in case_lines(state, refs):
        if kind_of(state, line) == "case":
            held[line.ref].add(line.post_no)
    numbers = {number for each in held.values() for number in each}
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, number__in=numbers)
    reach, hidden = visibility.cases(user, state), limited_access.hidden_from(user)
    read = {post.number: post for post in posts if reach.covers(post)}
    return {
        ref: read[min(numbers)]
        for ref, numbers in held.items()
        if ref.upper() not in hidden and numbers <= read.keys()
    }


def names_of_pdus(state: State, codes: Collection[str]) -> dict[str, str]:
    """The names of PDUs by code: everybody may read them."""
    pdus = Unit.objects.filter(load_id=state.load_id, level="pdu", whole=True, code__in=codes)
    return dict(pdus.values_list("code", "name"))
