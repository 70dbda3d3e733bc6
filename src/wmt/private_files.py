"""Files of a home are for the account that runs the site, and for nobody else of the machine."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

#: What others must not have of a file or folder.
OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SERVED = 0o022


def keep_private() -> None:
    """From now on this process makes files 600 and folders 700, whatever it was started with."""
    os.umask(OTHERS)


@contextmanager
def for_everybody() -> Iterator[None]:
    """Inside, files may be read by all: styles and scripts, which are no secret."""
    former = os.umask(_SERVED)
    try:
        yield
    finally:
        os.umask(former)


def make_private_folder(path: Path) -> None:
    """A folder for this account alone, made with those above it; one that is there stays as it is."""
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in (*reversed(missing), path):
        folder.mkdir(mode=0o700, exist_ok=True)


def tighten(path: Path) -> tuple[int, int]:
    """Take from a file, or a folder and all in it, what others could do with it.

    Returns how many were wider and are narrow now, and how many belong to somebody else and stay as they are.
    """
    narrowed, left = 0, 0
    below = (Path(folder, name) for folder, *names in os.walk(path) for several in names for name in several)
    for each in chain((path,), below):
        try:
            about = each.lstat()
            if stat.S_ISLNK(about.st_mode) or not about.st_mode & OTHERS:
                continue
            each.chmod(stat.S_IMODE(about.st_mode) & ~OTHERS)
            narrowed += 1
        except FileNotFoundError:
            continue  # made and gone meanwhile, as SQLite's own files are
        except PermissionError:
            left += 1
    return narrowed, left
