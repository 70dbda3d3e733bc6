"""Makes the homes of earlier versions that `test_earlier_homes.py` brings up to date. Run by hand.

    python tests/homes/make.py records=29996c6 duties=34e6374

checks each commit out beside the working tree, lets *its* program make a small nation and load a night of
it into a fresh SQLite home, with an archive of two days before it where that version takes one, and packs all
homes into homes.tar.xz here: in one archive, because what is alike in them is then kept once. It needs the
environment of the project; the checkouts are removed again.

records: hours, reductions and live figures, before there was a history.
duties: history, as-of and duties, as they stood before nights could be held or withdrawn.
"""

import io
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
NATION = """
import sys
from pathlib import Path
from wmt.demo import write_nation
write_nation(Path(sys.argv[1]), seed=7, posts=60, cases=1200, nights=1, formats=("tidy", "people"))
"""
ARCHIVE = """day,level,code,points_x100,available_x100
2026-11-17,region,N01,1000000,1200000
2026-11-18,region,N01,1010000,1200000
"""
RUN = "from wmt.cli.main import run; run()"
#: Made anew by whoever starts it, and nobody's business.
_LEFT_OUT = ("secret-key", ".set-up", ".lock", "uploads")


def main(wanted: list[str]) -> None:
    """Make all homes."""
    with tempfile.TemporaryDirectory() as made:
        homes = {}
        for name, commit in (each.split("=") for each in wanted):
            homes[name] = Path(made) / name
            _make(Path(made) / f"{name}-checkout", commit, homes[name])
        _pack(homes, HERE / "homes.tar.xz")


def _make(checkout: Path, commit: str, home: Path) -> None:
    nation = checkout.with_name(f"{checkout.name}-nation")
    subprocess.run(["git", "worktree", "add", "--detach", str(checkout), commit], cwd=HERE, check=True)
    try:
        env = _environment(checkout, home)
        _python(env, NATION, nation)
        night = min(nation.glob("2*"))
        _python(env, RUN, "load", night / "tidy", "--people", night / "people")
        if (checkout / "src/wmt/history/import_archive.py").is_file():
            archive = nation / "archive.csv"
            archive.write_text(ARCHIVE)
            _python(env, RUN, "nights", "import-archive", archive)
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(checkout)], cwd=HERE, check=True)


def _environment(checkout: Path, home: Path) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("WMT_")}
    return env | {
        "PYTHONPATH": str(checkout / "src"),
        "WMT_HOME": str(home),
        "WMT_SECRET_KEY": "x",
        "WMT_TODAY": "extract",
    }


def _python(env: dict[str, str], code: str, *arguments: object) -> None:
    subprocess.run([sys.executable, "-c", code, *map(str, arguments)], env=env, check=True)


def _pack(homes: dict[str, Path], to: Path) -> None:
    """One file without owners, times of its making or paths of this machine."""
    with tarfile.open(to, "w:xz", preset=9) as archive:
        for home in homes.values():
            _tidy(home)
        files = [
            (name, path, path.relative_to(home)) for name, home in homes.items() for path in home.rglob("*")
        ]
        for name, path, place in sorted(files, key=lambda each: (each[2], each[0])):
            if path.is_file():
                about = tarfile.TarInfo(f"{name}/{place}")
                about.size = path.stat().st_size
                archive.addfile(about, io.BytesIO(path.read_bytes()))


def _tidy(home: Path) -> None:
    database = sqlite3.connect(home / "wmt.sqlite3")
    database.execute("PRAGMA journal_mode=DELETE")
    database.execute("VACUUM")
    database.close()
    for name in _LEFT_OUT:
        for path in (home / name, home / "nights" / name):
            shutil.rmtree(path, ignore_errors=True)
            if path.is_file():
                path.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
