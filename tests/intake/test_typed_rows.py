"""Rows that are typed into a form are read and refused as those of a file are."""

from datetime import date

import pytest

from wmt.intake.people_model import EstablishmentRow
from wmt.intake.typed_rows import establishment_row

TARGET = {
    "level": "pdu", "code": "P1", "grade": "po", "kind": "target", "fte": " 40.50 ",
    "first_day": "1 April 2026", "why": "yearly refresh",
}  # fmt: skip


def test_a_row_is_what_a_table_would_say() -> None:
    row, faults = establishment_row(TARGET)
    assert faults == []
    assert row == EstablishmentRow(
        2, "pdu", "P1", "PO", "target", 4050, date(2026, 4, 1), None, "yearly refresh"
    )


@pytest.mark.parametrize(
    ("changed", "column", "said"),
    [
        ({"fte": "NaN"}, "fte", "Fte 'NaN' is not a number from 0 to 99999 with at most 2 decimals"),
        ({"fte": ""}, "fte", "Fte is empty"),
        ({"kind": ""}, "kind", "Kind is empty"),
        ({"grade": "DMY"}, "grade", "DMY is the grade of nobody"),
        ({"first_day": "31 June 2026"}, "first_day", "First_day '31 June 2026' is not a date"),
        (
            {"last_day": "1 March 2026"}, "last_day",
            "The last day 2026-03-01 is before the first 2026-04-01",
        ),
        ({"why": " "}, "why", "A target needs its reason"),
        ({"why": "a\0b"}, "why", "Why holds a character that is no text"),
        ({"kind": "fixed_term", "why": ""}, "last_day", "A fixed term needs its last day"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_once_at_its_column(changed: dict[str, str], column: str, said: str) -> None:
    row, faults = establishment_row(TARGET | changed)
    assert row is None
    assert [(each.column, each.message) for each in faults] == [(column, said)]
