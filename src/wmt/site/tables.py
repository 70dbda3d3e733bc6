"""Tables as plain data: the page shows them, the exports write them, and both have the same figures.

Every cell keeps its exact value (`raw`: points and percentages as decimals with two places at most, hours
with as many as they have) beside the text people see. Nothing is summed here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, overload

from django.http import HttpRequest, QueryDict
from django.utils.encoding import escape_uri_path

from wmt import ledger
from wmt.ledger.arithmetic import MINUS, grouped
from wmt.ledger.serialise import micro

Kind = Literal["text", "words", "code", "points", "percent", "hours", "count", "date", "number", "way"]
NUMERIC = ("points", "percent", "hours", "count", "number")
FORMATS = (("csv", "CSV"), ("xlsx", "Excel"), ("parquet", "Parquet"))
ROWS_A_PAGE = 100
#: What the first and the other way round of sorting are called.
_OF_WORDS, _OF_NUMBERS = ("A to Z", "Z to A"), ("lowest first", "highest first")
_ORDERS: dict[Kind, tuple[str, str]] = {"date": ("earliest first", "latest first")}


@dataclass(frozen=True)
class Column:
    """A column. `sort_href` and `sorted` are set by `arranged`; without an address it does not sort.

    One of kind `way` only leads on, so files and answers of the API leave it out.
    """

    key: str
    head: str
    kind: Kind = "text"
    note: str = ""
    sort_href: str = ""
    sorted: Literal["ascending", "descending", "none"] = "none"

    @property
    def is_numeric(self) -> bool:
        """Whether its values stand to the right."""
        return self.kind in NUMERIC


@dataclass(frozen=True)
class Value:
    """One cell: its exact value, the text people see, where it leads, and what is to be said of it.

    `tone` is '' or 'over' (over the mark, said in words in `note` too) or 'quiet'; 'tick' or 'ticked' of
    what a row is ticked by in a form.
    """

    raw: Any
    text: str = ""
    href: str = ""
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Row:
    """A row: its values by the keys of the columns, and the unit it is of, where it is of one."""

    values: dict[str, Value]
    level: str = ""
    code: str = ""


@dataclass(frozen=True)
class Pager:
    """Which rows a page shows. Addresses are empty where there is no such page."""

    page: int
    pages: int
    first: int
    last: int
    total: int
    previous: str
    next: str


@dataclass(frozen=True)
class Table:
    """A table. `name` is its name in addresses and files; `total` its last row, of all rows on all pages.

    `prefix` stands before its fields in the address, so that two tables on a page can be sorted apart.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    total: Row | None = None
    notes: Sequence[str] = ()
    empty: str = "There is nothing to show here."
    prefix: str = ""
    pager: Pager | None = None
    exports: Sequence[tuple[str, str]] = field(default_factory=tuple)

    @property
    def order(self) -> str:
        """In words how it was sorted, for people and for their screen readers; empty: as it came."""
        by = next((column for column in self.columns if column.sorted != "none"), None)
        if by is None:
            return ""
        up, down = _ORDERS.get(by.kind, _OF_WORDS if not by.is_numeric else _OF_NUMBERS)
        return f"Sorted by {by.head}, {down if by.sorted == 'descending' else up}."


class LazyRows(Sequence[Row]):
    """Rows that are made when they are looked at: of hundreds of units a page shows one screen.

    `make` makes the row of a thing, `raw` gives its exact value in a column, for sorting.
    """

    def __init__(
        self, things: Sequence[Any], make: Callable[[Any], Row], raw: Callable[[Any, str], Any]
    ) -> None:
        self._things, self._make, self._raw = things, make, raw

    def __len__(self) -> int:
        return len(self._things)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, slice):
            return [self._make(thing) for thing in self._things[place]]
        return self._make(self._things[place])

    def __iter__(self) -> Iterator[Row]:
        return map(self._make, self._things)

    def by(self, key: str, *, down: bool) -> "LazyRows":
        """The same rows in the order of a column."""
        things = list(self._things)
        order = _order([self._raw(thing, key) for thing in things], down=down)
        return LazyRows([things[place] for place in order], self._make, self._raw)


def text(value: str, href: str = "", note: str = "") -> Value:
    """Words, names and codes."""
    return Value(value, value, href, note)


def count(value: int, href: str = "", note: str = "") -> Value:
    return Value(value, grouped(value), href, note)


def points(x100: int | None, href: str = "", note: str = "") -> Value:
    """Points: exact, shown whole. Absent points are shown as nothing."""
    if x100 is None:
        return Value(None)
    return Value(ledger.decimal(x100), grouped(ledger.shown_points(x100)), href, note)


def exact(x100: int | None, href: str = "", note: str = "") -> Value:
    """Points with the decimals they have, where lines must be seen to add up."""
    if x100 is None:
        return Value(None)
    whole, rest = divmod(abs(x100), 100)
    sign = MINUS if x100 < 0 else ""
    shown = f"{sign}{whole:,}" + (f".{rest:02d}".rstrip("0") if rest else "")
    return Value(ledger.decimal(x100), shown, href, note)


def percent(points_x100: int, available_x100: int, over_x100: int, href: str = "") -> Value:
    """A capacity: one decimal, or the words for none; over the mark by its exact value."""
    shown = ledger.shown_capacity(points_x100, available_x100)
    raw = ledger.decimal(ledger.capacity_x100(points_x100, available_x100))
    if not ledger.is_over(points_x100, available_x100, over_x100):
        return Value(raw, shown, href)
    return Value(raw, shown, href, f"over {exact(over_x100).text}%", "over")


def capacity(points_x100: int, available_x100: int, over_x100: int, stream: str, href: str = "") -> Value:
    """The capacity of a post. An OMiC post has none: its work is not measured against hours."""
    if stream == ledger.OMIC:
        return Value(None, "not measured")
    return percent(points_x100, available_x100, over_x100, href)


def signed(x100: int | None) -> Value:
    """A change in points, with its sign and the decimals it has."""
    if x100 is None:
        return Value(None, "–")
    return Value(ledger.decimal(x100), _sign(x100) + exact(abs(x100)).text)


def percentage_points(x100: int | None) -> Value:
    """A change in percentage points, with two decimals: sums of them are looked at."""
    if x100 is None:
        return Value(None, "–")
    return Value(ledger.decimal(x100), f"{_sign(x100)}{ledger.decimal(abs(x100)):,}")


def _sign(x100: int) -> str:
    return "+" if x100 > 0 else MINUS if x100 < 0 else ""


def share(part: int, whole: int) -> Value:
    """A part of a whole in per cent, one decimal; nothing of nothing is a dash."""
    if whole == 0:
        return Value(None, "–")
    return Value(ledger.decimal(ledger.capacity_x100(part, whole)), ledger.shown_capacity(part, whole))


def hours(value_micro: int | None, href: str = "", note: str = "") -> Value:
    if value_micro is None:
        return Value(None)
    found = micro(value_micro) or 0
    return Value(found, grouped(found), href, note)


def day(value: date | None, note: str = "") -> Value:
    return Value(value, f"{value:%-d %b %Y}" if value else "", "", note)


def changed(query: QueryDict, **new: str) -> str:
    """The query of an address with some of its fields changed; an empty one is taken out."""
    found = query.copy()
    for name, value in new.items():
        found.pop(name, None)
        if value:
            found[name] = value
    return f"?{found.urlencode()}" if found else "?"


def arranged(table: Table, request: HttpRequest, *, rows_a_page: int | None = ROWS_A_PAGE) -> Table:
    """A table sorted and paged as the address asks, with the addresses of other orders and pages.

    `?sort=` names a column, `?order=down` turns it round, `?page=` counts from 1; whatever makes no sense
    is taken for the default. Rows stay in the order they came in where nothing is asked for.
    """
    query, prefix = request.GET, table.prefix
    wanted, down = query.get(f"{prefix}sort", ""), query.get(f"{prefix}order") == "down"
    columns = [_with_sorting(column, query, prefix, wanted, down) for column in table.columns]
    rows = table.rows
    if any(column.key == wanted for column in columns):
        if isinstance(rows, LazyRows):
            rows = rows.by(wanted, down=down)
        else:
            order = _order([row.values[wanted].raw for row in rows], down=down)
            rows = [rows[place] for place in order]
    arranged_table = replace(table, columns=columns, rows=rows, exports=_files(table, request))
    whole_tables(request)[table.name] = arranged_table
    return arranged_table if rows_a_page is None else _paged(arranged_table, query, rows_a_page)


def whole_tables(request: HttpRequest) -> dict[str, Table]:
    """The tables that were arranged for a request, sorted and with all their rows: what files are made of."""
    found: dict[str, Table] = request.__dict__.setdefault("wmt_whole_tables", {})
    return found


def _files(table: Table, request: HttpRequest) -> list[tuple[str, str]]:
    """The addresses of the table as files, for whoever may take it out."""
    from wmt.site.accounts.access import may
    from wmt.site.accounts.roles import Action

    if not may(getattr(request, "user", None), Action.EXPORT):
        return []
    query = request.GET.copy()
    query.pop(f"{table.prefix}page", None)
    # a code may hold signs that mean something in an address
    page = escape_uri_path(request.path)
    return [(name, f"{page}{table.name}.{kind}{file_query(query, kind)}") for kind, name in FORMATS]


def file_query(query: QueryDict, kind: str) -> str:
    """The query of a link to a file; of CSV it asks for the mark by which Excel knows accents."""
    return changed(query, bom="1" if kind == "csv" else "").removesuffix("?")


def _with_sorting(column: Column, query: QueryDict, prefix: str, wanted: str, down: bool) -> Column:
    is_sorted = column.key == wanted
    # figures are looked at from the largest down, words from A on
    turn = not down if is_sorted else column.is_numeric
    fields = {"sort": column.key, "order": "down" if turn else "", "page": ""}
    href = changed(query, **{f"{prefix}{name}": value for name, value in fields.items()})
    state: Literal["ascending", "descending", "none"] = (
        "none" if not is_sorted else "descending" if down else "ascending"
    )
    return replace(column, sort_href=href, sorted=state)


def _order(raws: Sequence[Any], *, down: bool) -> list[int]:
    """The places of values in their order; equal ones as they came, and what has no value last either way."""
    order = sorted(range(len(raws)), key=lambda place: _comparable(raws[place]), reverse=down)
    return sorted(order, key=lambda place: raws[place] is None)


def _comparable(raw: Any) -> tuple[int, Any]:
    if raw is None:
        return (0, 0)
    if isinstance(raw, int | Decimal):
        return (0, raw)
    return (1, raw.isoformat() if isinstance(raw, date) else str(raw).casefold())


def _paged(table: Table, query: QueryDict, rows_a_page: int) -> Table:
    total = len(table.rows)
    if total <= rows_a_page:
        return replace(table, rows=list(table.rows))
    pages = -(-total // rows_a_page)
    field = f"{table.prefix}page"
    asked = query.get(field, "")
    page = min(max(int(asked), 1), pages) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    first = (page - 1) * rows_a_page
    pager = Pager(
        page,
        pages,
        first + 1,
        min(first + rows_a_page, total),
        total,
        changed(query, **{field: str(page - 1)}) if page > 1 else "",
        changed(query, **{field: str(page + 1)}) if page < pages else "",
    )
    return replace(table, rows=table.rows[first : first + rows_a_page], pager=pager)
