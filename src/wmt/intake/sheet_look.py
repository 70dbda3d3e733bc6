"""A quick look at sheet XML: one pattern that only harmless rows fit.

Rows that fit are whole, hold no error and no formula, and every cell of them says where it stands. Nearly all
sheets fit, and matching them takes a tenth of parsing them. What does not fit is parsed (`sheet_xml`).
"""

import re
from collections.abc import Iterable, Iterator

import polars as pl

from wmt.intake.sheet_xml import SheetScan, column_number, has_room, well_formed

OPENING, ROW_END = b"<sheetData>", b"</row>"

_TEXT = r"(?:[^<>&]|&(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)*"
_VALUE = rf'<v>{_TEXT}</v>|<is><t(?: xml:space="preserve")?>{_TEXT}</t></is>'
_KINDS = r'(?: s="[0-9]+")?(?: t="(?:s|n|str|b|inlineStr)")?'
_CELL = rf'<c r="[A-Z]{{1,3}}[0-9]{{1,6}}"{_KINDS} ?(?:/>|>(?:{_VALUE})?</c>)'
_ROW = rf'<row r="[0-9]{{1,7}}"(?: [A-Za-z0-9:]+="[^"<>&]*")* ?(?:/>|>(?:{_CELL})*</row>)'
HARMLESS = rf"\A\s*(?:{_ROW}\s*)*\z"
_TWO_LETTERS = re.compile(rb' r="([A-Z]{2,3})[0-9]')


def look(blocks: Iterable[bytes], sheet: str) -> SheetScan | None:
    """How far the cells of a harmless sheet reach; None when it must be parsed to be sure.

    Raises Refusal when the XML around the rows is broken.
    """
    parts = iter(blocks)
    head, found, first = next(parts, b"").partition(OPENING)
    if not found:
        return None
    rows, columns, tail = 0, 26, b""
    for chunk, rest in _whole_rows(first, parts):
        if not _is_harmless(chunk):
            return None
        rows = max(rows, _last_row(chunk))
        letters = set(_TWO_LETTERS.findall(chunk))
        columns = max([columns, *(column_number(found.decode()) for found in letters)])
        tail = rest
    if not tail.lstrip().startswith(b"</sheetData>") or not has_room(rows, columns):
        return None
    well_formed(iter([head + OPENING + tail]), sheet)
    return SheetScan(rows=rows, columns=columns)


def _is_harmless(rows: bytes) -> bool:
    try:
        text = pl.Series([rows.decode()], dtype=pl.String)
    except UnicodeDecodeError:
        return False
    return bool(text.str.contains(HARMLESS).item())


def _whole_rows(first: bytes, parts: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The text cut after its last whole row, block by block, each time with what is left over."""
    rest = first
    while True:
        end = rest.rfind(ROW_END) + len(ROW_END)
        chunk, rest = (rest[:end], rest[end:]) if end >= len(ROW_END) else (b"", rest)
        yield chunk, rest
        block = next(parts, b"")
        if not block:
            return
        rest += block


def _last_row(text: bytes) -> int:
    start = text.rfind(b'<row r="')
    digits = text[start + 8 : start + 16].partition(b'"')[0] if start >= 0 else b""
    return int(digits) if digits.isdigit() else 0
