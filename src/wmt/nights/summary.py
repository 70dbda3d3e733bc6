"""How large a night is: what two nights are compared by before the later one is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from wmt.facts import NOT_KNOWN
from wmt.nights.folder import Night


@dataclass(frozen=True)
class UnitSize:
    """A unit: its name, and how many posts and active cases it has."""

    name: str
    posts: int
    cases: int


@dataclass(frozen=True)
class Summary:
    """The size of one night, its streams together: what an extract holds does not depend on them.

    `units` are by level (region, pdu, team) and code. `sheets` are the rows of each sheet or table that was
    read. Points are in hundredths.
    """

    name: str
    as_at: datetime
    posts: int
    cases: int
    points_x100: int
    untiered: int
    units: Mapping[str, Mapping[str, UnitSize]]
    sheets: Mapping[str, int]
    layout: str

    @property
    def untiered_x100(self) -> int:
        """Cases without a tier, in hundredths of a per cent of all cases; rounded down."""
        return self.untiered * 10_000 // self.cases if self.cases else 0


def summary_of(
    name: str, as_at: datetime, totals: pl.DataFrame, report: Mapping[str, Any], layout: str
) -> Summary:
    """The size of a night by its totals (`ledger.TOTAL`) and its import report."""
    sizes = pl.col("posts", "cases", "points_x100", "untiered_cases").sum()
    nation = totals.filter(pl.col("level") == "nation").select(sizes).row(0, named=True)
    # rows with their keys by the name of their sheet, those of several workbooks together
    sheets = report["sheets"]
    found: dict[str, int] = {}
    for label, read in sheets.items():
        sheet = label.partition(" (")[0].strip()
        found[sheet] = found.get(sheet, 0) + read["rows"] - read["orphan_rows"]
    units = {}
    for level in ("region", "pdu", "team"):
        # what is not known comes and goes with single contacts, and is no unit
        of_level = totals.filter((pl.col("level") == level) & (pl.col("code") != NOT_KNOWN))
        by_code = of_level.group_by("code", maintain_order=True)
        rows = by_code.agg(pl.col("name").first(), pl.col("posts", "cases").sum()).iter_rows()
        units[level] = {code: UnitSize(called or code, posts, cases) for code, called, posts, cases in rows}
    return Summary(
        name=name,
        as_at=as_at,
        posts=nation["posts"],
        cases=nation["cases"],
        points_x100=nation["points_x100"],
        untiered=nation["untiered_cases"],
        units=units,
        sheets=found,
        layout=layout,
    )


def summary_of_night(night: Night) -> Summary:
    """The size of a night that is kept. Raises NightError where its folder is damaged."""
    totals = night.table("results/totals")
    manifest = night.manifest
    return summary_of(night.name, manifest.as_at, totals, night.report(), manifest.layout)
