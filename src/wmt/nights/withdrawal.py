"""Withdrawing a night: its folder is put away, out of the history, and comes back as it was when restored.

withdrawn/
  <night>/       the folder, with the bytes it always had
  <night>.json   why, by whom and when

The record is written before the folder moves, and removed after the folder came back: a withdrawal that was
cut short is finished by whoever next holds the lock of the nights (`finish`).
"""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from wmt.nights.folder import Night, NightError, NightManifest, is_night_name, open_night, saved_nights
from wmt.nights.fsync import replace_file, sync
from wmt.nights.names import WITHDRAWN

#: The longest reason that is kept.
REASON = 500


class WithdrawnError(NightError):
    """What was asked for is about a night that is withdrawn; `night` is its name."""

    def __init__(self, night: str, message: str) -> None:
        super().__init__(message)
        self.night = night


class Withdrawal(BaseModel):
    """That a night is withdrawn. `shown`: it was the one shown, and is again when it is restored."""

    model_config = ConfigDict(frozen=True, extra="forbid")  # a name of a field that is damaged is told
    night: str
    reason: str
    who: str
    at: datetime
    shown: bool = False
    #: it is on its way back
    restoring: bool = False

    @property
    def words(self) -> str:
        """When, by whom and why."""
        return f"withdrawn on {self.at:%-d %B %Y} by {self.who}: {self.reason}"


def folder_of(nights: Path) -> Path:
    return nights / WITHDRAWN


def withdrawals(nights: Path) -> list[Withdrawal]:
    """All withdrawn nights by name. A folder whose record is lost or damaged is there with no reason."""
    folder = folder_of(nights)
    if not folder.is_dir():
        return []
    names = {path.name.removesuffix(".json") for path in folder.iterdir()}
    return [_read(nights, name) for name in sorted(names) if is_night_name(name)]


def withdrawal_of(nights: Path, name: str) -> Withdrawal | None:
    """That one night is withdrawn, or None."""
    return next((each for each in withdrawals(nights) if each.night == name), None)


def withdrawn_nights(nights: Path) -> list[Night]:
    """The withdrawn nights themselves, in time order. Raises NightError for a folder that is none."""
    return saved_nights(folder_of(nights))


def _read(nights: Path, name: str) -> Withdrawal:
    try:
        return Withdrawal.model_validate_json(_record(nights, name).read_bytes())
    except (OSError, ValidationError):
        at = datetime.fromtimestamp(folder_of(nights).stat().st_mtime, UTC)
        return Withdrawal(night=name, reason="its record was lost", who="somebody", at=at)


def _record(nights: Path, name: str) -> Path:
    return folder_of(nights) / f"{name}.json"


def check_reason(reason: str) -> str:
    """A reason without blanks around it. Raises NightError where there is none, or it is too long."""
    said = " ".join(reason.split())
    if not said:
        raise NightError("say why: the reason is kept with the data and shown in the list of loads")
    if len(said) > REASON:
        raise NightError(f"the reason has {len(said):,} characters; {REASON} are the most")
    return said


def ask_withdrawal(nights: Path, name: str, reason: str, who: str, *, shown: bool = False) -> Withdrawal:
    """Write down that a night is to be withdrawn. From then on `finish` withdraws it, whatever happens.

    Raises NightError for a night that is not there or is withdrawn already. The caller holds the lock.
    """
    if known := withdrawal_of(nights, name):
        raise WithdrawnError(name, f"the data {name} is {known.words}")
    open_night(nights / name)
    at = datetime.now(UTC).replace(microsecond=0)
    found = Withdrawal(night=name, reason=check_reason(reason), who=who, at=at, shown=shown)
    _write(nights, found)
    return found


def ask_restoring(nights: Path, name: str) -> Withdrawal:
    """Write down that a withdrawn night is to come back. Raises NightError where it cannot."""
    found = withdrawal_of(nights, name)
    if found is None:
        raise NightError(f"the data {name} is not withdrawn")
    open_night(folder_of(nights) / name)
    if (nights / name).exists():
        raise NightError(f"there is data {name} again; move one of the two folders away")
    found = found.model_copy(update={"restoring": True})
    _write(nights, found)
    return found


def _write(nights: Path, found: Withdrawal) -> None:
    replace_file(_record(nights, found.night), (found.model_dump_json(indent=1) + "\n").encode())


def put_away(nights: Path, name: str) -> None:
    """Move a night's folder out of the history; nothing where that is done."""
    _move(nights / name, folder_of(nights) / name)


def put_back(nights: Path, name: str) -> None:
    """Move a withdrawn night's folder back to the others; nothing where that is done."""
    _move(folder_of(nights) / name, nights / name)


def _move(source: Path, target: Path) -> None:
    if not source.is_dir():
        return
    if target.exists():
        raise NightError(f"both {source} and {target} are there; move one of the two away")
    os.rename(source, target)
    sync(target.parent)
    sync(source.parent)


def strike(nights: Path, name: str) -> None:
    """Remove the record of a withdrawal whose night is back."""
    _record(nights, name).unlink(missing_ok=True)
    with suppress(OSError):  # others are withdrawn
        folder_of(nights).rmdir()


def finish(nights: Path) -> None:
    """Finish what was cut short, as far as folders go. The caller holds the lock, and compacts afterwards."""
    for each in withdrawals(nights):
        if each.restoring:
            put_back(nights, each.night)
            strike(nights, each.night)
        else:
            put_away(nights, each.night)


def refuse_withdrawn(
    nights: Path, inputs: str, same_rules: Callable[[NightManifest], bool] | None = None
) -> None:
    """Raise WithdrawnError where a withdrawn night was made from the same input (`Manifest.inputs`).

    By whatever rules: that other rules were approved since does not make the input right. Only for who says
    that it is meant, as a correction, `same_rules` tells which nights were made by the rules of now.
    """
    for night in withdrawn_nights(nights):
        if night.manifest.inputs == inputs and (same_rules is None or same_rules(night.manifest)):
            known = _read(nights, night.name)
            raise WithdrawnError(
                night.name,
                f"this input was loaded before, as {night.name}, and {known.words}. If it is "
                f"right after all, restore it: `wmt nights restore {night.name}`, or on the page of its load",
            )
