"""Rows of a table of people that somebody typed into a form: read and refused as those of a file are."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from wmt.intake import people_schema, people_tables
from wmt.intake.faults import Faults
from wmt.intake.model import InputFault
from wmt.intake.people_cells import PeopleTable, rows_of
from wmt.intake.people_model import EstablishmentRow
from wmt.intake.remedies import REMEDIES

#: What stands before the message of every fault of a row, which a form does not have.
_WHERE = f"{people_schema.ESTABLISHMENT_FILE} row 2: "


def establishment_row(cells: Mapping[str, str]) -> tuple[EstablishmentRow | None, list[InputFault]]:
    """A row of the establishment by the texts of its columns, and what is wrong with it, by column.

    There is no row where anything refuses it; messages say nothing of a table.
    """
    columns = people_schema.COLUMNS[people_schema.ESTABLISHMENT_FILE]
    texts = {name: [cells.get(name, "").strip() or None] for name in columns}
    frame, faults = pl.DataFrame(texts, schema=dict.fromkeys(columns, pl.String)), Faults()
    table = PeopleTable(people_schema.ESTABLISHMENT_FILE, "the form", frame)
    rows = people_tables.establishment(rows_of(table, faults))
    found = [each for each in faults.items if each.severity == "refuse"]
    return rows[0] if rows and not found else None, [_bare(each) for each in found]


def _bare(fault: InputFault) -> InputFault:
    words = fault.message.removeprefix(_WHERE).removesuffix(f". {REMEDIES[fault.code]}")
    return replace(fault, message=words[:1].upper() + words[1:], sheet=None, row=None)
