"""Answers as tables of pages: exact values, links to what is still there, names only where asked for."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from wmt.days import written
from wmt.history import Answer
from wmt.history import AnswerTable as Plain
from wmt.ledger import HEADLINE, decimal
from wmt.site import tables
from wmt.site.accounts.models import User
from wmt.site.figures import units
from wmt.site.links import stream_of, unit_url
from wmt.site.queries.questions import shows_names
from wmt.site.workload.state import State

_WHO = ("code", "name")


def tables_of(
    answer: Answer, level: str, state: State, user: User, *, names: bool, stream: str = HEADLINE
) -> dict[str, tables.Table]:
    """The table of an answer, and where names are shown what is behind it."""
    shown = shows_names(names, level, user)
    there: dict[str, str] = {}
    if shown and level != "person":
        part = stream_of(level, stream)
        codes = units.seen(state, user, level, part or None).values_list("code", flat=True)
        there = {code: unit_url(level, code, "over-time", stream=part) for code in codes}
    found = {"answer": _table("answer", answer, level, there, shown=shown)}
    for number, detail in enumerate(answer.details if shown else ()):
        name = f"detail{number or ''}"
        found[name] = _table(name, detail, level, there, shown=shown)
    return found


def _table(name: str, plain: Plain, level: str, there: Mapping[str, str], *, shown: bool) -> tables.Table:
    columns = [each for each in plain.columns if shown or each[0] not in _WHO]
    kinds = {key: _kind(key, plain.rows) for key, _ in columns}

    def make(row: dict[str, Any]) -> tables.Row:
        values = {key: _value(kinds[key], row[key], row) for key, _ in columns}
        code = row.get("code")
        if "code" in values and code in there:
            values["code"] = tables.text(str(code), there[str(code)])
        is_unit = {"code", "name"} <= set(values) and level != "person"
        return tables.Row(values, level if is_unit else "", str(code) if is_unit else "")

    notes = (
        [] if shown else ["Names and codes are not shown. Choose to show them in the form if you need them."]
    )
    # the per cent stands in the cells, and in the headings of files
    return tables.Table(
        name,
        plain.title,
        [
            tables.Column(key, head[:1].upper() + head[1:].removesuffix(", %"), kinds[key])
            for key, head in columns
        ],
        tables.LazyRows(plain.rows, make, lambda row, key: make(row).values[key].raw),
        notes=notes if {"code", "name"} & {key for key, _ in plain.columns} else [],
        empty="None.",
    )


def _kind(key: str, rows: Sequence[dict[str, Any]]) -> tables.Kind:
    if key == "code":
        return "code"
    if key.endswith("_x100"):
        return "percent"
    if key.endswith("_x10"):
        return "number"
    values = [row[key] for row in rows if row[key] is not None]
    if values and all(isinstance(value, date) for value in values):
        return "date"
    is_count = values and all(isinstance(value, int) for value in values) and key != "year"
    return "count" if is_count else "text"


def _value(kind: tables.Kind, value: Any, row: Mapping[str, Any]) -> tables.Value:
    if value is None and row.get("days") == 0:
        return tables.Value(None, "no data")
    if value is None:
        return tables.Value(None, "–" if kind in ("percent", "number") else "")
    if kind == "percent":
        whole = decimal(value)
        return tables.Value(whole, f"{whole:,}%")
    if kind == "number":
        return tables.Value(Decimal(value).scaleb(-1), f"{value // 10:,}.{value % 10}")
    if kind == "date":
        return tables.day(value)
    if kind == "count":
        return tables.count(value)
    return tables.text(written(value) if isinstance(value, date) else str(value))
