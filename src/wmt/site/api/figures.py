"""Units and their figures, the lines behind them, and the tables of their pages."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from wmt.ledger.present import BREAKDOWN, present_line, present_total
from wmt.site.accounts.access import visible_to
from wmt.site.api.asking import me, state_for, unit_for, unknown
from wmt.site.api.shapes import (
    READ,
    Code,
    Exact,
    GradeName,
    Level,
    PageShown,
    Paging,
    answers,
    refused,
)
from wmt.site.web.tables import Row, Table, Value
from wmt.site.web.units.counting import GROUPS
from wmt.site.web.units.measures import MEASURES
from wmt.site.web.units.question import Question
from wmt.site.web.units.views import tables_of
from wmt.site.workload import figures, units
from wmt.site.workload.current import State
from wmt.site.workload.models import Line, Pricing, Unit

router = Router()

UnitLevel = Annotated[Level, Path(description="The level of the unit.")]
UnitCode = Annotated[Code, Path(description="Its code: a slash in it is written ~s, and ~ is ~t.")]
Figure = Literal[tuple(MEASURES)]  # type: ignore[valid-type]
Kind = Literal["case", "omic_licence", "unpaid_work", "report", "contact", "contracted_hours", "reduction"]
CaseGroup = Literal[tuple(GROUPS)]  # type: ignore[valid-type]
Tab = Literal["overview", "caseload", "reports", "help", "omic", "court"]


class Breakdown(Schema):
    """The parts of the points, and the OMiC points that are shown beside them."""

    community: Exact
    licence: Exact
    custody: Exact
    t2a: Exact
    omic: Exact
    reports: Exact
    contacts: Exact


assert set(Breakdown.model_fields) == set(BREAKDOWN)


class FiguresShown(Schema):
    """The figures of a unit, in the words of `wmt post --json` and the rest of the command line."""

    level: str
    code: str
    name: str
    region_code: str
    pdu_code: str
    team_code: str
    staff_code: str
    grade: str
    cases: int = Field(description="Cases that count.")
    cases_all: int = Field(description="Every case of the case system.")
    points: Exact
    available: Exact = Field(description="The points there is time for.")
    capacity: Exact | None = Field(description="Points ÷ available points, in per cent; null: no time.")
    over_mark: bool = Field(description="Over the mark of excessive workload, by the exact value.")
    breakdown: Breakdown
    omic_on_licence: Exact
    omic_cases: int
    suspended_cases: int
    untiered_cases: int
    contracted_hours: Exact
    reduction_hours: Exact
    posts: int
    posts_without_time: int
    stale_posts: int
    stale_since: datetime | None
    unmeasured_posts: int


class NamedPlace(Schema):
    """A unit by name."""

    level: str
    code: str
    name: str


class UnitShown(Schema):
    """A unit: its figures, those of each grade of its posts, and the units it belongs to."""

    figures: FiguresShown
    grades: list[FiguresShown]
    above: list[NamedPlace]


class UnitsShown(PageShown):
    """Units, by name."""

    items: list[FiguresShown]


class LineShown(Schema):
    """A line: what it is, the rule that priced it, and what it adds."""

    kind: str
    ref: str
    location: str
    tier: str
    suspended: bool
    stream: str
    quantity: Exact
    each: Exact | None
    points: Exact
    counted: bool
    reason: str = Field(description="Why it does not count, or needs a look.")
    rule: str
    rule_from: str = Field(description="The day the rule's value began; empty: always.")
    beside: Exact = Field(description="OMiC points, which are never in the figure.")
    status: str


class PostLine(LineShown):
    """A line of one post."""

    post: str = Field(description="The code of the post.")
    grade: str
    about: str
    since: date | None
    other_post: str = Field(description="Of help given or received: the colleague's post.")
    active_cases: int
    listed_cases: int


class LinesShown(PageShown):
    """Lines one by one, in the order of the ledger."""

    items: list[PostLine]


class CellShown(LineShown):
    """Lines of a unit that one rule priced, of posts of one grade, together."""

    grade: str
    lines: int
    active_cases: int
    listed_cases: int


class CellsShown(PageShown):
    """Lines summed by what priced them."""

    items: list[CellShown]


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


class TableShown(PageShown):
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


class ListFilter(Paging):
    """Which units."""

    under_level: Level | None = Field(None, description="Only units under this one: its level, and its code.")
    under_code: Code | None = None
    grade: GradeName | None = Field(None, description="Only what posts of this grade make up.")


class LineFilter(Paging):
    """Which lines."""

    figure: Figure | None = Field(None, description="Only lines that this figure sums.")  # type: ignore[valid-type]
    kind: Kind | None = Field(None, description="Only lines of this kind.")


class CellFilter(LineFilter):
    """Which lines, summed."""

    grade: GradeName | None = Field(None, description="Only lines of posts of this grade.")


class TableFilter(Paging):
    """The filters of the page: what makes no sense for a table is taken for none, as on the page."""

    table: Annotated[str, StringConstraints(pattern=r"^[a-z]{1,40}$")] | None = Field(
        None, description="Only the table with this name."
    )
    grade: GradeName | None = None
    type: CaseGroup | None = None  # type: ignore[valid-type]
    counted: Literal["yes", "no"] | None = None


@router.get(
    "units/{level}", response=answers(UnitsShown, *READ), url_name="api-units", summary="Units of a level"
)
def list_units(request: HttpRequest, level: UnitLevel, paging: Query[ListFilter]) -> dict[str, Any]:
    """Units of a level with their figures, by name: all one may see, or those under a unit."""
    state = state_for(request)
    top = units.NATION
    if bool(paging.under_level) != bool(paging.under_code):
        raise refused("under_code", "Give both the level and the code of a unit, or neither")
    if paging.under_level and paging.under_code:
        top = paging.under_level
        units.find(state, me(request), top, paging.under_code)
    if level == units.NATION:
        rows = units.seen(state, me(request), level)
    elif level not in units.levels_below(top):
        raise refused("under_level", f"A {top} has no units of the level {level} under it")
    else:
        above = Unit(level=top, code=paging.under_code or units.NATION)
        below = units.below(state, above, level, paging.grade or "")
        rows = visible_to(below, me(request), state)
    return {**paging.about(rows.count()), "items": [_figures(unit, state) for unit in paging.part(rows)]}


@router.get(
    "units/{level}/{code:code}", response=answers(UnitShown, *READ), url_name="api-unit", summary="One unit"
)
def one_unit(request: HttpRequest, level: UnitLevel, code: UnitCode) -> dict[str, Any]:
    """A unit with its figures, those of each grade, and the units it belongs to."""
    state, unit = unit_for(request, level, code)
    above = units.above(state, me(request), unit)
    return {
        "figures": _figures(unit, state),
        "grades": [_figures(each, state) for each in units.grades(state, unit)],
        "above": [{"level": each.level, "code": each.code, "name": each.name} for each in above],
    }


@router.get(
    "units/{level}/{code:code}/lines",
    response=answers(LinesShown, *READ),
    url_name="api-lines",
    summary="Lines of a post or a team, one by one",
)
def lines(
    request: HttpRequest,
    level: Annotated[Literal["team", "post"], Path()],
    code: UnitCode,
    paging: Query[LineFilter],
) -> dict[str, Any]:
    """Every line of a post, or of the posts of a team: each says the rule that priced it."""
    state, unit = unit_for(request, level, code)
    priced = figures.pricing_of(state)
    wanted = _numbers(state, paging)
    found = [line for line in figures.lines_of(state, unit) if line.pricing in wanted]
    posts = {unit.number: unit.code}
    if level == "team":
        posts = dict(units.below(state, unit, "post").values_list("number", "code"))
    items = [_line(line, priced[line.pricing], posts.get(line.post_no, "")) for line in paging.part(found)]
    return {**paging.about(len(found)), "items": items}


@router.get(
    "units/{level}/{code:code}/cells",
    response=answers(CellsShown, *READ),
    url_name="api-cells",
    summary="Lines of a unit, summed by what priced them",
)
def cells(
    request: HttpRequest, level: UnitLevel, code: UnitCode, paging: Query[CellFilter]
) -> dict[str, Any]:
    """The lines of any unit: those that the same rule priced, of posts of the same grade, in one row."""
    state, unit = unit_for(request, level, code)
    wanted = _numbers(state, paging)
    summed = figures.sums_of(state, [unit], grade=paging.grade or "").get(unit.code, [])
    found = [line for line in summed if line.pricing.number in wanted]
    return {**paging.about(len(found)), "items": [_cell(line) for line in paging.part(found)]}


@router.get(
    "units/{level}/{code:code}/tables/{tab}",
    response=answers(TablesShown, *READ),
    url_name="api-tables",
    summary="The tables of a page",
)
def tables(
    request: HttpRequest, level: UnitLevel, code: UnitCode, tab: Tab, paging: Query[TableFilter]
) -> dict[str, Any]:
    """The tables of a tab of a unit's page, such as its caseload, with the page's filters."""
    state, unit = unit_for(request, level, code)
    _, found = tables_of(Question(request, state, unit), "" if tab == "overview" else tab)
    if paging.table and paging.table not in found:
        raise unknown(f"table here: there are {', '.join(found) or 'none'}")
    wanted = [table for name, table in found.items() if paging.table in (None, name)]
    return {"tables": [_table(table, paging) for table in wanted]}


def _numbers(state: State, wish: LineFilter) -> set[int]:
    """The pricings of the lines that are wanted."""
    found = set(figures.pricing_of(state))
    if wish.figure:
        found &= figures.numbers_of(state, MEASURES[wish.figure].field)
    return found & set(figures.of_kind(state, wish.kind)) if wish.kind else found


def _figures(unit: Unit, state: State) -> dict[str, Any]:
    return present_total(vars(unit), state.over_x100)


def _line(line: Line, pricing: Pricing, post: str) -> dict[str, Any]:
    own = {name: getattr(line, name) for name in ("grade", "about", "since", "other_post")}
    counts = {"active_cases": line.active_cases, "listed_cases": line.listed_cases}
    return {"post": post, **own, **counts, **present_line(vars(pricing) | vars(line))}


def _cell(line: figures.Lines) -> dict[str, Any]:
    amounts = line._asdict()
    own = {name: amounts[name] for name in ("grade", "lines", "active_cases", "listed_cases")}
    return {**own, **present_line(vars(line.pricing) | amounts | {"ref": ""})}


def _table(table: Table, paging: Paging) -> dict[str, Any]:
    columns = [
        {"key": each.key, "head": each.head, "kind": each.kind, "note": each.note} for each in table.columns
    ]
    return {
        **paging.about(len(table.rows)),
        "name": table.name,
        "caption": table.caption,
        "notes": list(table.notes),
        "columns": columns,
        "rows": [_row(row) for row in paging.part(table.rows)],
        "total": _row(table.total) if table.total else None,
    }


def _row(row: Row) -> dict[str, Any]:
    values = {key: _value(value) for key, value in row.values.items()}
    return {"level": row.level, "code": row.code, "values": values}


def _value(value: Value) -> dict[str, Any]:
    raw = value.raw
    if not isinstance(raw, str | int | float | None):
        raw = raw.isoformat() if isinstance(raw, date) else float(raw)
    return {"value": raw, "text": value.text, "note": value.note}
