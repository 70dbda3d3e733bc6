"""Mutated published tables: nothing crashes, and no wrong number is taken without a question."""

import random
from datetime import date

import pytest

from how_many import SOAK, examples
from ods_books import COVER, PUBLISHED, QUARTERS, OdsCell, caseload_rows, ods, truth
from wmt.intake.statistics import StatisticsRead, read_statistics
from wmt.staffing import series
from wmt.staffing.kept_statistics import KeptTable, KeptValue, questions

pytestmark = [pytest.mark.soak] if SOAK else []
TODAY = date(2026, 11, 30)
HEAD = 2
Rows = list[list[OdsCell]]


def asked(found: StatisticsRead) -> list[str]:
    """What the command asks before it takes what was read."""
    values = [KeptValue(each.series, each.as_at, each.value, each.cell) for each in found.values]
    assert found.table is not None
    table = KeptTable(found.table.name, PUBLISHED, values, "t.ods", "")
    return questions(table, series.packaged(), 25, 2)


def _some_cell(rows: Rows, dice: random.Random) -> tuple[int, int]:
    body = [place for place, row in enumerate(rows) if len(row) > 3 and isinstance(row[1], float)]
    return (dice.choice(body), dice.randint(1, 5)) if body else (0, 0)


def _spell(rows: Rows, dice: random.Random) -> None:
    """The same number, day or name, written in another way."""
    row, column = _some_cell(rows, dice)
    value = rows[row][column]
    if isinstance(value, float):
        rows[row][column] = dice.choice(
            [f"{value:,.0f}", f"{value:,.0f} [r]", f"{value:.0f}", f"{value:,.0f}¹"]
        )
    rows[row][0] = f"{rows[row][0]}{dice.choice([' (1)', ' [note 2]', '³', ' ', ':', '2'])}"


def _spell_days(rows: Rows, dice: random.Random) -> None:
    place = next((n for n, row in enumerate(rows) if len(row) > 4 and "2025" in str(row[2])), None)
    if place is not None:
        write = dice.choice(
            [str, lambda day: day, lambda day: f"{day:%b-%y}", lambda day: f"{day:%d/%m/%Y} (p)"]
        )
        rows[place][1:6] = [write(day) for day in QUARTERS]


def _value(rows: Rows, dice: random.Random) -> None:
    row, column = _some_cell(rows, dice)
    value = rows[row][column]
    if isinstance(value, float):
        rows[row][column] = dice.choice([
            None, "", " ", "[x]", "..", "-", -value, f"-{value:.0f}", value * 10, value // 10, value + 0.5,
            ("percentage", value), ("percentage", value / 100), ("currency", value), "n/a", "many", "12%",
            f"{value:.0f}00",
            f"{value:,.0f}1", f"{value:.0f}%", float("nan"), 1e300, date(2025, 3, 31), f"({value:,.0f})",
        ])  # fmt: skip


def _rows(rows: Rows, dice: random.Random) -> None:
    row, _ = _some_cell(rows, dice)
    match dice.randint(0, 6):
        case 0:
            rows.insert(row, [None] * dice.randint(0, 4))
        case 1:
            rows.insert(row, list(rows[row]))
        case 2:
            del rows[row]
        case 3:
            rows[row][0] = dice.choice(["Total", None, "All supervision", "Pre-release supervision", "Men"])
        case 4:
            rows.append(["Source: nDelius"])
        case 5:
            other, _ = _some_cell(rows, dice)
            rows[row][0], rows[other][0] = rows[other][0], rows[row][0]
        case _:
            other, _ = _some_cell(rows, dice)
            rows[row], rows[other] = rows[other], rows[row]


def _columns(rows: Rows, dice: random.Random) -> None:
    head = next((n for n, row in enumerate(rows) if len(row) > 4 and "2025" in str(row[2])), HEAD)
    if head >= len(rows) or len(rows[head]) < 6:
        return
    match dice.randint(0, 8):
        case 0:
            rows[head].insert(1, None)
        case 1:
            del rows[head][1]
        case 2:
            rows[head][1], rows[head][2] = rows[head][2], rows[head][1]
        case 3:
            rows[head][dice.randint(1, 5)] = dice.choice(
                ["Total", "2025", "Q1", "30 June 2030", "31/03/2025", None]
            )
        case 4:
            rows[head].append("% change")
            rows[head + 1 :] = [[*row, "3%"] if len(row) == 6 else row for row in rows[head + 1 :]]
        case 5:
            rows[head:] = [[row[0], *reversed(row[1:])] for row in rows[head:] if row]
        case 6:
            rows[head:] = [[row[0], "Men", *row[1:]] for row in rows[head:] if row]
        case 7:
            rows.insert(dice.randint(head, len(rows)), rows.pop(head))
        case _:
            row, _ = _some_cell(rows, dice)
            rows[row].insert(1, None)


MUTATIONS = (_spell, _spell_days, _value, _rows, _columns)


def _mutated(dice: random.Random) -> bytes:
    rows = caseload_rows()
    for _ in range(dice.randint(1, 3)):
        dice.choice(MUTATIONS)(rows, dice)
    sheets = {"Cover": COVER, dice.choice(["Table_1", "1.1", "é & <b>"]): rows}
    if dice.random() < 0.1:
        sheets["More"] = dice.choice([[], [["Notes"], ["x", 5.0]], caseload_rows()])
    data = bytearray(ods(sheets))
    if dice.random() < 0.15:
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
    if dice.random() < 0.05:
        del data[dice.randrange(len(data)) :]
    return bytes(data)


def test_mutated_tables_never_crash_and_no_wrong_number_is_taken() -> None:
    """What is taken without a question is what was published: 500 tables in a soak."""
    right, accepted = truth(), 0
    for seed in range(examples(500)):
        found = read_statistics(_mutated(random.Random(seed)), "t.ods", TODAY, PUBLISHED)
        if found.is_refused:
            assert found.values == []
        elif not asked(found):
            accepted += 1
            wrong = [each for each in found.values if right.get((each.series, each.as_at)) != each.value]
            assert not wrong, (seed, wrong)
    assert accepted > examples(500) // 20
