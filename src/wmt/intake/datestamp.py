"""Datestamps: the one moment that an extract describes."""

from collections.abc import Iterable
from datetime import date, datetime, time

from wmt.days import written
from wmt.intake import cells
from wmt.intake.faults import FaultPlace, Faults
from wmt.intake.sheet import Sheet


def as_at_of(sheets: Iterable[Sheet], faults: Faults) -> datetime | None:
    """The latest Datestamp of all rows. None, and refused, when no row has one; several are warned of."""
    found: dict[datetime, tuple[str, int]] = {}
    outside: list[datetime] = []
    for sheet in sheets:
        if sheet.has("datestamp"):
            values = sheet.column("datestamp")
            moments = {value: _moment(value) for value in set(values)}
            for value, moment in moments.items():
                if moment is None or cells.is_blank(value):
                    continue
                if cells.FIRST_MOMENT <= moment <= cells.LAST_MOMENT:
                    found.setdefault(moment, (sheet.name, sheet.rows[values.index(value)]))
                else:
                    outside.append(moment)
            good = {value for value, moment in moments.items() if cells.is_blank(value) or moment in found}
            hits = [
                FaultPlace(row, sheet.heading("datestamp"), cells.describe(value))
                for row, value in zip(sheet.rows, values, strict=True)
                if value not in good
            ]
            where = f"{sheet.name}, column {sheet.heading('datestamp')}"
            what = "{n} rows of " + f"{where}, hold no date and time of an extract"
            faults.warn_once("BAD_DATESTAMP", sheet.name, hits, what)
    if not found:
        faults.refuse("NO_DATESTAMP", _why_none(outside))
        return None
    if len(found) > 1:
        stamps = [f"{stamp} ({sheet} row {row})" for stamp, (sheet, row) in sorted(found.items())[-5:]]
        faults.warn(
            "SEVERAL_DATESTAMPS", f"{len(found)} different Datestamps, among them {', '.join(stamps)}"
        )
    return max(found)


def _why_none(outside: Iterable[datetime]) -> str:
    latest = max(outside, default=None)
    if latest is not None and latest < cells.FIRST_MOMENT:
        day = written(cells.FIRST_MOMENT)
        return f"the Datestamp {written(latest)} is before {day}, the day of the first extract known"
    return "no row of any sheet has a date and time in the column Datestamp"


def place_of(sheets: Iterable[Sheet], as_at: datetime) -> tuple[str, int, str | None] | None:
    """Where a Datestamp stands first: sheet, row, heading."""
    for sheet in sheets:
        if sheet.has("datestamp"):
            for row, value in zip(sheet.rows, sheet.column("datestamp"), strict=True):
                if _moment(value) == as_at:
                    return sheet.name, row, sheet.heading("datestamp")
    return None


def _moment(value: cells.Cell) -> datetime | None:
    if not isinstance(value, date):
        return None
    return value.replace(tzinfo=None) if isinstance(value, datetime) else datetime.combine(value, time())
