"""The tidy table of waiting cases: what it may say, and what is refused, by row."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from intake_tidy import Row, ordinary_tidy

from wmt.facts import SCHEMAS
from wmt.intake import read
from wmt.intake.model import Import

WAITS: Row = {
    "case_ref": "x777771", "event_no": 1, "team_code": "N01AAA", "location": "custody", "tier": "B3",
    "no_tier_why": None, "is_t2a": False, "sentence_on": date(2024, 6, 1), "appointment": "due",
    "appointment_on": date(2024, 7, 1), "appointment_with": "A Person", "previous_posts": "N01AAA:N01A001",
    "requirements": "Unpaid work;Alcohol treatment", "arrived_on": date(2024, 6, 14),
    "excluded": "N01A001; N01A002",
}  # fmt: skip


def load_with(folder: Path, *rows: Row, suffix: str = "csv", names: bool = True) -> Import:
    tidy = ordinary_tidy()
    tidy.tables["waiting_case"] = list(rows)
    return read([tidy.write(folder / "tidy", suffix)], names=names)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_it_is_kept_with_the_night_and_no_fact_is_another_one(suffix: str, tmp_path: Path) -> None:
    bare = {"case_ref": "X777772", "team_code": "N01BBB", "location": "Community"}
    result = load_with(tmp_path, WAITS, bare, suffix=suffix)
    assert (result.accepted, [each for each in result.faults if each.sheet == "waiting_case"]) == (True, [])
    kept = result.canonical["waiting_case"]
    assert kept["case_ref"].to_list() == ["X777771", "X777772"]
    assert kept.row(1, named=True) | {"event_no": 1, "is_t2a": False, "location": "community"} == kept.row(
        1, named=True
    )
    without = read([ordinary_tidy().write(tmp_path / "without")])
    assert "waiting_case" not in without.canonical
    assert result.facts is not None
    assert without.facts is not None
    for name in SCHEMAS:
        assert getattr(result.facts, name).equals(getattr(without.facts, name))
    nameless = load_with(tmp_path / "nameless", WAITS, names=False).canonical["waiting_case"]
    assert set(kept.columns) - set(nameless.columns) == {"appointment_with"}


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"case_ref": "Q12"}, "BAD_VALUE", "case_ref"),
        ({"event_no": 1000}, "BAD_VALUE", "event_no"),
        ({"team_code": "N01ZZZ"}, "WAITING_TEAM_UNKNOWN", "team_code"),
        ({"team_code": None}, "MISSING_VALUE", "team_code"),
        ({"location": "moon"}, "BAD_VALUE", "location"),
        ({"excluded": "N01A001;"}, "BAD_VALUE", "excluded"),
        ({"restricted": "N01A001 N01A002"}, "BAD_VALUE", "restricted"),
        ({"tier": "Z9"}, "BAD_VALUE", "tier"),
        ({"tier": "B3S"}, "BAD_VALUE", "tier"),
        ({"arrived_on": date(2024, 6, 15)}, "WAITING_DAY_AHEAD", "arrived_on"),
        ({"sentence_on": date(2024, 6, 15)}, "WAITING_DAY_AHEAD", "sentence_on"),
        (
            {"appointment": "perhaps", "appointment_on": None, "appointment_with": None},
            "BAD_VALUE",
            "appointment",
        ),
        ({"appointment_on": None}, "MISSING_VALUE", "appointment_on"),
        ({"appointment": "not found"}, "BAD_VALUE", "appointment"),
        ({"previous_posts": "N01A001"}, "BAD_VALUE", "previous_posts"),
        ({"previous_posts": ";".join(["A:B"] * 31)}, "BAD_VALUE", "previous_posts"),
        ({"requirements": "x" * 161}, "BAD_VALUE", "requirements"),
        ({"court": "x" * 161}, "BAD_VALUE", "court"),
    ],
)
def test_what_is_wrong_with_a_row_is_refused_by_name(
    cells: dict[str, Any], code: str, column: str, tmp_path: Path
) -> None:
    result = load_with(tmp_path, {**WAITS, "case_ref": "X777770"}, {**WAITS, **cells})
    told = {
        (each.code, each.sheet, each.row, each.column) for each in result.faults if each.severity == "refuse"
    }
    assert told == {(code, "waiting_case", 3, column)}


def test_a_case_that_comes_twice_is_refused_in_whatever_way_it_is_written(tmp_path: Path) -> None:
    result = load_with(tmp_path, WAITS, {**WAITS, "case_ref": "X777771"}, {**WAITS, "event_no": 2})
    told = [(each.code, each.row) for each in result.faults if each.severity == "refuse"]
    assert told == [("DUPLICATE_KEY", 2), ("DUPLICATE_KEY", 3)]
