"""The small types of the room: a value with where it comes from, a parameter through time, an overlay."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from wmt.rules.errors import RulesError
from wmt.rules.units import Scalar

#: How a value is known. 'overlay' is a value laid over the tree; 'approved' is one that two people of this
#: installation agreed on; 'secondary' is to be checked before use.
STATUSES = (
    "published",
    "open code",
    "carried forward",
    "worked out",
    "default",
    "rule",
    "secondary",
    "overlay",
    "approved",
)

#: The first day of an overlay's value that holds on any date.
ALWAYS = date.min


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A parameter's value in force from a day on, with its unit, its meaning and where it comes from."""

    path: str
    value: Scalar
    valid_from: date
    unit: str
    description: str
    source: str
    status: str
    note: str | None = None
    overlay: str | None = None

    @property
    def hundredths(self) -> int:
        """The number in whole hundredths, exactly. Raises RulesError for text and for finer numbers."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | Decimal):
            raise RulesError(f"{self.path} is {self.value!r}, not a number that can be counted in hundredths")
        scaled = self.value * 100
        if scaled % 1:
            raise RulesError(f"{self.path} is {self.value}, which is finer than hundredths")
        return int(scaled)

    @property
    def whole(self) -> int:
        """The whole number it is, written with decimals or not. Raises RulesError for anything else."""
        whole, rest = divmod(self.hundredths, 100)
        if rest:
            raise RulesError(f"{self.path} is {self.value}, which is no whole number")
        return whole


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that can be set, through time. `values` ascend by day; each holds until the next one.

    `optional` says that an empty value is meant: there is no such limit, share or period.
    """

    path: str
    unit: str
    optional: bool
    values: tuple[DatedValue, ...]

    def at(self, day: date) -> DatedValue | None:
        """The value in force on a day: the latest not after it. None before the first."""
        found = bisect_right(self.values, day, key=lambda value: value.valid_from)
        return self.values[found - 1] if found else None


@dataclass(frozen=True, slots=True)
class Consultation:
    """Who was consulted about a change of rules: the body, the day, and the reference of its letter."""

    body: str = ""
    day: date | None = None
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Overlay:
    """A few values laid over the tree: a draft reform, a local agreement, a what-if.

    `entries` are (path, valid_from, value); a value holds until the next one of its path. What is said beside
    them (`reason`, `effect`, `consultation`) decides nothing.
    """

    name: str
    reference: str
    entries: tuple[tuple[str, date, Scalar], ...]
    description: str = ""
    file: str = ""
    reason: str = ""
    effect: str = ""
    consultation: Consultation = Consultation()

    def at(self, day: date) -> Iterator[tuple[str, date, Scalar]]:
        """The entries in force on a day, one for each path that has any."""
        ascending = sorted(self.entries, key=lambda entry: entry[1])
        yield from {entry[0]: entry for entry in ascending if entry[1] <= day}.values()

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths it sets, in its own order."""
        return tuple(dict.fromkeys(path for path, _, _ in self.entries))
