"""Odd workbooks, one way of making each: by openpyxl, by xlsxwriter, by hand in the XML, or by name only."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from intake_books import Book, ordinary_book
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

SHEET, MEMBER = "WMT_Extract_Filtered", "xl/worksheets/sheet2.xml"
Edit = Callable[[bytes], bytes]
MAIN_NS = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sound(layout: str = "L2024") -> bytes:
    """The ordinary workbook as openpyxl writes it."""
    return saved(opened(ordinary_book(layout)))


def opened(book: Book) -> openpyxl.Workbook:
    """A draft as openpyxl holds it."""
    found = openpyxl.Workbook()
    found.remove(found.active)
    for draft in book.sheets.values():
        page = found.create_sheet(draft.name)
        for row in draft.grid():
            page.append(row)
    return found


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes openpyxl writes."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def by_openpyxl(change: Callable[[openpyxl.Workbook], object], layout: str = "L2024") -> bytes:
    """The ordinary workbook with something done to it in openpyxl."""
    book = opened(ordinary_book(layout))
    change(book)
    return saved(book)


def drafted(change: Callable[[Book], object], layout: str = "L2024") -> bytes:
    """The ordinary workbook with its cells changed before it is written."""
    book = ordinary_book(layout)
    change(book)
    return saved(opened(book))


def rezipped(
    data: bytes, edits: Mapping[str, Edit], rename: Callable[[str], str] = str, **options: Any
) -> bytes:
    """The zip with some parts edited and all renamed. A part that is not there is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", **options) as new:
        for name in dict.fromkeys([*old.namelist(), *edits]):
            content = old.read(name) if name in old.namelist() else b""
            new.writestr(rename(name), edits[name](content) if name in edits else content)
    return out.getvalue()


def by_hand(edit: Edit, member: str = MEMBER) -> bytes:
    """The ordinary workbook with one part edited."""
    return rezipped(sound(), {member: edit})


def place_of(header: str, row: int = 2) -> str:
    """Where a column of the filtered sheet stands, in Excel's way."""
    headers = ordinary_book()[SHEET].headers
    return f"{get_column_letter(headers.index(header) + 1)}{row}"


def count_cell(written: str, attributes: str = "") -> bytes:
    """The count 3 of the first officer's CommTierB2 written in another way; '@' is the cell's place."""
    at = place_of("CommTierB2")
    new = written if written.startswith("<c") else f'<c r="{at}"{attributes}>{written}</c>'
    return replaced(at, new.replace("@", at))


def key_cell(written: str, attributes: str = ' t="inlineStr"') -> bytes:
    """The first officer's OM_Key written in another way."""
    at = place_of("OM_Key")
    return replaced(at, f'<c r="{at}"{attributes}>{written}</c>')


def replaced(at: str, new: str) -> bytes:
    """The ordinary workbook with the XML of one cell of the filtered sheet replaced."""
    old = re.compile(rf'<c r="{at}"[^>]*?>.*?</c>'.encode())

    def edit(sheet: bytes) -> bytes:
        changed, times = old.subn(new.encode(), sheet)
        assert times == 1
        return changed

    return by_hand(edit)


def without_references(sheet: bytes) -> bytes:
    """Cells and rows that do not say where they stand: all cells are written, blanks too."""
    rows = []
    for row in re.findall(rb"<row .*?</row>", sheet, re.DOTALL):
        cells = {_column(at): rest for at, rest in re.findall(rb'<c r="([A-Z]+)[0-9]+"(.*?(?:/>|</c>))', row)}
        filled = [b"<c" + cells.get(number, b"/>") for number in range(1, max(cells) + 1)]
        rows.append(b"<row>" + b"".join(filled) + b"</row>")
    return re.sub(
        rb"(<sheetData>).*(</sheetData>)", lambda m: m[1] + b"".join(rows) + m[2], sheet, flags=re.DOTALL
    )


def _column(letters: bytes) -> int:
    return int(openpyxl.utils.column_index_from_string(letters.decode()))


def rows_backwards(sheet: bytes) -> bytes:
    rows = re.findall(rb"<row .*?</row>", sheet, re.DOTALL)
    return re.sub(
        rb"(<sheetData>).*(</sheetData>)",
        lambda m: m[1] + b"".join(rows[::-1]) + m[2],
        sheet,
        flags=re.DOTALL,
    )


def cells_backwards(sheet: bytes) -> bytes:
    def turned(match: re.Match[bytes]) -> bytes:
        cells = re.findall(rb"<c .*?(?:/>|</c>)", match[2], re.DOTALL)
        return match[1] + b"".join(cells[::-1]) + b"</row>"

    return re.sub(rb"(<row [^>]*>)(.*?)</row>", turned, sheet, flags=re.DOTALL)


def prefixed(part: bytes) -> bytes:
    """As the Open XML SDK writes it, and with it many reporting programs."""
    marked = re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1x:", part)
    return marked.replace(b'xmlns="' + MAIN_NS, b'xmlns:x="' + MAIN_NS)


def strict(data: bytes) -> bytes:
    """As Excel saves 'Strict Open XML'."""
    names = {
        MAIN_NS: b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    }

    def edit(part: bytes) -> bytes:
        for old, new in names.items():
            part = part.replace(old, new)
        return part

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return rezipped(data, dict.fromkeys(archive.namelist(), edit))


def alternate(sheet: bytes) -> bytes:
    """All rows within the fallback of an extension that no reader has to know."""
    space = b'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    opening = b"<sheetData>" + space + b'<mc:Choice Requires="q"/><mc:Fallback>'
    ending = b"</mc:Fallback></mc:AlternateContent></sheetData>"
    return sheet.replace(b"<sheetData>", opening).replace(b"</sheetData>", ending)


def streamed() -> bytes:
    """A zip written to a pipe: sizes come after the data, in descriptors."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.written = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.written += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(io.BytesIO(sound())) as old, zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as new:  # type: ignore[call-overload]
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return bytes(pipe.written)


def by_xlsxwriter(**options: Any) -> bytes:
    """The ordinary workbook as xlsxwriter writes it."""
    out = io.BytesIO()
    use_zip64 = options.pop("zip64", False)
    with xlsxwriter.Workbook(out, options) as book:
        if use_zip64:
            book.use_zip64()
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        for draft in ordinary_book().sheets.values():
            page = book.add_worksheet(draft.name)
            for number, row in enumerate(draft.grid()):
                for column, value in enumerate(row):
                    if isinstance(value, date):
                        page.write_datetime(number, column, value, moment)
                    elif value is not None:
                        page.write(number, column, value)
    return out.getvalue()


def rich_by_xlsxwriter() -> bytes:
    """A key in two fonts."""
    data = by_xlsxwriter()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        texts = archive.read("xl/sharedStrings.xml")
    rich = b"<si><r><rPr><b/></rPr><t>N01</t></r><r><t>A001</t></r></si>"
    assert texts.count(b"<si><t>N01A001</t></si>") == 1
    return rezipped(
        data, {"xl/sharedStrings.xml": lambda part: part.replace(b"<si><t>N01A001</t></si>", rich)}
    )


def rich_by_openpyxl(book: openpyxl.Workbook) -> None:
    page = book[SHEET]
    page[place_of("OM_Key")] = CellRichText("N01", TextBlock(InlineFont(b=True), "A001"))


def title_above(book: openpyxl.Workbook) -> None:
    page = book[SHEET]
    page.insert_rows(1)
    page["A1"] = "Workload extract"
    page.merge_cells("A1:F1")


def totals_below(book: openpyxl.Workbook) -> None:
    page = book[SHEET]
    page.append({place_of("CommTierB2", 1).rstrip("1"): 3})
    page.add_table(
        Table(
            displayName="Counts",
            ref=f"A1:{get_column_letter(page.max_column)}{page.max_row}",
            totalsRowCount=1,
        )
    )


def furnished(book: openpyxl.Workbook) -> None:
    """Filters, panes, comments, validation and a picture of figures: none of it is a cell."""
    page = book[SHEET]
    page.auto_filter.ref, page.freeze_panes = "A1:K4", "A2"
    page["A1"].comment = Comment("who made this", "nobody")
    page.add_data_validation(DataValidation(type="list", formula1='"PS,NPS"'))
    chart = BarChart()
    chart.add_data(Reference(page, min_col=14, min_row=1, max_row=4))
    page.add_chart(chart, "A8")
    book.create_chartsheet("Picture").add_chart(BarChart())


def hidden(book: openpyxl.Workbook) -> None:
    book[SHEET].sheet_state = "veryHidden"
    book["T2A"].sheet_state = "hidden"
    book["WMT_Extract"].row_dimensions[2].hidden = True
    book["WMT_Extract"].column_dimensions["H"].hidden = True


def from_1904(book: openpyxl.Workbook) -> None:
    book.epoch = CALENDAR_MAC_1904


def with_format(code: str, header: str = "CommTierB2") -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        book[SHEET][place_of(header)].number_format = code

    return change


def merged(reference: str) -> Callable[[openpyxl.Workbook], None]:
    return lambda book: book[SHEET].merge_cells(reference)


def wide(book: openpyxl.Workbook) -> None:
    for column in range(120, 4_000):
        book[SHEET].cell(1, column, f"Note {column}")


def far(written: bytes) -> bytes:
    row = b'<row r="1048576"><c r="XFD1048576"' + written + b"</row></sheetData>"
    return by_hand(lambda sheet: sheet.replace(b"</sheetData>", row))


def moved_workbook() -> bytes:
    """A workbook that is not where most are, named by absolute paths, as some programs write it."""
    relations = "xl/_rels/workbook.xml.rels"

    def absolute(part: bytes) -> bytes:
        return re.sub(rb'Target="/?(?:xl/)?', b'Target="/xl/', part)

    renamed = {"xl/workbook.xml": "xl/book.xml", relations: "xl/_rels/book.xml.rels"}
    root = {
        "_rels/.rels": lambda part: part.replace(b"xl/workbook.xml", b"/xl/book.xml"),
        relations: absolute,
    }
    return rezipped(sound(), root, lambda name: renamed.get(name, name))


def like_no_other(name: str) -> str:
    return name if name.startswith("[") else name.upper()


def plain_zip(*members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for member in members:
            archive.writestr(member, b"<x/>")
    return out.getvalue()


def ratio_bomb() -> bytes:
    """A sheet of 20 MiB of blanks in a file of some kilobytes."""
    return rezipped(
        sound(),
        {MEMBER: lambda sheet: sheet.replace(b"</sheetData>", b" " * 20 * 1024**2 + b"</sheetData>")},
        compression=zipfile.ZIP_DEFLATED,
        compresslevel=9,
    )


def long_text() -> bytes:
    """A text longer than a cell can hold."""
    return key_cell(f"<is><t>{'A' * 40_000}</t></is>")


def locked() -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )


def restamped(layout: str, moment: datetime, *gone: str, empty: tuple[str, ...] = ()) -> bytes:
    """A workbook of a layout on another day, without some of its sheets, with others only as headers."""

    def change(book: Book) -> None:
        for name in gone:
            del book.sheets[name]
        for draft in book.sheets.values():
            if draft.name in empty:
                draft.rows.clear()
            for row in draft.rows:
                if row.get("Datestamp"):
                    row["Datestamp"] = moment
        for row in book["CMS"].rows if "CMS" in book.sheets else []:
            row["Contact_Date"] = moment.date()

    return drafted(change, layout)


def libreoffice(kind: str) -> bytes:
    """What LibreOffice saved: see the folder's README."""
    return (Path(__file__).parent / "made_by_libreoffice" / f"extract.{kind}").read_bytes()


def in_choice(sheet: bytes) -> bytes:
    """The first officer's count stands only where an extension is understood."""
    at = place_of("CommTierB2").encode()
    space = b'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    old = re.compile(rb'<c r="' + at + rb'"[^>]*>.*?</c>')
    return old.sub(
        lambda m: space + b'<mc:Choice Requires="q">' + m[0] + b"</mc:Choice></mc:AlternateContent>", sheet
    )


def in_utf16(part: bytes) -> bytes:
    return part.decode().encode("utf-16")


def deep(sheet: bytes) -> bytes:
    many = 10_000
    return sheet.replace(b"<sheetData>", b"<cols>" * many + b"</cols>" * many + b"<sheetData>")


def lost_sheet(part: bytes) -> bytes:
    return part.replace(b"sheet2.xml", b"sheet99.xml")


def merged_over(sheet: bytes) -> bytes:
    """The first officer's count is shown over the second officer's, which is blank."""
    reference = f"{place_of('CommTierB2')}:{place_of('CommTierB2', 3)}"
    merging = f'</sheetData><mergeCells count="1"><mergeCell ref="{reference}"/></mergeCells>'
    return sheet.replace(b"</sheetData>", merging.encode())
