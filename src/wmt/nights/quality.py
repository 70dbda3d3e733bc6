"""What is to be put right in the records of a night: found when it is loaded, kept in its folder.

`results/to_put_right` has the columns `FINDING`. A night from before there was such a list, or one whose
personal data was forgotten, has none.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import polars as pl

from wmt.data_quality.find import find
from wmt.data_quality.kinds import FINDING
from wmt.data_quality.over_nights import since_before
from wmt.facts import Facts
from wmt.nights.folder import Night, NightError
from wmt.rules import RuleSet
from wmt.tiering.named_tables import MAIN, SHAPE_OF

TABLE = "results/to_put_right"


def to_put_right(
    facts: Facts,
    inputs: Mapping[str, pl.DataFrame],
    rules: RuleSet,
    lines: pl.DataFrame,
    earlier: Sequence[Night],
) -> dict[str, pl.DataFrame]:
    """The table of a new night, by its place in the folder. `earlier` are the nights before it, in order.

    Where the list of the night before is damaged, each thing is there since this night.
    """
    before = None
    with suppress(NightError):
        before = kept(earlier[-1]) if earlier else None
    stale = facts.post.filter(pl.col("stale_since").is_not_null()).select("team_code", "staff_code")
    return {TABLE: since_before(find(facts, inputs, rules, lines), before, stale)}


def kept(night: Night) -> pl.DataFrame | None:
    """What a night's folder says is to be put right; None where it has no such table.

    Raises NightError where the table is damaged.
    """
    checksum = night.manifest.files.get(f"{TABLE}.parquet")
    return None if checksum is None else _read(night.path, checksum)


def input_tables(night: Night) -> dict[str, pl.DataFrame]:
    """The input tables of a night by name; none of one whose personal data was forgotten."""
    names = [name for name in night.manifest.files if name.startswith("input/")]
    return {Path(name).stem: night.table(name.removesuffix(".parquet")) for name in names}


def tier_tables(night: Night, ref: str) -> dict[str, pl.DataFrame]:
    """What a night has of one case in the tables that tiers are worked out from: empty without a row of it.

    Raises NightError where a table is damaged.
    """
    names = [name for name in SHAPE_OF if f"input/{name}.parquet" in night.manifest.files]
    if MAIN not in names:
        return {}
    scans = [pl.scan_parquet(night.path / f"input/{name}.parquet") for name in names]
    try:
        found = pl.collect_all([scan.filter(pl.col("case_ref") == ref) for scan in scans])
    except (OSError, pl.exceptions.PolarsError) as error:
        raise NightError(
            f"{night.path} cannot be read ({type(error).__name__}); bring it back from a copy, or load "
            "its extract again into another folder"
        ) from error
    tables = dict(zip(names, found, strict=True))
    return {} if tables[MAIN].is_empty() else tables


@lru_cache(maxsize=40)
def _read(path: Path, checksum: str) -> pl.DataFrame:  # noqa: ARG001 - a night replaced is another
    try:
        return pl.read_parquet(path / f"{TABLE}.parquet").select(FINDING.names())
    except (OSError, pl.exceptions.PolarsError) as error:
        raise NightError(
            f"{path} cannot be read ({type(error).__name__}); load the extract again into another folder"
        ) from error
