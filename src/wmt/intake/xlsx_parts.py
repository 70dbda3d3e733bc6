"""The parts of an .xlsx: which members hold its sheets, texts and formats, whoever wrote it."""

import posixpath
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from wmt.intake.archive import blocks
from wmt.intake.faults import ReadingStopped
from wmt.intake.xml_text import elements

PLAIN_WORKBOOK, PLAIN_TEXTS, PLAIN_FORMATS = "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"
CONTENT_TYPES = "[Content_Types].xml"
_RELATION_IDS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)
#: What other files that are zips inside hold, and what they are.
_OTHERS = {
    "xl/workbook.bin": "is a binary workbook (.xlsb)",
    "content.xml": "is an OpenDocument file (.ods or the like)",
    "word/document.xml": "is a Word document",
    "ppt/presentation.xml": "is a PowerPoint file",
    "index/document.iwa": "is a Numbers spreadsheet",
}


class SheetPart(NamedTuple):
    """A sheet, the member of the archive that holds it, and its size in bytes."""

    name: str
    member: str
    size: int


@dataclass(frozen=True)
class WorkbookParts:
    """What a workbook consists of. `plain`: all parts have their usual names, as the fast reader needs."""

    sheets: list[SheetPart]
    texts: str | None
    formats: str | None
    first_1904: bool
    plain: bool


class _Target(NamedTuple):
    kind: str
    written: str
    member: str


class _Members:
    """The members of an archive as references find them: without regard to letter case and slashes."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.names = {_folded(name): name for name in archive.namelist()}

    def find(self, path: str) -> str | None:
        return self.names.get(_folded(path))


def _folded(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def parts_of(archive: zipfile.ZipFile, name: str) -> WorkbookParts:
    """The parts of the workbook. Refuses a zip that is none, and one that lacks a part it lists."""
    members = _Members(archive)
    workbook = _workbook(archive, members, name)
    if members.find(CONTENT_TYPES) is None:
        raise _missing(CONTENT_TYPES, name)
    targets = _targets(archive, members, workbook, name)
    found = list(elements(blocks(archive, workbook, name), workbook))
    # in order; charts and macro sheets hold no table and are passed over
    sheets = []
    for tag, attributes in found:
        if tag != "sheet":
            continue
        label = attributes.get("name", "")
        relation = next((attributes[key] for key in _RELATION_IDS if key in attributes), None)
        if relation not in targets:
            what = f"{name} is damaged: it lists the sheet {label} but does not hold it"
            raise ReadingStopped("DAMAGED_FILE", what, sheet=label)
        part = targets[relation]
        if part.kind.endswith("/worksheet"):
            sheets.append(SheetPart(label, part.member, archive.getinfo(part.member).file_size))
    texts, formats = _only(targets, "/sharedStrings"), _only(targets, "/styles")
    usual = {
        PLAIN_WORKBOOK: workbook,
        PLAIN_TEXTS: texts or PLAIN_TEXTS,
        PLAIN_FORMATS: formats or PLAIN_FORMATS,
    }
    exact = all(target.written == target.member for target in targets.values())
    unique = len({sheet.name for sheet in sheets}) == len(sheets)
    plain = exact and unique and all(member == wanted for wanted, member in usual.items())
    first_1904 = any(
        tag == "workbookPr" and attributes.get("date1904", "") in ("1", "true", "on")
        for tag, attributes in found
    )
    return WorkbookParts(sheets, texts, formats, first_1904, plain)


def _workbook(archive: zipfile.ZipFile, members: _Members, name: str) -> str:
    """The member that is the workbook: the package says which; older programs rely on the usual name."""
    listed = members.find("_rels/.rels")
    if listed is not None:
        for tag, attributes in elements(blocks(archive, listed, name), listed):
            if tag == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
                target = members.find(attributes.get("Target", ""))
                if target is not None and "sheet" not in _folded(target) and _holds(archive, target, name):
                    return target
    usual = members.find(PLAIN_WORKBOOK)
    if usual is not None:
        return usual
    what = next(
        (said for member, said in _OTHERS.items() if members.find(member)),
        "is a zip, but not an Excel workbook",
    )
    raise ReadingStopped("NOT_A_WORKBOOK", f"{name} {what}")


def _holds(archive: zipfile.ZipFile, member: str, name: str) -> bool:
    """Whether a member is the workbook of a spreadsheet, not of another office program."""
    if not member.lower().endswith(".xml"):
        return False
    first = next(elements(blocks(archive, member, name), member), None)
    return first is not None and first.tag == "workbook"


def _targets(
    archive: zipfile.ZipFile, members: _Members, workbook: str, name: str
) -> Mapping[str | None, _Target]:
    """Everything the workbook refers to, by its id. All of it must be there."""
    folder, _, file = _slashed(workbook).rpartition("/")
    relations = f"{folder}/_rels/{file}.rels"
    member = members.find(relations)
    if member is None:
        raise _missing(relations, name)
    targets: dict[str | None, _Target] = {}
    for tag, attributes in elements(blocks(archive, member, name), member):
        if tag != "Relationship" or attributes.get("TargetMode") == "External":
            continue
        # the member that a target of the workbook means: from the root, or from the workbook's folder
        target = _slashed(attributes.get("Target", ""))
        path = (
            target.lstrip("/")
            if target.startswith("/")
            else posixpath.normpath(posixpath.join(folder, target))
        )
        held = members.find(path)
        if held is None:
            raise _missing(path, name)
        targets[attributes.get("Id")] = _Target(attributes.get("Type", ""), path, held)
    return targets


def _slashed(path: str) -> str:
    return path.replace("\\", "/")


def _missing(member: str, name: str) -> ReadingStopped:
    return ReadingStopped("DAMAGED_FILE", f"{name} is damaged: its part {member} is missing")


def _only(targets: Mapping[str | None, _Target], kind: str) -> str | None:
    return next((target.member for target in targets.values() if target.kind.endswith(kind)), None)
