"""Small tidy inputs: tables as rows, written as CSV or Parquet beside a manifest that fits."""

import copy
import hashlib
import json
import zipfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from wmt.intake.tidy_tables import TABLES

AS_AT = "2024-06-14T00:32:14.443"
ASH, OAK, TWO = "N01AAA:N01A001", "N01AAA:N01A002", "N01BBB:N01A001"
Row = dict[str, Any]


def post_of(name: str) -> Row:
    """TEAM:STAFF as its two keys."""
    team, staff = name.split(":")
    return {"team_code": team, "staff_code": staff}


@dataclass
class Tidy:
    """Tables by name, each a list of rows; `manifest` overrides what would fit."""

    tables: dict[str, list[Row]]
    case_list: str = "complete"
    manifest: Row = field(default_factory=dict)

    def write(self, folder: Path, suffix: str = "csv") -> Path:
        """Write the folder and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        listed = []
        for name, rows in self.tables.items():
            path = folder / f"{name}.{suffix}"
            path.write_bytes(csv_of(rows) if suffix == "csv" else parquet_of(name, rows, folder / "scratch"))
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            listed.append({"name": name, "file": path.name, "rows": len(rows), "sha256": sha256})
        manifest = {
            "format": "workload-input/1",
            "as_at": AS_AT,
            "tier_scheme": "pc16",
            "source": "a test",
            "case_list": self.case_list,
            "tables": listed,
        }
        (folder / "manifest.json").write_text(json.dumps({**manifest, **self.manifest}), encoding="utf-8")
        return folder

    def write_zip(self, path: Path, inside: str = "") -> Path:
        """Write a zip of the folder, its files under `inside`."""
        folder = self.write(path.with_suffix(""))
        with zipfile.ZipFile(path, "w") as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, inside + file.name)
        return path


def columns_of(rows: list[Row]) -> list[str]:
    """Every column that any row has, in order of first use."""
    return list(dict.fromkeys(column for row in rows for column in row))


def csv_of(rows: list[Row]) -> bytes:
    """RFC 4180 with plain words for truth values and dates."""

    def text(value: Any) -> str:
        if value is None:
            return ""
        plain = str(value).lower() if isinstance(value, bool) else str(value)
        return '"' + plain.replace('"', '""') + '"' if set(plain) & set(',"\r\n') else plain

    columns = columns_of(rows)
    lines = [",".join(columns), *(",".join(text(row.get(column)) for column in columns) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode()


def parquet_of(name: str, rows: list[Row], scratch: Path) -> bytes:
    """The rows with the types of the table; values that do not fit leave the column as text."""
    kinds = {column: definition.dtype for column, definition in TABLES[name].columns().items()}
    series = []
    for column in columns_of(rows):
        values = [row.get(column) for row in rows]
        kind = kinds.get(column, pl.String())
        if kind == pl.String or any(isinstance(value, str) for value in values):
            series.append(pl.Series(column, [None if v is None else str(v) for v in values], dtype=pl.String))
        else:
            series.append(pl.Series(column, values, dtype=kind))
    pl.DataFrame(series).write_parquet(scratch)
    data = scratch.read_bytes()
    scratch.unlink()
    return data


def team(code: str, **more: Any) -> Row:
    """A team of the same place as in the workbook builder."""
    region, pdu = code[:3], f"{code[:3]}{code[3]}PD"
    return {
        "team_code": code,
        "team_name": f"Team {code}",
        "pdu_code": pdu,
        "pdu_name": f"Unit {pdu}",
        "region_code": region,
        "region_name": f"Region {region}",
        "provider": "PS",
        "is_omic": False,
        **more,
    }


def staff(name: str, grade_code: str | None = "NPSM", **more: Any) -> Row:
    """A post, named as in the workbook builder."""
    code = name.split(":")[1]
    return {
        **post_of(name),
        "grade_code": grade_code,
        "surname": f"Sur{code}",
        "forename": f"Fore{code}",
        **more,
    }


def case(ref: str, post: str, location: str, tier: str, **more: Any) -> Row:
    """A counted standard case."""
    words = {
        "location": location,
        "tier": tier,
        "suspended": False,
        "stream": "standard",
        "counted_active": True,
    }
    return {"case_ref": ref, **post_of(post), **words, **more}


def flag(ref: str, post: str, letter: str, **more: Any) -> Row:
    """A flag on a community B2 case."""
    words = {"location": "community", "tier": "B2", "suspended": False, "grade_code": "NPSM"}
    return {"case_ref": ref, **post_of(post), "flag": letter, "seq": 1, **words, **more}


def contact(number: str, by: str, om: str, **more: Any) -> Row:
    """A CMS contact on the day of the extract."""
    (by_team, by_staff), (om_team, om_staff) = by.split(":"), om.split(":")
    return {
        "contact_id": number,
        "case_ref": "X100001",
        "kind": "cms",
        "contact_date": date(2024, 6, 14),
        "type_code": "CMS47",
        "by_team_code": by_team,
        "by_staff_code": by_staff,
        "by_grade_code": "NPSQ",
        "om_team_code": om_team,
        "om_staff_code": om_staff,
        "om_grade_code": "NPSM",
        **more,
    }


def ordinary_tidy() -> Tidy:
    """The same night as `ordinary_book` with every case named; nothing is wrong with it."""
    numbers = iter(range(200000, 300000))
    some = [
        *(case(f"X{next(numbers)}", OAK, "custody", "D2") for _ in range(2)),
        *(case(f"X{next(numbers)}", TWO, "licence", "D1") for _ in range(7)),
        case(f"X{next(numbers)}", ASH, "community", "B2", stream="t2a", counted_active=None),
        *(case(f"X{next(numbers)}", "N01OMI:N01A003", "custody", "C1", stream="omic") for _ in range(9)),
    ]
    listed = [
        case(f"X10000{n}", ASH, *(("community", "B2") if n < 3 else ("licence", "C1"))) for n in range(5)
    ]
    warrant = case("X100009", ASH, "community", "B2", counted_active=False)
    report = {"state": "completed", "on_date": date(2024, 6, 1), **post_of(OAK)}
    kinds = [("sdr", 2), ("fdr", 1), ("oral", 4)]
    tables = {
        "team": [team("N01AAA"), team("N01BBB"), team("N01OMI", is_omic=True)],
        "staff": [staff(ASH), staff(OAK, "NPSQ"), staff(TWO), staff("N01OMI:N01A003")],
        "case": [*listed, warrant, *some],
        "case_flag": [flag("X100009", ASH, "W")],
        "report": [
            {"report_id": f"{kind}{n}", "type": kind, **report} for kind, times in kinds for n in range(times)
        ],
        "contact": [contact("1756376536", OAK, ASH)],
    }
    return Tidy(copy.deepcopy(tables))
