"""Books: a workbook as sheets of typed cells, whatever its file format."""

from dataclasses import dataclass

from wmt.intake import xls, xlsx
from wmt.intake.faults import Refusal
from wmt.intake.grid import Grid

ZIP = b"PK"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class Book:
    """A workbook: its file name and its sheets in order."""

    name: str
    sheets: list[Grid]


def open_book(data: bytes, name: str) -> Book:
    """All sheets of an .xlsx or .xls. Raises Refusal when it is neither, locked, damaged or unsafe."""
    if data.startswith(ZIP):
        return Book(name, xlsx.read_sheets(data, name))
    if data.startswith(OLE):
        if ENCRYPTED_PACKAGE in data:
            raise Refusal("PROTECTED_FILE", f"{name} is protected by a password")
        return Book(name, xls.read_sheets(data, name))
    what = "is empty" if not data else "is not an Excel workbook, whatever its name says"
    raise Refusal("NOT_A_WORKBOOK", f"{name} {what}")
