"""`wmt statistics`: a published table is taken whole or not at all, and forecasts use it from its day."""

from pathlib import Path

import pytest

from night_tools import Run
from ods_books import COVER, OdsCell, caseload_rows, ods


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WMT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WMT_TODAY", "2026-11-30")
    return tmp_path / "home" / "statistics"


def a_file(folder: Path, value: OdsCell = 260_000.0, published: str = "29 October 2026") -> Path:
    """The tables of a quarter later: the same with one more column."""
    rows = caseload_rows()
    rows[2].append("30 June 2026")
    for row in rows[3:]:
        row.append(row[5])
    rows[3][6] = value
    path = folder / "tables.ods"
    path.write_bytes(ods({"Cover": [COVER[0], [f"Published: {published}"]], "Table_1": rows}))
    return path


def test_a_table_is_shown_then_taken_then_known(run: Run, home: Path, tmp_path: Path) -> None:
    path = a_file(tmp_path)
    said = run("statistics", "read", path, "--dry-run").out
    assert "Nothing was taken" in said
    assert not home.exists()
    told = run("statistics", "read", path, "--json").json
    assert (told["taken"], told["published_on"], told["questions"]) == (True, "2026-10-29", [])
    assert [each.name for each in home.iterdir()] == ["caseload-2026-10-29.csv"]
    assert "taken before with the same values" in run("statistics", "read", path).out
    listed = run("statistics", "list", "--json").json
    assert [(each["table"], each["last"]) for each in listed] == [("caseload", "2026-06-30")]
    now = run("forecast", "caseload", "--steps", 1, "--json").json
    assert (now["last_as_at"], now["last_value"]) == ("2026-06-30", 260_000)
    assert now["sources"][-1] == "Offender management statistics quarterly, published 29 October 2026"
    before = run("forecast", "caseload", "--steps", 1, "--json", "--as-known", "2026-10-28").json
    assert (before["last_as_at"], before["last_value"]) == ("2026-03-31", 258_332)


def test_what_is_hardly_so_waits_for_a_person(run: Run, home: Path, tmp_path: Path) -> None:
    path = a_file(tmp_path, 340_000.0)
    done = run("statistics", "read", path)
    # more people than there are under orders and supervised before and after release: refused
    assert (done.code, "is more than all court orders" in done.err + done.out) == (2, True)
    rows = caseload_rows()
    rows[2][1] = "31 December 2020"
    path.write_bytes(ods({"Table_1": rows}))
    done = run("statistics", "read", path, "--published-on", "29/10/2026")
    assert (done.code, home.exists()) == (3, False)
    assert "Is this right? caseload-yearly: 242,397 on 31 December 2020 (cell B4)" in done.out
    assert "and 223,973 as published on 24 April 2025" in done.out
    done = run("statistics", "read", path, "--published-on", "29/10/2026", "--accept")
    assert (done.code, len(list(home.iterdir()))) == (0, 1)


def test_what_is_refused_says_where_and_leaves_nothing(run: Run, home: Path, tmp_path: Path) -> None:
    done = run("statistics", "read", a_file(tmp_path, "many"))
    assert (done.code, home.exists()) == (2, False)
    assert "all supervision at 30 June 2026 is no number: ‘many’" in done.err + done.out
    told = run("statistics", "read", a_file(tmp_path, "many"), "--json").json
    assert [(each["code"], each["row"], each["column"]) for each in told["faults"]] == [
        ("STATISTICS_VALUE", 4, "G")
    ]
    assert run("statistics", "read", tmp_path / "none.ods").code == 2


def test_a_damaged_file_is_named(run: Run, home: Path) -> None:
    home.mkdir(parents=True)
    (home / "caseload-2026-10-29.csv").write_text("x", "utf-8")
    done = run("forecast", "caseload")
    assert (done.code, "caseload-2026-10-29.csv cannot be read; move it out" in done.err) == (2, True)
