"""Headers: which tier scheme a sheet's columns follow, and whether its set of tiers is whole."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wmt.facts import TIERS

_PREFIXES = {"comm": "community", "cust": "custody", "licence": "licence", "license": "licence"}
_TIER_HEADER = re.compile(r"(comm|cust|licen[cs]e)tier(.*)\Z")

#: Columns of the old scheme that were never counted.
NEVER_COUNTED = frozenset({"", "1a", "3a", "d1a", "c1a"})
OLD_EIGHT = frozenset({"0", "a", "b1", "b2", "c1", "c2", "d1", "d2"})
OLD_ELEVEN = OLD_EIGHT | {"e", "f", "g"}
SEVENTEEN = frozenset(tier.lower() for tier in TIERS["pc16"])
THIRTY_THREE = SEVENTEEN | {f"{tier}s" for tier in SEVENTEEN if tier != "0"}
WHOLE = {"pc16": (SEVENTEEN, THIRTY_THREE), "t7": (OLD_EIGHT, OLD_ELEVEN)}
#: Tiers that exist in one scheme only: they decide.
PC16_ONLY = frozenset(tier for tier in SEVENTEEN if tier[-1] in "03" and tier != "0")


@dataclass(frozen=True)
class TierColumn:
    """One column of counts: where it stands (cleaned header) and what it counts."""

    header: str
    location: str
    tier: str
    suspended: bool


@dataclass(frozen=True)
class TierSet:
    """The tier columns of one sheet.

    `missing` names the headers (as usually written) that the nearest whole set has and the sheet has not;
    `strange` the tier-like headers of no known meaning, cleaned.
    """

    scheme: str | None
    size: int
    columns: tuple[TierColumn, ...]
    missing: tuple[str, ...]
    strange: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether the set is of one scheme, with nothing missing and nothing strange."""
        return self.scheme is not None and not self.missing and not self.strange


def tier_set(headers: Iterable[str]) -> TierSet:
    """What the cleaned headers of a sheet say about its tiers; scheme None when they fit no known one."""
    found = {
        header: (_PREFIXES[match[1]], re.sub(r"_(?=s\Z)", "", match[2]))
        for header in headers
        if (match := _TIER_HEADER.match(header))
    }
    suffixes = {suffix for _, suffix in found.values()}
    scheme = None
    if {suffix.removesuffix("s") for suffix in suffixes} & PC16_ONLY:
        scheme = "pc16"
    elif "a" in suffixes and suffixes & {"b1", "b2", "c1", "c2", "d1", "d2"}:
        scheme = "t7"
    if scheme is None:
        return TierSet(None, 0, (), (), tuple(found))
    small, large = WHOLE[scheme]
    whole = large if suffixes & (large - small) else small
    columns = tuple(
        TierColumn(header, location, (suffix[:2] if len(suffix) == 3 else suffix).upper(), len(suffix) == 3)
        for header, (location, suffix) in found.items()
        if suffix in whole
    )
    ignored = NEVER_COUNTED if scheme == "t7" else frozenset()
    strange = [header for header, (_, suffix) in found.items() if suffix not in whole | ignored]
    missing = [
        f"{prefix.capitalize()}Tier{suffix.upper()}"
        for prefix in ("comm", "cust", "licence")
        for suffix in sorted(whole)
        if (_PREFIXES[prefix], suffix) not in found.values()
    ]
    return TierSet(scheme, len(whole), columns, tuple(missing), tuple(strange))
