"""Table files: CSV and Parquet as columns of text, however they were written."""

import hashlib
import io

import polars as pl
from pyarrow.lib import ArrowException
from pyarrow.parquet import ParquetFile
from pyarrow.types import is_nested

from wmt.facts import csv_text
from wmt.intake import cells, limits
from wmt.intake.faults import ReadingStopped
from wmt.intake.model import InputFile
from wmt.text import shown


def source_of(data: bytes, name: str) -> InputFile:
    return InputFile(name=shown(name), sha256=hashlib.sha256(data).hexdigest(), size=len(data))


def read_table(data: bytes, name: str) -> pl.DataFrame:
    """All columns as trimmed text, null where empty; headers cleaned.

    Truth values become 'true' and 'false', dates ISO. Raises Refusal for what is no table, or has two
    columns of one name.
    """
    frame = read_typed(data, name)
    texts = []
    for series in frame.iter_columns():
        if series.dtype.is_nested() or series.dtype == pl.Binary:
            what = f"{name} holds lists or bytes in the column {series.name}"
            raise ReadingStopped("NOT_A_TABLE", what, column=series.name)
        if series.dtype == pl.Boolean:
            truths = {1: "true", 0: "false"}
            texts.append(series.cast(pl.Int8).replace_strict(truths, return_dtype=pl.String))
        elif series.dtype.is_float():
            as_text = [None if value is None else cells.text_of(value) for value in series]
            texts.append(pl.Series(series.name, as_text, dtype=pl.String))
        else:
            texts.append(series.cast(pl.String))
    return cells.tidy_texts(frame.select(texts))


def read_typed(data: bytes, name: str) -> pl.DataFrame:
    """As `read_table`, but what a Parquet file does not hold as text keeps its type."""
    if name.lower().endswith(".parquet"):
        return cells.tidy_texts(_parquet(data, name))
    most = limits.current()
    most.check_bytes(name, len(data))
    header = data[: min(at if at >= 0 else len(data) for at in (data.find(b"\n"), data.find(b"\r")))]
    most.check_table(name, max(data.count(b"\n"), data.count(b"\r")), header.count(b",") + 1)
    try:
        frame = csv_text.read_csv(data, name)
    except csv_text.CsvError as error:
        raise ReadingStopped("NOT_A_TABLE", str(error), row=error.row) from error
    headers = [cells.clean_name(cell or "") for cell in frame.row(0)]
    return cells.tidy_texts(_named(frame.slice(1), headers, name))


def _named(frame: pl.DataFrame, headers: list[str], name: str) -> pl.DataFrame:
    for number, header in enumerate(headers):
        if not header:
            raise ReadingStopped(
                "NOT_A_TABLE", f"{name} has a column without a header, number {number + 1}", row=1
            )
        if header in headers[:number]:
            raise ReadingStopped(
                "DUPLICATE_SHEET_OR_COLUMN", f"{name} has the column {header} twice", row=1, column=header
            )
    return frame.rename(dict(zip(frame.columns, headers, strict=True)))


def _parquet(data: bytes, name: str) -> pl.DataFrame:
    # its own description first: what is too large, or holds lists or bytes where values belong, is not read
    try:
        about = ParquetFile(io.BytesIO(data)).metadata
        kinds = about.schema.to_arrow_schema()
    except (ArrowException, OSError, ValueError) as error:
        raise ReadingStopped("NOT_A_TABLE", f"{name} is no Parquet file") from error
    most = limits.current()
    most.check_table(name, about.num_rows, about.num_columns)
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    most.check_bytes(name, sum(group.total_byte_size for group in groups))
    for column in kinds:
        if is_nested(column.type):
            what = f"{name} holds lists or bytes in the column {column.name}"
            raise ReadingStopped("NOT_A_TABLE", what, column=column.name)
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise ReadingStopped("NOT_A_TABLE", f"{name} is no Parquet file") from error
    texts = frame.select(pl.col(pl.String, pl.Categorical, pl.Enum).cast(pl.String).str.len_bytes().sum())
    most.check_bytes(name, sum(texts.row(0)) if texts.width else 0)
    return _named(frame, [cells.clean_name(header) for header in frame.columns], name)
