"""Every cell of every table, by the reference calculator and by the ledger on every engine."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from spec.calculators import (
    by_reference,
    differences,
    keys,
    measured,
    on_duckdb,
    ruleset,
    situations,
)
from spec.others import other_differences
from spec.reading import Table, pages

TABLES = [table for page in pages() for table in page.tables]
LEDGER_TABLES = [table for table in TABLES if table.asks == "ledger"]
OTHER_TABLES = [table for table in TABLES if table.asks != "ledger"]
PRICED = (
    "tier_points.pc16",
    "t2a_points.pc16",
    "cms_points",
    "report_points",
    "nominal_target",
    "case_weighting",
)


def by_name(table: Table) -> str:
    return table.name


@pytest.mark.parametrize("table", LEDGER_TABLES, ids=by_name)
def test_the_reference_calculator_reads_as_the_table_says(table: Table) -> None:
    parts = (*table.situations, *table.totals)
    assert parts
    assert [wrong for part in parts for wrong in differences([part], by_reference(part.key))] == []


@pytest.mark.parametrize("table", LEDGER_TABLES, ids=by_name)
def test_the_ledger_on_duckdb_reads_as_the_table_says(table: Table) -> None:
    parts = (*table.situations, *table.totals)
    assert [wrong for part in parts for wrong in differences([part], on_duckdb(part.key))] == []


@pytest.mark.parametrize("name", ["postgres", "sail"])
def test_the_ledger_on_other_engines_reads_as_all_tables_say(name: str, engines: dict[str, Any]) -> None:
    wrong = []
    for key in keys():
        ledger = measured(key, engines[name])
        parts = [
            part for table in LEDGER_TABLES for part in (*table.situations, *table.totals) if part.key == key
        ]
        wrong += differences(parts, ledger)
    assert wrong == []


@pytest.mark.parametrize("table", OTHER_TABLES, ids=by_name)
def test_the_rules_read_as_the_table_says(table: Table) -> None:
    assert other_differences(table) == []


@pytest.mark.parametrize("table", [t for t in TABLES if "change" in t.grid.header], ids=by_name)
def test_a_change_is_the_change_of_the_two_cells_before_it(table: Table) -> None:
    for before, after, change in table.changes():
        first, last = (Decimal(cell.replace(",", "")) for cell in (before, after))
        percent = ((last - first) * 100 / first).quantize(Decimal("0.1"), ROUND_HALF_UP)
        assert change == f"{percent:+}%".replace("-", "−").replace("+0.0", "0.0")


def test_no_post_stands_for_two_situations() -> None:
    found = [(situation.key, situation.code) for situation in situations()]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("year", [2022, 2023])
def test_every_price_is_in_some_table(year: int) -> None:
    """Each price in force under the old and the new rules has earned, or not earned, in some situation."""
    wanted = {
        key for key in keys() if key.rules_of.year == year and not key.overlay and key.tier_scheme == "pc16"
    }
    used = {rule for key in wanted for rule in on_duckdb(key).lines["rule"]}
    priced = [value.path for value in ruleset(next(iter(wanted))) if value.path.startswith(PRICED)]
    assert [path for path in priced if path not in used] == ["case_weighting.iom"]


@pytest.mark.parametrize("table", LEDGER_TABLES, ids=by_name)
def test_every_cell_that_read_otherwise_would_be_found(table: Table) -> None:
    """No cell passes because nobody looks at it."""
    for part in (*table.situations, *table.totals):
        wrong = tuple(replace(cell, text=f"not {cell.text}") for cell in part.expected)
        assert len(differences([replace(part, expected=wrong)], on_duckdb(part.key))) == len(wrong) > 0
