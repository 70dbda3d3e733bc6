"""Figures of one day or of several: sums kept whole, divided once by their days when they are shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from wmt import ledger
from wmt.ledger.arithmetic import divide_half_up
from wmt.ledger.serialise import micro
from wmt.site import tables

#: Hours are shown with two decimals at most, when they are a mean.
_HUNDREDTH = 10_000
_NOT_KNOWN = tables.Value(None, "not known")


@dataclass(frozen=True)
class FigurePeriod:
    """Some days of a unit: from when to when, how many of them have figures, and the sums over those.

    `corrected` and `archived`: how many of the days stand on a corrected night, or have no lines; `together`:
    how many are of an archive that added all streams together.
    """

    first: date
    last: date
    days: int
    sums: Mapping[str, Any]
    corrected: int = 0
    archived: int = 0
    together: int = 0

    @cached_property
    def capacity_x100(self) -> int | None:
        """Points held over all days ÷ points available over all days."""
        return ledger.capacity_x100(self.sums["points_x100"], self.sums["available_x100"])

    @property
    def capacity_words(self) -> str:
        """The same as people see it."""
        return ledger.shown_capacity(self.sums["points_x100"], self.sums["available_x100"])

    def is_over(self, mark_x100: int) -> bool:
        """Whether it is over a mark, by the exact value."""
        return ledger.is_over(self.sums["points_x100"], self.sums["available_x100"], mark_x100)

    def mean(self, name: str, times: int = 1) -> int | None:
        """A measure's mean over the days with figures, as whole as the measure is, or so many times as fine.

        None where a day lacks the measure, as days of an archive may.
        """
        total = self.sums[name]
        return None if total is None else divide_half_up(total * times, max(1, self.days))

    def capacity(self, mark_x100: int, href: str = "") -> tables.Value:
        return tables.percent(self.sums["points_x100"], self.sums["available_x100"], mark_x100, href)

    def points(self, name: str, href: str = "") -> tables.Value:
        found = self.mean(name)
        return _NOT_KNOWN if found is None else tables.points(found, href)

    def hours(self, name: str) -> tables.Value:
        """A measure in hours as a cell: of one day exactly, of several with two decimals."""
        found = self.mean(name)
        if found is None:
            return _NOT_KNOWN
        if self.days == 1:
            return tables.hours(found)
        shown = micro(divide_half_up(found, _HUNDREDTH) * _HUNDREDTH)
        return tables.Value(micro(found), f"{shown:,}")

    def count(self, name: str) -> tables.Value:
        """A number of things as a cell: of several days with one decimal."""
        tenths = self.mean(name, 10)
        if tenths is None:
            return _NOT_KNOWN
        if self.days == 1:
            return tables.count(self.sums[name])
        return tables.Value(ledger.decimal(self.mean(name, 100)), f"{tenths // 10:,}.{tenths % 10}")


def summed(stretches: list[FigurePeriod], names: tuple[str, ...]) -> FigurePeriod | None:
    """All of them as one; None of none."""
    if not stretches:
        return None
    return FigurePeriod(
        first=min(each.first for each in stretches),
        last=max(each.last for each in stretches),
        days=sum(each.days for each in stretches),
        sums={name: _sum([each.sums[name] for each in stretches]) for name in names},
        corrected=sum(each.corrected for each in stretches),
        archived=sum(each.archived for each in stretches),
        together=sum(each.together for each in stretches),
    )


def _sum(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None
