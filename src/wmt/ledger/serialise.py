"""Totals, lines and comparisons as plain data: what files, screens and other programs get.

Numbers are exact decimals (points and percentages with two places at most, hours with as many as they
have). Nothing is summed here.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from wmt.ledger import arithmetic
from wmt.ledger.enums import COMPONENTS, Cause

#: The parts of the figure, and among them the OMiC points that are shown beside it.
BREAKDOWN = (*COMPONENTS[:4], "omic", *COMPONENTS[4:])


def micro(value: int | None) -> Decimal | None:
    """Millionths as a decimal number without idle zeros."""
    if value is None:
        return None
    number = Decimal(value).scaleb(-6).normalize()
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number


def present_total(row: Mapping[str, Any], over_x100: int) -> dict[str, Any]:
    """One total. `over_x100` is the mark of excessive workload, in hundredths of a per cent."""
    points, available = row["points_x100"], row["available_x100"]
    return {
        "level": row["level"],
        "code": row["code"],
        "stream": row["stream"],
        "name": row["name"],
        "team_code": row["team_code"],
        "staff_code": row["staff_code"],
        "grade": row["grade"],
        "cases": row["cases"],
        "cases_all": row["cases_all"],
        "points": arithmetic.decimal(points),
        "available": arithmetic.decimal(available),
        "capacity": arithmetic.decimal(arithmetic.capacity_x100(points, available)),
        "over_mark": arithmetic.is_over(points, available, over_x100),
        "breakdown": {
            part: arithmetic.decimal(row[f"{part}_x100"])
            for part in (*COMPONENTS[:4], "omic", *COMPONENTS[4:])
        },
        "omic_on_licence": arithmetic.decimal(row["omic_licence_x100"]),
        "omic_cases": row["omic_cases"],
        "suspended_cases": row["suspended_cases"],
        "untiered_cases": row["untiered_cases"],
        "unpaid_only_cases": row["unpaid_only_cases"],
        "contracted_hours": micro(row["contracted_hours_micro"]),
        "reduction_hours": micro(row["reduction_hours_micro"]),
        "pdu_code": row["pdu_code"],
        "region_code": row["region_code"],
        "posts": row["posts"],
        "posts_without_time": row["posts_without_time"],
        "idle_posts_without_time": row["idle_posts_without_time"],
        "unentered_posts_without_time": row["unentered_posts_without_time"],
        "posts_over": row["posts_over"],
        "stale_posts": row["stale_posts"],
        "stale_since": row["stale_since"],
        "unmeasured_posts": row["unmeasured_posts"],
    }


def present_line(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": line["kind"],
        "ref": line["ref"],
        "location": line["location"],
        "tier": line["tier"],
        "suspended": bool(line["suspended"]),
        "stream": line["stream"],
        "quantity": micro(line["quantity_micro"]),
        "each": arithmetic.decimal(line["each_x100"]),
        "points": arithmetic.decimal(line["points_x100"]),
        "counted": bool(line["counted"]),
        "reason": line["reason"],
        "rule": line["rule"],
        "rule_from": line["rule_from"],
        "beside": arithmetic.decimal(line["beside_x100"]),
        "status": line["status"],
    }


def present_post(total: Mapping[str, Any], lines: pl.DataFrame, over_x100: int) -> dict[str, Any]:
    """A post and all its lines, work and time apart."""
    sides = {
        side: [present_line(line) for line in lines.filter(pl.col("side") == side).iter_rows(named=True)]
        for side in ("work", "time")
    }
    return {**present_total(total, over_x100), **sides, "reconciliation": reconciliation(lines)}


def reconciliation(lines: pl.DataFrame) -> list[dict[str, Any]]:
    """All cases of the case system against those that count: rows of {cases, counted, reason}.

    The first row is what counts; the others say why the rest does not. Their cases add up to all cases.
    """
    cases = lines.filter((pl.col("kind") == "case") & (pl.col("listed_cases") != 0))
    reason = pl.when(pl.col("active_cases") != 0).then(None).otherwise("reason").alias("reason")
    counted = (pl.col("active_cases") != 0).alias("counted")
    summed = cases.group_by(counted, reason).agg(cases=pl.col("listed_cases").sum())
    ordered = summed.sort("counted", "cases", "reason", descending=[True, True, False])
    return ordered.select("cases", "counted", "reason").to_dicts()


def present_comparison(
    code: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    changes: list[dict[str, Any]],
) -> dict[str, Any]:
    """How one unit moved between two ledgers, and the causes, which add up to the change exactly."""
    first, last = _moment(before), _moment(after)
    shares: Sequence[int | None] = arithmetic.percentage_points_x100(first, last, changes) or [None] * len(
        changes
    )
    here = after or before or {}
    start, end = arithmetic.capacity_x100(*first), arithmetic.capacity_x100(*last)
    moved = None if start is None or end is None else end - start
    return {
        "level": here["level"],
        "code": code,
        "stream": here["stream"],
        "name": here["name"],
        "before": arithmetic.decimal(first.points_x100),
        "after": arithmetic.decimal(last.points_x100),
        "change": arithmetic.decimal(last.points_x100 - first.points_x100),
        "available_before": arithmetic.decimal(first.available_x100),
        "available_after": arithmetic.decimal(last.available_x100),
        "available_change": arithmetic.decimal(last.available_x100 - first.available_x100),
        "capacity_before": arithmetic.decimal(start),
        "capacity_after": arithmetic.decimal(end),
        "capacity_change": arithmetic.decimal(moved),
        "stale_posts": here["stale_posts"],
        "stale_since": here["stale_since"],
        "unmeasured_posts": here["unmeasured_posts"],
        "causes": [
            {
                "cause": change["cause"],
                "words": Cause(change["cause"]).words,
                "points": arithmetic.decimal(change["points_x100"]),
                "percentage_points": arithmetic.decimal(share),
                "available": arithmetic.decimal(change["available_x100"]),
                "lines": change["lines"],
            }
            for change, share in zip(changes, shares, strict=True)
        ],
    }


def _moment(total: Mapping[str, Any] | None) -> arithmetic.Moment:
    return (
        arithmetic.Moment(total["points_x100"], total["available_x100"]) if total else arithmetic.Moment(0, 0)
    )
