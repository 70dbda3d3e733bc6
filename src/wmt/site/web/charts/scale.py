"""The scale of a chart: which values it shows, its round steps, and where a value lies."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """From `low` to `high` in steps of `step`; all whole numbers in the unit of the values."""

    low: int
    high: int
    step: int

    @classmethod
    def holding(cls, values: Iterable[int | None], *, low: int, high: int, most: int = 6) -> "Scale":
        """A scale that holds some values and at least `low` to `high`, with at most `most` round steps."""
        known = [value for value in values if value is not None]
        least, highest = min([low, *known]), max([high, *known])
        sizes = (size * 10**power for power in range(20) for size in (1, 2, 5))
        step = next(size for size in sizes if -(-highest // size) - least // size <= most)
        return cls(least // step * step, max(-(-highest // step), least // step + 1) * step, step)

    @property
    def ticks(self) -> range:
        """The values that are written on the axis."""
        return range(self.low, self.high + 1, self.step)

    def at(self, value: int, start: int, room: int) -> int:
        """Where a value lies, `start` being the place of the lowest and `room` the way to the highest.

        A value outside lies at the end it is beyond.
        """
        held = min(max(value, self.low), self.high)
        return start + (held - self.low) * room // max(1, self.high - self.low)
