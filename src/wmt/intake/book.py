"""Books: a workbook as sheets of typed cells, whatever its file format."""

import re
from dataclasses import dataclass

from wmt.intake import xls, xlsx
from wmt.intake.faults import ReadingStopped
from wmt.intake.grid import Grid

ZIP = b"PK"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
#: What else is sent under the name of a workbook, by what the file begins with.
_OTHERS = (
    (
        rb"\s*<\?xml[^>]*>\s*(?:<\?mso-application[^>]*>\s*)?<(?:\w+:)?Workbook\b",
        "is an XML spreadsheet of Excel 2003",
    ),
    (
        rb"\s*(?:<!doctype html|<html|<\?xml[^>]*>\s*<html|<table|<meta)",
        "is a web page under the name of a workbook",
    ),
    (rb"%PDF", "is a PDF document"),
    (rb"PAR1", "is a Parquet file under the name of a workbook"),
    (rb"\x09[\x00\x02\x04]", "is a workbook of Excel 4 or older"),
    (rb"[^\x00<]{0,400}[,;\t][^\x00<]{0,400}\r?\n", "is a text file (CSV) under the name of a workbook"),
)


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
            raise ReadingStopped("PROTECTED_FILE", f"{name} is protected by a password")
        return Book(name, xls.read_sheets(data, name))
    start = data[:4096].removeprefix(b"\xef\xbb\xbf")
    found = (said for pattern, said in _OTHERS if re.match(pattern, start, re.IGNORECASE))
    what = next(found, "is not an Excel workbook, whatever its name says") if start else "is empty"
    raise ReadingStopped("NOT_A_WORKBOOK", f"{name} {what}")
