"""Lines of two moments side by side: those that stand for the same thing, summed and told at each moment.

A listed case is the same case by its reference within the unit, a contact by its id; reports, reductions and
the contracted hours are the same at the same post; of counted cases the cell is what stays the same. Under
other rules a line is the same when all its words are.
"""

from typing import Any

import ibis

Table = Any  # an Ibis table expression

CELL = ("stream", "location", "tier", "suspended", "status")
BOTH = ("before", "after")
KINDS = ("case", "unpaid_work", "iom", "report", "contact", "contracted_hours", "reduction")
#: All lines of a post that moved between streams: they leave one and come to the other together.
MOVED = "moved"
_OF_POST = ("report", "unpaid_work", "iom", "reduction", "contracted_hours", MOVED)
_TOLD = {"post": "held_by", "ref": "ref", **{name: name for name in (*CELL, "rule", "rule_from")}}
_KEYS = ("code", "kind", "key_post", "key_ref", "key_cell", "key_nth", "is_rule")


def side_by_side(old: Table, new: Table, last: Table | None) -> Table:
    """One row for lines that stand for the same, before and after; those that did not change are left out.

    `is_rule` is 0 for what happened (old and new), 1 for what the rules did (new and last). Columns beside
    that: `code`, `kind`, `ref`; for each moment `quantity_*_micro`, `work_*_x100` and `time_*_x100` with 0
    where it has no such line; `lines_*`, how many there are; `post_*`, `ref_*`, the words of the cell and the
    rule, null where a moment has none, and the last of them where it has several. `is_listed` 1 is a case
    with a reference, `is_hours` 1 are contracted hours, which are never left out.
    """
    counted = _counted_posts(old, new)
    sides = [(old, 0, 0), (new, 0, 1)] + ([] if last is None else [(new, 1, 0), (last, 1, 1)])
    lines = ibis.union(*(_keyed(side, counted, *at) for side, *at in sides), distinct=False)
    lines = _numbered(lines)
    columns: dict[str, Table] = {}
    for moment, when in enumerate(BOTH):
        here = lines.moment == moment
        for name, unit in (("quantity", "micro"), ("work", "x100"), ("time", "x100")):
            number = ibis.ifelse(here, lines[f"{name}_{unit}"], 0)
            columns[f"{name}_{when}_{unit}"] = number.sum().cast("int64")
        columns[f"lines_{when}"] = ibis.ifelse(here, 1, 0).sum().cast("int64")
        for name, column in _TOLD.items():
            kind = "int64" if column == "suspended" else "string"
            columns[f"{name}_{when}"] = ibis.ifelse(here, lines[column], ibis.null(kind)).max()
    net = lines.group_by(list(_KEYS)).aggregate(**columns)
    net = net.mutate(
        ref=net.ref_after.fill_null(net.ref_before),
        is_listed=_flag((net.kind == "case") & (net.key_ref != "")),
        is_hours=_flag(net.kind == "contracted_hours"),
    )
    found = net.lines_before != net.lines_after
    for name in ("quantity_{}_micro", "work_{}_x100", "time_{}_x100"):
        found = found | (net[name.format("before")] != net[name.format("after")])
    for name in CELL:
        found = found | (net[f"{name}_before"] != net[f"{name}_after"]).fill_null(False)
    return net.filter(found | (net.is_hours == 1))


def _flag(condition: Table) -> Table:
    return ibis.ifelse(condition, 1, 0).cast("int64")


def _counted_posts(before: Table, after: Table) -> Table:
    """Posts whose active cases are counted cells, not listed cases, at either moment."""

    def counted(lines: Table) -> Table:
        cells = lines.filter((lines.kind == "case") & (lines.status == "active") & lines.ref.isnull())
        return cells.select(counted_code="post_code")

    found = ibis.union(counted(before), counted(after), distinct=True)
    return found.mutate(is_counted=ibis.literal(1, type="int64"))


def _keyed(lines: Table, counted: Table, is_rule: int, moment: int) -> Table:
    """Lines with the code of their unit, and with what makes them the same line at another moment."""
    lines = lines.filter(lines.kind.isin((*KINDS, MOVED)))
    lines = lines.left_join(counted, lines.post_code == counted.counted_code)
    # case references only where both moments list the cases
    is_counted = (lines.kind == "case") & lines.is_counted.notnull()
    lines = lines.select(
        "code", "kind", *CELL, "quantity_micro", "rule", "rule_from",
        ref=ibis.ifelse(is_counted, ibis.null("string"), lines.ref),
        held_by=lines.post_code,
        work_x100=ibis.ifelse(lines.side == "work", lines.points_x100, 0).cast("int64"),
        time_x100=ibis.ifelse(lines.side == "time", lines.points_x100, 0).cast("int64"),
    )  # fmt: skip
    cell = ibis.literal("")
    for name in CELL:
        cell = cell + "|" + lines[name].cast("string").fill_null("")
    is_cell = (lines.kind == "case") & lines.ref.isnull()
    # who had hours entered may have them assumed tomorrow: they stay the hours of the post
    ref = ibis.ifelse(lines.kind == "contracted_hours", "", lines.ref.fill_null(""))
    nothing = ibis.literal("")
    lines = lines.mutate(
        moment=ibis.literal(moment, type="int64"),
        is_rule=ibis.literal(is_rule, type="int64"),
        key_ref=ref,
        key_post=lines.held_by if is_rule else ibis.ifelse(lines.kind.isin(_OF_POST), lines.held_by, nothing),
        key_cell=cell if is_rule else ibis.ifelse(is_cell, cell, nothing),
    )
    return lines.mutate(key_nth=ibis.literal(0, type="int64"))


def _numbered(lines: Table) -> Table:
    """Lines of both moments, numbered where one unit holds the same person twice."""
    keys = ["moment", "is_rule", "code", "key_ref"]
    listed = lines.filter((lines.kind == "case") & (lines.key_ref != "") & (lines.is_rule == 0))
    held = listed.group_by(keys).aggregate(held=listed.count())
    # hardly anybody is: a window over all lines costs more than the rest together
    twice = held.filter(held.held > 1).drop("held").mutate(twin_kind=ibis.literal("case"))
    meet = [*keys, ("kind", "twin_kind")]
    single, twins = lines.anti_join(twice, meet), lines.semi_join(twice, meet)
    order = ibis.window(group_by=keys, order_by=[twins.held_by, *(twins[name] for name in CELL)])
    twins = twins.mutate(key_nth=ibis.row_number().over(order).cast("int64"))
    return ibis.union(single, twins, distinct=False)
