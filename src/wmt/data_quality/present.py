"""What is to be put right at a unit as plain data, for commands and the API: points as decimals."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from wmt.data_quality.kinds import KindRule
from wmt.data_quality.sums import NOTHING, QualitySum, all_together, put_right_x100, sums_by
from wmt.ledger.arithmetic import Moment, capacity_x100, decimal

#: Names of the amounts of a sum, as plain data has them.
_POINTS = {"least_x100": "least", "most_x100": "most", "expected_x100": "expected"}
_TIMES = {f"{name.removesuffix('x100')}available_x100": f"{word}_available" for name, word in _POINTS.items()}


def present_unit(found: pl.DataFrame, now: Moment, kinds: Mapping[str, KindRule]) -> dict[str, Any]:
    """A unit: its figure now and if everything were put right, and every kind. `found` are its own rows."""
    by_kind = sums_by(found, "kind")
    return {
        "points": decimal(now.points_x100),
        "available": decimal(now.available_x100),
        "capacity": decimal(capacity_x100(*now)),
        "all": present_sum(all_together(found, kinds), now),
        "kinds": [
            {
                "kind": kind,
                "name": rule.name,
                "who": rule.owner,
                "mended": rule.mended,
                "is_fault": rule.is_fault,
                **present_sum(by_kind[kind], now),
            }
            for kind, rule in kinds.items()
            if kind in by_kind
        ],
    }


def present_sum(each: QualitySum = NOTHING, now: Moment | None = None) -> dict[str, Any]:
    """A sum; with the unit's figure now also what its capacity would be."""
    told: dict[str, Any] = {"records": each.findings, "cases": each.cases, "since": each.since}
    told |= {word: decimal(getattr(each, name)) for name, word in (_POINTS | _TIMES).items()}
    told["unknown"] = each.unknown
    if now is not None:
        words = ("least_capacity", "most_capacity", "expected_capacity")
        told |= dict(zip(words, map(decimal, put_right_x100(now, each)), strict=True))
    return told


def present_finding(row: Mapping[str, Any]) -> dict[str, Any]:
    """One thing to put right, by its row (`FINDING`)."""
    plain = {name: row[name] for name in ("kind", "ref", "cases", "recorded", "instead", "since")}
    amounts = {word: decimal(row[name]) for name, word in (_POINTS | _TIMES).items()}
    return {
        "post": f"{row['team_code']}:{row['staff_code']}",
        **plain,
        **amounts,
        "in_sum": bool(row["in_sum"]),
    }
