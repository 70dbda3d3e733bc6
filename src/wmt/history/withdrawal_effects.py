"""What the history would be without one of its nights: for whoever is about to withdraw it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from wmt.days import written
from wmt.history import links
from wmt.history.index import Index, folder_of, month_path, read_index
from wmt.history.months import MonthParts, month_bytes, month_figures, standing_of, wanted_months
from wmt.history.reader import History
from wmt.history.wide_months import wide_bytes, wide_path
from wmt.nights import NightError, open_night, saved_nights
from wmt.nights.names import read_name


@dataclass(frozen=True)
class WithdrawalEffect:
    """What withdrawing a night does to the history.

    `stood`: its figures are those of its day. `instead`: what stands for the day then, a night's name, or
    'archive', or '' for no figures. `leaning`: later nights in which posts keep figures of it, which stay.
    """

    day: date
    stood: bool
    instead: str
    leaning: tuple[str, ...]

    @property
    def words(self) -> str:
        day = written(self.day)
        if not self.stood:
            said = "No figures in the history change: there is other data for the same date."
        elif not self.instead:
            said = f"1 day of the history changes: {day} will have no figures."
        else:
            of = "an archive" if self.instead == "archive" else f"the data {self.instead}"
            said = f"1 day of the history changes: {day} will have the figures of {of}."
        if self.leaning:
            said += (
                f" Posts that were set aside keep figures of it in {', '.join(self.leaning)}; to change "
                "that, withdraw that data too and load its extracts again."
            )
        return said


def effect_of(nights: Path, name: str) -> WithdrawalEffect:
    """What withdrawing a night would do. Raises NightError where it is not there."""
    from wmt.history.archive import archive_months, read_archive

    night = open_night(nights / name)
    day = night.manifest.as_at.date()
    parts = wanted_months(nights)[name[:7]]
    now, then = (standing_of(nights, each).get(day) for each in (parts, _without(parts, name)))
    stood = now is not None and now.night == name
    instead, month = "", f"{day:%Y-%m}"
    if then is not None:
        instead = then.night
    elif month in archive_months(nights) and day in set(read_archive(nights, month)["day"]):
        instead = "archive"
    mine = read_name(name)
    if mine is None:
        raise NightError(f"{name} is not the name of saved data")
    # later nights in which posts that were set aside have their lines from this one
    leaning = []
    for later in saved_nights(nights):
        if later.manifest.as_at > mine.as_at and "facts/former_line.parquet" in later.manifest.files:
            since = later.table("facts/post")["stale_since"]
            leaning += [later.name] if since.is_in([mine.as_at]).any() else []
    return WithdrawalEffect(day, stood, instead if stood else "", tuple(leaning))


def _without(parts: MonthParts, name: str) -> MonthParts:
    return MonthParts({each: made for each, made in parts.nights.items() if each != name}, parts.archive)


@contextmanager
def history_without(nights: Path, name: str) -> Iterator[History]:
    """The history as it would be; readable inside the block. Nothing of the real one is touched."""
    month, index = name[:7], read_index(nights)
    parts = _without(wanted_months(nights)[month], name)
    with tempfile.TemporaryDirectory(prefix="wmt-history-") as made:
        other = Path(made) / "nights"
        folder_of(other).mkdir(parents=True)
        policies = nights.resolve().parent / "policy.yaml"
        if policies.is_file():  # the installation's own words for names of nobody: links are found by them
            os.symlink(policies, other.parent / policies.name)
        for path in folder_of(nights).glob("????-??*.parquet"):
            if path.name[:7] != month:
                os.symlink(path, folder_of(other) / path.name)
        months = {each: found for each, found in index.months.items() if each != month}
        if parts.nights or parts.archive:
            frame, days = month_figures(nights, month, parts)
            month_path(other, month).write_bytes(month_bytes(frame))
            wide_path(other, month).write_bytes(wide_bytes(frame))
            changed = {"days": days, "sha256": f"without {name}"}
            months[month] = index.months[month].model_copy(update=changed)
        for file in (links.FILE, links.CONFIRMED_FILE):
            if (folder_of(nights) / file).is_file():
                shutil.copy(folder_of(nights) / file, folder_of(other) / file)
        links.update_links(other, Index(months=months))
        yield History(other, Index(months=months), f"{name} withdrawn")
