"""What a sheet is, and the cells that name a post on it."""

from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from wmt.demo.world import World

Cell = str | int | float | datetime | date | None
Row = list[Cell]

IDENTITY = (
    "Trust", "Region_Desc", "Region_Code", "PDU_Desc", "PDU_Code", "LDU_Desc", "LDU_Code", "Team_Desc",
    "Team_Code", "OM_Surname", "OM_Forename", "OM_Key", "OM_Grade_Code",
)  # fmt: skip


@dataclass
class DemoSheet:
    """One sheet. `strays` are its orphan and placeholder rows: (kind, row number in the file)."""

    name: str
    headers: list[str]
    rows: list[Row]
    strays: list[tuple[str, int]] = field(default_factory=list)
    empty_styled_rows: int = 0

    def add_stray(self, kind: str, cells: dict[str, Cell]) -> None:
        """Add a row of nobody: an 'orphan' (values without keys) or a 'placeholder' (constants only)."""
        self.rows.append([cells.get(header) for header in self.headers])
        self.strays.append((kind, len(self.rows) + 1))


def identities(world: World) -> list[Row]:
    """The thirteen identity cells of every post, by post number."""
    posts = world.posts.drop("region_code", "pdu_code", "kind", "demand", "team_code")
    named = posts.join(world.teams, on="team_no", how="left", maintain_order="left").select(
        pl.lit("PS"),
        *("region_name", "region_code", "pdu_name", "pdu_code"),
        *("ldu_name", "ldu_code", "team_name", "team_code"),
        *("surname", "forename", "staff_code", "grade_code"),
    )
    return [list(row) for row in named.rows()]
