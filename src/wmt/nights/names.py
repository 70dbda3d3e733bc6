"""The nights of a folder by their names alone: quick also where there are thousands."""

import os
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

#: The folder beside the nights that keeps those that were withdrawn.
WITHDRAWN = "withdrawn"

#: The name of a night: its moment, fractions of a second where there are any, which correction it is.
NAME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{6})(?:-(\d{6}))?(?:\.(\d+))?")


@dataclass(frozen=True, order=True)
class NightName:
    """What a folder's name says: the moment the night describes, and which correction of it this is."""

    as_at: datetime
    revision: int
    name: str

    @property
    def day(self) -> date:
        return self.as_at.date()


def read_name(name: str) -> NightName | None:
    """What a name says; None where it is not the name of a night."""
    found = NAME.fullmatch(name)
    if found is None:
        return None
    try:
        moment = datetime.strptime(found[1], "%Y-%m-%dT%H%M%S")
    except ValueError:
        return None
    return NightName(moment.replace(microsecond=int(found[2] or 0)), int(found[3] or 0), name)


def night_names(nights: Path) -> list[NightName]:
    """The nights of a folder in time order, a correction after what it corrects. Folders are not opened."""
    if not nights.is_dir():
        return []
    with os.scandir(nights) as entries:
        found = [read_name(entry.name) for entry in entries if entry.is_dir()]
    return sorted(name for name in found if name is not None)
