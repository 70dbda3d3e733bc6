"""A quick look at sheet XML: one pattern that only harmless rows fit.

Rows that fit are whole, every cell of them says where it stands, and holds its value where its kind keeps it.
Nearly all sheets fit, and matching them takes a tenth of parsing them; the fast reader then reads them right.
How many values they hold is counted, so that none of them can be lost on the way. What does not fit is read
by the parser (`sheet_xml`). The shared texts are looked at in the same way.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import polars as pl

from wmt.intake.limits import InputLimits
from wmt.intake.xlsx_scan import column_number, has_room
from wmt.intake.xml_text import well_formed

_TEXT = r"(?:[^<>&]|&(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)"
_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]{1,3})?"
_T = rf'<P:t(?: xml:space="preserve")?>{_TEXT}+</P:t>'
_KINDS = (
    rf'(?: t="n")?>(?:<P:v>{_NUMBER}</P:v>)?</P:c>',
    r' t="s">(?:<P:v>[0-9]{1,9}</P:v>)?</P:c>',
    rf' t="str">(?:<P:v>{_TEXT}+</P:v>)?</P:c>',
    rf' t="inlineStr">(?:<P:is>{_T}</P:is>)?</P:c>',
    r' t="b">(?:<P:v>[01]</P:v>)?</P:c>',
    r'(?: t="(?:n|s|str|b|inlineStr)")? ?/>',
)
_CELL = rf'<P:c r="[A-Z]{{1,3}}[0-9]{{1,7}}"(?: s="[0-9]+")?(?:{"|".join(_KINDS)})'
_ROW = rf'<P:row r="[0-9]{{1,7}}"(?: [A-Za-z0-9:]+="[^"<>&]*")* ?(?:/>|>(?:{_CELL})*</P:row>)'
HARMLESS = rf"\A\s*(?:{_ROW}\s*)*\z"
HARMLESS_TEXTS = rf"\A\s*(?:<P:si>{_T}</P:si>\s*)*\z"
_TWO_LETTERS = re.compile(rb' r="([A-Z]{2,3})[0-9]')
_OPENING = re.compile(rb"<(?:([A-Za-z][A-Za-z0-9]{0,9}):)?sheetData>")
_TEXTS_OPENING = re.compile(rb"<(?:([A-Za-z][A-Za-z0-9]{0,9}):)?sst(?: [^<>]*)?>")
_ESCAPE = re.compile(rb"_x[0-9A-Fa-f]{4}_")


class SheetExtent(NamedTuple):
    """How far the cells of a harmless sheet reach, and how many of them hold something."""

    rows: int
    columns: int
    values: int


def look(blocks: Iterable[bytes], sheet: str, limits: InputLimits) -> SheetExtent | None:
    """What there is on a harmless sheet; None when it must be parsed to be sure.

    Raises Refusal when the XML around the rows is broken.
    """
    parts = iter(blocks)
    first = next(parts, b"")
    opening = _OPENING.search(first)
    if opening is None:
        return None
    prefix = _prefix(opening)
    rows, columns, values, tail = 0, 26, 0, b""
    for chunk, rest in _whole(first[opening.end() :], parts, b"</%srow>" % prefix):
        if not _fits(chunk, HARMLESS, prefix):
            return None
        mark = b'<%srow r="' % prefix
        start = chunk.rfind(mark)
        digits = chunk[start + len(mark) :][:8].partition(b'"')[0] if start >= 0 else b""
        rows = max(rows, int(digits) if digits.isdigit() else 0)
        letters = set(_TWO_LETTERS.findall(chunk))
        columns = max(columns, *(column_number(found.decode()) for found in letters), 0)
        # how many cells of a harmless piece hold something
        ending = b"</%sc>" % prefix
        values += chunk.count(ending) - chunk.count(b'">' + ending)
        tail = rest
    is_whole = tail.lstrip().startswith(b"</%ssheetData>" % prefix)
    if not is_whole or b"mergeCell" in tail or not has_room(rows, columns, limits):
        return None
    well_formed(iter([first[: opening.end()] + tail]), sheet)
    return SheetExtent(rows, columns, values)


def longest_text(blocks: Iterable[bytes], part: str) -> int | None:
    """The most bytes that one of the shared texts takes; None when the texts must be parsed to be sure.

    Raises Refusal when the XML around the texts is broken.
    """
    parts = iter(blocks)
    first = next(parts, b"")
    opening = _TEXTS_OPENING.search(first)
    if opening is None or opening[0].endswith(b"/>"):
        return None
    prefix, longest, tail = _prefix(opening), 0, b""
    ending = b"</%ssi>" % prefix
    for chunk, rest in _whole(first[opening.end() :], parts, ending):
        if not _fits(chunk, HARMLESS_TEXTS, prefix):
            return None
        longest = max(longest, *map(len, chunk.split(ending)))
        tail = rest
    well_formed(iter([first[: opening.end()] + tail]), part)
    return longest


def _prefix(opening: re.Match[bytes]) -> bytes:
    return opening[1] + b":" if opening[1] else b""


@cache
def _pattern(pattern: str, prefix: bytes) -> str:
    return pattern.replace("P:", prefix.decode())


def _fits(chunk: bytes, pattern: str, prefix: bytes) -> bool:
    if _ESCAPE.search(chunk):
        return False
    try:
        text = pl.Series([chunk.decode()], dtype=pl.String)
    except UnicodeDecodeError:
        return False
    return bool(text.str.contains(_pattern(pattern, prefix)).item())


def _whole(first: bytes, parts: Iterator[bytes], ending: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The text cut after its last whole row or text, block by block, each time with what is left over."""
    rest = first
    while True:
        end = rest.rfind(ending) + len(ending)
        chunk, rest = (rest[:end], rest[end:]) if end >= len(ending) else (b"", rest)
        yield chunk, rest
        block = next(parts, b"")
        if not block:
            return
        rest += block
