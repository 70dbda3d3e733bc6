"""The shape of a night's folder, and reading one back.

<as-at>/
  manifest.json        what came in (sha256), which rules, and the sha256 of every file beside it
  facts/*.parquet      the facts as the ledger takes them; former_line where posts keep old figures
  input/*.parquet      the validated input tables, for lists of cases, contacts and flags
  rules.yaml           the resolved rules
  results/*.parquet    lines and totals
  report.json          the import report
  loaded.json          when, and the sha256 of the manifest; alone differs between two equal loads
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from wmt import rules
from wmt.errors import RefusalError
from wmt.facts import SCHEMAS, Facts
from wmt.nights.names import NAME, WITHDRAWN

FORMAT = "wmt-night/1"


class NightError(RefusalError):
    """A night cannot be read or written; the message says which file and what to do."""


class SourceFile(BaseModel):
    model_config = ConfigDict(frozen=True)
    name: str
    sha256: str
    size: int


class Forgotten(BaseModel):
    """That personal data of a night was deleted: when, up to which day, and how cases are kept since.

    `manifest` is the sha256 of the manifest that stood before. `cases` is 'counted', or 'renumbered' where
    a figure needs single cases.
    """

    model_config = ConfigDict(frozen=True)
    on: datetime
    before: date
    cases: str
    manifest: str


class NightManifest(BaseModel):
    """What a night is made of. `inputs` is one checksum over everything that decides the results.

    `approved` says which values of its rules the installation had approved; empty where all came with the
    program.
    """

    model_config = ConfigDict(frozen=True)
    format: str
    as_at: datetime
    layout: str
    tier_scheme: str
    rules_date: date
    overlays: tuple[str, ...]
    sources: tuple[SourceFile, ...]
    inputs: str
    revision: int
    program: str
    files: dict[str, str]
    forgotten: Forgotten | None = None
    approved: str = ""


@dataclass(frozen=True)
class Night:
    """A night opened for reading. Tables are read from disk when asked for."""

    path: Path
    manifest: NightManifest

    @property
    def name(self) -> str:
        """The folder's name: the as-at moment, and the revision when it is a correction."""
        return self.path.name

    def table(self, name: str) -> pl.DataFrame:
        """One table by its name in the folder, such as 'facts/post'. Raises NightError when damaged."""
        path = self.path / f"{name}.parquet"
        try:
            return pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise NightError(
                f"{path} cannot be read ({type(error).__name__}); load the extract again into another folder"
            ) from error

    def facts(self) -> Facts:
        return Facts(
            as_at=self.manifest.as_at,
            tier_scheme=self.manifest.tier_scheme,
            **{name: self.table(f"facts/{name}") for name in SCHEMAS},
        )

    def former(self) -> pl.DataFrame | None:
        """Lines of posts that keep the figures of an earlier night; None when every post is fresh."""
        has_former = "facts/former_line.parquet" in self.manifest.files
        return self.table("facts/former_line") if has_former else None

    def rules(self) -> rules.RuleSet:
        """The rules the night was priced by."""
        return rules.from_yaml((self.path / "rules.yaml").read_text(encoding="utf-8"))

    def report(self) -> dict[str, Any]:
        """The import report, as `wmt check --json` gives it."""
        found: dict[str, Any] = json.loads((self.path / "report.json").read_text(encoding="utf-8"))
        return found

    def damage(self) -> list[str]:
        """Files that are missing, changed or not in the manifest, by name."""
        # the manifest vouches for all files but itself; loaded.json vouches for the manifest
        try:
            seal = json.loads((self.path / "loaded.json").read_text(encoding="utf-8"))["manifest"]
        except (OSError, ValueError, KeyError, TypeError):
            wrong = ["loaded.json"]
        else:
            wrong = [] if seal == sha256(self.path / "manifest.json") else ["manifest.json"]
        wrong += [
            name
            for name, expected in self.manifest.files.items()
            if not (self.path / name).is_file() or sha256(self.path / name) != expected
        ]
        known = {*self.manifest.files, "manifest.json", "loaded.json"}
        present = (str(p.relative_to(self.path)) for p in self.path.rglob("*") if p.is_file())
        return sorted({*wrong, *(name for name in present if name not in known)})


def sha256(path: Path) -> str:
    """The checksum of a file, read in pieces."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def night_name(as_at: datetime, revision: int = 0) -> str:
    """The folder name of a night: sorts in time order. Fractions of a second stand where there are any."""
    fraction = f"-{as_at.microsecond:06d}" if as_at.microsecond else ""
    return f"{as_at:%Y-%m-%dT%H%M%S}{fraction}" + (f".{revision}" if revision else "")


def is_night_name(name: str) -> bool:
    """Whether a folder's name is that of a night."""
    return NAME.fullmatch(name) is not None


def night_moment(name: str) -> tuple[datetime, int]:
    """The as-at moment and the revision that a night's name tells. Raises ValueError for another name."""
    found = NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name} is not the name of saved data")
    moment, fraction, revision = found.groups()
    as_at = datetime.strptime(moment, "%Y-%m-%dT%H%M%S").replace(microsecond=int(fraction or 0))
    return as_at, int(revision or 0)


def is_night(path: Path) -> bool:
    """Whether a path looks like a night's folder (and not like a tidy folder, which has a manifest too)."""
    manifest = path / "manifest.json"
    return manifest.is_file() and f'"{FORMAT}"' in manifest.read_text(encoding="utf-8", errors="replace")


def open_night(path: Path) -> Night:
    """Open a night's folder. Raises NightError when it is none, or its manifest is damaged."""
    try:
        text = (path / "manifest.json").read_text(encoding="utf-8")
        manifest = NightManifest.model_validate_json(text)
    except FileNotFoundError as error:
        if (path.parent / WITHDRAWN / path.name).is_dir():
            raise NightError(
                f"{path} was withdrawn; `wmt nights restore {path.name}` brings it back"
            ) from error
        raise NightError(f"{path} is not saved data: it has no manifest.json") from error
    except NotADirectoryError as error:
        raise NightError(f"{path} is not saved data, which is a folder") from error
    except (ValidationError, UnicodeDecodeError) as error:
        raise NightError(
            f"{path} cannot be used: its manifest.json is damaged or of another program; bring it back from "
            "a copy, or move the folder away and load its extract again"
        ) from error
    return Night(path, manifest)


def saved_nights(nights: Path) -> list[Night]:
    """The nights of a folder in time order, a correction after what it corrects.

    Raises NightError for a folder that has the name of a night and is none: no load may guess what it held.
    """
    if not nights.is_dir():
        return []
    folders = [path for path in nights.iterdir() if is_night_name(path.name)]
    found = [open_night(path) for path in folders]
    return sorted(found, key=lambda night: (night.manifest.as_at, night.manifest.revision))
