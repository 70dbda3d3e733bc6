"""What the nights say of a case beside what it earns: who held it before, and when it is planned to end."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import polars as pl
from django.conf import settings

from wmt.history import History
from wmt.ledger import OMIC
from wmt.nights import NightError, open_night
from wmt.site.allocation.models import CaseAllocation
from wmt.site.figures.placeholders import placeholders
from wmt.site.queries.periods import KeyedHistory
from wmt.site.workload.state import State

_TABLE = "input/case"
#: So many nights are looked into for who held a case before.
_BACK = 6


def former_holders(past: History, ref: str, day: date) -> dict[str, date]:
    """Who held a case before a day: posts, and the last day it is known there.

    From what people gave, and from the nights: the one before the case came to somebody has who held it then.
    """
    found: dict[str, date] = {}
    for seen in seen_by_nights(KeyedHistory(past), ref, day, _BACK):
        for post in seen.posts:
            found.setdefault(post, seen.day)
    given = CaseAllocation.objects.filter(ref=ref).exclude(state=CaseAllocation.State.UNDONE)
    for row in given.exclude(was_waiting=True).order_by("first_day", "pk"):
        found[row.from_post] = max(row.first_day, found.get(row.from_post, row.first_day))
    return found


class CaseSeen(NamedTuple):
    """Which posts held a case in the night of a day, and since when each, where the data says so."""

    day: date
    posts: Mapping[str, date | None]


@lru_cache(maxsize=500)
def seen_by_nights(held: KeyedHistory, ref: str, day: date, most: int) -> Sequence[CaseSeen]:
    """Where a case was before a day by the nights, the last first: so many of them at most.

    Whoever holds a person in custody under OMiC beside the community is no holder of the case.
    """
    found: list[CaseSeen] = []
    for _ in range(most):
        until = held.past.day_until(day - timedelta(1))
        name = held.past.night_of(until) if until else None
        if not name or until is None:
            break
        rows = _cases(name, pl.col("case_ref") == ref, "team_code", "staff_code", "allocated_on")
        if rows.is_empty():
            break
        found.append(CaseSeen(until, {f"{team}:{staff}": came for team, staff, came in rows.iter_rows()}))
        # a night that does not say since when tells of a week
        came = rows["allocated_on"].min()
        day = min(came, until) if isinstance(came, date) else until - timedelta(6)
    return found


def practitioners_before(
    past: History | None, state: State, refs: Collection[str], day: date
) -> Mapping[str, set[str]]:
    """The posts that held cases in the last night before a day; of what nobody had, or nobody knows, none."""
    until = past.day_until(day - timedelta(1)) if past and refs else None
    name = past.night_of(until) if past and until else None
    if not name:
        return {}
    rows = _cases(name, pl.col("case_ref").is_in(list(refs)), "case_ref", "team_code", "staff_code")
    found: dict[str, set[str]] = {}
    nobody = placeholders(state)
    for ref, team, staff in rows.iter_rows():
        if (post := f"{team}:{staff}") not in nobody:
            found.setdefault(ref, set()).add(post)
    return found


@lru_cache(maxsize=4)
def planned_ends(name: str, home: Path, first: date, last: date) -> Mapping[str, date]:  # noqa: ARG001
    """The active cases of a night that are planned to end after a day and up to another, where it says so."""
    wanted = pl.col("counted_active") & (pl.col("ends_on") > first) & (pl.col("ends_on") <= last)
    return dict(_cases(name, wanted, "case_ref", "ends_on").drop_nulls().iter_rows())


def _cases(name: str, wanted: pl.Expr, *columns: str) -> pl.DataFrame:
    """Rows of the cases of a night, OMiC left out; none where it is gone, or has no such table or columns."""
    nothing = pl.DataFrame(schema=dict.fromkeys(columns, pl.Date))
    try:
        night = open_night(settings.CONFIG.nights / name)
    except NightError:
        return nothing
    if f"{_TABLE}.parquet" not in night.manifest.files:
        return nothing
    rows = pl.scan_parquet(night.path / f"{_TABLE}.parquet")
    if not {*columns, "stream"} <= set(rows.collect_schema().names()):
        return nothing
    return rows.filter(wanted, pl.col("stream") != OMIC).select(columns).collect()
