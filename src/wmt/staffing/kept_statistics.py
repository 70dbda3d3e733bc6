"""Published tables that an installation has read: kept by day of publication, and joined to what ships.

Each publication is one CSV file, `caseload-2026-07-30.csv`. Values are never changed by a later publication:
they stand beside it with their own day, so that a forecast of the past uses what was published by then.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from wmt.days import written
from wmt.staffing import series as dated
from wmt.staffing.rates import StaffingError

COLUMNS = ("series", "as_at", "value", "cell", "file", "sha256")
#: Where the tables are in the folder of an installation.
FOLDER = "statistics"
_FILE = re.compile(r"(caseload|workforce)-([0-9]{4}-[0-9]{2}-[0-9]{2})\.csv")
_TITLES = {"caseload": "Offender management statistics quarterly", "workforce": "HMPPS workforce quarterly"}


@dataclass(frozen=True)
class KeptValue:
    """One value of a publication, with the cell that it was read from."""

    series: str
    as_at: date
    value: float
    cell: str


@dataclass(frozen=True)
class KeptTable:
    """A publication that was read: the table, its day, its values, and the file they are from."""

    table: str
    published_on: date
    values: Sequence[KeptValue]
    file: str
    sha256: str

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.table}-{self.published_on.isoformat()}.csv"

    @property
    def source(self) -> str:
        """Where its values are from, in words."""
        return f"{_TITLES[self.table]}, published {written(self.published_on)}"

    def is_same(self, other: "KeptTable") -> bool:
        """Whether both hold the same values."""
        return {(each.series, each.as_at, each.value) for each in self.values} == {
            (each.series, each.as_at, each.value) for each in other.values
        }

    def as_csv(self) -> bytes:
        """The bytes of its file."""
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(COLUMNS)
        for each in self.values:
            rows.writerow(
                (each.series, each.as_at.isoformat(), f"{each.value:.12g}", each.cell, self.file, self.sha256)
            )
        return text.getvalue().encode()


def read_folder(folder: Path) -> list[KeptTable]:
    """All publications that were read, oldest first; none where there is no folder.

    Raises StaffingError, naming the file, for one that was changed into something that is none.
    """
    if not folder.is_dir():
        return []
    found = [_read(path) for path in folder.iterdir() if _FILE.fullmatch(path.name)]
    return sorted(found, key=lambda each: (each.published_on, each.table))


def _read(path: Path) -> KeptTable:
    try:
        return _parsed(path.name, path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        what = f"{path.name} cannot be read; move it out of {FOLDER} and read the published table again"
        raise StaffingError(what) from None


@lru_cache(maxsize=256)
def _parsed(name: str, text: str) -> KeptTable:
    """A kept publication from the text of its file. Raises ValueError, or what is alike, for none."""
    found = _FILE.fullmatch(name)
    assert found is not None
    day = date.fromisoformat(found[2])
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    values = [
        KeptValue(row["series"], date.fromisoformat(row["as_at"]), _number(row["value"]), row["cell"])
        for row in rows
    ]
    is_sound = bool(values) and all(each.series in dated.names() and each.as_at < day for each in values)
    if not is_sound or len({(each.series, each.as_at) for each in values}) < len(values):
        raise ValueError(name)
    return KeptTable(found[1], day, values, rows[0]["file"], rows[0]["sha256"])


def _number(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1e12:
        raise ValueError(text)
    return value


def all_series(folder: Path) -> dict[str, dated.DatedSeries]:
    """What ships with the program and what was read, by name: every value with its own day of publication.

    Where both have a value of one day and publication, the one that was read holds.
    """
    return joined(dated.packaged(), read_folder(folder))


def joined(
    shipped: Mapping[str, dated.DatedSeries], tables: Iterable[KeptTable]
) -> dict[str, dated.DatedSeries]:
    """Series with the values of publications added."""
    values = {name: list(each.values) for name, each in shipped.items()}
    for table in tables:
        for each in table.values:
            values.setdefault(each.series, []).append(
                dated.SeriesValue(each.as_at, each.value, table.published_on, "read", table.source)
            )
    return {
        name: replace(shipped[name], values=values[name])
        if name in shipped
        else dated.named(name, values[name])
        for name in dated.names()
        if name in values
    }


def questions(
    table: KeptTable, series: Mapping[str, dated.DatedSeries], jump_percent: float, revision_percent: float
) -> list[str]:
    """What a person should look at before a publication is taken, in words: values that are hardly so.

    `series` are those that stand already. A step that a known break explains is none.
    """
    found = []
    for name in dict.fromkeys(each.series for each in table.values):
        own = {each.as_at: each for each in table.values if each.series == name}
        stands = series.get(name) or dated.named(name, [])
        former = {each.as_at: each for each in sorted(stands.values, key=lambda each: each.published_on)}
        for each in own.values():
            found += _revised(each, former.get(each.as_at), table, revision_percent)
        days = sorted({*former, *own})
        for before, day in pairwise(days):
            if not {before, day} & set(own):
                continue
            first, last = ((own.get(at) or former[at]).value for at in (before, day))
            shift = stands.shift_between(before, day)
            if shift is not None and _differs(first + shift, last, jump_percent):
                cell = f" (cell {own[day].cell})" if day in own else ""
                found.append(
                    f"{name}: {first:,.0f} on {written(before)} and {last:,.0f} on {written(day)}{cell}"
                )
    return found


def _revised(value: KeptValue, former: dated.SeriesValue | None, table: KeptTable, most: float) -> list[str]:
    if former is None:
        return []
    same_day = former.published_on == table.published_on and former.value != value.value
    if not same_day and not _differs(former.value, value.value, most):
        return []
    return [
        f"{value.series}: {value.value:,.0f} on {written(value.as_at)} (cell {value.cell}), and "
        f"{former.value:,.0f} as published on {written(former.published_on)}"
    ]


def _differs(first: float, last: float, percent: float) -> bool:
    low, high = sorted((first, last))
    return high > low * (1 + percent / 100)
