"""Table files: CSV and Parquet as columns of text, however they were written."""

import hashlib
import io

import polars as pl
from pyarrow.lib import ArrowException
from pyarrow.parquet import ParquetFile
from pyarrow.types import is_nested

from wmt.facts.csv_text import CsvError, read_csv
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
    return cells.tidy_texts(frame.select(_as_text(frame[column], name) for column in frame.columns))


def read_typed(data: bytes, name: str) -> pl.DataFrame:
    """As `read_table`, but what a Parquet file does not hold as text keeps its type."""
    frame = _parquet(data, name) if name.lower().endswith(".parquet") else _csv(data, name)
    return cells.tidy_texts(frame)


def _csv(data: bytes, name: str) -> pl.DataFrame:
    most = limits.current()
    most.check_bytes(name, len(data))
    header = data[: min(at if at >= 0 else len(data) for at in (data.find(b"\n"), data.find(b"\r")))]
    most.check_table(name, max(data.count(b"\n"), data.count(b"\r")), header.count(b",") + 1)
    try:
        frame = read_csv(data, name)
        headers = [cells.clean_name(cell or "") for cell in frame.row(0)]
        return _named(frame.slice(1), headers, name)
    except CsvError as error:
        raise ReadingStopped("NOT_A_TABLE", str(error), row=error.row) from error


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
    _check_parquet(data, name)
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise ReadingStopped("NOT_A_TABLE", f"{name} is no Parquet file") from error
    texts = frame.select(pl.col(pl.String, pl.Categorical, pl.Enum).cast(pl.String).str.len_bytes().sum())
    limits.current().check_bytes(name, sum(texts.row(0)) if texts.width else 0)
    return _named(frame, [cells.clean_name(column) for column in frame.columns], name)


def _check_parquet(data: bytes, name: str) -> None:
    """Refuse by its own description a file that is too large, or holds lists or bytes where values belong."""
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


def _as_text(series: pl.Series, name: str) -> pl.Series:
    if series.dtype == pl.Boolean:
        return series.cast(pl.Int8).replace_strict({1: "true", 0: "false"}, return_dtype=pl.String)
    if series.dtype.is_float():
        return pl.Series(
            series.name, [None if v is None else cells.text_of(v) for v in series], dtype=pl.String
        )
    if series.dtype.is_nested() or series.dtype == pl.Binary:
        raise ReadingStopped(
            "NOT_A_TABLE", f"{name} holds lists or bytes in the column {series.name}", column=series.name
        )
    return series.cast(pl.String)
