"""Notes of extra work as tables: of a case, of a post, and hours of the units below a unit."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from wmt.site import tables
from wmt.site.extra_work import hours_beside
from wmt.site.extra_work.note_states import WAITING
from wmt.site.extra_work.noted import NotedWork, hours
from wmt.site.links import unit_url
from wmt.site.web.extra_work import labels
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit


def notes(
    found: Sequence[NotedWork], caption: str, *, holders: bool = False, total: bool = True
) -> tables.Table:
    """Notes one by one; the total is of those that are confirmed."""
    columns = [
        tables.Column("case", "Case", "code"),
        *([tables.Column("holder", "Held by")] if holders else []),
        tables.Column("what", "Extra work"),
        tables.Column("hours", "Hours in four weeks", "number", "Minutes each time × times in four weeks."),
        tables.Column("made", "Made of"),
        tables.Column("first", "From", "date"),
        tables.Column("last", "Until", "date"),
        tables.Column("state", "State"),
    ]
    rows = [tables.Row(_values(each, columns)) for each in found]
    last = {column.key: tables.text("") for column in columns} | {
        "case": tables.text("Confirmed, not in the points"),
        "hours": number(hours(found)),
    }
    return tables.Table(
        "extra-work", caption, columns, rows, tables.Row(last) if rows and total else None,
        empty="No extra work is noted.",
    )  # fmt: skip


def _values(each: NotedWork, columns: Sequence[tables.Column]) -> dict[str, tables.Value]:
    row, holder = each.row, each.holder
    values = {
        "case": tables.text(row.ref, f"{reverse('case')}?{urlencode({'crn': row.ref})}"),
        "holder": tables.text(
            staff_names.shown(holder.name, holder.code) if holder else "",
            unit_url("post", holder.code, "extra") if holder else "",
        ),
        "what": tables.text(
            labels.activity_words(each), reverse("extra-work", args=[row.pk]), hours_beside.NOT_IN_POINTS
        ),
        "hours": number(each.line.hours) if each.line else tables.Value(None, "no minutes known"),
        "made": tables.text(labels.made_of(each)),
        "first": tables.day(row.first_day),
        "last": tables.day(row.last_day),
        "state": tables.text(labels.state_words(each)),
    }
    return {column.key: values[column.key] for column in columns}


def number(found: Fraction) -> tables.Value:
    """Hours to hundredths."""
    return tables.Value(hours_beside.hours_number(found), hours_beside.hours_words(found))


def by_unit(below: Sequence[Unit], found: Sequence[NotedWork], level: str) -> tables.Table:
    """The hours of units below a unit, each with a way to what they are made of."""
    columns = [
        tables.Column("name", "Unit"),
        tables.Column("confirmed", "Notes confirmed", "count"),
        tables.Column("hours", "Hours in four weeks", "number"),
        tables.Column("warrant", "Of these on warrant cases", "number"),
        tables.Column("waiting", "To be confirmed", "count"),
    ]
    groups: Mapping[str, list[NotedWork]] = _by_code(found, level)
    rows = [
        tables.Row(_sums(unit, groups[unit.code]), unit.level, unit.code)
        for unit in below
        if unit.code in groups
    ]
    total = tables.Row(_sums(None, found)) if rows else None
    caption = "Extra work on cases, not in the points"
    return tables.Table("extra-units", caption, columns, rows, total, empty="No extra work is noted here.")


def _by_code(found: Sequence[NotedWork], level: str) -> dict[str, list[NotedWork]]:
    groups: dict[str, list[NotedWork]] = defaultdict(list)
    for each in found:
        if each.holder is not None:
            code = each.holder.code if level == "post" else getattr(each.holder, f"{level}_code")
            groups[code].append(each)
    return groups


def _sums(unit: Unit | None, found: Sequence[NotedWork]) -> dict[str, tables.Value]:
    warrant = [each for each in found if each.line and each.line.is_of_warrant]
    name: Any = tables.text("Together")
    if unit is not None:
        shown = staff_names.shown(unit.name, unit.code) if unit.level == "post" else unit.name
        name = tables.text(shown or unit.code, unit_url(unit.level, unit.code, "extra"))
    return {
        "name": name,
        "confirmed": tables.count(sum(each.counts for each in found)),
        "hours": number(hours(found)),
        "warrant": number(hours(warrant)),
        "waiting": tables.count(sum(each.standing in WAITING for each in found)),
    }
