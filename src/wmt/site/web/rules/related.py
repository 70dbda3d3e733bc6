"""The rules beside a rule: other tiers of its table, other types of its tier, other fields of its record."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from wmt import rules
from wmt.site.web.rules.labels import readable

#: Longer families are not listed on each of their pages; their table or group is linked.
_MOST = 60
#: Roots whose last two segments are a case type and a tier; each is a neighbour of the others.
_BY_TIER = {
    "tier_points": "points",
    "t2a_points": "points of transition-to-adulthood (T2A) cases",
    "annual_hours": "hours a year",
    "monthly_hours": "hours a four-week month",
}
#: Roots of which each leaf is one contact code.
_BY_CODE = {
    "cms_points": "points",
    "cms_minutes": "minutes",
    "cms_activity": "activity",
    "cms_level": "level",
    "cms_priced_as": "code whose value it has",
}


@dataclass(frozen=True)
class Neighbour:
    """A link to another rule. `here` marks the rule the page is about."""

    path: str
    text: str
    here: bool = False


@dataclass(frozen=True)
class Beside:
    title: str
    links: tuple[Neighbour, ...]


def neighbours(path: str) -> list[Beside]:
    """All families a rule is in, the nearest first; families of one, or too long to list, are left out."""
    head, _, leaf = path.rpartition(".")
    root = path.partition(".")[0]
    links = (_link(other, _leaf_words(other), path) for other in _children()[head] if head)
    found = [Beside(f"In the same family: {readable(head.rpartition('.')[2])}", tuple(links))]
    title, others = "", None
    if root in _BY_TIER:
        _, scheme, _, _ = path.split(".")
        title = f"The same tier, {leaf}, elsewhere"
        others = _there(
            (f"{root}.{scheme}.{location}.{leaf}", f"{location}, {words}")
            for root, words in _BY_TIER.items()
            for location in ("community", "licence", "custody")
        )
    elif root in _BY_CODE:
        title = f"More about {leaf}"
        others = _there((f"{root}.{leaf}", words) for root, words in _BY_CODE.items())
    elif head.count(".") >= 1:
        family, record, field = path.rsplit(".", 2)
        title = f"{readable(field).capitalize()} of others like {readable(record)}"
        others = [
            (other, readable(other.split(".")[-2]))
            for other in rules.load().paths
            if other.startswith(f"{family}.")
            and other.endswith(f".{field}")
            and other.count(".") == path.count(".")
        ]
    if others is not None:
        found.append(Beside(title, tuple(_link(other, text, path) for other, text in others)))
    return [beside for beside in found if 1 < len(beside.links) <= _MOST]


@lru_cache(maxsize=1)
def _children() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for path in rules.load().paths:
        found.setdefault(path.rpartition(".")[0], []).append(path)
    return {head: tuple(paths) for head, paths in found.items()}


def _leaf_words(path: str) -> str:
    leaf = path.rpartition(".")[2]
    return "untiered" if leaf == "0" and path.partition(".")[0] in _BY_TIER else readable(leaf)


def _there(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    known = set(rules.load().paths)
    return [(path, text) for path, text in pairs if path in known]


def _link(other: str, text: str, path: str) -> Neighbour:
    return Neighbour(other, text, other == path)
