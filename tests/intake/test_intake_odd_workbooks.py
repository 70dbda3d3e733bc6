"""Odd workbooks as people's programs make them: refused by name, warned of, or read right.

'right' means the figures of `intake_slow_reader`, which shares no code with the intake; where openpyxl cannot
open the file, those of the sound workbook it was made from.
"""

import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import odd_workbooks as odd
import polars as pl
import pytest
from intake_slow_reader import active_cases, can_open
from odd_workbooks import by_hand, by_openpyxl, count_cell, key_cell, rezipped, sound

from wmt.facts import Facts, kinds
from wmt.intake import read

ORDINARY = {("N01AAA", "N01A001"): 5, ("N01AAA", "N01A002"): 2, ("N01BBB", "N01A001"): 7}
RIGHT = "right"


class Odd(NamedTuple):
    """One kind of file: what it is, how it is made, and what must come of it: right, or a code."""

    name: str
    make: Callable[[], bytes]
    outcome: str
    says: str = ""
    suffix: str = "xlsx"
    warns: bool = False
    slowly: bool = True  # whether openpyxl can read it within a lifetime


BAD = "BAD_COUNT"
XML = [
    Odd("a count as inline text", lambda: count_cell("<is><t>3</t></is>", ' t="inlineStr"'), BAD, "text '3'"),
    Odd(
        "a count in the v of an inline text",
        lambda: count_cell("<v>3</v>", ' t="inlineStr"'),
        BAD,
        "text '3'",
    ),
    Odd("a count as text of a formula", lambda: count_cell("<f>1</f><v>3</v>", ' t="str"'), BAD, "text '3'"),
    Odd("a truth value for a count", lambda: count_cell("<v>1</v>", ' t="b"'), BAD, "TRUE"),
    Odd("an error for a count", lambda: count_cell("<v>#REF!</v>", ' t="e"'), BAD, "#REF!"),
    Odd("a formula with its value", lambda: count_cell("<f>1+2</f><v>3</v>"), RIGHT),
    Odd("a formula without its value", lambda: count_cell("<f>1+2</f>"), BAD, "not saved"),
    Odd("a number with an exponent", lambda: count_cell("<v>3E0</v>"), RIGHT),
    Odd("a number with a point", lambda: count_cell("<v>3.0</v>"), RIGHT),
    Odd("a number with blanks around it", lambda: count_cell("<v> 3 </v>"), RIGHT),
    Odd("a number in CDATA", lambda: count_cell("<v><![CDATA[3]]></v>"), RIGHT),
    Odd("half a case", lambda: count_cell("<v>3.5</v>"), BAD, "3.5"),
    Odd("fewer than no cases", lambda: count_cell("<v>-3</v>"), BAD, "-3"),
    Odd(
        "a day written out for a count", lambda: count_cell("<v>2024-06-14</v>", ' t="d"'), BAD, "2024-06-14"
    ),
    Odd("a kind nobody knows", lambda: count_cell("<v>3</v>", ' t="q"'), BAD, "unknown kind"),
    Odd("a text the file lacks", lambda: count_cell("<v>99999</v>", ' t="s"'), BAD, "lacks"),
    Odd("two values in one cell", lambda: count_cell("<v>3</v><v>4</v>"), BAD, "two values"),
    Odd("one cell twice", lambda: count_cell('<c r="@"><v>3</v></c><c r="@"><v>4</v></c>'), BAD, "twice"),
    Odd("letters for a number", lambda: count_cell("<v>three</v>"), BAD, "three"),
    Odd("a value in an extension only", lambda: by_hand(odd.in_choice), BAD, "extension"),
    Odd("text beside the value", lambda: count_cell("7<v>3</v>"), "DAMAGED_FILE", "outside"),
    Odd("an element nobody knows", lambda: count_cell("<value>3</value>"), "DAMAGED_FILE", "'value'"),
    Odd("a cell at no place", lambda: count_cell('<c r="7"><v>3</v></c>'), "DAMAGED_FILE", "a cell is at"),
    Odd("a key in runs", lambda: key_cell("<is><r><t>N01</t></r><r><t>A001</t></r></is>"), RIGHT),
    Odd("a key with a phonetic hint", lambda: key_cell("<is><t>N01A001</t><rPh><t>x</t></rPh></is>"), RIGHT),
    Odd("a key with escapes", lambda: key_cell("<is><t>N01A001_x000D__x000A_</t></is>"), RIGHT),
    Odd("a key in the v of an inline text", lambda: key_cell("<v>N01A001</v>"), RIGHT, slowly=False),
    Odd("a key that is a formula's text", lambda: key_cell("<f>A1</f><v>N01A001</v>", ' t="str"'), RIGHT),
    Odd("a text longer than a cell", odd.long_text, "BAD_KEY", "characters"),
    Odd("cells without places", lambda: by_hand(odd.without_references), RIGHT),
    Odd("rows backwards", lambda: by_hand(odd.rows_backwards), RIGHT),
    Odd("cells backwards", lambda: by_hand(odd.cells_backwards), RIGHT),
    Odd("the prefix x (SDK, SSRS)", lambda: by_hand(odd.prefixed), RIGHT),
    Odd(
        "shared texts with a prefix",
        lambda: rezipped(odd.by_xlsxwriter(), {"xl/sharedStrings.xml": odd.prefixed}),
        RIGHT,
    ),
    Odd("Strict Open XML", lambda: odd.strict(sound()), RIGHT),
    Odd("rows in a fallback", lambda: by_hand(odd.alternate), RIGHT),
    Odd(
        "a wrong dimension",
        lambda: by_hand(lambda p: p.replace(b'<dimension ref="', b'<dimension ref="A1" x="')),
        RIGHT,
    ),
    Odd("a byte order mark", lambda: by_hand(lambda part: b"\xef\xbb\xbf" + part), RIGHT),
    Odd("a part in UTF-16", lambda: by_hand(odd.in_utf16), RIGHT),
    Odd(
        "comments among rows",
        lambda: by_hand(lambda p: p.replace(b"<row ", b"<!-- x --><?y z?><row ")),
        RIGHT,
    ),
    Odd("absolute paths, another name", odd.moved_workbook, RIGHT),
    Odd("part names in capitals", lambda: rezipped(sound(), {}, odd.like_no_other), RIGHT),
    Odd("backslashes in part names", lambda: rezipped(sound(), {}, lambda n: n.replace("/", "\\")), RIGHT),
    Odd("sizes after the data", odd.streamed, RIGHT),
    Odd("nothing packed", lambda: rezipped(sound(), {}, compression=zipfile.ZIP_STORED), RIGHT),
    Odd("packed by LZMA", lambda: rezipped(sound(), {}, compression=zipfile.ZIP_LZMA), RIGHT),
    Odd("a macro part", lambda: rezipped(sound(), {"xl/vbaProject.bin": lambda _: b"x"}), RIGHT),
    Odd("styled blanks at the end of the world", lambda: odd.far(b' s="0"/>'), RIGHT, slowly=False),
    Odd("a value at the end of the world", lambda: odd.far(b"><v>1</v></c>"), "TOO_LARGE", "1048576"),
    Odd(
        "entities",
        lambda: by_hand(lambda p: b'<!DOCTYPE w [<!ENTITY a "b">]>' + p),
        "UNSAFE_ARCHIVE",
        "entities",
    ),
    Odd("20 MiB of blanks", odd.ratio_bomb, "TOO_LARGE", "times its size"),
    Odd("elements 10,000 deep", lambda: by_hand(odd.deep), RIGHT, slowly=False),
    Odd("a cut file", lambda: sound()[:-900], "DAMAGED_FILE"),
    Odd(
        "a sheet that is not there",
        lambda: by_hand(odd.lost_sheet, "xl/_rels/workbook.xml.rels"),
        "DAMAGED_FILE",
    ),
]
OPENPYXL = [
    Odd("a key in two fonts", lambda: by_openpyxl(odd.rich_by_openpyxl), RIGHT),
    Odd("a count formatted as a day", lambda: by_openpyxl(odd.with_format("dd/mm/yyyy")), BAD, "1900-01-03"),
    Odd(
        "a count formatted as a length of time", lambda: by_openpyxl(odd.with_format("[h]:mm")), BAD, "3 days"
    ),
    Odd("a count formatted as a percentage", lambda: by_openpyxl(odd.with_format("0%")), RIGHT),
    Odd("a count with its unit", lambda: by_openpyxl(odd.with_format('0 "cases, days"')), RIGHT),
    Odd(
        "counts merged",
        lambda: by_openpyxl(odd.merged(odd.place_of("CommTierB2") + ":" + odd.place_of("CommTierB2", 3))),
        BAD,
        "merged cell",
    ),
    Odd("counts merged in the XML, one shown", lambda: by_hand(odd.merged_over), BAD, "merged cell"),
    Odd("a title above the headers", lambda: by_openpyxl(odd.title_above), "MISSING_COLUMNS"),
    Odd("totals below", lambda: by_openpyxl(odd.totals_below), "ORPHAN_ROW", warns=True),
    Odd("filters, panes, comments, charts", lambda: by_openpyxl(odd.furnished), RIGHT),
    Odd("hidden sheets, rows and columns", lambda: by_openpyxl(odd.hidden), RIGHT),
    Odd("days from 1904", lambda: by_openpyxl(odd.from_1904), RIGHT),
    Odd("days written out", lambda: by_openpyxl(lambda book: setattr(book, "iso_dates", True)), RIGHT),
    Odd("4,000 headers", lambda: by_openpyxl(odd.wide), "TOO_LARGE", "column"),
    Odd(
        "a sheet without rows",
        lambda: odd.drafted(lambda b: b["CMS"].rows.clear()),
        "SHEET_WITHOUT_ROWS",
        "CMS",
        warns=True,
    ),
    Odd(
        "two sheets of one name",
        lambda: by_openpyxl(lambda b: b.create_sheet("t2a ")),
        "DUPLICATE_SHEET_OR_COLUMN",
    ),
    Odd(
        "a further sheet",
        lambda: by_openpyxl(lambda b: b.create_sheet("Notes").append(["x"])),
        "UNKNOWN_SHEET",
        warns=True,
    ),
    Odd(
        "January 2023: 13 sheets and an empty GS",
        lambda: odd.restamped("L2021", datetime(2023, 1, 3, 1, 2), "ARMS", "Inst_Reports", empty=("GS",)),
        "LAYOUT_OLDER_THAN_DATE",
        warns=True,
    ),
    Odd(
        "January 2023: ARMS without Inst_Reports",
        lambda: odd.restamped("L2021", datetime(2023, 1, 3, 1, 2), "Inst_Reports"),
        "MISSING_SHEETS",
        "Inst_Reports",
    ),
    Odd(
        "before the first extract",
        lambda: odd.restamped("L2017", datetime(2017, 4, 30, 1, 2)),
        "NO_DATESTAMP",
        "before 1 May 2017",
    ),
    Odd(
        "July 2017: seven sheets",
        lambda: odd.restamped(
            "L2017", datetime(2017, 7, 3, 1, 2), "CMS", "GS", "T2A", "ARMS", "WMT_Extract_SA"
        ),
        "LEGACY_TIER_SCHEME",
        warns=True,
    ),
]
OTHERS = [
    Odd("xlsxwriter", odd.by_xlsxwriter, RIGHT),
    Odd("xlsxwriter row by row", lambda: odd.by_xlsxwriter(constant_memory=True), RIGHT),
    Odd("xlsxwriter with zip64", lambda: odd.by_xlsxwriter(zip64=True), RIGHT),
    Odd("xlsxwriter, days from 1904", lambda: odd.by_xlsxwriter(date_1904=True), RIGHT),
    Odd("xlsxwriter, a key in two fonts", odd.rich_by_xlsxwriter, RIGHT),
    Odd("LibreOffice .xlsx", lambda: odd.libreoffice("xlsx"), RIGHT),
    Odd("LibreOffice .xls", lambda: odd.libreoffice("xls"), RIGHT, suffix="xls"),
    Odd("LibreOffice .ods", lambda: odd.libreoffice("ods"), "NOT_A_WORKBOOK", "OpenDocument"),
    Odd("a binary workbook", lambda: odd.plain_zip("xl/workbook.bin"), "NOT_A_WORKBOOK", ".xlsb"),
    Odd("a Word document", lambda: odd.plain_zip("word/document.xml"), "NOT_A_WORKBOOK", "Word"),
    Odd("any zip", lambda: odd.plain_zip("a.txt"), "NOT_A_WORKBOOK", "zip"),
    Odd("a password", odd.locked, "PROTECTED_FILE"),
    Odd("CSV by another name", lambda: b"Team_Code,OM_Key\r\nN01AAA,N01A001\r\n", "NOT_A_WORKBOOK", "CSV"),
    Odd(
        "a web page by another name",
        lambda: b"<html><table><tr><td>1</td></tr></table>",
        "NOT_A_WORKBOOK",
        "web page",
        "xls",
    ),
    Odd(
        "Excel 2003 XML",
        lambda: b'<?xml version="1.0"?><Workbook xmlns="x"/>',
        "NOT_A_WORKBOOK",
        "2003",
        "xls",
    ),
    Odd("a PDF", lambda: b"%PDF-1.7 ...", "NOT_A_WORKBOOK", "PDF"),
    Odd("nothing at all", lambda: b"", "NOT_A_WORKBOOK", "empty"),
]
ALL = [*XML, *OPENPYXL, *OTHERS]


def active_of(facts: Facts) -> dict[tuple[str, str], int]:
    """Active standard cases of every post that has any."""
    active = [k.kind_no for k in kinds(facts.tier_scheme) if (k.stream, k.status) == ("standard", "active")]
    counted = (
        facts.caseload.filter(pl.col("kind_no").is_in(active)).group_by("post_no").agg(pl.col("cases").sum())
    )
    named = counted.join(facts.post.select("post_no", "team_code", "staff_code"), on="post_no")
    return {(row["team_code"], row["staff_code"]): row["cases"] for row in named.iter_rows(named=True)}


@pytest.mark.parametrize("case", ALL, ids=[case.name for case in ALL])
def test_an_odd_workbook_is_refused_warned_of_or_read_right(case: Odd, tmp_path: Path) -> None:
    path = tmp_path / f"extract.{case.suffix}"
    path.write_bytes(case.make())
    result = read([path])
    if case.outcome != RIGHT:
        severity = "warn" if case.warns else "refuse"
        found = [f.message for f in result.faults if (f.severity, f.code) == (severity, case.outcome)]
        assert any(case.says in message for message in found), result.faults
    assert result.accepted is (case.outcome == RIGHT or case.warns), result.faults
    if result.accepted:
        assert result.facts is not None
        is_slowly_read = case.slowly and case.suffix == "xlsx" and can_open(path) and result.layout != "L2017"
        if is_slowly_read:
            assert active_of(result.facts) == active_cases(path)
        if result.layout != "L2017":  # which has no sheet of active cases
            assert active_of(result.facts) == ORDINARY


def test_days_are_the_same_however_they_are_kept(tmp_path: Path) -> None:
    ways = (
        sound,
        odd.by_xlsxwriter,
        lambda: by_openpyxl(odd.from_1904),
        lambda: odd.by_xlsxwriter(date_1904=True),
    )
    moments = set()
    for number, make in enumerate(ways):
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(make())
        moments.add(read([path]).as_at)
    assert moments == {datetime(2024, 6, 14, 0, 32, 14, 443000)}


def test_there_are_enough_kinds_of_them() -> None:
    assert len(ALL) >= 90
    assert len({case.name for case in ALL}) == len(ALL)
