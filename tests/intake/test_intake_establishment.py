"""The table of the establishment: its rows as records, and what cannot be so."""

from datetime import date

import pytest

from wmt.intake.faults import Faults
from wmt.intake.people_files import read_people_tables
from wmt.intake.people_model import EstablishmentRow
from wmt.intake.people_tables import warn_of_establishment
from wmt.intake.remedies import REMEDIES

HEAD = "level,code,grade,kind,fte,first_day,last_day,why,deleted"
DAY = date(2026, 11, 20)


def read(*rows: str) -> tuple[list[EstablishmentRow], dict[str, str]]:
    """The rows of a table, and its faults by column."""
    text = "\n".join((HEAD, *rows)) + "\n"
    people, faults = read_people_tables([("establishment.csv", text.encode())], DAY)
    assert all(fault.message.endswith(REMEDIES[fault.code]) for fault in faults.items)
    return list(people.establishment), {str(fault.column): fault.code for fault in faults.items}


def test_rows_are_read_as_people_write_them() -> None:
    found, faults = read(
        "PDU,N03PDU,po,Target,1027.5,1/4/2026,,yearly refresh,",
        "team,N03AAA,PSO,agency,2.25,1 June 2026,2026-12-31,,",
        "team,N03AAA,PO,fixed_term,1,2026-06-01,2027-03-31,,false",
    )
    assert faults == {}
    assert found[0] == EstablishmentRow(
        2, "pdu", "N03PDU", "PO", "target", 102_750, date(2026, 4, 1), None, "yearly refresh"
    )
    assert found[1].key == "agency:team:N03AAA:PSO:2026-06-01"
    assert [(each.fte_x100, each.last_day) for each in found[1:]] == [
        (225, date(2026, 12, 31)),
        (100, date(2027, 3, 31)),
    ]


def test_a_row_can_be_taken_back_without_the_rest_of_it() -> None:
    found, faults = read("team,N03AAA,PO,agency,,2026-06-01,,,true")
    assert (faults, [(each.deleted, each.fte_x100) for each in found]) == ({}, [(True, 0)])
    assert read("team,N03AAA,PO,agency,,,,,true")[1] == {"deleted": "PEOPLE_ESTABLISHMENT"}


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("post,N03AAA,PO,agency,1,2026-06-01,,,", "level", "PEOPLE_ESTABLISHMENT"),
        ("team,N03AAA,PO,bank,1,2026-06-01,,,", "kind", "PEOPLE_ESTABLISHMENT"),
        ("team,N03AAA,DMY,agency,1,2026-06-01,,,", "grade", "PEOPLE_ESTABLISHMENT"),
        ("team,N03AAA,XX,agency,1,2026-06-01,,,", "grade", "PEOPLE_UNKNOWN_GRADE"),
        ("team,N03AAA,PO,target,1,2026-06-01,,,", "why", "PEOPLE_ESTABLISHMENT"),
        ("team,N03AAA,PO,agency,1,2026-06-01,,Ann Oak,", "why", "PEOPLE_ESTABLISHMENT"),
        ("team,N03AAA,PO,fixed_term,1,2026-06-01,,,", "last_day", "PEOPLE_ESTABLISHMENT"),
        ("team,N03AAA,PO,agency,1,2026-06-01,2026-05-01,,", "last_day", "PEOPLE_LAST_BEFORE_FIRST"),
        ("team,N03AAA,PO,agency,-1,2026-06-01,,,", "fte", "PEOPLE_BAD_NUMBER"),
        ("team,N03AAA,PO,agency,100000,2026-06-01,,,", "fte", "PEOPLE_BAD_NUMBER"),
        ("team,N03AAA,PO,agency,nan,2026-06-01,,,", "fte", "PEOPLE_BAD_NUMBER"),
        ("team,N03AAA,PO,agency,1.234,2026-06-01,,,", "fte", "PEOPLE_BAD_NUMBER"),
        ("team,N03AAA,PO,agency,,2026-06-01,,,", "fte", "PEOPLE_MISSING_VALUE"),
        ("team,N03AAA,PO,agency,1,soon,,,", "first_day", "PEOPLE_BAD_DATE"),
        ("team,N03:AA,PO,agency,1,2026-06-01,,,", "code", "PEOPLE_BAD_CELL"),
    ],
)
def test_what_cannot_be_is_refused_at_its_cell(row: str, column: str, code: str) -> None:
    found, faults = read(row)
    assert (found, faults.get(column)) == ([], code)


def test_units_that_are_not_there_and_targets_far_from_the_former_are_told() -> None:
    (target, *_), _ = read("pdu,N03PDU,PO,target,30,1/4/2026,,yearly refresh,")
    faults = Faults()
    warn_of_establishment(faults, [target], [(target, 1_200)])
    assert [(each.code, each.severity) for each in faults.items] == [
        ("PEOPLE_UNKNOWN_UNIT", "warn"),
        ("PEOPLE_ESTABLISHMENT_ODD", "warn"),
    ]
    assert "row 2: pdu N03PDU" in faults.items[0].message
    assert "30.00 FTE of PO, 12.00 before" in faults.items[1].message


def test_a_second_row_of_one_day_is_refused() -> None:
    row = "team,N03AAA,PO,agency,1,2026-06-01,,,"
    assert read(row, row)[1] == {"first_day": "PEOPLE_DUPLICATE"}
