"""Putting bytes on a disk so that they are there after a loss of power, whole or not at all."""

import os
import uuid
from pathlib import Path

from wmt.private_files import make_private_folder

WRITING = ".writing-"


def sync(path: Path) -> None:
    """Make the bytes of a file, or the names of a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file beside its place and rename it into it. When that fails, nothing is left behind."""
    make_private_folder(path.parent)
    beside = path.parent / f"{WRITING}{uuid.uuid4().hex}"
    try:
        beside.write_bytes(content)
        sync(beside)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    sync(path.parent)
