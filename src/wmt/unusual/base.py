"""What is common at a unit: changes seen there before a look, and elsewhere before and meanwhile."""

from dataclasses import dataclass
from typing import Any

import polars as pl

_SUMS = ("number", "exposure")
_Sums = dict[tuple[str, str], tuple[int, int]]
_FEW = 1  # so many events of the common rate weigh as much as the past that is known


@dataclass(frozen=True)
class SeenBefore:
    """How many changes were seen of how much exposure: of the unit before, of others before and meanwhile."""

    own: tuple[int, int]
    others: tuple[int, int]
    others_now: tuple[int, int]

    def to_expect(self, common: float) -> float:
        """The highest of these rates and the common one; one of which little is known is nearer to that."""
        seen = (self.own, self.others, self.others_now)
        return max(common, *((number + _FEW) / (exposure + _FEW / common) for number, exposure in seen))

    @property
    def own_rate(self) -> int | None:
        """As it was seen, of 100,000; None where nothing is known."""
        return _rate(self.own)

    @property
    def others_rate(self) -> int | None:
        """The higher of before and meanwhile, as it was seen, of 100,000; None where nothing is known."""
        known = [rate for each in (self.others, self.others_now) if (rate := _rate(each)) is not None]
        return max(known, default=None)


class Base:
    """Sums of the changes of units of a level, before a look and during it."""

    def __init__(self, teams: pl.DataFrame, level: str, nights: int, base_nights: int) -> None:
        past = teams.filter(pl.col("ago").is_between(nights, nights + base_nights - 1))
        seen = teams.filter(pl.col("ago") < nights)
        #: others are those that are not in the same unit above: they share a manager's or head's decision
        self._above = {"team": "pdu", "pdu": "region", "region": "nation"}.get(level, "nation")
        self._own = _sums(past, f"{level}_code")
        self._past, self._now = (
            (_sums(frame, None), _sums(frame, f"{self._above}_code"), _sums(frame, f"{level}_code"))
            for frame in (past, seen)
        )

    def seen(self, kind: str, row: dict[str, Any]) -> SeenBefore:
        """Of a unit (`code`, and `pdu` and `region` as far as it lies in them)."""
        own = self._own.get((kind, row["code"]), (0, 0))
        return SeenBefore(own, self._others(self._past, kind, row), self._others(self._now, kind, row))

    def _others(self, sums: tuple[_Sums, _Sums, _Sums], kind: str, row: dict[str, Any]) -> tuple[int, int]:
        whole, above, own = sums
        all_of = whole.get((kind, ""), (0, 0))
        near = above.get((kind, str(row.get(self._above))), (0, 0))
        rest = (all_of[0] - near[0], all_of[1] - near[1])
        if rest[1] > 0:
            return rest
        itself = own.get((kind, row["code"]), (0, 0))
        return (all_of[0] - itself[0], all_of[1] - itself[1])


def _rate(seen: tuple[int, int]) -> int | None:
    number, exposure = seen
    return round(number * 100_000 / exposure) if exposure > 0 else None


def _sums(frame: pl.DataFrame, column: str | None) -> _Sums:
    by = ["kind", *([column] if column else [])]
    rows = frame.group_by(by).agg(pl.col(_SUMS).sum()).iter_rows()
    return {(row[0], row[1] if column else ""): (row[-2], row[-1]) for row in rows}
