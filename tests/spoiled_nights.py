"""A night's tidy tables spoiled in size, as a cut or doubled extract is: for loads that must not be shown."""

import hashlib
import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

Tables = dict[str, pl.DataFrame]
#: Tables from which more than a few rows must be gone to be missed.
_LARGE = ("case_flag", "report", "contact")


def read_tables(tidy: Path) -> Tables:
    return {path.stem: pl.read_parquet(path) for path in sorted(tidy.glob("*.parquet"))}


def of_teams(tables: Tables, teams: pl.Series) -> Tables:
    """The tables without what belongs to other teams."""
    kept = {}
    for name, table in tables.items():
        column = next(
            (c for c in ("team_code", "om_team_code", "order_manager_team_code") if c in table.columns), ""
        )
        kept[name] = table.filter(pl.col(column).is_in(teams.implode())) if column else table
    return _consistent(kept)


def of_staff(tables: Tables, staff: pl.DataFrame) -> Tables:
    """The tables without what belongs to other posts."""
    keys = ["team_code", "staff_code"]
    kept = {
        name: table.join(staff.select(keys), on=keys, how="semi", maintain_order="left")
        if set(keys) <= set(table.columns)
        else table
        for name, table in tables.items()
    }
    return _consistent(kept)


def _consistent(tables: Tables) -> Tables:
    """Contacts, assessments and T2A rows of cases that are still there."""
    cases = tables["case"]["case_ref"].implode()
    return {
        name: table.filter(pl.col("case_ref").is_in(cases))
        if name in ("contact", "assessment", "t2a_case")
        else table
        for name, table in tables.items()
    }


def lost_regions(chance: random.Random, tables: Tables) -> Tables:
    team = tables["team"]
    regions = team["region_code"].unique().sort().to_list()
    gone = chance.sample(regions, chance.randint(1, len(regions) - 1))
    return of_teams(tables, team.filter(~pl.col("region_code").is_in(gone))["team_code"])


def lost_posts(chance: random.Random, tables: Tables) -> Tables:
    staff = tables["staff"]
    share = chance.uniform(0.15, 0.99)
    return of_staff(tables, staff.sample(max(1, int(len(staff) * (1 - share))), seed=chance.randrange(10**6)))


def lost_cases(chance: random.Random, tables: Tables) -> Tables:
    case = tables["case"]
    left = case.sample(
        max(1, int(len(case) * (1 - chance.uniform(0.15, 0.99)))), seed=chance.randrange(10**6)
    )
    return _consistent({**tables, "case": left})


def lost_table(chance: random.Random, tables: Tables) -> Tables:
    name = chance.choice(_LARGE)
    if chance.random() < 0.5:
        return {**tables, name: tables[name].clear()}
    return {other: table for other, table in tables.items() if other != name}


def empty(chance: random.Random, tables: Tables) -> Tables:
    gone = (
        list(tables)
        if chance.random() < 0.5
        else chance.sample(["team", "staff", "case"], chance.randint(1, 3))
    )
    return {name: table.clear() if name in gone else table for name, table in tables.items()}


def doubled(chance: random.Random, tables: Tables) -> Tables:
    """Every case twice under another reference, or every post twice under another code."""
    case = tables["case"]
    if chance.random() < 0.5:
        return {**tables, "case": pl.concat([case, case.with_columns(case_ref=_other("case_ref"))])}
    staff = tables["staff"]
    return {
        **tables,
        "staff": pl.concat([staff, staff.with_columns(staff_code=_other("staff_code"))]),
        "case": pl.concat(
            [case, case.with_columns(case_ref=_other("case_ref"), staff_code=_other("staff_code"))]
        ),
    }


def _other(column: str) -> pl.Expr:
    return "Z" + pl.col(column).str.slice(1) + pl.lit("9")


def untiered(chance: random.Random, tables: Tables) -> Tables:
    lost = pl.int_range(pl.len()) % 100 < chance.randint(10, 100)
    case = tables["case"].with_columns(
        tier=pl.when(lost).then(pl.lit("0")).otherwise("tier"),
        suspended=pl.when(lost).then(False).otherwise("suspended"),
    )
    return {**tables, "case": case}


def as_it_is(_: random.Random, tables: Tables) -> Tables:
    return tables


WAYS: dict[str, Callable[[random.Random, Tables], Tables]] = {
    "regions": lost_regions, "posts": lost_posts, "cases": lost_cases, "a table": lost_table, "empty": empty,
    "doubled": doubled, "untiered": untiered, "future": as_it_is, "older": as_it_is,
}  # fmt: skip


def write_spoiled(tidy: Path, to: Path, number: int) -> str:
    """Write a night spoiled in a way of its own, seeded by a number; the way. Its manifest fits."""
    chance = random.Random(number)
    way = list(WAYS)[number % len(WAYS)]
    manifest = json.loads((tidy / "manifest.json").read_text(encoding="utf-8"))
    as_at = datetime.fromisoformat(manifest["as_at"])
    moved = {
        "future": timedelta(days=chance.randint(2, 70_000 // 365 * 300)),
        "older": -timedelta(days=chance.randint(2, 900)),
    }
    manifest["as_at"] = (as_at + moved.get(way, timedelta())).isoformat()
    write_tables(WAYS[way](chance, read_tables(tidy)), manifest, to)
    return way


def write_tables(tables: Tables, manifest: dict[str, object], to: Path) -> Path:
    to.mkdir(parents=True)
    listed = []
    for name, table in tables.items():
        path = to / f"{name}.parquet"
        table.write_parquet(path)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        listed.append({"name": name, "file": path.name, "rows": len(table), "sha256": sha256})
    (to / "manifest.json").write_text(json.dumps({**manifest, "tables": listed}), encoding="utf-8")
    return to
