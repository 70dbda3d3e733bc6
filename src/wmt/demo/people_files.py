"""What people enter and no extract holds: contracted hours and reductions, as CSV."""

from pathlib import Path

import polars as pl

from wmt.demo.world import World


def hundredths(column: str) -> pl.Expr:
    """Whole hundredths written as a decimal: 2220 is '22.2', 500 is '5'. Exact."""
    padded = pl.format("{}.{}", pl.col(column) // 100, (pl.col(column) % 100).cast(pl.String).str.zfill(2))
    return padded.str.strip_chars_end("0").str.strip_chars_end(".").alias(column)


def people_tables(world: World) -> dict[str, pl.DataFrame]:
    """contracted_hours and reductions, in order of post."""
    posts = world.posts.select("post_no", "team_code", "staff_code")
    contracts = world.contracts.join(posts, on="post_no", how="left", maintain_order="left")
    reductions = world.reductions.join(posts, on="post_no", how="left", maintain_order="left")
    return {
        "contracted_hours": contracts.sort("team_code", "staff_code", "valid_from").select(
            "team_code", "staff_code", hundredths("hours"), "valid_from"
        ),
        "reductions": reductions.sort("reduction_id").select(
            *("reduction_id", "team_code", "staff_code", "reason"),
            hundredths("hours_x100").alias("hours"),
            hundredths("percent_x100").alias("percent"),
            *("first_day", "last_day", "notes"),
        ),
    }


def write_people(folder: Path, world: World) -> dict[str, int]:
    """Write people/contracted_hours.csv and people/reductions.csv. Returns the rows of each."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = people_tables(world)
    for name, table in tables.items():
        table.write_csv(folder / f"{name}.csv")
    return {name: len(table) for name, table in tables.items()}
