"""What leaves the tool: JSON, Excel, CSV and Parquet, all of the same rows."""

import json
import os
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import typer

from wmt.cli.console import RefusedInput

KINDS = (".xlsx", ".csv", ".parquet")


def print_json(content: object) -> None:
    r"""JSON on standard output. Numbers have two decimals at most.

    `\u202e` stands for a character that controls, turns or hides what a terminal shows: JSON all the same.
    """
    text = json.dumps(content, indent=1, ensure_ascii=False, default=_plain)
    for each in set(text) - {"\n", "\xa0"}:
        text = text if each.isprintable() else text.replace(each, json.dumps(each)[1:-1])
    typer.echo(text)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        # points have two places at most; hours may have more, and a float says two places exactly
        value = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without nests: a breakdown becomes columns of its own."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            found |= {f"{name}_{part}": piece for part, piece in value.items()}
        elif not isinstance(value, list):
            found[name] = value
    return found


def check_kind(path: Path | None) -> None:
    """Refuse an --out that is none of the kinds before any work is done."""
    if path is not None and path.suffix.lower() not in KINDS:
        raise RefusedInput(f"--out {path}: choose a name that ends in {', '.join(KINDS)}")


def write_out(
    path: Path, sheets: Mapping[str, Sequence[Mapping[str, Any]]], empty: Sequence[str] = ("nothing to show",)
) -> None:
    """Write rows to one file, whole or not at all; several sheets only in Excel, else there is one.

    `empty` names the columns of a table without rows.
    """
    import polars as pl

    from wmt.outfiles import neutral_frame

    check_kind(path)
    flattened = {name: [flat(row) for row in rows] for name, rows in sheets.items()}
    if path.suffix.lower() == ".xlsx":
        _replace(path, _excel(flattened, empty))
        return
    (rows,) = flattened.values()
    nothing = pl.DataFrame(schema=dict.fromkeys(empty, pl.String))
    frame = pl.DataFrame(rows, infer_schema_length=None) if rows else nothing
    content = BytesIO()
    if path.suffix.lower() == ".csv":
        neutral_frame(frame).write_csv(content, include_bom=True)
    else:
        frame.write_parquet(content)
    _replace(path, content.getvalue())


def _replace(path: Path, content: bytes) -> None:
    """Put a file in its place with one rename, so that a full disk leaves the former one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.parent / f".{path.name}.{uuid.uuid4().hex}"
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _excel(sheets: Mapping[str, Sequence[Mapping[str, Any]]], empty: Sequence[str]) -> bytes:
    from wmt.outfiles import open_book, write_cell

    content = BytesIO()
    with open_book(content, in_memory=True) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            columns = list(rows[0]) if rows else list(empty)
            sheet.write_row(0, 0, columns, head)
            for number, row in enumerate(rows, start=1):
                for place, column in enumerate(columns):
                    write_cell(sheet, number, place, row[column])
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
            sheet.autofit(max_width=320)
    return content.getvalue()
