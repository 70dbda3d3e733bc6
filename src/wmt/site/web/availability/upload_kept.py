"""Tables that were sent and are looked at before they are applied: kept for whoever sent them, for a day."""

import json
import secrets
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from wmt.private_files import make_private_folder
from wmt.site.accounts.models import User
from wmt.site.loads.uploads import safe_name

_NUMBERS = 10**12
_SECONDS = 24 * 60 * 60
_OWNER = "owner.json"


@dataclass(frozen=True)
class KeptUpload:
    """What somebody sent: a number that nobody can guess, and the files in the order they were chosen."""

    number: int
    names: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return _folder(self.number)

    def files(self) -> list[tuple[str, bytes]]:
        """The files by name. Raises OSError where they are gone."""
        return [(name, (self.folder / f"{at}").read_bytes()) for at, name in enumerate(self.names)]

    def first_look(self) -> bool:
        """Whether this is asked for the first time."""
        try:
            (self.folder / "looked-at").touch(exist_ok=False)
        except OSError:
            return False
        return True

    def drop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _folder(number: int) -> Path:
    folder: Path = settings.CONFIG.uploads / f"people-{number:012}"
    return folder


def keep(user: User, files: "Iterable[UploadedFile[Any]]") -> KeptUpload:
    """Keep what somebody sent. Raises OSError where the disk does not take it."""
    forget_old()
    chosen = list(files)
    kept = KeptUpload(secrets.randbelow(_NUMBERS), tuple(safe_name(file.name or "") for file in chosen))
    make_private_folder(settings.CONFIG.uploads)
    kept.folder.mkdir(mode=0o700)
    try:
        for at, file in enumerate(chosen):
            with open(kept.folder / f"{at}", "xb") as out:
                for piece in file.chunks():
                    out.write(piece)
        owner = {"user": user.pk, "names": kept.names}
        (kept.folder / _OWNER).write_text(json.dumps(owner), encoding="utf-8")
    except BaseException:
        kept.drop()
        raise
    return kept


def find(user: User, number: int) -> KeptUpload | None:
    """What this person sent under a number; None for another's, and where it is gone."""
    if not 0 <= number < _NUMBERS:
        return None
    try:
        owner = json.loads((_folder(number) / _OWNER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return KeptUpload(number, tuple(owner["names"])) if owner["user"] == user.pk else None


def forget_old() -> None:
    """What was looked at and left. A load's files, which lie beside it, are none of ours."""
    home = settings.CONFIG.uploads
    for folder in home.glob("people-*") if home.is_dir() else ():
        try:
            is_old = time.time() - folder.stat().st_mtime > _SECONDS
        except OSError:
            continue  # somebody else has just removed it
        if is_old:
            shutil.rmtree(folder, ignore_errors=True)
