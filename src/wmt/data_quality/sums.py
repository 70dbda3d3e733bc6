"""Sums of what is to be put right, by kind or by unit, and what a unit's figure would then be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from wmt.data_quality.kinds import AMOUNTS, KindRule
from wmt.ledger.arithmetic import Moment, capacity_x100


@dataclass(frozen=True)
class QualitySum:
    """Things to put right of one kind or unit: how many, since when the oldest, and what would change, in
    hundredths of points (`least_x100` …) and of available points (`least_available_x100` …).

    `unknown`: of how many nothing can be expected. `findings` counts records: one may be of several cases.
    """

    findings: int
    cases: int
    since: date | None
    least_x100: int
    most_x100: int
    expected_x100: int
    least_available_x100: int
    most_available_x100: int
    expected_available_x100: int
    unknown: int


NOTHING = QualitySum(0, 0, None, 0, 0, 0, 0, 0, 0, 0)


def placed(found: pl.DataFrame, team: pl.DataFrame) -> pl.DataFrame:
    """What was found, with the codes of the units above (`TEAM` of the facts has them) and of its post."""
    above = team.select("team_code", "pdu_code", "region_code")
    return found.join(above, on="team_code", how="left", maintain_order="left").with_columns(
        post_code=pl.concat_str("team_code", pl.lit(":"), "staff_code"), nation_code=pl.lit("nation")
    )


def sums_by(found: pl.DataFrame, column: str) -> dict[str, QualitySum]:
    """Sums by the values of a column."""
    named = found.group_by(pl.col(column).alias("key"), maintain_order=True)
    rows = named.agg(*_AGGREGATES).iter_rows(named=True)
    return {row.pop("key"): QualitySum(**row) for row in rows}


def all_together(found: pl.DataFrame, kinds: Mapping[str, KindRule]) -> QualitySum:
    """The faults of all kinds as one sum, in which a case with several counts once; information left out."""
    faults = [kind for kind, rule in kinds.items() if rule.is_fault]
    rows = found.filter(pl.col("kind").is_in(faults))
    if rows.is_empty():
        return NOTHING
    counted = rows.select(_AGGREGATES[:3]).row(0, named=True)
    once = rows.filter(pl.col("in_sum") == 1).select(_AGGREGATES[3:]).row(0, named=True)
    return QualitySum(**counted, **once)


_AGGREGATES = (
    pl.len().cast(pl.Int64).alias("findings"),
    pl.col("cases").sum(),
    pl.col("since").min(),
    *(pl.col(name).sum() for name in AMOUNTS),
    pl.any_horizontal(pl.col("expected_x100").is_null(), pl.col("expected_available_x100").is_null())
    .sum()
    .cast(pl.Int64)
    .alias("unknown"),
)


def put_right_x100(now: Moment, each: QualitySum) -> tuple[int | None, int | None, int | None]:
    """A unit's capacity in hundredths of a per cent if these were put right: least, most and expected.

    Least work with the most time is the least capacity. None without available time; nothing is expected
    either where of some nothing can be.
    """
    pairs: Iterable[tuple[int, int]] = (
        (each.least_x100, each.most_available_x100),
        (each.most_x100, each.least_available_x100),
        (each.expected_x100, each.expected_available_x100),
    )
    least, most, expected = (
        capacity_x100(now.points_x100 + points, now.available_x100 + time)
        if now.available_x100 + time > 0
        else None
        for points, time in pairs
    )
    return least, most, None if each.unknown else expected
