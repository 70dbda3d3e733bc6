"""Units by part of a name or code: accents and case do not matter, nor the order of words."""

import re
from collections import defaultdict
from typing import Any, NamedTuple

from wmt.site import tables
from wmt.site.accounts.access import visible_to
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.night_rows import fold
from wmt.site.workload.state import State

#: Levels in the order they are shown in: the name of the group in addresses, and its title.
GROUPS = {
    "post": ("people", "People"),
    "team": ("teams", "Teams"),
    "pdu": ("pdus", "PDUs"),
    "region": ("regions", "Regions"),
}
_PARENT = {"post": "team", "team": "pdu", "pdu": "region"}
_MOST_WORDS = 12
_BETWEEN = re.compile(r"[\W_]+")
_ABOVE = ("team_code", "pdu_code", "region_code")


class UnitMatch(NamedTuple):
    """A unit that fits, and how well; hits are in the order of their fields: best first, then by name.

    `rank` is 0 for its exact code, 1 for the beginning of its name, 2 for beginnings of words, 3 for parts.
    """

    rank: int
    name: str
    code: str
    grade: str
    parent: str


def matches(state: State, user: Any, asked: str) -> dict[str, list[UnitMatch]]:
    """The units that fit all words that were asked for and that the user may see, by level, best first."""
    words = fold(asked).split()[:_MOST_WORDS]
    if not words:
        return {}
    whole = " ".join(words)
    rows = Unit.objects.filter(load_id=state.load_id, whole=True, level__in=list(GROUPS))
    for word in words:
        rows = rows.filter(folded__contains=word)
    found: dict[str, list[UnitMatch]] = defaultdict(list)
    fields = ("level", "name", "code", "grade", "folded", *_ABOVE)
    for level, name, code, grade, folded, *above in visible_to(rows, user, state).values_list(*fields):
        if level == "post" and staff_names.withheld():
            name, folded = code, fold(code)
            if any(word not in folded for word in words):
                continue
        parent = above[_ABOVE.index(f"{_PARENT[level]}_code")] if level in _PARENT else ""
        last = folded.rpartition(" ")[2]  # its code
        if whole in (last, last.rpartition(":")[2]):
            rank = 0
        elif folded.startswith(whole):
            rank = 1
        else:
            parts = f" {_BETWEEN.sub(' ', folded)}"
            rank = 2 if all(f" {word}" in parts for word in words) else 3
        found[level].append(UnitMatch(rank, name, code, grade, parent))
    return {level: sorted(hits) for level, hits in found.items()}


def table(state: State, level: str, name: str, hits: list[UnitMatch]) -> tables.Table:
    parents: dict[str, str] = {}
    if level in _PARENT:
        above = units.of_level(state, _PARENT[level]).filter(code__in={hit.parent for hit in hits})
        parents = dict(above.values_list("code", "name"))
    columns = [tables.Column("name", "Name"), tables.Column("code", "Code", "code")]
    if level == "post":
        columns.append(tables.Column("grade", "Grade"))
    if level in _PARENT:
        columns.append(tables.Column("parent", units.TITLES[_PARENT[level]]))
    rows = []
    for hit in hits:
        values = {
            "name": tables.text(hit.name, unit_url(level, hit.code)),
            "code": tables.text(hit.code),
            "grade": tables.text(hit.grade),
        }
        if level in _PARENT:
            href = unit_url(_PARENT[level], hit.parent) if hit.parent else ""
            values["parent"] = tables.text(parents.get(hit.parent, hit.parent), href)
        rows.append(tables.Row(values, level, hit.code))
    return tables.Table(name, name, columns, rows)
