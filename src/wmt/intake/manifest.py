"""The manifest of a tidy folder or zip, and the promise that the files beside it are those it lists."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from wmt.days import moment_words
from wmt.intake.archive import content, open_zip, prove
from wmt.intake.cells import FIRST_MOMENT, LAST_MOMENT
from wmt.intake.faults import Faults, ReadingStopped
from wmt.intake.model import InputFile
from wmt.intake.read_table import source_of

FORMAT = "workload-input/1"
MANIFEST = "manifest.json"
#: A manifest is a page of text.
LARGEST_MANIFEST = 1_000_000


class _Entry(BaseModel):
    """One table: its name, its file beside the manifest, its rows without the header, its checksum."""

    model_config = ConfigDict(extra="ignore", strict=True)
    name: str
    file: str
    rows: int = Field(ge=0)
    sha256: str


class TidyManifest(BaseModel):
    model_config = ConfigDict(extra="ignore")
    format: str
    as_at: datetime
    tier_scheme: Literal["pc16", "t7", "ag7"]
    source: str | None = None
    case_list: Literal["none", "complete"]
    tables: list[_Entry]

    @field_validator("as_at", mode="before")
    @classmethod
    def _written_out(cls, given: object) -> object:
        """A moment written out, such as 2024-06-14T00:32:14; a number might count from anywhere."""
        if not isinstance(given, str) or not re.match(r"\s*\d{4}-\d{2}-\d{2}", given, re.ASCII):
            raise ValueError("write the local date and time as 2024-06-14T00:32:14")
        return given


@dataclass(frozen=True)
class Bundle:
    """A tidy input: how to get the bytes of a file beside the manifest, and the files there are."""

    name: str
    files: frozenset[str]
    get: Callable[[str], bytes]


def folder_bundle(folder: Path) -> Bundle:
    """A folder as a bundle; only files directly in it count."""
    files = frozenset(path.name for path in folder.iterdir() if path.is_file())
    return Bundle(folder.name, files, lambda name: (folder / name).read_bytes())


def zip_bundle(data: bytes, name: str) -> Bundle:
    """A zip as a bundle. Its manifest may stand in one folder of the zip; the tables stand beside it."""
    archive = open_zip(data, name)
    manifests = [member for member in archive.namelist() if PurePosixPath(member).name == MANIFEST]
    if not manifests:
        raise ReadingStopped("MANIFEST_MISSING", f"{name} holds no {MANIFEST}")
    if len(manifests) > 1:
        raise ReadingStopped("MANIFEST_BAD", f"{name} holds {len(manifests)} files {MANIFEST}")
    prefix = manifests[0].removesuffix(MANIFEST)
    beside = [
        member for member in archive.namelist() if member.startswith(prefix) and not member.endswith("/")
    ]
    prove(archive, beside, name)
    files = frozenset(member.removeprefix(prefix) for member in beside)
    return Bundle(name, files, lambda file: content(archive, prefix + file, name))


def is_tidy_zip(data: bytes) -> bool:
    """Whether a zip looks like a tidy one: a manifest in it, and no workbook."""
    if not data.startswith(b"PK"):
        return False
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    return "xl/workbook.xml" not in names and any(PurePosixPath(name).name == MANIFEST for name in names)


def read_manifest(bundle: Bundle, faults: Faults) -> TidyManifest:
    """The manifest, checked. Raises Refusal when there is none or it is not one."""
    if MANIFEST not in bundle.files:
        raise ReadingStopped("MANIFEST_MISSING", f"{bundle.name} holds no {MANIFEST}", sheet=MANIFEST)
    try:
        written = json.loads(bundle.get(MANIFEST)[: LARGEST_MANIFEST + 1].decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ReadingStopped("MANIFEST_BAD", f"{MANIFEST} is not JSON in UTF-8", sheet=MANIFEST) from error
    return manifest_of(written, MANIFEST, faults)


def manifest_of(written: object, place: str, faults: Faults) -> TidyManifest:
    """What stands at a place, checked. Raises Refusal where it is no manifest."""
    if isinstance(written, dict) and written.get("format") != FORMAT:
        raise ReadingStopped(
            "MANIFEST_FORMAT", f"{place} has the format {written.get('format')!r:.60}", sheet=place
        )
    try:
        manifest = TidyManifest.model_validate(written)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "it"
        raise ReadingStopped(
            "MANIFEST_BAD", f"{place}: {where}: {first['msg']}", sheet=place, column=where
        ) from error
    if manifest.as_at.tzinfo is not None:
        what = f"{place}: as_at has an offset from UTC"
        faults.refuse("MANIFEST_TIME_ZONE", what, sheet=place, column="as_at")
        manifest.as_at = manifest.as_at.replace(tzinfo=None)
    if not FIRST_MOMENT <= manifest.as_at <= LAST_MOMENT:
        what = f"{place}: no extract is of {moment_words(manifest.as_at)}"
        raise ReadingStopped("MANIFEST_BAD", what, sheet=place, column="as_at")
    return manifest


def listed_files(bundle: Bundle, manifest: TidyManifest, faults: Faults) -> dict[str, tuple[_Entry, bytes]]:
    """The bytes of every listed table by name. What is missing, listed twice or changed is refused."""
    found: dict[str, tuple[_Entry, bytes]] = {}
    for entry in manifest.tables:
        if entry.file not in bundle.files or entry.file == MANIFEST:
            what = f"{MANIFEST} lists the file {entry.file[:60]}, which is not there"
            faults.refuse("MANIFEST_TABLE", what, sheet=entry.name, column="file")
        elif entry.name in found:
            faults.refuse(
                "MANIFEST_TABLE", f"{MANIFEST} lists the table {entry.name} twice", sheet=entry.name
            )
        else:
            data = bundle.get(entry.file)
            if source_of(data, entry.file).sha256 != entry.sha256.lower():
                what = f"the file {entry.file} has another checksum than {MANIFEST} says"
                faults.refuse("MANIFEST_SHA256", what, sheet=entry.name, column="sha256")
            found[entry.name] = (entry, data)
    unlisted = sorted(bundle.files - {entry.file for entry in manifest.tables} - {MANIFEST})
    if tables := [file for file in unlisted if file.endswith((".csv", ".parquet"))]:
        faults.refuse(
            "MANIFEST_TABLE", f"{tables[0]} stands beside {MANIFEST} but is not listed", sheet=tables[0]
        )
    return found


def sources_of(bundle: Bundle) -> list[InputFile]:
    """Every file of the bundle with its checksum, in order of name."""
    return [source_of(bundle.get(file), file) for file in sorted(bundle.files)]
