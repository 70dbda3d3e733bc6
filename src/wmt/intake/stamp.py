"""Datestamps: the one moment that an extract describes."""

from collections.abc import Iterable
from datetime import date, datetime, time

from wmt.intake.cells import FIRST_MOMENT, LAST_MOMENT, Cell, describe, is_blank
from wmt.intake.faults import Faults, Hit
from wmt.intake.sheet import Sheet


def as_at_of(sheets: Iterable[Sheet], faults: Faults) -> datetime | None:
    """The latest Datestamp of all rows. None, and refused, when no row has one; several are warned of."""
    found: dict[datetime, tuple[str, int]] = {}
    for sheet in sheets:
        if sheet.has("datestamp"):
            _collect(sheet, found, faults)
    if not found:
        faults.refuse("NO_DATESTAMP", "no row of any sheet has a date and time in the column Datestamp")
        return None
    if len(found) > 1:
        stamps = [f"{stamp} ({sheet} row {row})" for stamp, (sheet, row) in sorted(found.items())[-5:]]
        faults.warn(
            "SEVERAL_DATESTAMPS", f"{len(found)} different Datestamps, among them {', '.join(stamps)}"
        )
    return max(found)


def _collect(sheet: Sheet, found: dict[datetime, tuple[str, int]], faults: Faults) -> None:
    values = sheet.column("datestamp")
    odd = []
    for value in set(values):
        moment = _moment(value)
        if moment is not None:
            found.setdefault(moment, (sheet.name, sheet.rows[values.index(value)]))
        elif not is_blank(value):
            odd.append(Hit(sheet.rows[values.index(value)], sheet.heading("datestamp"), describe(value)))
    where = f"{sheet.name}, column {sheet.heading('datestamp')}"
    what = "{n} kinds of cell in " + f"{where}, hold no date and time of an extract"
    faults.warn_once("BAD_DATESTAMP", sheet.name, sorted(odd), what)


def _moment(value: Cell) -> datetime | None:
    if not isinstance(value, date):
        return None
    moment = value.replace(tzinfo=None) if isinstance(value, datetime) else datetime.combine(value, time())
    return moment if FIRST_MOMENT <= moment <= LAST_MOMENT else None
