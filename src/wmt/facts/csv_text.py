"""CSV as people's programs write it: any ends of lines, UTF-8 or UTF-16 with a mark, and nothing guessed."""

import codecs
import csv
import io
from collections.abc import Iterator

import polars as pl

_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


class CsvError(ValueError):
    """What is no table, in words, with the row where that is known (the header is row 1)."""

    def __init__(self, what: str, row: int | None = None) -> None:
        super().__init__(what)
        self.row = row


def read_csv(data: bytes, name: str) -> pl.DataFrame:
    """All cells as text, the header as the first row, columns `column_1` …. Raises CsvError."""
    try:
        text = data.decode(_MARKS.get(data[:2], "utf-8-sig"))
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        what = f"{name} is not UTF-8 text: row {row} holds a byte of another encoding"
        raise CsvError(what, row=row) from error
    if "\x00" in text[:2] or text.count("\x00") > len(text) // 4:
        raise CsvError(f"{name} is not UTF-8 text")
    if not text.strip():
        raise CsvError(f"{name} is empty")
    head = text.lstrip().splitlines()[0]
    found = next((word for sign, word in _OTHER_SEPARATORS.items() if sign in head), None)
    if found and "," not in head:
        raise CsvError(f"{name} separates its columns by {found}, not by commas", row=1)
    quoted = '"' in text
    if not quoted:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    _refuse_other_width(text, name, quoted=quoted)
    if quoted and "\r" in text.replace("\r\n", ""):
        rows = [row for row in _rows(text) if row]
        columns = zip(*rows, strict=True)
        return pl.DataFrame(
            [pl.Series(f"column_{number}", cells, dtype=pl.String) for number, cells in enumerate(columns, 1)]
        )
    try:
        return pl.read_csv(io.BytesIO(text.encode()), infer_schema=False, has_header=False)
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        what = f"{name} is no UTF-8 CSV with the same number of cells in every row"
        raise CsvError(what) from error


def _refuse_other_width(text: str, name: str, *, quoted: bool) -> None:
    """Refuse a row with fewer or more cells than the header. Wholly empty lines are none."""
    if quoted:
        try:
            widths = [len(row) for row in _rows(text)]
        except csv.Error as error:
            raise CsvError(f"{name} is no UTF-8 CSV with paired quotes") from error
    else:
        widths = [line.count(",") + 1 if line.strip() else 0 for line in text.rstrip("\n").split("\n")]
    wanted = widths[0]
    if set(widths) <= {0, wanted}:
        return
    row, width = next((row, width) for row, width in enumerate(widths, 1) if width not in (0, wanted))
    raise CsvError(f"{name} row {row} has {width} cells and the header has {wanted}", row=row)


def _rows(text: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), strict=True)
