"""Working a night out again from its own folder."""

import hashlib
from dataclasses import dataclass

import polars as pl

from wmt.ledger import LEVELS, TOTAL, Ledger
from wmt.ledger.enums import ASSUMED
from wmt.nights import write
from wmt.nights.folder import Night


@dataclass(frozen=True)
class Recomputed:
    """What came of it: files damaged since they were written, and result files whose bytes differ.

    `files` counts the result files made again; 0 when facts or rules are damaged, which proves nothing.
    """

    damaged: list[str]
    differing: list[str]
    files: int

    @property
    def same(self) -> bool:
        """Whether the night is whole and gives the same bytes."""
        return not self.damaged and not self.differing


def recompute(night: Night) -> Recomputed:
    """Make the results again from facts and rules in the folder and compare them byte by byte."""
    damaged = night.damage()
    # what decides the results of a night
    if any(name.startswith("facts/") or name in ("rules.yaml", "manifest.json") for name in damaged):
        return Recomputed(damaged, [], 0)
    ledger = Ledger(night.facts(), night.rules(), former=night.former())
    written = columns_of(night, write.TOTALS)
    again = write.results(ledger, together="stream" not in written)
    if "stream" not in written:
        again = _before_streams(ledger, again)
    elif night.manifest.files.get(f"{write.TOTALS}.parquet") != _checksum(
        _as_written(night, write.TOTALS, again[write.TOTALS])
    ):
        again[write.TOTALS] = _with_assumed_hours(again)
    differing = [
        f"{name}.parquet"
        for name, frame in again.items()
        if night.manifest.files.get(f"{name}.parquet") != _checksum(_as_written(night, name, frame))
    ]
    return Recomputed(damaged, differing, len(again))


def _before_streams(ledger: Ledger, again: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Results as they were written when people of unpaid work only were told by their tier, not by lines."""
    lines, totals = again["results/lines"].filter(pl.col("kind") != "unpaid_only"), again[write.TOTALS]
    teams = ledger.facts.team.select("team_code", "pdu_code", "region_code")
    of_tier = lines.filter(pl.col("tier").is_in(["A0", "B0", "C0", "D0"])).join(teams, on="team_code")
    placed = of_tier.with_columns(
        post_code=pl.concat_str("team_code", pl.lit(":"), "staff_code"), nation_code=pl.lit("nation")
    )
    counts = pl.concat(
        placed.group_by(pl.lit(level).alias("level"), code=f"{level}_code").agg(
            found=pl.col("active_cases").sum()
        )
        for level in LEVELS
    )
    joined = totals.join(counts, on=["level", "code"], how="left", maintain_order="left")
    totals = joined.with_columns(unpaid_only_cases=pl.col("found").fill_null(0)).select(totals.columns)
    return {**again, "results/lines": lines, write.TOTALS: totals}


def _with_assumed_hours(again: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The totals as written when 'no hours entered' meant every post without time whose hours are assumed."""
    lines, totals = again["results/lines"], again[write.TOTALS]
    assumed = lines.filter(kind="contracted_hours", ref=ASSUMED).select("team_code", "staff_code").unique()
    timeless = totals.filter(level="post", posts_without_time=1)
    found = timeless.join(assumed, on=["team_code", "staff_code"], how="semi", maintain_order="left")
    found = found.with_columns(post_code="code", nation_code=pl.lit("nation"))
    counts = pl.concat(
        found.group_by(pl.lit(level).alias("level"), "stream", key=f"{level}_code").agg(
            found=pl.len().cast(pl.Int64)
        )
        for level in LEVELS
    )
    keys = ["level", "stream"]
    joined = totals.join(
        counts, left_on=[*keys, "code"], right_on=[*keys, "key"], how="left", maintain_order="left"
    )
    return joined.with_columns(unentered_posts_without_time=pl.col("found").fill_null(0)).select(
        totals.columns
    )


def columns_of(night: Night, name: str) -> list[str]:
    """The columns a table was written with; those of now where its file is damaged, and told of as such."""
    try:
        return list(pl.read_parquet_schema(night.path / f"{name}.parquet"))
    except (OSError, pl.exceptions.PolarsError):
        return TOTAL.names() if name == write.TOTALS else []


def _as_written(night: Night, name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that the night has: measures that came later were not written then."""
    columns = columns_of(night, name) or frame.columns
    return frame.select(column for column in frame.columns if column in columns)


def _checksum(frame: pl.DataFrame) -> str:
    return hashlib.sha256(write.table_bytes(frame)).hexdigest()
