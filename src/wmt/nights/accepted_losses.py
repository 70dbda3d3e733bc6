"""What is gone for good, and said to be: nights and archives that somebody accepted as missing.

The history is made from the folders there are. What it once had and has no folder any more is a fault until
somebody says, with a reason, that it will not come back.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from wmt.nights.folder import NightError, is_night_name
from wmt.nights.fsync import replace_file
from wmt.nights.withdrawal import check_reason

FILE = "accepted-missing.json"


class Accepted(BaseModel):
    """That something is gone: why, who said so and when. `stamp` is the archive as it was left ('': gone)."""

    model_config = ConfigDict(frozen=True, extra="forbid")  # a name of a field that is damaged is told
    reason: str
    who: str
    at: datetime
    stamp: str = ""


_ALL = TypeAdapter(dict[str, Accepted])


def accepted_missing(nights: Path) -> Mapping[str, Accepted]:
    """By the name of a night, or 'archive-YYYY-MM'. Raises NightError where the file is damaged."""
    path = nights / FILE
    try:
        return _ALL.validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (ValidationError, OSError) as error:
        raise NightError(
            f"{path} is damaged; bring it back from a copy, or delete it and accept again"
        ) from error


def accept_missing(nights: Path, name: str, reason: str, who: str, stamp: str = "") -> Accepted:
    """Write down that a night or an archive is gone for good. The caller holds the lock.

    Raises NightError for a night whose folder is there.
    """
    if is_night_name(name) and (nights / name).is_dir():
        raise NightError(
            f"the data {name} is there: to take it out of the history, use `wmt nights withdraw`"
        )
    found = Accepted(
        reason=check_reason(reason), who=who, at=datetime.now(UTC).replace(microsecond=0), stamp=stamp
    )
    every = {**accepted_missing(nights), name: found}
    text = json.dumps(_ALL.dump_python(every, mode="json"), indent=1, ensure_ascii=False, sort_keys=True)
    replace_file(nights / FILE, f"{text}\n".encode())
    return found
