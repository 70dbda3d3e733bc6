"""Files that are not what they seem: each is refused in words, none raises."""

import io
import struct
import zipfile
from pathlib import Path

import pytest
from intake_books import ordinary_book

from wmt.intake import Import, read
from wmt.intake.remedies import REMEDIES


@pytest.fixture
def good(tmp_path: Path) -> bytes:
    return ordinary_book().write(tmp_path / "good.xlsx").read_bytes()


def refused(data: bytes, folder: Path, name: str = "extract.xlsx") -> tuple[str, str]:
    """The code and message of the one fault of a file that cannot be opened."""
    path = folder / name
    path.write_bytes(data)
    return only_fault(read([path]))


def only_fault(result: Import) -> tuple[str, str]:
    assert not result.accepted
    assert result.facts is None
    assert [fault.severity for fault in result.faults] == ["refuse"]
    fault = result.faults[0]
    assert fault.message.endswith(REMEDIES[fault.code])
    return fault.code, fault.message


def rewritten(data: bytes, change: dict[str, bytes | None]) -> bytes:
    """The zip with members replaced, added or, where None, left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in change:
                new.writestr(name, old.read(name))
        for name, content in change.items():
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


def sheet_of(data: bytes, number: int = 1) -> tuple[str, bytes]:
    name = f"xl/worksheets/sheet{number}.xml"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return name, archive.read(name)


def test_what_is_no_workbook(tmp_path: Path) -> None:
    assert refused(b"", tmp_path)[0] == "NOT_A_WORKBOOK"
    assert refused(b"Trust,Region\nPS,North\n", tmp_path)[0] == "NOT_A_WORKBOOK"
    assert refused(b"%PDF-1.7 ...", tmp_path)[0] == "NOT_A_WORKBOOK"
    assert refused(rewritten(b"PK\x05\x06" + bytes(18), {"a.txt": b"x"}), tmp_path)[0] == "NOT_A_WORKBOOK"


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    assert only_fault(read([tmp_path / "gone.xlsx"]))[0] == "NOT_FOUND"


def test_no_path_at_all() -> None:
    assert only_fault(read([]))[0] == "MIXED_INPUT"


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_a_file_cut_short(good: bytes, tmp_path: Path, share: float) -> None:
    assert refused(good[: int(len(good) * share)], tmp_path)[0] == "DAMAGED_FILE"


def test_a_part_whose_bytes_were_changed(good: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 60
    spoiled = good[:start] + bytes(byte ^ 0xFF for byte in good[start : start + 40]) + good[start + 40 :]
    code, message = refused(spoiled, tmp_path)
    assert code == "DAMAGED_FILE"
    assert "sheet1.xml" in message


def test_a_part_that_is_listed_but_gone(good: bytes, tmp_path: Path) -> None:
    assert refused(rewritten(good, {"xl/worksheets/sheet3.xml": None}), tmp_path)[0] == "DAMAGED_FILE"
    assert refused(rewritten(good, {"xl/_rels/workbook.xml.rels": None}), tmp_path)[0] == "DAMAGED_FILE"


def test_xml_that_is_no_xml(good: bytes, tmp_path: Path) -> None:
    name, sheet = sheet_of(good)
    assert refused(rewritten(good, {name: sheet[:-40]}), tmp_path)[0] == "DAMAGED_FILE"
    assert refused(rewritten(good, {"xl/workbook.xml": b"<workbook"}), tmp_path)[0] == "DAMAGED_FILE"


def test_a_number_that_is_no_number(good: bytes, tmp_path: Path) -> None:
    name, sheet = sheet_of(good)
    assert b"<v>4</v>" in sheet
    path = tmp_path / "extract.xlsx"
    path.write_bytes(rewritten(good, {name: sheet.replace(b"<v>4</v>", b"<v>four</v>")}))
    faults = [fault for fault in read([path]).faults if fault.severity == "refuse"]
    assert [(fault.code, fault.row) for fault in faults] == [("BAD_COUNT", 2)]
    assert "'four' where the file promises a number" in faults[0].message


def test_entities_are_not_followed(good: bytes, tmp_path: Path) -> None:
    name, sheet = sheet_of(good)
    bomb = b'<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    assert refused(rewritten(good, {name: bomb + sheet}), tmp_path)[0] == "UNSAFE_ARCHIVE"
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        workbook = archive.read("xl/workbook.xml")
    assert refused(rewritten(good, {"xl/workbook.xml": bomb + workbook}), tmp_path)[0] == "UNSAFE_ARCHIVE"


def test_members_that_point_outside(good: bytes, tmp_path: Path) -> None:
    for name in ("../evil.xml", "/etc/evil", "a/../../b", "C:evil", "..\\evil"):
        assert refused(rewritten(good, {name: b"x"}), tmp_path)[0] == "UNSAFE_ARCHIVE", name


def test_a_zip_bomb_is_not_unpacked(good: bytes, tmp_path: Path) -> None:
    grown = patched_size(rewritten(good, {"xl/bomb.bin": b"0"}), b"xl/bomb.bin", 3 * 1024**3)
    assert refused(grown, tmp_path)[0] == "TOO_LARGE"


def test_a_member_longer_than_it_declares(good: bytes, tmp_path: Path) -> None:
    lying = patched_size(rewritten(good, {"xl/bomb.bin": b"0" * 5000}), b"xl/bomb.bin", 10)
    assert refused(lying, tmp_path)[0] == "DAMAGED_FILE"


def patched_size(data: bytes, member: bytes, size: int) -> bytes:
    """The zip with another unpacked size in its list of contents."""
    entry = data.rindex(member) - 46
    assert data[entry : entry + 4] == b"PK\x01\x02"
    return data[: entry + 24] + struct.pack("<I", size) + data[entry + 28 :]


def test_a_locked_zip(good: bytes, tmp_path: Path) -> None:
    entry = good.index(b"PK\x01\x02")
    flags = struct.unpack("<H", good[entry + 8 : entry + 10])[0] | 1
    locked = good[: entry + 8] + struct.pack("<H", flags) + good[entry + 10 :]
    assert refused(locked, tmp_path)[0] == "PROTECTED_FILE"


def test_a_workbook_with_a_password(tmp_path: Path) -> None:
    data = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )
    assert refused(data, tmp_path)[0] == "PROTECTED_FILE"


def test_a_damaged_old_workbook(tmp_path: Path) -> None:
    code, _ = refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 2000, tmp_path, "extract.xls")
    assert code in ("NOT_A_WORKBOOK", "DAMAGED_FILE")


def test_one_stray_cell_far_away_does_not_fill_the_memory(good: bytes, tmp_path: Path) -> None:
    name, sheet = sheet_of(good)
    stray = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    code, message = refused(rewritten(good, {name: sheet.replace(b"</sheetData>", stray)}), tmp_path)
    assert code == "TOO_LARGE"
    assert "1048576" in message


def test_empty_styled_cells_far_away_do_no_harm(good: bytes, tmp_path: Path) -> None:
    name, sheet = sheet_of(good)
    styled = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    path = tmp_path / "extract.xlsx"
    declared = sheet.replace(b"</sheetData>", styled).replace(
        b'<dimension ref="', b'<dimension ref="A1:XFD1048576" x="'
    )
    path.write_bytes(rewritten(good, {name: declared}))
    result = read([path])
    assert result.accepted
    assert result.sheets["WMT_Extract"].rows == 3


def test_cells_without_references_are_still_looked_at(good: bytes, tmp_path: Path) -> None:
    """Some writers leave references out; an error must be found there too."""
    name, sheet = sheet_of(good, 2)
    assert b"<v>3</v>" in sheet
    spoiled = sheet.replace(b"<v>3</v>", b"<v>#N/A</v>", 1)
    start = spoiled.rindex(b"<c ", 0, spoiled.index(b"#N/A"))
    end = spoiled.index(b">", start)
    reference = spoiled[start:end].split(b'"')[1]
    marked = spoiled[:start] + b'<c t="e" r="' + reference + b'"' + spoiled[end:]
    path = tmp_path / "extract.xlsx"
    path.write_bytes(rewritten(good, {name: marked}))
    found = [(fault.code, fault.sheet, fault.row, fault.column) for fault in read([path]).faults]
    assert ("BAD_COUNT", "WMT_Extract_Filtered", 2, "CommTierB2") in found


def test_prefixed_xml_is_read_the_same(good: bytes, tmp_path: Path) -> None:
    """A writer may give the main namespace a prefix: what hides an error must be found all the same."""
    name, sheet = sheet_of(good, 2)
    spoiled = sheet.replace(b"<v>3</v>", b"<f>1+2</f>", 1)
    prefixed = (
        spoiled.replace(b"<", b"<x:")
        .replace(b"<x:/", b"</x:")
        .replace(b"<x:?", b"<?")
        .replace(b"xmlns=", b"xmlns:x=")
    )
    path = tmp_path / "extract.xlsx"
    path.write_bytes(rewritten(good, {name: prefixed}))
    result = read([path])
    assert not result.accepted
    assert [fault.code for fault in result.faults if fault.severity == "refuse"] == ["BAD_COUNT"]
