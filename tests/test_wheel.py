"""The wheel holds the whole program with its styles and scripts, and nothing that only builds or tests it."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src"
#: What only fetches the styles and scripts, and what a site that ran here left behind.
LEFT_OUT = {"package.json", "package-lock.json", ".npmrc", ".collect"}
MADE = {"__pycache__", "node_modules", "collected"}
#: What a site cannot run without, whatever the folders look like by then.
NEEDED = (
    "wmt/site/web/built/govuk-frontend.min.css",
    "wmt/site/web/built/.ready",
    "wmt/site/web/templates/account/login.html",
    "wmt/rules/hmpps/thresholds.yaml",
    "wmt/policy/values/retention.yaml",
    "wmt/site/workload/migrations/0001_initial.py",
)


@pytest.mark.process
def test_the_wheel_holds_what_runs_and_nothing_else(tmp_path: Path) -> None:
    assert (SOURCE / "wmt/site/web/built/.ready").is_file(), "fetch the styles first: make test does"
    held = set(ZipFile(built_in(tmp_path)).namelist())
    program = {name for name in held if ".dist-info/" not in name}
    assert program == set(wanted())
    assert set(NEEDED) <= held
    beside = {name.split("/", 1)[1] for name in held - program}
    licences = {f"licenses/licences/{path.name}" for path in (ROOT / "licences").iterdir()}
    assert licences | {"licenses/LICENSE", "entry_points.txt"} <= beside


def wanted() -> list[str]:
    """All files of the source but those that are made, and those that only make."""
    return [
        str(path.relative_to(SOURCE))
        for path in (SOURCE / "wmt").rglob("*")
        if path.is_file() and path.name not in LEFT_OUT and not MADE & set(path.parts)
    ]


def built_in(folder: Path) -> Path:
    """A wheel as `make wheel` builds it, with nothing written into the project."""
    order = ["build", "--build-base", folder / "build", "bdist_wheel", "--dist-dir", folder / "dist"]
    order += ["--bdist-dir", folder / "bdist"]
    info = ["egg_info", "--egg-base", folder]
    program = "from setuptools import setup; setup()"
    done = subprocess.run(
        [sys.executable, "-c", program, *info, *order], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (wheel,) = (folder / "dist").iterdir()
    return wheel
