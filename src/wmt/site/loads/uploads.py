"""Files that were sent by the upload page: kept in a folder of their own until their load is done."""

import re
import secrets
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from wmt.private_files import make_private_folder
from wmt.site.workload.models import Load

_LONGEST = 100
_ODD = re.compile(r"[^\w .()\-]+")
#: Tables come together as one folder; anything else is a file of its own.
TABLES = (".csv", ".parquet", ".json")


def safe_name(name: str) -> str:
    """A file's name without folders and odd characters, and not hidden; its kind stays."""
    path = Path(_ODD.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" ."))
    return path.stem[: _LONGEST - len(path.suffix)] + path.suffix if path.name else "unnamed"


class Upload:
    """A folder for the files of one load. Raises OSError where the disk does not take them."""

    def __init__(self) -> None:
        self.folder = settings.CONFIG.uploads / secrets.token_hex(16)
        make_private_folder(settings.CONFIG.uploads)
        self.folder.mkdir(mode=0o700)

    def keep(self, files: Iterable["UploadedFile[Any]"], part: str) -> list[Path]:
        """Write files into a part of the folder, piece by piece; their paths."""
        (self.folder / part).mkdir()
        return [self._keep(file, self.folder / part) for file in files]

    def drop(self) -> None:
        """Remove everything again."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def _keep(file: "UploadedFile[Any]", folder: Path) -> Path:
        path = folder / safe_name(file.name or "")
        with open(path, "xb") as kept:
            for piece in file.chunks():
                kept.write(piece)
        return path


def discard(load: Load) -> None:
    """Remove what was uploaded for a load, unless it is held. Files that lie elsewhere are left alone."""
    if load.state == Load.State.HELD:
        return
    for folder in _folders([load]):
        shutil.rmtree(folder, ignore_errors=True)


def discard_forgotten() -> None:
    """Remove uploads that no load is waiting for any more. Only when nobody can be uploading."""
    home = settings.CONFIG.uploads
    alive = (Load.State.WAITING, Load.State.RUNNING, Load.State.HELD)
    wanted = _folders(Load.objects.filter(state__in=alive))
    for folder in home.iterdir() if home.is_dir() else ():
        if folder not in wanted:
            shutil.rmtree(folder, ignore_errors=True)


def _folders(loads: Iterable[Load]) -> set[Path]:
    home = settings.CONFIG.uploads
    given: Sequence[str] = [path for load in loads for path in load.order.get("paths", ())]
    paths = [Path(path) for path in given]
    return {home / path.relative_to(home).parts[0] for path in paths if home in path.parents}
