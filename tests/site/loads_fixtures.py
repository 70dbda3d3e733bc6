"""What tests of loads share: inputs of a small nation, a load performed, and files to send."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from wmt.demo import Truth

Written = tuple[Path, Truth]


def night_of(written: Written, number: int) -> Path:
    folder, truth = written
    return folder / truth.nights[number].folder


def wished(written: Written, number: int, **more: Any) -> Any:
    """A load asked for: a night of the nation with its people."""
    from wmt.site.loads.load_request import LoadRequest
    from wmt.site.loads.loading import ask

    night = night_of(written, number)
    return ask(
        wish=LoadRequest(paths=[str(night / "tidy")], people=str(night / "people"), **more), who="a test"
    )


def spoiled(written: Written, number: int, to: Path, faults: int = 1) -> Path:
    """A copy of a night's tidy tables in which so many cells of the cases are no tier."""
    import polars as pl

    shutil.copytree(night_of(written, number) / "tidy", to)
    cases = pl.read_parquet(to / "case.parquet")
    rows = pl.int_range(pl.len()) < faults
    cases.with_columns(location=pl.when(rows).then(pl.lit("Moon")).otherwise("location")).write_parquet(
        to / "case.parquet"
    )
    signed(to)
    return to


def signed(tidy: Path) -> None:
    """Let the manifest of tidy tables say what its files hold by now."""
    import polars as pl

    manifest = json.loads((tidy / "manifest.json").read_text())
    for table in manifest["tables"]:
        table["sha256"] = hashlib.sha256((tidy / table["file"]).read_bytes()).hexdigest()
        table["rows"] = len(pl.read_parquet(tidy / table["file"]))
    (tidy / "manifest.json").write_text(json.dumps(manifest))


def home_of_its_own(nation: Any, settings: Any, path: Path) -> Path:
    """A home for one test, with a copy of the night that is shown."""
    before = settings.CONFIG.nights
    settings.CONFIG = replace(settings.CONFIG, home=path / "home")
    shutil.copytree(before / nation.load.night, settings.CONFIG.nights / nation.load.night)
    return Path(settings.CONFIG.home)


def sent(folder: Path) -> list[SimpleUploadedFile]:
    """The files of a folder as a browser sends them."""
    return [SimpleUploadedFile(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]
