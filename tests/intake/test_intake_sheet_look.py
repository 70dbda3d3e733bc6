"""The quick look at sheet XML answers only for what is surely harmless, and leaves all else to the parser."""

import pytest

from wmt.intake.faults import Refusal
from wmt.intake.sheet_look import look
from wmt.intake.sheet_xml import parse

HEAD = b'<?xml version="1.0"?><worksheet xmlns="x"><sheetData>'
TAIL = b"</sheetData></worksheet>"
ROW = b'<row r="1" spans="1:2"><c r="A1" t="s"><v>0</v></c><c r="AB1" s="3"/></row>'


def in_blocks(text: bytes, size: int) -> list[bytes]:
    return [text[start : start + size] for start in range(0, len(text), size)]


@pytest.mark.parametrize("size", [7, 60, 10_000])
def test_a_harmless_sheet_is_answered_for_however_it_is_cut(size: int) -> None:
    text = HEAD + ROW + b'\n<row r="12"><c r="B12"><v>3</v></c></row>' + TAIL
    seen = look([text[:60], *in_blocks(text[60:], size)], "S")
    assert seen is not None
    assert (seen.rows, seen.columns, seen.bad) == (12, 28, {})


@pytest.mark.parametrize(
    "row",
    [
        b'<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>',
        b'<row r="1"><c r="A1"><f>1+1</f></c></row>',
        b'<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>',
        b"<row r='1'><c r='A1'><v>2</v></c></row>",
        b'<row><c t="n"><v>2</v></c></row>',
        b'<row r="1">c r="A1"><v>2</v></c></row>',
        b'<row r="1"><c r="A1"><v>2</v></c>x</row>',
        b'<row r="1"><c r="A1"><v>2 & 3</v></c></row>',
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>\xff</t></is></c></row>',
        b'<row r="1"><c r="A1"><v>2</v></row>',
        b'<row r="1"><!-- x --></row>',
        b'<row r="1"><c r="ZZZ1"/></row><row r="999999"><c r="A999999"/></row>',
    ],
)
def test_anything_else_is_left_to_the_parser(row: bytes) -> None:
    assert look([HEAD + ROW + row + TAIL], "S") is None


def test_no_rows_and_rows_that_never_end() -> None:
    assert look([HEAD + TAIL], "S") is not None
    assert look([b"<worksheet><sheetData/></worksheet>"], "S") is None
    assert look([HEAD + ROW[:-6] + TAIL], "S") is None
    assert look([], "S") is None


def test_what_is_around_the_rows_must_be_whole() -> None:
    with pytest.raises(Refusal):
        look([HEAD + ROW + b"</sheetData>"], "S")


def test_the_parser_finds_what_the_look_leaves_to_it() -> None:
    rows = b'<row r="3"><c r="B3" t="e"><v>#N/A</v></c><c><f>1</f></c><c><f>1</f><v>2</v></c></row>'
    found = parse(iter([HEAD + rows + TAIL]), "S")
    assert {place: cell.what for place, cell in found.bad.items()} == {
        (2, 1): "the error value #N/A",
        (2, 2): "a formula whose value was not saved",
    }
    assert (found.rows, found.columns) == (3, 4)


def test_a_row_number_that_is_no_number_is_passed_over() -> None:
    assert parse(iter([HEAD + b'<row r="x"><c r="A1"><v>1</v></c></row>' + TAIL]), "S").rows == 1
