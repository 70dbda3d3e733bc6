"""The tables of the pages of a unit, such as its caseload."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import StringConstraints

from wmt.grades import GradeName
from wmt.site.api import lookups, schemas
from wmt.site.api.limits import need_lines
from wmt.site.availability.change_requests import ChangeFault, RefusedError
from wmt.site.queries.measures import CASE_GROUPS
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.queries.unit_tabs import tables_of
from wmt.site.tables import Row, Table

router = Router()

if TYPE_CHECKING:
    CaseGroup = str
else:
    CaseGroup = Literal[tuple(CASE_GROUPS)]
Tab = Literal[
    "overview", "caseload", "per-fte", "full", "staffing", "reports", "help", "omic", "court", "ahead",
    "waiting", "candidates", "matrix", "allocations",
]  # fmt: skip
#: Those that are lists of single cases of whole PDUs too.
_LISTS = ("waiting", "candidates", "matrix", "allocations")


class ValueShown(Schema):
    """One cell of a table: its exact value, and the text on the page."""

    value: str | int | float | None
    text: str
    note: str


class ColumnShown(Schema):
    """A column of a table."""

    key: str
    head: str
    kind: str
    note: str


class RowShown(Schema):
    """A row, by the keys of the columns, and the unit it is of where it is of one."""

    level: str
    code: str
    values: dict[str, ValueShown]


class TableShown(schemas.PageShown):
    """A table of a page, with one page of its rows."""

    name: str
    caption: str
    notes: list[str]
    columns: list[ColumnShown]
    rows: list[RowShown]
    total: RowShown | None = Field(description="The last row, of all rows on all pages.")


class TablesShown(Schema):
    """The tables of a tab, in the order of the page."""

    tables: list[TableShown]


class TableFilter(schemas.Paging):
    """The filters of the page: what makes no sense for a table is taken for none, as on the page."""

    table: Annotated[str, StringConstraints(pattern=r"^[a-z]{1,40}$")] | None = Field(
        None, description="Only the table with this name."
    )
    grade: GradeName | None = None
    type: CaseGroup | None = None
    counted: Literal["yes", "no"] | None = None
    reason: schemas.Short = Field(
        "", description="Of a caseload: only cases that do not count for this reason."
    )
    cohort: schemas.Short = Field(
        "", description="Of a caseload: only cases in this cohort, by its code (rules `cohorts`)."
    )
    band: Literal["under", "within", "over", "none"] | None = None
    tier: schemas.Short = Field(
        "", description="Of candidates and waiting cases: the tier, beside the `type`."
    )
    crn: schemas.Short = Field("", description="Of candidates: a case that is there. In place of the others.")
    source: Literal["data", "typed", "feed"] | None = Field(
        None, description="Of waiting cases: only those known from nDelius data, recorded here, or sent."
    )
    age: Literal["7", "14", "28"] | None = Field(
        None, description="Of waiting cases: only those that wait for so many days or more."
    )
    team: list[schemas.Short] = Field([], description="Of the matrix: only people of these teams.")
    first: schemas.Short = Field(
        "", alias="from", description="Of the matrix: from which waiting case on ten are shown, or `all`."
    )
    show: Literal["attention", "over", "against"] | None = Field(
        None,
        description="Of allocations: only those that nDelius does not show as they were decided, that took "
        "somebody over the threshold, or that are against the rules of who may hold what.",
    )


@router.get(
    "units/{level}/{code:code}/tables/{tab}",
    response=schemas.answers(TablesShown, *schemas.BULK),
    url_name="api-tables",
    summary="The tables of a page",
)
def tables(
    request: HttpRequest,
    level: lookups.UnitLevel,
    code: lookups.UnitCode,
    tab: Tab,
    paging: Query[TableFilter],
) -> dict[str, Any]:
    """The tables of a tab of a unit's page, such as its caseload, with the page's filters."""
    if level in ("team", "post") or tab in _LISTS:  # where tables are of single lines, but for the overview
        need_lines(request, "post" if tab == "overview" else level)
    state, unit = lookups.unit_for(request, level, code)
    content, found = tables_of(UnitRequest(request, state, unit), "" if tab == "overview" else tab)
    if wrong := content.get("wrong"):
        raise RefusedError([ChangeFault("CASE_UNKNOWN", wrong, "crn")])
    if paging.table and paging.table not in found:
        raise lookups.unknown(f"table here: there are {', '.join(found) or 'none'}")
    wanted = [table for name, table in found.items() if paging.table in (None, name)]
    return {
        "tables": [
            {
                **paging.about(len(table.rows)),
                **{name: getattr(table, name) for name in ("name", "caption", "notes")},
                "columns": [column for column in table.columns if column.kind != "way"],
                "rows": [row_shown(table, row) for row in paging.part(table.rows)],
                "total": row_shown(table, table.total) if table.total else None,
            }
            for table in wanted
        ]
    }


def row_shown(table: Table, row: Row) -> dict[str, Any]:
    """A row as the API gives it, without what only leads on."""
    values, ways = {}, {column.key for column in table.columns if column.kind == "way"}
    for key, value in row.values.items():
        if key in ways:
            continue
        raw = value.raw
        if not isinstance(raw, str | int | float | None):
            raw = raw.isoformat() if isinstance(raw, date) else float(raw)
        values[key] = {"value": raw, "text": value.text, "note": value.note}
    return {"level": row.level, "code": row.code, "values": values}
