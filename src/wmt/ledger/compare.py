"""Two ledgers → why they differ: causes that add up to the change exactly.

The comparison goes over three ledgers: the facts before under the rules before (A), the facts after under
the rules before (M) and the facts after under the rules after (B). A → M is what happened, M → B is what
the rules did. Lines meet by what they stand for; every difference of points or available points lands in
exactly one cause.
"""

from collections.abc import Sequence
from typing import Any

import ibis
import polars as pl

from wmt.facts import table_of
from wmt.ledger.engine import shaped, sql_text
from wmt.ledger.ledger import Ledger
from wmt.ledger.present import present_comparison
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


def changes(before: Ledger, between: Ledger, after: Ledger, level: str) -> pl.DataFrame:
    """The causes of every unit's change at a level: columns `CHANGE`, sorted, nothing with no effect.

    `between` is the facts of `after` under the rules of `before`; it may be `after` itself when the rules
    are the same. All three must live in one engine.
    """
    counted = _counted_posts(before, between)
    old, new = (_labelled(ledger, level, counted) for ledger in (before, between))
    parts = [_cells(old, new), _cases(old, new, before), _others(old, new)]
    if between is not after:
        parts.append(_rules(_labelled(between, level, counted), _labelled(after, level, counted)))
    differing = ibis.union(*parts, distinct=False).filter(
        lambda row: (row.points_x100 != 0) | (row.available_x100 != 0) | (row.always == 1)
    )
    summed = differing.group_by(["code", "cause"]).aggregate(
        points_x100=differing.points_x100.sum().cast("int64"),
        available_x100=differing.available_x100.sum().cast("int64"),
        lines=differing.count().cast("int64"),
    )
    found = after.engine.run(sql_text(summed, after.engine.dialect))
    return shaped(found, CHANGE).sort("code", "cause")


def _labelled(ledger: Ledger, level: str, counted: Table) -> Table:
    """Lines with the code of their unit; case references only where both moments list the cases."""
    lines = ledger.expression()
    post = ledger.tables()["post"].select("post_no", "team_no", "team_code", "staff_code")
    team = ledger.tables()["team"].select("team_no", "pdu_code", "region_code")
    lines = lines.inner_join(post, "post_no").inner_join(team, "team_no")
    lines = lines.mutate(
        post_code=lines.team_code + ":" + lines.staff_code, nation_code=ibis.literal("nation")
    )
    cells = counted.mutate(is_counted=ibis.literal(1, type="int64"))
    lines = lines.left_join(cells, lines.post_code == cells.counted_code)
    is_cell = (lines.kind == "case") & lines.is_counted.notnull()
    return lines.select(
        "kind", *_CELL, "quantity_micro", "side",
        code=lines[f"{level}_code"],
        ref=ibis.ifelse(is_cell, ibis.null("string"), lines.ref),
        held_by=lines.post_code,
        work_x100=ibis.ifelse(lines.side == "work", lines.points_x100, 0),
        time_x100=ibis.ifelse(lines.side == "time", lines.points_x100, 0),
    )  # fmt: skip


def _counted_posts(before: Ledger, after: Ledger) -> Table:
    """Posts whose active cases are counted cells, not listed cases, at either moment."""

    def counted(ledger: Ledger) -> Table:
        lines, post = ledger.expression(), ledger.tables()["post"]
        cells = lines.filter((lines.kind == "case") & (lines.status == "active") & lines.ref.isnull())
        post = post.select("post_no", counted_code=post.team_code + ":" + post.staff_code)
        return post.semi_join(cells, "post_no").select("counted_code")

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


def _cases(old: Table, new: Table, before: Ledger) -> Table:
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
        *_changed(stayed, before),
        distinct=False,
    )


def _changed(stayed: Table, before: Ledger) -> tuple[Table, ...]:
    """What became of cases that stayed: status first, then type, then tier."""
    zero = ibis.literal(0, type="int64")
    same_status = (stayed.a_status == stayed.b_status) & (stayed.a_stream == stayed.b_stream)
    switched, steady = stayed.filter(~same_status), stayed.filter(same_status)
    price = before.tables()["price"].select(
        "stream", "location", "tier", "suspended", "status", mid_x100="points_x100"
    )
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
    for level in levels:
        causes: dict[str, list[dict[str, Any]]] = {}
        for change in changes(before, between or after, after, level).to_dicts():
            causes.setdefault(change["code"], []).append(change)
        codes = sorted({code for at, code in (*starts, *ends) if at == level})
        rows += [
            present_comparison(code, starts.get((level, code)), ends.get((level, code)), causes.get(code, []))
            for code in codes
        ]
    return rows


def _by_unit(totals: pl.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["level"], row["code"]): row for row in totals.iter_rows(named=True)}
