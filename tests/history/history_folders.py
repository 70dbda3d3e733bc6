"""Folders of nights for tests of the history: whole in what a history reads, and quick to make."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import polars as pl
from history_counter import whole

from wmt.ledger import HEADLINE, LEVELS, MEASURES, TOTAL
from wmt.nights import night_name
from wmt.nights.folder import FORMAT, sha256

#: A post by team and staff code: points and available points in hundredths, grade.
Posts = Mapping[tuple[str, str], tuple[int, int, str]]
#: PDU and region of a team, by the first letter of its code.
PDU_OF = {"A": ("PA", "R1"), "B": ("PA", "R1"), "C": ("PC", "R1"), "D": ("PD", "R2")}
#: One post in one team.
ONE: Posts = {("A1", "S1"): (100_000, 100_000, "PO")}


def files_of(nights: Path) -> dict[str, bytes]:
    """The months of a history, by name; the index last, so that both are compared."""
    return {path.name: path.read_bytes() for path in sorted((nights / "history").glob("*"))}


def totals_of(posts: Posts) -> pl.DataFrame:
    """Totals of all levels, added up in plain Python."""
    units: dict[tuple[str, str], dict[str, object]] = {}
    for (team, staff), (points, available, grade) in posts.items():
        pdu, region = PDU_OF[team[0]]
        codes = {"post": f"{team}:{staff}", "team": team, "pdu": pdu, "region": region, "nation": "nation"}
        above = {"team_code": team, "pdu_code": pdu, "region_code": region}
        for place, (level, code) in enumerate(codes.items()):
            known = dict(list(above.items())[max(0, place - 1) :]) if level != "nation" else {}
            unit = units.setdefault(
                (level, code),
                {"level": level, "code": code, "name": f"N {code}", "stream": HEADLINE, **known},
            )
            if level == "post":
                unit |= {"grade": grade, "staff_code": staff}
            add = {"points_x100": points, "available_x100": available, "posts": 1, "cases": points // 1000}
            add["posts_without_time"] = int(available == 0)
            for name, value in add.items():
                unit[name] = int(str(unit.get(name, 0))) + value
    rows = sorted(units.values(), key=lambda unit: (LEVELS.index(str(unit["level"])), str(unit["code"])))
    frame = pl.DataFrame(rows, schema=TOTAL, infer_schema_length=None)
    counts = (*MEASURES, "posts", "posts_without_time", "stale_posts", "unmeasured_posts")
    return frame.with_columns(pl.col(counts).fill_null(0))


def write_night(nights: Path, as_at: datetime, posts: Posts, revision: int = 0) -> str:
    """A night's folder as far as a history reads it; its name."""
    name = night_name(as_at, revision)
    folder = nights / name
    (folder / "results").mkdir(parents=True)
    totals_of(posts).write_parquet(folder / "results/totals.parquet")
    manifest = {
        "format": FORMAT, "as_at": as_at.isoformat(), "layout": "tidy", "tier_scheme": "pc16",
        "rules_date": as_at.date().isoformat(), "overlays": [], "sources": [], "inputs": name,
        "revision": revision, "program": "test",
        "files": {"results/totals.parquet": sha256(folder / "results/totals.parquet")},
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    sealed = {"loaded_at": "2026-12-24T07:00:00+00:00", "manifest": sha256(folder / "manifest.json")}
    (folder / "loaded.json").write_text(json.dumps(sealed))
    return name


def archived(day: date, points: int, code: str = "A1:S1") -> pl.DataFrame:
    team, staff = code.split(":")
    row = {
        "day": day, "as_at": datetime.combine(day, datetime.min.time()), "night": "", "level": "post",
        "code": code, "team_code": team, "staff_code": staff, "pdu_code": "PA", "region_code": "R1",
        "grade": "PO", "points_x100": points, "available_x100": 100_000, "posts": 1,
    }  # fmt: skip
    return whole(pl.DataFrame([row]))
