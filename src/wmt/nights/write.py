"""Writing a night: everything beside, then one rename. Killed at any instant, there is a night or none."""

import json
import os
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from wmt import rules
from wmt.facts import Facts
from wmt.ledger import Ledger
from wmt.nights.folder import NightManifest, night_name, sha256
from wmt.nights.fsync import sync
from wmt.nights.names import WITHDRAWN

INCOMING = ".incoming-"
#: A night that is being replaced by one without personal data.
ASIDE = ".aside-"


TOTALS = "results/totals"


def results(ledger: Ledger, *, together: bool = False) -> dict[str, pl.DataFrame]:
    """The result tables of a night: every line, and the totals of the five levels in each stream.

    `together` adds the streams, as nights have it that were written before there were streams.
    """
    return {"results/lines": ledger.lines(), TOTALS: ledger.totals(together=together)}


def table_bytes(frame: pl.DataFrame) -> bytes:
    """A table as Parquet, the same bytes for the same rows. In memory, because the writer hides why a disk
    refused a file."""
    content = BytesIO()
    frame.write_parquet(content, compression="zstd", compression_level=1, statistics=True)
    return content.getvalue()


@dataclass(frozen=True, kw_only=True)
class Content:
    """All that a night's folder holds beside its manifest. Tables are named by their place in the folder."""

    facts: Facts
    ruleset: rules.RuleSet
    former: pl.DataFrame | None
    inputs: Mapping[str, pl.DataFrame]
    results: Mapping[str, pl.DataFrame]
    report: Mapping[str, Any]

    def tables(self) -> dict[str, pl.DataFrame]:
        frames = {f"facts/{name}": frame for name, frame in self.facts.tables().items()}
        if self.former is not None:
            frames["facts/former_line"] = self.former
        frames |= {f"input/{name}": frame for name, frame in self.inputs.items()}
        # counts beside the measure come in the order their threads finished
        if (counts := frames.get("input/measure")) is not None:
            frames["input/measure"] = counts.sort(counts.columns)
        return {**frames, **self.results}


def write_night(
    nights: Path, content: Content, manifest: Mapping[str, Any], accepted: Mapping[str, Any] | None = None
) -> Path:
    """Write a whole night and put it in its place with one rename. The caller holds the lock.

    Returns the night's folder. `manifest` gives the fields of `Manifest` that only the caller knows,
    `accepted` why it was taken although it differs too far from another. When writing fails, nothing is left
    behind, so that a full disk is no fuller.
    """
    final = nights / night_name(content.facts.as_at, manifest["revision"])
    loaded = {"loaded_at": datetime.now(UTC).isoformat(timespec="seconds")}
    folder = write_beside(nights, content, manifest, loaded | ({"accepted": accepted} if accepted else {}))
    try:
        os.rename(folder, final)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    sync(nights)
    return final


def write_beside(
    nights: Path, content: Content, manifest: Mapping[str, Any], loaded: Mapping[str, Any]
) -> Path:
    """Write a whole night, durable, under a name that is not yet a night's; the folder.

    `loaded` goes into loaded.json: when, and why it was accepted.
    """
    folder = nights / f"{INCOMING}{uuid.uuid4().hex}"
    try:
        for part in ("facts", "input", "results"):
            (folder / part).mkdir(parents=True)
        for name, frame in content.tables().items():
            (folder / f"{name}.parquet").write_bytes(table_bytes(frame))
        (folder / "rules.yaml").write_text(content.ruleset.to_yaml(), encoding="utf-8")
        _write_json(folder / "report.json", content.report)
        # the manifest over all files that are there
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        listed = {str(path.relative_to(folder)): sha256(path) for path in files}
        whole = NightManifest.model_validate({**manifest, "files": listed})
        written = whole.model_dump_json(indent=1, exclude_none=True) + "\n"
        (folder / "manifest.json").write_text(written, encoding="utf-8")
        _write_json(folder / "loaded.json", {**loaded, "manifest": sha256(folder / "manifest.json")})
        for path in sorted(folder.rglob("*")):
            sync(path)
        sync(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def put_aside(final: Path) -> Path:
    """Take a night out of its place, to be replaced at once; if it is not, `sweep` brings it back."""
    aside = final.parent / f"{ASIDE}{final.name}"
    os.rename(final, aside)
    sync(final.parent)
    return aside


def sweep(nights: Path) -> None:
    """Put right what killed loads and forgettings left. The caller holds the lock: nothing is in use."""
    for folder in (nights, nights / WITHDRAWN):
        for aside in folder.glob(f"{ASIDE}*"):
            final = folder / aside.name.removeprefix(ASIDE)
            if final.exists():
                shutil.rmtree(aside)
            else:
                os.rename(aside, final)
                sync(folder)
        for leftover in folder.glob(f"{INCOMING}*"):
            shutil.rmtree(leftover)
