"""The quick look at sheet XML answers only for what is surely harmless, and leaves all else to the parser."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from wmt.intake import xlsx_fast_scan
from wmt.intake.cells import BadCell, Cell
from wmt.intake.faults import ReadingStopped
from wmt.intake.limits import packaged
from wmt.intake.xlsx_fast_scan import SheetExtent, longest_text
from wmt.intake.xlsx_formats import Formats, kind_of
from wmt.intake.xlsx_scan import Sheets, parse
from wmt.intake.xlsx_texts import shared_texts

HEAD = b'<?xml version="1.0"?><worksheet xmlns="x"><sheetData>'
TAIL = b"</sheetData></worksheet>"
ROW = b'<row r="1" spans="1:2"><c r="A1" t="s"><v>0</v></c><c r="AB1" s="3"/></row>'
DAY, CLOCK, LENGTH = 1, 2, 3
FORMATS = Formats(["number", "moment", "moment", "duration"])


def look(blocks: Iterable[bytes], sheet: str = "S") -> SheetExtent | None:
    return xlsx_fast_scan.look(blocks, sheet, packaged())


def cells(rows: bytes, tail: bytes = TAIL, formats: Formats = FORMATS) -> list[list[Any]]:
    """The rows of a sheet as the parser reads them; bad cells as what is said of them."""
    sheets = Sheets(["zero", "one"], formats, packaged())
    grid = parse([HEAD + rows + tail], "S", sheets).rows
    return [[cell.what if isinstance(cell, BadCell) else cell for cell in row] for row in grid]


def cell(written: bytes) -> Cell:
    """The one cell of a row."""
    return cells(b'<row r="1">' + written + b"</row>")[0][0]  # type: ignore[no-any-return]


def in_blocks(text: bytes, size: int) -> list[bytes]:
    return [text[start : start + size] for start in range(0, len(text), size)]


@pytest.mark.parametrize("size", [7, 60, 10_000])
def test_a_harmless_sheet_is_answered_for_however_it_is_cut(size: int) -> None:
    text = HEAD + ROW + b'\n<row r="12"><c r="B12"><v>3</v></c><c r="C12" t="s"></c></row>' + TAIL
    assert look([text[:60], *in_blocks(text[60:], size)]) == SheetExtent(rows=12, columns=28, values=2)


def test_a_harmless_sheet_may_bear_a_prefix() -> None:
    text = (HEAD + ROW + TAIL).replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?")
    assert look([text.replace(b"xmlns=", b"xmlns:x=")]) == SheetExtent(rows=1, columns=28, values=1)


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
        b'<row r="1"><c r="A1"><v>two</v></c></row>',
        b'<row r="1"><c r="A1" t="b"><v>2</v></c></row>',
        b'<row r="1"><c r="A1" t="d"><v>2024-06-14</v></c></row>',
        b'<row r="1"><c r="A1" t="inlineStr"><v>2</v></c></row>',
        b'<row r="1"><c r="A1" t="n"><is><t>2</t></is></c></row>',
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>a_x000D_b</t></is></c></row>',
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>\xff</t></is></c></row>',
        b'<row r="1"><c r="A1" t="str"><v></v></c></row>',
        b'<row r="1"><c r="A1"><v>2</v></row>',
        b'<row r="1"><!-- x --></row>',
        b'<row r="1"><c r="ZZZ1"/></row><row r="999999"><c r="A999999"/></row>',
    ],
)
def test_anything_else_is_left_to_the_parser(row: bytes) -> None:
    assert look([HEAD + ROW + row + TAIL]) is None


def test_no_rows_and_rows_that_never_end() -> None:
    assert look([HEAD + TAIL]) is not None
    assert look([b"<worksheet><sheetData/></worksheet>"]) is None
    assert look([HEAD + ROW[:-6] + TAIL]) is None
    assert look([]) is None
    assert (
        look([HEAD + ROW + b'</sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>'])
        is None
    )


def test_what_is_around_the_rows_must_be_whole() -> None:
    with pytest.raises(ReadingStopped):
        look([HEAD + ROW + b"</sheetData>"])


def test_shared_texts_are_harmless_or_not() -> None:
    head, tail = b'<sst xmlns="x">', b"</sst>"
    plain = b'<si><t>abc</t></si>\n<si><t xml:space="preserve"> d</t></si>'
    assert longest_text([head + plain + tail], "T") == len(b'\n<si><t xml:space="preserve"> d</t>')
    for odd in (
        b"<si><r><t>a</t></r></si>",
        b"<si><t>a_x0041_</t></si>",
        b"<si><t>a</t><x/></si>",
        b"<si><t/></si>",
    ):
        assert longest_text([head + plain + odd + tail], "T") is None


def test_shared_texts_are_read_as_excel_shows_them() -> None:
    texts = (
        b'<si><t>a</t></si><si/><si><r><rPr><b/></rPr><t>b</t></r><r><t xml:space="preserve"> c</t></r>'
        b'<rPh sb="0" eb="1"><t>hint</t></rPh></si><si><t>d_x000D_e_x005F_x</t></si>'
        b"<si><t><![CDATA[<f>]]></t></si>"
    )
    assert shared_texts([b'<sst xmlns="x">' + texts + b"</sst>"], "T") == ["a", "", "b c", "d\re_x", "<f>"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"<c><v>1.5e2</v></c>", 150.0),
        (b"<c><v> 2 </v></c>", 2.0),
        (b'<c t="s"><v>1</v></c>', "one"),
        (b'<c t="s"><v>2</v></c>', "the text number 2, which the file lacks"),
        (b'<c t="s"><is><t>kept</t></is></c>', "kept"),
        (b'<c t="inlineStr"><v>5</v></c>', "5"),
        (b'<c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>', "ab"),
        (b'<c t="inlineStr"><is><t>a</t></is><v>b</v></c>', "two values at once"),
        (b"<c><v>1</v><v>2</v></c>", "two values at once"),
        (b'<c t="str"><f>A1</f><v>x_x0041_</v></c>', "xA"),
        (b'<c t="str"><f>A1</f></c>', "a formula whose value was not saved"),
        (b"<c><f>A1</f></c>", "a formula whose value was not saved"),
        (b"<c><f>A1</f><v/></c>", "a formula whose value was not saved"),
        (b'<c t="e"><v>#N/A</v></c>', "the error value #N/A"),
        (b'<c t="b"><v>1</v></c>', True),
        (b'<c t="b"><v>7</v></c>', "'7' where the file promises true or false"),
        (b'<c t="d"><v>2024-06-14</v></c>', date(2024, 6, 14)),
        (b'<c t="d"><v>2024-06-14T00:32:14</v></c>', datetime(2024, 6, 14, 0, 32, 14)),
        (b'<c t="d"><v>soon</v></c>', "'soon' where the file promises a date"),
        (b'<c t="z"><v>4</v></c>', "'4' where the file promises a value of the unknown kind z"),
        (b"<c><v>four</v></c>", "'four' where the file promises a number"),
        (b"<c><v>1e999</v></c>", "the number 1e999, which no program can hold"),
        (b'<c s="1"><v>45457</v></c>', date(2024, 6, 14)),
        (b'<c s="2"><v>0.25</v></c>', time(6)),
        (b'<c s="3"><v>1.5</v></c>', timedelta(hours=36)),
        (b'<c s="1"><v>-4</v></c>', "the number -4 in a cell for a date"),
        (b"<c><v><![CDATA[12]]></v></c>", 12.0),
    ],
)
def test_every_kind_of_cell_is_a_value_or_said_to_be_bad(written: bytes, shown: Cell) -> None:
    assert cell(written) == shown


def test_cells_stand_where_they_say_in_any_order() -> None:
    rows = b'<row r="3"><c r="B3"><v>5</v></c><c r="A3"><v>4</v></c><c><v>6</v></c></row>'
    rows += b'<row r="1"><c><v>1</v></c></row>'
    assert cells(rows) == [
        [1.0, ""],
        ["", ""],
        [4.0, "two values, for the file has this cell twice"],
    ]
    assert cells(b"<row><c><v>1</v></c></row><row><c/><c><v>2</v></c></row>") == [[1.0, ""], ["", 2.0]]


def test_cells_of_an_extension_are_never_taken_as_blank() -> None:
    alternate = (
        b'<m:AlternateContent xmlns:m="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        b'<m:Choice Requires="q"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></m:Choice>'
        b'<m:Fallback><c r="A1"><v>3</v></c></m:Fallback></m:AlternateContent>'
    )
    assert cells(b'<row r="1">' + alternate + b"</row>") == [
        [3.0, "a value that is given in an extension of the file format only"]
    ]
    assert cells(b'<row r="1"><c r="A1"><v>1</v><extLst><ext><v>2</v></ext></extLst></c></row>') == [[1.0]]
    assert cells(b'<row r="1"><c r="A1"><v>1</v></c><q:c xmlns:q="q"><q:v>2</q:v></q:c></row>') == [[1.0]]


def test_a_merged_cell_covers_what_lies_under_it() -> None:
    merged = b'<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:XFD1048576"/></mergeCells>'
    tail = b"</sheetData>" + merged + b"</worksheet>"
    rows = b'<row r="1"><c r="A1"><v>7</v></c></row><row r="2"><c r="B2"><v>8</v></c></row>'
    covered = "nothing of its own: it is part of the merged cell A1:A2, which shows '7'"
    assert cells(rows, tail) == [[7.0, ""], [covered, 8.0]]


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="x"><c r="A1"><v>1</v></c></row>',
        b'<row r="1"><c r="a1"><v>1</v></c></row>',
        b'<row r="1"><c r="A0"><v>1</v></c></row>',
        b'<row r="1">9<c r="A1"><v>1</v></c></row>',
        b'<row r="1"><c r="A1">9</c></row>',
        b'<row r="1"><cell r="A1"><v>1</v></cell></row>',
        b'<c r="A1"><v>1</v></c>',
        b"<row>" + b"<m:a>" * 300,
    ],
)
def test_what_cannot_be_a_sheet_is_refused(rows: bytes) -> None:
    with pytest.raises(ReadingStopped) as refused:
        cells(rows)
    assert refused.value.code == "DAMAGED_FILE"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("General", "number"),
        ("0.00", "number"),
        ("[Red]0;[Blue]-0", "number"),
        ('0 "days"', "number"),
        ("\\d0", "number"),
        ("_-* #,##0.00_-", "number"),
        ('"£"#,##0', "number"),
        ("dd\\/mm\\/yyyy", "moment"),
        ("[$-809]d mmmm yyyy", "moment"),
        ("hh:mm:ss", "moment"),
        ("[h]:mm", "duration"),
        ("0%", "share"),
        ("0.00%;[Red]-0.00%", "share"),
        ("[$$-409]#,##0", "number"),
    ],
)
def test_a_format_tells_days_and_shares_from_numbers(code: str, kind: str) -> None:
    assert kind_of(code) == kind
