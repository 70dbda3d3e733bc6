"""Two ledgers → why they differ: causes that add up to the change exactly.

The comparison goes over three ledgers: the facts before under the rules before (A), the facts after under
the rules before (M) and the facts after under the rules after (B). A → M is what happened, M → B is what
the rules did. Lines meet by what they stand for; every difference of points or available points lands in
exactly one cause.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import ibis
import polars as pl

from wmt.facts import table_of
from wmt.ledger.engine import shaped, sql_text, unbound
from wmt.ledger.ledger import PLACED_LINE, Ledger
from wmt.ledger.present import present_comparison
from wmt.ledger.prices import PRICE_SCHEMAS
from wmt.ledger.words import Cause

Table = Any  # an Ibis table expression

#: Changes per unit and cause, in hundredths of points; `lines` is how many lines differ for that cause.
CHANGE = table_of(
    {
        "code": pl.String,
        "cause": pl.String,
        "points_x100": pl.Int64,
        "available_x100": pl.Int64,
        "lines": pl.Int64,
    }
)

_CELL = ("stream", "location", "tier", "suspended", "status")
_OTHER_CAUSE = {
    "report": Cause.REPORT,
    "contact": Cause.CONTACT,
    "contracted_hours": Cause.HOURS,
    "reduction": Cause.REDUCTION,
    "unpaid_work": Cause.STATUS,
}


def changes(before: Ledger, between: Ledger, after: Ledger, levels: Sequence[str]) -> Iterator[pl.DataFrame]:
    """The causes of every unit's change, a table (columns `CHANGE`, sorted) for each level.

    `between` is the facts of `after` under the rules of `before`; it may be `after` itself when the rules
    are the same. All three must live in one engine. Causes without any effect are left out.
    """
    same_rules = between is after
    engine = after.engine
    stored = [ledger.store_placed_lines() for ledger in (before, between)]
    stored.append(stored[1] if same_rules else after.store_placed_lines())
    for level in levels:
        for side, name in zip(_SIDES, stored, strict=True):
            engine.view(side, _at_level_sql(engine.dialect, name, level))
        sql = _changes_sql(engine.dialect, before.name_of("price"), same_rules)
        yield shaped(engine.run(sql), CHANGE).sort("code", "cause")


#: The names under which the three sides of a comparison stand in the engine, one level after the other.
#: The long query is then the same for every level, and Ibis turns it into SQL once.
_SIDES = ("compared_old", "compared_new", "compared_last")
_PLACED = table_of({**PLACED_LINE, "code": pl.String})


@cache
def _at_level_sql(dialect: str, name: str, level: str) -> str:
    lines = unbound(name, PLACED_LINE)
    return sql_text(lines.mutate(code=lines[f"{level}_code"]), dialect)


@cache
def _changes_sql(dialect: str, price_name: str, same_rules: bool) -> str:
    sides = [unbound(side, _PLACED) for side in _SIDES]
    old, new, last = (_labelled(lines, _counted_posts(*sides[:2])) for lines in sides)
    parts = [
        _cells(old, new),
        _cases(old, new, unbound(price_name, PRICE_SCHEMAS["price"])),
        _others(old, new),
    ]
    parts += [] if same_rules else [_rules(new, last)]
    return sql_text(_summed(parts), dialect)


def _summed(parts: Sequence[Table]) -> Table:
    differing = ibis.union(*parts, distinct=False).filter(
        lambda row: (row.points_x100 != 0) | (row.available_x100 != 0) | (row.always == 1)
    )
    return differing.group_by(["code", "cause"]).aggregate(
        points_x100=differing.points_x100.sum().cast("int64"),
        available_x100=differing.available_x100.sum().cast("int64"),
        lines=differing.count().cast("int64"),
    )


def _labelled(lines: Table, counted: Table) -> Table:
    """Lines with the code of their unit; case references only where both moments list the cases."""
    cells = counted.mutate(is_counted=ibis.literal(1, type="int64"))
    lines = lines.left_join(cells, lines.post_code == cells.counted_code)
    is_cell = (lines.kind == "case") & lines.is_counted.notnull()
    return lines.select(
        "kind",
        *_CELL,
        "quantity_micro",
        "code",
        ref=ibis.ifelse(is_cell, ibis.null("string"), lines.ref),
        held_by=lines.post_code,
        work_x100=ibis.ifelse(lines.side == "work", lines.points_x100, 0),
        time_x100=ibis.ifelse(lines.side == "time", lines.points_x100, 0),
    )


def _counted_posts(before: Table, after: Table) -> Table:
    """Posts whose active cases are counted cells, not listed cases, at either moment."""

    def counted(lines: Table) -> Table:
        cells = lines.filter((lines.kind == "case") & (lines.status == "active") & lines.ref.isnull())
        return cells.select(counted_code="post_code")

    return ibis.union(counted(before), counted(after), distinct=True)


def _signed(old: Table, new: Table) -> Table:
    """Both moments in one table: the new with a plus, the old with a minus."""
    plus = new.mutate(count=new.quantity_micro)
    minus = old.mutate(count=-old.quantity_micro, work_x100=-old.work_x100, time_x100=-old.time_x100)
    return ibis.union(plus, minus, distinct=False)


def _contribution(table: Table, cause: Table, points: Table, available: Table, always: Table) -> Table:
    """One difference of one line. `always` 1 keeps it even when it moved no points (an untiered case in)."""
    return table.select(
        code=table.code,
        cause=cause.cast("string"),
        points_x100=points.cast("int64"),
        available_x100=available.cast("int64"),
        always=always.cast("int64"),
    )


def _cells(old: Table, new: Table) -> Table:
    """Counted cells: more cases of a kind are cases in, fewer are cases out."""
    both = _signed(old, new)
    both = both.filter((both.kind == "case") & both.ref.isnull())
    net = both.group_by(["code", *_CELL]).aggregate(
        count=both["count"].sum().cast("int64"), work_x100=both.work_x100.sum().cast("int64")
    )
    cause = ibis.ifelse(net["count"] > 0, str(Cause.CASE_IN), str(Cause.CASE_OUT))
    zero = ibis.literal(0, type="int64")
    return _contribution(net, cause, net.work_x100, zero, ibis.ifelse(net["count"] != 0, 1, 0))


def _nth(lines: Table, prefix: str) -> Table:
    """Listed cases under names with a prefix, numbered where one unit holds the same person twice."""
    cases = lines.filter((lines.kind == "case") & lines.ref.notnull())
    order = ibis.window(
        group_by=[cases.code, cases.ref], order_by=[cases.held_by, *(cases[c] for c in _CELL)]
    )
    cases = cases.mutate(nth=ibis.row_number().over(order).cast("int64"))
    keep = ("code", "ref", "nth", *_CELL, "work_x100", "quantity_micro")
    return cases.select(**{f"{prefix}{name}": cases[name] for name in keep})


def _cases(old: Table, new: Table, price: Table) -> Table:
    """Listed cases: in, out, or changed; a change of type and of tier together is parted by the price
    that the old tier has in the new type."""
    a, b = _nth(old, "a_"), _nth(new, "b_")
    pairs = a.outer_join(b, (a.a_code == b.b_code) & (a.a_ref == b.b_ref) & (a.a_nth == b.b_nth))
    pairs = pairs.mutate(code=pairs.a_code.fill_null(pairs.b_code))
    came, went = pairs.a_code.isnull(), pairs.b_code.isnull()
    zero = ibis.literal(0, type="int64")
    one = ibis.literal(1, type="int64")
    arrived, left = pairs.filter(came), pairs.filter(went)
    stayed = pairs.filter(pairs.a_code.notnull() & pairs.b_code.notnull())
    return ibis.union(
        _contribution(arrived, ibis.literal(str(Cause.CASE_IN)), arrived.b_work_x100, zero, one),
        _contribution(left, ibis.literal(str(Cause.CASE_OUT)), -left.a_work_x100, zero, one),
        *_changed(stayed, price),
        distinct=False,
    )


def _changed(stayed: Table, price: Table) -> tuple[Table, ...]:
    """What became of cases that stayed: status first, then type, then tier."""
    zero = ibis.literal(0, type="int64")
    same_status = (stayed.a_status == stayed.b_status) & (stayed.a_stream == stayed.b_stream)
    switched, steady = stayed.filter(~same_status), stayed.filter(same_status)
    price = price.select("stream", "location", "tier", "suspended", "status", mid_x100="points_x100")
    steady = steady.left_join(
        price,
        (steady.b_stream == price.stream)
        & (steady.b_location == price.location)
        & (steady.a_tier == price.tier)
        & (steady.a_suspended == price.suspended)
        & (steady.b_status == price.status),
    )
    moved = steady.a_location != steady.b_location
    # without a change of type there is no middle step, whatever the rules that priced the old line
    middle = ibis.ifelse(moved, steady.mid_x100.fill_null(0), steady.a_work_x100)
    retiered = (steady.a_tier != steady.b_tier) | (steady.a_suspended != steady.b_suspended)
    # a matched case that changed neither type nor tier can differ only by its status' weighting
    rest = steady.b_work_x100 - middle
    return (
        _contribution(
            switched,
            ibis.literal(str(Cause.STATUS)),
            switched.b_work_x100 - switched.a_work_x100,
            zero,
            ibis.literal(1, type="int64"),
        ),
        _contribution(
            steady,
            ibis.literal(str(Cause.LOCATION)),
            middle - steady.a_work_x100,
            zero,
            ibis.ifelse(moved, 1, 0),
        ),
        _contribution(steady, ibis.literal(str(Cause.TIER)), rest, zero, ibis.ifelse(retiered, 1, 0)),
    )


def _others(old: Table, new: Table) -> Table:
    """Reports, contacts, hours and reductions: netted per reference."""
    both = _signed(old, new)
    both = both.filter(both.kind.isin(list(_OTHER_CAUSE)))
    net = both.group_by(["code", "kind", "held_by", "ref"]).aggregate(
        work_x100=both.work_x100.sum().cast("int64"), time_x100=both.time_x100.sum().cast("int64")
    )
    cause = net.kind.substitute({kind: str(cause) for kind, cause in _OTHER_CAUSE.items()})
    return _contribution(net, cause, net.work_x100, net.time_x100, ibis.literal(0, type="int64"))


def _rules(old: Table, new: Table) -> Table:
    """The same facts under other rules: netted per line."""
    both = _signed(old, new)
    net = both.group_by(["code", "kind", "held_by", "ref", *_CELL]).aggregate(
        work_x100=both.work_x100.sum().cast("int64"), time_x100=both.time_x100.sum().cast("int64")
    )
    return _contribution(
        net, ibis.literal(str(Cause.RULE)), net.work_x100, net.time_x100, ibis.literal(0, type="int64")
    )


def compare(
    before: Ledger, after: Ledger, levels: Sequence[str], between: Ledger | None = None
) -> list[dict[str, Any]]:
    """Rows of `present_comparison` for every unit of the levels that stands in either ledger.

    `between` is the facts of `after` under the rules of `before`; not needed when the rules are the same.
    """
    starts, ends = (_by_unit(ledger.totals(levels)) for ledger in (before, after))
    rows = []
    found = changes(before, between or after, after, levels)
    for level, moved in zip(levels, found, strict=True):
        causes: dict[str, list[dict[str, Any]]] = {}
        for change in moved.to_dicts():
            causes.setdefault(change["code"], []).append(change)
        codes = sorted({code for at, code in (*starts, *ends) if at == level})
        rows += [
            present_comparison(code, starts.get((level, code)), ends.get((level, code)), causes.get(code, []))
            for code in codes
        ]
    return rows


def _by_unit(totals: pl.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["level"], row["code"]): row for row in totals.iter_rows(named=True)}
