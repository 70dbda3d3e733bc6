"""Looking every night over: all bytes as they were written, and, when asked for, the same results again."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wmt.ledger import LedgerError
from wmt.nights.folder import NightError, is_night_name, night_name, open_night
from wmt.nights.recompute import recompute
from wmt.nights.withdrawal import folder_of, withdrawals
from wmt.nights.write import ASIDE
from wmt.rules import RulesError

Progress = Callable[[str, float], None]
BRING_BACK = "Bring the folder back from a copy, or move it away and load its extract again"


@dataclass(frozen=True)
class NightFault:
    """Something that is not as it should be: what, how, and the remedy."""

    what: str
    wrong: str
    remedy: str


@dataclass(frozen=True)
class Verified:
    """How many nights were looked at and worked out again, and what is wrong with them."""

    nights: int
    replayed: int
    faults: tuple[NightFault, ...]


def verify_nights(nights: Path, *, replay: bool = False, progress: Progress | None = None) -> Verified:
    """Look at every night of a folder; with `replay`, work each out again and compare every byte."""
    paths = [*_nights_in(nights), *_nights_in(folder_of(nights))]
    faults: list[NightFault] = []
    replayed = 0
    for number, path in enumerate(paths):
        if progress:
            progress(f"verifying {path.name}", number / len(paths))
        found, again = _verified(path, replay)
        faults += found
        replayed += again
    faults += [
        NightFault(
            path.name.removeprefix(ASIDE),
            "forgetting it was cut short, and it is not in its place",
            "`wmt nights compact` puts it back",
        )
        for folder in (nights, folder_of(nights))
        for path in sorted(folder.glob(f"{ASIDE}*"))
    ]
    return Verified(len(paths), replayed, (*faults, *_withdrawals(nights)))


def _nights_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if is_night_name(path.name)) if folder.is_dir() else []


def _withdrawals(nights: Path) -> list[NightFault]:
    """Withdrawals that were cut short, or whose folder is gone."""
    faults = []
    for each in withdrawals(nights):
        standing, away = (folder / each.night for folder in (nights, folder_of(nights)))
        if each.restoring or (standing.is_dir() and not away.is_dir()):
            wrong, remedy = "withdrawing or restoring it was cut short", "`wmt nights compact` finishes it"
        elif standing.is_dir():
            wrong, remedy = "it is withdrawn, and there is another folder of it", "Move one of the two away"
        elif not away.is_dir():
            wrong, remedy = "it is withdrawn, and its folder is gone", "Bring the folder back from a copy"
        else:
            continue
        faults.append(NightFault(each.night, wrong, remedy))
    return faults


def _verified(path: Path, replay: bool) -> tuple[list[NightFault], bool]:
    """What is wrong with one night, and whether it was worked out again."""
    try:
        night = open_night(path)
        named = night_name(night.manifest.as_at, night.manifest.revision)
        if named != path.name:
            return [
                NightFault(path.name, f"the folder holds the data {named}", "Give it back its name")
            ], False
        faults = [
            NightFault(f"{path.name}/{name}", "changed, lost or added after it was saved", BRING_BACK)
            for name in night.damage()
        ]
        if faults or not replay:
            return faults, False
        remedy = "Report this as a fault of the program"
        try:
            differing = recompute(night).differing
        except (LedgerError, RulesError) as error:
            return [NightFault(night.name, f"cannot be recalculated: {error}", remedy)], True
        remedy = f"Keep the folder: its figures are those that were shown. {remedy}"
        wrong = "gives another result when it is recalculated"
        return [NightFault(f"{night.name}/{name}", wrong, remedy) for name in differing], True
    except (NightError, OSError) as error:
        return [NightFault(path.name, str(error), BRING_BACK)], False
