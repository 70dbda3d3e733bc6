"""Tables, files and what spreadsheets make of them."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from night_tools import Nation, Run
from wmt.cli import console
from wmt.cli.files import print_json, write_out
from wmt.cli.tables import TextColumn, table
from wmt.nights.folder import sha256

CALL = "=cmd|' /C calc'!A0"


def cells(path: Path) -> list[dict[str, Any]]:
    """The posts of a file that --out wrote, as numbers and texts."""
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path)["post"]
        head, *rows = sheet.iter_rows(values_only=True)
        return [dict(zip(map(str, head), row, strict=True)) for row in rows]
    if path.suffix == ".csv":
        return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    return pl.read_parquet(path).to_dicts()


@pytest.mark.parametrize("kind", ["xlsx", "csv", "parquet"])
def test_every_file_holds_the_same_figures(run: Run, night: Path, tmp_path: Path, kind: str) -> None:
    place = tmp_path / "made on the way" / f"posts.{kind}"
    ran = run("measure", night, "--level", "post", "--json", "--out", place)
    assert ran.code == 0
    found = {row["code"]: row for row in cells(place)}
    assert len(found) == len(ran.json)
    for row in ran.json:
        flat = {**row, **{f"breakdown_{part}": value for part, value in row["breakdown"].items()}}
        for key in ("points", "available", "cases", "breakdown_community", "contracted_hours"):
            assert float(found[row["code"]][key]) == flat[key], key
        capacity = found[row["code"]]["capacity"]
        assert (None if capacity in (None, "") else float(capacity)) == row["capacity"]
    assert [path.name for path in place.parent.iterdir()] == [place.name]


@pytest.mark.parametrize("text", [CALL, "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_formulas_are_texts(tmp_path: Path, text: str) -> None:
    rows = {"post": [{"code": "N1:S1", "name": text, "points": -5}]}
    for kind in ("xlsx", "csv", "parquet"):
        write_out(tmp_path / f"figures.{kind}", rows)
    (row,) = cells(tmp_path / "figures.csv")
    assert row["name"][0] == "'"
    assert row["name"][1:].replace("\r\n", "\n") in (text, text.replace("\r", "\n"))
    assert row["points"] == "-5"
    cell = openpyxl.load_workbook(tmp_path / "figures.xlsx")["post"]["B2"]
    assert cell.data_type == "s"
    assert cells(tmp_path / "figures.parquet")[0]["name"] == text


def test_a_name_that_is_a_formula_comes_out_harmless(run: Run, nation: Nation, tmp_path: Path) -> None:
    folder = tmp_path / "tidy"
    folder.mkdir()
    for path in nation.tidy(0).iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    place = folder / "staff.parquet"
    before = sha256(place)
    staff = pl.read_parquet(place)
    staff.with_columns(surname=pl.lit(CALL), forename=pl.lit(CALL)).write_parquet(place)
    manifest = (folder / "manifest.json").read_text(encoding="utf-8")
    (folder / "manifest.json").write_text(manifest.replace(before, sha256(place)), encoding="utf-8")
    for kind in ("xlsx", "csv"):
        assert run("measure", folder, "--level", "post", "--out", tmp_path / f"f.{kind}").code == 0
    sheet = openpyxl.load_workbook(tmp_path / "f.xlsx")["post"]
    named = [cell for row in sheet.iter_rows() for cell in row if "cmd|" in str(cell.value)]
    assert named
    assert {cell.data_type for cell in named} == {"s"}
    names = [row["name"] for row in cells(tmp_path / "f.csv") if "cmd|" in row["name"]]
    assert names
    assert all(name.startswith("'=") for name in names)


def test_a_disk_without_room_keeps_the_former_file(
    run: Run, night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "figures.csv"
    place.write_text("the former figures")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    ran = run("measure", night, "--out", place)
    assert (ran.code, "No space left on device" in ran.err) == (1, True)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["the former figures"]


def test_compare_and_explain_write_files_too(run: Run, nation: Nation, night: Path, tmp_path: Path) -> None:
    people = ("--people", nation.people(1))
    assert run("compare", night, nation.tidy(1), *people, "--out", tmp_path / "c.xlsx").code == 0
    assert openpyxl.load_workbook(tmp_path / "c.xlsx").sheetnames == ["changes", "causes"]
    assert run("explain", night, "--post", nation.story, "--out", tmp_path / "e.csv").code == 0
    rows = cells(tmp_path / "e.csv")
    assert {row["side"] for row in rows} == {"work", "time"}


@pytest.mark.parametrize("width", [60, 80, 160])
def test_figures_never_wrap(run: Run, night: Path, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setattr(console.out, "_width", width)
    asked = ("--level", "post", "--stream", "sentence_management")
    posts = run("measure", night, *asked, "--json").json
    shown = run("measure", night, "--level", "post").out
    for row in posts:
        (line,) = (line for line in shown.splitlines() if row["code"] in line)
        assert f"{row['points']:,}" in line
        assert f"{row['available']:,}" in line
    assert max(map(len, shown.splitlines())) <= max(width, 80)


def test_what_does_not_fit_is_named_and_words_stay_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = (
        TextColumn("code", "whole"),
        TextColumn("name", "text"),
        TextColumn("cases", spare=1),
        TextColumn("points"),
    )
    rows = [("N01", "Yorkshire and the Humber", 12, 123456), ("N02", "Wales", 7, 8)]
    monkeypatch.setattr(console.out, "_width", 35)
    table("Regions", columns, rows)
    assert capsys.readouterr().out.splitlines() == [
        "Regions",
        "code  name                   points",
        "N01   Yorkshire and the     123,456",
        "      Humber                       ",
        "N02   Wales                       8",
        "(no room here for: cases)",
    ]


def test_overlays_and_rules_dates_change_the_price(run: Run, night: Path, tmp_path: Path) -> None:
    """A3 in the community: 128 points since 6 January 2023; the overlay says 228."""
    overlay = tmp_path / "draft.yaml"
    overlay.write_text(
        "name: a draft\nreference: a test\nvalues:\n  tier_points.pc16.community.A3: 228\n", encoding="utf-8"
    )

    def community(*options: object) -> float:
        asked = ("--level", "nation", "--stream", "sentence_management", "--json")
        (row,) = run("measure", night, *asked, *options).json
        return float(row["breakdown"]["community"])

    caseload = pl.read_parquet(night / "results" / "lines.parquet")
    counted = (pl.col("rule") == "tier_points.pc16.community.A3") & (pl.col("counted") == 1)
    cases = caseload.filter(counted)["active_cases"].sum()
    assert cases > 0
    assert community("--overlay", overlay) - community() == 100 * cases
    assert community("--rules-date", "2023-01-06") == community()
    assert community("--rules-date", "2023-01-05") != community()
    shown = run("measure", night, "--level", "nation", "--overlay", overlay).out
    assert "with a draft laid over" in shown


@pytest.mark.parametrize("text", ["\x7f", "\x9b31m", "a\x7f\u202e", "\x1b]0;\x07", "\u2028", "\U000e0041"])
def test_nothing_in_json_controls_a_terminal(capsys: pytest.CaptureFixture[str], text: str) -> None:
    for content in ({"name": text}, {"name": text, "kept": "Zoë\xa0"}):
        print_json(content)
        said = capsys.readouterr().out
        assert all(each.isprintable() for each in said if each not in "\n\xa0")
        assert json.loads(said) == content
    assert "Zoë\xa0" in said
