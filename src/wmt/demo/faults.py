"""Faults planted in a workbook on purpose, with what a careful reader should say about each.

Each kind changes the sheets of one night and returns where and what it did. Rows are as in the file: 1 is the
header. The tidy tables of the same night stay clean, so they show what the workbook should have said.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from wmt.demo.sheet import DemoSheet
from wmt.demo.size import Rng

EXTRACT, FILTERED = "WMT_Extract", "WMT_Extract_Filtered"


@dataclass(frozen=True)
class Planted:
    """One planted fault: the code to expect, where it is, and whether the file should be refused for it."""

    kind: str
    code: str
    refused: bool
    sheet: str
    row: int | None
    column: str | None
    written: str | None


Sheets = dict[str, DemoSheet]


def _some_row(sheet: DemoSheet, rng: Rng) -> int:
    """A row that belongs to a post and has cases."""
    control, team = sheet.headers.index("V-CRN_Count"), sheet.headers.index("Team_Code")
    return int(rng.choice([at for at, row in enumerate(sheet.rows) if row[team] and row[control]]))


def _spoiled_count(kind: str, value: str | float) -> Callable[[Sheets, Rng], Planted]:
    def plant(sheets: Sheets, rng: Rng) -> Planted:
        sheet = sheets[FILTERED]
        row = _some_row(sheet, rng)
        columns = [at for at, header in enumerate(sheet.headers) if "Tier" in header and sheet.rows[row][at]]
        column = int(rng.choice(columns))
        sheet.rows[row][column] = value
        return Planted(kind, "BAD_COUNT", True, FILTERED, row + 2, sheet.headers[column], str(value))

    return plant


def _duplicate_officer(sheets: Sheets, rng: Rng) -> Planted:
    sheet = sheets[FILTERED]
    row = _some_row(sheet, rng)
    sheet.rows.append(list(sheet.rows[row]))
    key = f"{sheet.rows[row][8]}:{sheet.rows[row][11]}"
    return Planted(
        "duplicate_officer", "DUPLICATE_OFFICER_ROW", True, FILTERED, len(sheet.rows) + 1, "OM_Key", key
    )


def _control_total(sheets: Sheets, rng: Rng) -> Planted:
    sheet = sheets[FILTERED]
    row = _some_row(sheet, rng)
    total = sheet.rows[row][-1]
    assert isinstance(total, int)
    sheet.rows[row][-1] = total + 3
    return Planted(
        "control_total", "CONTROL_TOTAL_MISMATCH", False, FILTERED, row + 2, "V-CRN_Count", str(total + 3)
    )


def _renamed_column(sheets: Sheets, rng: Rng) -> Planted:  # noqa: ARG001
    sheet = sheets[FILTERED]
    sheet.headers[sheet.headers.index("LicenceTierC2")] = "Licence Tier C2"
    return Planted(
        "renamed_column", "MISSING_COLUMNS", True, FILTERED, None, "LicenceTierC2", "Licence Tier C2"
    )


def _doubled_column(sheets: Sheets, rng: Rng) -> Planted:  # noqa: ARG001
    sheet = sheets[EXTRACT]
    sheet.headers.append(" CommTierA1\r\n")
    for row in sheet.rows:
        row.append(None)
    return Planted(
        "doubled_column", "DUPLICATE_SHEET_OR_COLUMN", True, EXTRACT, 1, "CommTierA1", " CommTierA1\r\n"
    )


def _missing_sheet(sheets: Sheets, rng: Rng) -> Planted:  # noqa: ARG001
    del sheets["Suspended_Lifers"]
    return Planted("missing_sheet", "MISSING_SHEETS", True, "Suspended_Lifers", None, None, None)


def _orphan_row(sheets: Sheets, rng: Rng) -> Planted:
    sheet = sheets[FILTERED]
    row = list(sheet.rows[_some_row(sheet, rng)])
    for key in ("Team_Code", "OM_Key"):
        row[sheet.headers.index(key)] = None
    sheet.rows.append(row)
    sheet.strays.append(("orphan", len(sheet.rows) + 1))
    return Planted("orphan_row", "ORPHAN_ROW", False, FILTERED, len(sheet.rows) + 1, None, None)


def _unknown_grade(sheets: Sheets, rng: Rng) -> Planted:
    """One officer with a grade of no table, on every sheet that names it."""
    row = _some_row(sheets[EXTRACT], rng)
    team, key = sheets[EXTRACT].rows[row][8], sheets[EXTRACT].rows[row][11]
    for sheet in sheets.values():
        if not {"OM_Key", "Team_Code", "OM_Grade_Code"} <= set(sheet.headers):
            continue
        at = [sheet.headers.index(name) for name in ("Team_Code", "OM_Key", "OM_Grade_Code")]
        for cells in sheet.rows:
            if cells[at[0]] == team and cells[at[1]] == key:
                cells[at[2]] = "QX77"
    return Planted("unknown_grade", "UNKNOWN_GRADE", False, EXTRACT, row + 2, "OM_Grade_Code", "QX77")


def _flag_letter(sheets: Sheets, rng: Rng) -> Planted:
    sheet = sheets["Flag_O_Due"]
    row = int(rng.integers(len(sheet.rows)))
    sheet.rows[row][0] = "U"
    return Planted("flag_letter", "FLAG_LETTER_CONFLICT", False, "Flag_O_Due", row + 2, "Row_Type", "U")


def _doubled_contact(sheets: Sheets, rng: Rng) -> Planted:
    """One contact id on two rows with different people: both stand."""
    sheet = sheets["CMS"]
    first, second = (int(n) for n in rng.choice(len(sheet.rows), 2, replace=False))
    first, second = min(first, second), max(first, second)
    sheet.rows[second][0] = sheet.rows[first][0]
    written = str(sheet.rows[first][0])
    return Planted("doubled_contact", "DUPLICATE_CONTACT_ID", False, "CMS", second + 2, "Contact_ID", written)


def _unknown_sheet(sheets: Sheets, rng: Rng) -> Planted:  # noqa: ARG001
    sheets["Notes"] = DemoSheet("Notes", ["Note"], [["Run again after the outage"]])
    return Planted("unknown_sheet", "UNKNOWN_SHEET", False, "Notes", None, None, None)


KINDS: Mapping[str, Callable[[Sheets, Rng], Planted]] = {
    "bad_count": _spoiled_count("bad_count", "n/a"),
    "decimal_count": _spoiled_count("decimal_count", 2.5),
    "negative_count": _spoiled_count("negative_count", -1),
    "error_count": _spoiled_count("error_count", "#DIV/0!"),
    "duplicate_officer": _duplicate_officer,
    "renamed_column": _renamed_column,
    "doubled_column": _doubled_column,
    "missing_sheet": _missing_sheet,
    "control_total": _control_total,
    "orphan_row": _orphan_row,
    "unknown_grade": _unknown_grade,
    "flag_letter": _flag_letter,
    "doubled_contact": _doubled_contact,
    "unknown_sheet": _unknown_sheet,
}
REFUSED = tuple(KINDS)[:8]
WARNED = tuple(KINDS)[8:]


def schedule(nights: int) -> dict[int, Sequence[str]]:
    """The usual plan: the first night is clean, the second has every warning, then one refusal a night.

    A run of a single night has a bad count.
    """
    if nights == 1:
        return {0: ("bad_count",)}
    plan: dict[int, Sequence[str]] = {1: WARNED}
    for night in range(2, nights):
        plan[night] = (REFUSED[(night - 2) % len(REFUSED)],)
    return plan


def plant(sheets: Sheets, kinds: Sequence[str], rng: Rng) -> list[Planted]:
    """Plant the faults in the sheets. Raises ValueError for a kind nobody knows."""
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise ValueError(f"no such fault: {', '.join(unknown)}; known are {', '.join(KINDS)}")
    return [KINDS[kind](sheets, rng) for kind in kinds]
