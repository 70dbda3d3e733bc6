"""Planted faults are in the file where the truth says they are, and nowhere else."""

from pathlib import Path
from typing import Any

import pytest
from demo_nations import Grid, Written, read_workbook

from wmt.demo import faults, write_nation

SPOILT = {"bad_count": "n/a", "decimal_count": 2.5, "negative_count": -1}
Planting = tuple[faults.Planted, dict[str, Grid], dict[str, Grid]]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Grid]:
    return _book(tmp_path_factory.mktemp("clean"), {})[1]


def _book(folder: Path, plan: dict[int, tuple[str, ...]]) -> tuple[list[faults.Planted], dict[str, Grid]]:
    truth = write_nation(folder, seed=5, scale=0.01, formats=("workbook",), faults=plan)
    return truth.nights[0].faults, read_workbook(folder / truth.nights[0].folder / "extract.xlsx")


def differing(clean: dict[str, Grid], spoilt: dict[str, Grid]) -> set[tuple[str, int, Any]]:
    """(sheet, row, header) of every cell that differs between two workbooks of the same sheets."""
    found = set()
    for name, grid in clean.items():
        assert len(grid) == len(spoilt[name])
        for number, (one, two) in enumerate(zip(grid, spoilt[name], strict=True), start=1):
            for header, a, b in zip(grid[0], one, two, strict=True):
                if a != b:
                    found.add((name, number, header))
    return found


@pytest.mark.parametrize("kind", ["bad_count", "decimal_count", "negative_count", "control_total"])
def test_one_cell_is_spoilt(kind: str, clean: dict[str, Grid], tmp_path: Path) -> None:
    [planted], book = _book(tmp_path, {0: (kind,)})
    assert planted.row
    assert differing(clean, book) == {(planted.sheet, planted.row, planted.column)}
    cell = book[planted.sheet][planted.row - 1][book[planted.sheet][0].index(planted.column)]
    assert str(cell) == planted.written or float(str(cell)) == float(str(planted.written))
    assert cell == SPOILT.get(kind, cell)


def test_an_error_cell(clean: dict[str, Grid], tmp_path: Path) -> None:
    [planted], book = _book(tmp_path, {0: ("error_count",)})
    assert (planted.code, planted.refused) == ("BAD_COUNT", True)
    assert differing(clean, book) == {(planted.sheet, planted.row, planted.column)}


@pytest.mark.parametrize("kind", ["duplicate_officer", "orphan_row"])
def test_one_row_too_many(kind: str, clean: dict[str, Grid], tmp_path: Path) -> None:
    [planted], book = _book(tmp_path, {0: (kind,)})
    grid = book[planted.sheet]
    assert len(grid) == len(clean[planted.sheet]) + 1 == planted.row
    twin = [row for row in grid[:-1] if row[9:11] == grid[-1][9:11] and row[-1] == grid[-1][-1]]
    assert twin
    assert (grid[-1] in grid[:-1]) == (kind == "duplicate_officer")


def test_headers_and_sheets(clean: dict[str, Grid], tmp_path: Path) -> None:
    [renamed], book = _book(tmp_path / "renamed", {0: ("renamed_column",)})
    assert renamed.column not in book[renamed.sheet][0]
    assert renamed.written in book[renamed.sheet][0]
    [doubled], book = _book(tmp_path / "doubled", {0: ("doubled_column",)})
    assert [str(header).strip() for header in book[doubled.sheet][0]].count(str(doubled.column)) == 2
    [missing], book = _book(tmp_path / "missing", {0: ("missing_sheet",)})
    assert set(clean) - set(book) == {missing.sheet}


def test_all_warnings_in_one_night(clean: dict[str, Grid], tmp_path: Path) -> None:
    planted, book = _book(tmp_path, {0: faults.WARNED})
    assert [fault.kind for fault in planted] == list(faults.WARNED)
    assert not any(fault.refused for fault in planted)
    assert set(book) - set(clean) == {"Notes"}
    for fault in planted:
        if fault.row and fault.column and fault.written:
            grid = book[fault.sheet]
            cell = grid[fault.row - 1][grid[0].index(fault.column)]
            assert str(cell).removesuffix(".0") == fault.written, fault.kind


def test_the_usual_plan_plants_each_refusal_alone() -> None:
    plan = faults.schedule(10)
    assert 0 not in plan
    assert plan[1] == faults.WARNED
    assert [plan[night] for night in range(2, 10)] == [(kind,) for kind in faults.REFUSED]
    assert faults.schedule(1) == {0: ("bad_count",)}


def test_a_clean_nation_has_no_faults(nation: Written) -> None:
    assert all(not night.faults for night in nation.truth.nights)


def test_tidy_tables_stay_clean(nation: Written, tmp_path: Path) -> None:
    truth = write_nation(tmp_path, seed=7, scale=0.02, nights=2, faults=True, formats=("tidy", "workbook"))
    for night in truth.nights:
        for path in (tmp_path / night.folder / "tidy").iterdir():
            assert path.read_bytes() == (nation.folder / night.folder / "tidy" / path.name).read_bytes()
