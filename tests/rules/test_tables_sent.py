"""Rules as tables: which rule is in which cell, and tables that are sent, every fault named by its cell."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from wmt import rules
from wmt.rules import rule_tables
from wmt.rules.rule_tables import rule_table, sent_table

TREE, DAY = rules.shipped(), date(2027, 4, 1)
TIERS, GRADES, REASONS = "tier_points.pc16", "grade_codes", "reduction_reasons"


def test_every_rule_of_a_table_is_in_one_cell() -> None:
    roots = rule_tables.table_roots(TREE)
    for root in roots:
        table = rule_table(TREE, root)
        assert sorted(table.paths.values()) == sorted(p for p in TREE.paths if p.startswith(root + "."))
        assert {column for _, column in table.paths} == set(table.columns)
    assert {TIERS, GRADES, REASONS, "cms_points", "eligibility", "priority_factors"} <= set(roots)


def test_tiers_stand_below_each_other_and_types_beside() -> None:
    table = rule_table(TREE, TIERS)
    assert set(table.columns) == {"community", "licence", "custody"}
    assert table.paths["C2", "community"] == f"{TIERS}.community.C2"
    values = dict(table.cells(TREE.at(DAY)))
    assert values["C2"][table.columns.index("community")] == 74
    assert rule_table(TREE, GRADES).columns == ("value",)
    assert "enabled" in rule_table(TREE, REASONS).columns
    with pytest.raises(rules.NoRuleError):
        rule_table(TREE, "no.such")


def as_sent(root: str, **cells: Any) -> list[list[Any]]:
    """The table as it is offered, with some cells changed: `C2_community=82`."""
    table = rule_table(TREE, root)
    found: list[list[Any]] = [["row", *table.columns]]
    for row, values in table.cells(TREE.at(DAY)):
        found.append([row, *("" if value is None else value for value in values)])
        for at, column in enumerate(table.columns, 1):
            found[-1][at] = cells.get(f"{row}_{column}", found[-1][at])
    return found


@pytest.mark.parametrize("root", [TIERS, GRADES, REASONS, "thresholds", "activity_times.any", "flags"])
def test_a_table_sent_as_it_was_offered_changes_nothing(root: str) -> None:
    assert sent_table(TREE, root, DAY, as_sent(root)) == rule_tables.SentTable((), ())
    below = [["Rules of 1 April 2027", "", ""], [], *as_sent(root), ["", ""]]
    width = max(map(len, below))
    assert sent_table(TREE, root, DAY, [row + [""] * (width - len(row)) for row in below]).faults == ()


def test_what_differs_becomes_values_from_the_day() -> None:
    sent = sent_table(TREE, TIERS, DAY, as_sent(TIERS, C2_community="82", A3_licence=150.5))
    assert sent.faults == ()
    assert set(sent.entries) == {
        (f"{TIERS}.community.C2", DAY, 82), (f"{TIERS}.licence.A3", DAY, Decimal("150.5")),
    }  # fmt: skip


def test_every_fault_is_named_by_its_cell() -> None:
    table = rule_table(TREE, TIERS)
    sheet = as_sent(TIERS, C2_community="7,5", A3_licence="")
    row = [line[0] for line in sheet].index("C2")
    sheet[0].append("prison")
    sheet = [line + [""] * (len(sheet[0]) - len(line)) for line in sheet]
    sheet += [["Z9", *[""] * (len(sheet[0]) - 1)], sheet[row].copy()]
    found = sent_table(TREE, TIERS, DAY, sheet).faults
    cell = rule_tables.place(row, 1 + table.columns.index("community"))
    assert any(fault.startswith(f"{cell} ({TIERS}.community.C2): ") for fault in found)
    assert any("is empty; enter a value" in fault for fault in found)
    assert any("there is no column 'prison'" in fault for fault in found)
    assert f"A{len(sheet) - 1}: 'Z9' is no row of this table" in found
    assert f"A{len(sheet)}: 'C2' is there twice" in found


def test_a_cell_without_a_rule_must_stay_empty() -> None:
    tables = (rule_table(TREE, root) for root in rule_tables.table_roots(TREE))
    root = next(t.root for t in tables if len(t.paths) < len(t.rows) * len(t.columns))
    table = rule_table(TREE, root)
    row, column = next((r, c) for r in table.rows for c in table.columns if (r, c) not in table.paths)
    found = sent_table(TREE, root, DAY, [["row", column, column], [row, "7", "7"]])
    assert found.faults[0] == f"the column {column} is there twice"
    assert found.faults[1] == f"B2: {row} has no {column}; leave the cell empty"


@pytest.mark.parametrize("sheet", [[], [["tier", "value"]]])
def test_what_is_no_such_table_is_refused(sheet: Any) -> None:
    assert "no cell is the head 'row'" in sent_table(TREE, TIERS, DAY, sheet).faults[0]


def test_before_a_rule_began_its_cell_may_be_empty() -> None:
    day = date(2017, 6, 1)
    assert sent_table(TREE, TIERS, day, [["row", "community"], ["C2", ""]]) == rule_tables.SentTable((), ())
    assert sent_table(TREE, TIERS, day, [["row", "community"], ["C2", "7"]]).entries[0][2] == 7


@pytest.mark.parametrize(
    ("cell", "name"), [((0, 0), "A1"), ((6, 2), "C7"), ((0, 26), "AA1"), ((9, 51), "AZ10")]
)
def test_cells_are_named_as_in_spreadsheets(cell: tuple[int, int], name: str) -> None:
    assert rule_tables.place(*cell) == name
