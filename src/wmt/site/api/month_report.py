"""The monthly report of a unit: figures, causes, counts and states, without names, cases or reasons."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from wmt.site.api import lookups, schemas, tables
from wmt.site.queries import histories, report_month
from wmt.site.queries.month_report import report_of
from wmt.site.tables import Table

router = Router()

_COMPLETE = (
    "Whether the month has ended, the figures are of its last night, and that night is of its last day or a "
    "few days before it (policy asof.days_back)."
)


class MonthTableShown(Schema):
    """A table of the report. `note` says why it has no rows, where it has none."""

    name: str
    caption: str
    notes: list[str]
    note: str
    columns: list[tables.ColumnShown]
    rows: list[tables.RowShown]
    total: tables.RowShown | None = None


class MonthReportShown(Schema):
    """A unit's monthly report, with the tables of its page."""

    level: str
    code: str
    name: str
    month: str = Field(description="The month, such as 2026-11.")
    until: date = Field(description="The day the figures are of.")
    counted_to: date = Field(description="The last day that what happened is counted to.")
    complete: bool = Field(description=_COMPLETE)
    before: date | None = Field(description="The day they are compared with; null: there is none.")
    notes: list[str]
    tables: list[MonthTableShown]


@router.get(
    "units/{level}/{code:code}/month-report",
    response=schemas.answers(MonthReportShown, *schemas.READ),
    url_name="api-month-report",
    summary="The monthly report",
)
def month_report(request: HttpRequest, level: lookups.UnitLevel, code: lookups.UnitCode) -> dict[str, Any]:
    """The report of a team, PDU, region or the nation for the month of the day shown: with `?on=` a past one.

    A month that is over is asked for by its last day.
    """
    state, unit = lookups.unit_for(request, level, code)
    if level == "post":
        raise schemas.refused("level", "There is no monthly report of one post: ask about its team")
    past = histories.history_for(lookups.me(request), state)
    month = report_month.month_of(state, past)
    if month is None:
        raise schemas.refused("on", report_month.none_words(past, state.day.replace(day=1)))
    found = report_of(state, unit, month, past)
    return {
        "level": level,
        "code": code,
        "name": unit.name,
        "month": report_month.key_of(month.first),
        "until": month.until,
        "counted_to": month.last,
        "complete": month.has_ended,
        "before": month.before.day if month.before else None,
        "notes": found.notes,
        "tables": [whole_table(table) for table in found.tables.values()],
    }


def whole_table(table: Table) -> dict[str, Any]:
    """A table of a report with all its rows."""
    return {
        **{name: getattr(table, name) for name in ("name", "caption", "columns")},
        "notes": list(table.notes),
        "note": "" if table.rows else table.empty,
        "rows": [tables.row_shown(table, row) for row in table.rows],
        "total": tables.row_shown(table, table.total) if table.total else None,
    }
