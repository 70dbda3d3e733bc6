"""The index of a history: which nights and archives each month was made from, and which stands for a day."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from wmt.history.figures import FIGURE
from wmt.history.sealed import read_sealed, sealed
from wmt.nights import NightError
from wmt.nights.fsync import replace_file

FOLDER = "history"
#: Months of another shape are made again.
FORMAT = "wmt-history/4 " + hashlib.sha256(" ".join(FIGURE).encode()).hexdigest()[:12]
REMEDY = "make it again with `wmt nights compact`"


class HistoryError(NightError):
    """The history cannot be read, or a question cannot be put to it; the message says why and what to do."""


class DayEntry(BaseModel):
    """What stands for a day. `night` is '' for an archive; `loaded_at` says when a correction came in."""

    model_config = ConfigDict(frozen=True)
    night: str
    as_at: datetime
    revision: int = 0
    loaded_at: datetime | None = None
    #: an archive that added all streams together, wholly or in part
    together: bool = False
    #: other nights of the same day that it stands before
    former: tuple[str, ...] = ()


class Month(BaseModel):
    """What a month was made from, and what it came to."""

    model_config = ConfigDict(frozen=True)
    #: name of the night → sha256 of its manifest
    nights: Mapping[str, str]
    #: size and time of the archive of the month; None where there is none
    archive: str | None
    sha256: str
    size: int
    wide_size: int
    wide_sha256: str
    days: Mapping[date, DayEntry]


class Index(BaseModel):
    """All months, by 'YYYY-MM'."""

    model_config = ConfigDict(frozen=True)
    format: str = FORMAT
    months: Mapping[str, Month] = {}
    #: checksum of the links (`links`): another one when somebody's code changed or was confirmed
    links: str = ""


def folder_of(nights: Path) -> Path:
    return nights / FOLDER


def month_path(nights: Path, month: str) -> Path:
    return folder_of(nights) / f"{month}.parquet"


def archive_path(nights: Path, month: str) -> Path:
    """The file that keeps figures of a month which came without lines."""
    return folder_of(nights) / f"archive-{month}.parquet"


def read_index(nights: Path) -> Index:
    """The index. Empty where there is none; raises HistoryError when it is damaged or of another program."""
    path = folder_of(nights) / "index.json"
    try:
        found = Index.model_validate(read_sealed(path, b'{"format":"wmt-history/3 '))
    except FileNotFoundError:
        return Index()
    except (ValueError, OSError) as error:
        raise HistoryError(f"{path} is damaged; {REMEDY}") from error
    if found.format != FORMAT:
        raise HistoryError(f"{path} was written by another version of this program; {REMEDY}")
    return found


def write_index(nights: Path, index: Index) -> None:
    """Put the index in its place with one rename."""
    replace_file(folder_of(nights) / "index.json", sealed(index.model_dump(mode="json")))


def months_between(first: date, last: date) -> Iterator[str]:
    """The months from one day to another, as 'YYYY-MM'."""
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield f"{year:04d}-{month:02d}"
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
