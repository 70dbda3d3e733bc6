"""Kinds: every way in which a case can matter to the measure, numbered.

A case row carries one small number instead of five words. The ledger prices each kind once and the night
is then a lookup and a sum. Numbers are fixed by the tier scheme, so they mean the same on every night.
"""

from functools import cache
from typing import NamedTuple

import polars as pl

from wmt.facts import enums


class CaseKind(NamedTuple):
    """One kind of case. `suspended` is 1 when active supervision is suspended (tier suffix S), else 0."""

    kind_no: int
    stream: str
    location: str
    tier: str
    suspended: int
    status: str


KIND_SCHEMA = pl.Schema(
    {
        "kind_no": pl.Int64,
        "stream": pl.String,
        "location": pl.String,
        "tier": pl.String,
        "suspended": pl.Int64,
        "status": pl.String,
    }
)


@cache
def kinds(tier_scheme: str) -> tuple[CaseKind, ...]:
    """All kinds of a tier scheme, in number order. Raises KeyError for an unknown scheme."""
    combinations = (
        (stream, location, tier, suspended, status)
        for statuses in (enums.STATUSES, *((later,) for later in enums.LATER_STATUSES))
        for stream in enums.STREAMS
        for location in (*enums.LOCATIONS, enums.UNKNOWN_LOCATION)
        for tier in enums.TIERS[tier_scheme]
        for suspended in (0, 1)
        for status in statuses
    )
    return tuple(CaseKind(number, *words) for number, words in enumerate(combinations))


@cache
def _numbers(tier_scheme: str) -> dict[tuple[str, str, str, int, str], int]:
    return {tuple(kind[1:]): kind.kind_no for kind in kinds(tier_scheme)}  # type: ignore[misc]


def kind_number(
    tier_scheme: str, stream: str, location: str, tier: str, suspended: int | bool, status: str
) -> int:
    """The number of a kind. Raises KeyError when one of the words is not of the scheme."""
    return _numbers(tier_scheme)[stream, location, tier, int(suspended), status]


@cache
def kind_table(tier_scheme: str) -> pl.DataFrame:
    """The kinds of a tier scheme as a table, to be joined on (stream, location, tier, suspended, status)."""
    return pl.DataFrame(kinds(tier_scheme), schema=KIND_SCHEMA, orient="row")
