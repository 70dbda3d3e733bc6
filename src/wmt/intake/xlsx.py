"""The .xlsx door: typed cells by calamine, after a look at the XML for what calamine hides."""

import posixpath
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, NamedTuple, TypeVar
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook

from wmt.intake.archive import blocks, content, open_zip, prove
from wmt.intake.faults import Refusal
from wmt.intake.grid import Grid, grid_with
from wmt.intake.sheet_look import look
from wmt.intake.sheet_xml import SheetScan, parse, well_formed

WORKBOOK = "xl/workbook.xml"
CONTENT_TYPES = "[Content_Types].xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATION_ID = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
#: Below this size, in bytes of XML, a second thread costs more than it gains.
WORTH_A_THREAD = 4_000_000

T = TypeVar("T")


class _Part(NamedTuple):
    """A sheet and the member of the archive that holds it."""

    name: str
    member: str
    size: int


def read_sheets(data: bytes, name: str) -> list[Grid]:
    """The worksheets in order. Raises Refusal for anything that is not a sound .xlsx."""
    archive = open_zip(data, name)
    if WORKBOOK not in archive.namelist():
        raise Refusal("NOT_A_WORKBOOK", f"{name} is a zip, but not an Excel workbook")
    parts = _parts(archive, name)
    sheets = {part.member for part in parts}
    for member in archive.namelist():
        if member.endswith((".xml", ".rels")) and member not in sheets:
            well_formed(blocks(archive, member, name), member)
        elif member not in sheets:
            prove(archive, [member], name)
    shares = _shares(parts)
    with ThreadPoolExecutor(len(shares)) as pool:
        readings = [pool.submit(_read_share, data, name, share) for share in shares]
        grids = {grid.name: grid for reading in readings for grid in reading.result()}
    return [grids[part.name] for part in parts]


def _shares(parts: Sequence[_Part]) -> list[list[_Part]]:
    """The sheets dealt out to at most two threads, the largest first. The reader leaves Python's lock."""
    if sum(part.size for part in parts) < WORTH_A_THREAD:
        return [list(parts)]
    shares: list[list[_Part]] = [[], []]
    for part in sorted(parts, key=lambda part: -part.size):
        min(shares, key=lambda share: sum(given.size for given in share)).append(part)
    return [share for share in shares if share]


def _read_share(data: bytes, name: str, share: Sequence[_Part]) -> list[Grid]:
    archive = open_zip(data, name)
    scans = [_scan(archive, part, name) for part in share]  # all of them first: it guards the reader's memory
    book = _guarded(lambda: CalamineWorkbook.from_filelike(BytesIO(data)), name)
    return [_grid(book, part, found, name) for part, found in zip(share, scans, strict=True)]


def _scan(archive: zipfile.ZipFile, part: _Part, name: str) -> SheetScan:
    seen = look(blocks(archive, part.member, name), part.name)
    return seen if seen is not None else parse(blocks(archive, part.member, name), part.name)


def _grid(book: CalamineWorkbook, part: _Part, found: SheetScan, name: str) -> Grid:
    rows: list[list[Any]] = _guarded(
        lambda: book.get_sheet_by_name(part.name).to_python(skip_empty_area=False), name, part.name
    )
    return grid_with(part.name, rows, found.bad)


def _guarded(read: Callable[[], T], name: str, sheet: str | None = None) -> T:
    """What `read` gives. The reader is not ours and may fail in any way on damage: all are refusals."""
    try:
        return read()
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise  # an interrupt or an exit is no fault of the file
        where = f"its sheet {sheet} cannot be read" if sheet else "it cannot be opened"
        raise Refusal("DAMAGED_FILE", f"{name} is damaged: {where}", sheet=sheet) from error


def _parts(archive: zipfile.ZipFile, name: str) -> list[_Part]:
    """The worksheets that the workbook lists. Charts and macro sheets hold no table and are passed over."""
    targets = _targets(archive, name)
    parts = []
    for sheet in _xml(archive, WORKBOOK, name).iter():
        if not sheet.tag.endswith("}sheet"):
            continue
        label, relation = sheet.get("name", ""), sheet.get(RELATION_ID) or sheet.get(STRICT_RELATION_ID)
        if relation not in targets:
            what = f"{name} is damaged: it lists the sheet {label} but does not hold it"
            raise Refusal("DAMAGED_FILE", what, sheet=label)
        kind, member = targets[relation]
        if kind.endswith("/worksheet"):
            parts.append(_Part(label, member, archive.getinfo(member).file_size))
    return parts


def _targets(archive: zipfile.ZipFile, name: str) -> dict[str | None, tuple[str, str]]:
    """Kind and member of everything the workbook refers to, by its id. All of it must be there."""
    targets = {}
    for relation in _xml(archive, RELATIONS, name).iter():
        if relation.tag.endswith("}Relationship") and relation.get("TargetMode") != "External":
            member = _member(relation.get("Target", ""))
            targets[relation.get("Id")] = (relation.get("Type", ""), member)
    for member in (CONTENT_TYPES, *(member for _, member in targets.values())):
        if member not in archive.namelist():
            raise Refusal("DAMAGED_FILE", f"{name} is damaged: its part {member} is missing")
    return targets


def _member(target: str) -> str:
    """The member that a target of the workbook means: from the root, or from the folder xl."""
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def _xml(archive: zipfile.ZipFile, member: str, name: str) -> ElementTree.Element:
    if member not in archive.namelist():
        raise Refusal("DAMAGED_FILE", f"{name} is damaged: its part {member} is missing")
    text = content(archive, member, name)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Refusal("UNSAFE_ARCHIVE", f"{name} declares entities in its part {member}")
    try:
        return ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Refusal("DAMAGED_FILE", f"{name} is damaged: its part {member} cannot be read") from error
