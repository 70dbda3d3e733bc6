"""Telling an extract that `wmt nation` wrote from any other, by what it says of itself."""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from wmt.demo.tidy import SOURCE
from wmt.demo.workbook import AUTHOR

#: What is read of a file to tell; what is longer was not written by us.
_MOST = 1_000_000
_PROPERTIES = "docProps/core.xml"
_MANIFEST = "manifest.json"


def is_invented(paths: Sequence[Path]) -> bool:
    """Whether all of an input was written by the demonstration: workbooks, tidy folders and their zips."""
    return bool(paths) and all(_is_invented(path) for path in paths)


def _is_invented(path: Path) -> bool:
    try:
        if path.is_dir():
            return _says_so((path / _MANIFEST).read_bytes()[:_MOST])
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if _PROPERTIES in names:
                return f"<dc:creator>{AUTHOR}</dc:creator>".encode() in _start_of(archive, _PROPERTIES)
            manifests = [name for name in names if PurePosixPath(name).name == _MANIFEST]
            return len(manifests) == 1 and _says_so(_start_of(archive, manifests[0]))
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError):
        return False


def _start_of(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        return file.read(_MOST)


def _says_so(manifest: bytes) -> bool:
    written = json.loads(manifest)
    return isinstance(written, dict) and written.get("source") == SOURCE
