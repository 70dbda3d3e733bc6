"""The rules in force on one day: every path and its value, overlays laid over; and how two days differ."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cached_property, lru_cache

from wmt.rules import serialise
from wmt.rules.errors import NoRuleError
from wmt.rules.values import DatedValue


class RuleSet:
    """What everything is worth on one day. Immutable; equal when day, overlays and values are equal.

    `key` is the same for two days with the same values, so prices worked out for one serve for the other.
    """

    def __init__(self, day: date, values: Mapping[str, DatedValue], overlays: tuple[str, ...] = ()) -> None:
        self.day = day
        self.overlays = overlays
        self._values = dict(values)
        self._under: dict[str, dict[str, DatedValue]] = {}

    def __getitem__(self, path: str) -> DatedValue:
        """The value of a path. Raises NoRuleError, naming the likeliest paths, where none is in force."""
        value = self._values.get(path)
        if value is None:
            raise NoRuleError(f"no rule '{path}' is in force on {self.day}{near_misses(path, self._values)}")
        return value

    def get(self, path: str) -> DatedValue | None:
        """The value of a path, or None where none is in force."""
        return self._values.get(path)

    def under(self, prefix: str) -> dict[str, DatedValue]:
        """All values under a prefix, by the rest of their path, in file order; empty where there are none."""
        found = self._under.get(prefix)
        if found is None:  # looking through thousands of paths takes milliseconds, and pages ask again
            start = prefix + "."
            found = self._under[prefix] = {
                path[len(start) :]: value for path, value in self._values.items() if path.startswith(start)
            }
        return dict(found)

    def children(self, prefix: str) -> tuple[str, ...]:
        """The next segments under a prefix, each once, in file order: the ids of records."""
        return tuple(dict.fromkeys(rest.partition(".")[0] for rest in self.under(prefix)))

    def __iter__(self) -> Iterator[DatedValue]:
        return iter(self._values.values())

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, path: object) -> bool:
        return path in self._values

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RuleSet):
            return NotImplemented
        return (self.day, self.overlays, self.key) == (other.day, other.overlays, other.key)

    def __hash__(self) -> int:
        return hash((self.day, self.key))

    def __repr__(self) -> str:
        laid = f" with {', '.join(self.overlays)}" if self.overlays else ""
        return f"<rules in force on {self.day}{laid}: {len(self)} values>"

    @cached_property
    def key(self) -> str:
        """sha256 of the values and where they come from, whatever the day."""
        return hashlib.sha256(self._blocks.encode()).hexdigest()

    def to_yaml(self) -> str:
        """The whole set as YAML that `from_yaml` reads back, byte for byte."""
        return serialise.text(self.day, self.overlays, self._blocks)

    @cached_property
    def _blocks(self) -> str:
        return serialise.values_text(self)


# nights of a year are priced by a few rule sets, and reading one takes a tenth of a second
@lru_cache(maxsize=16)
def from_yaml(text: str, file: str = "rules") -> RuleSet:
    """A rule set as `to_yaml` wrote it. Raises RulesError with every fault."""
    day, overlays, values = serialise.read(text, file)
    return RuleSet(day, {value.path: value for value in values}, overlays)


def near_misses(path: str, known: Mapping[str, object]) -> str:
    """The likeliest meant paths, as the end of a sentence; empty when none is near."""
    close = get_close_matches(path, known, n=3, cutoff=7 / 10)
    return f"; did you mean {' or '.join(close)}?" if close else ""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A path whose value differs between two rule sets; None on the side where none is in force."""

    path: str
    before: DatedValue | None
    after: DatedValue | None


def diff(a: RuleSet, b: RuleSet) -> list[RuleChange]:
    """The paths whose value or unit differs, in the order of `a`, then those only in `b`.

    A value stated anew without being changed is no change: what things are worth stays the same.
    """
    paths = dict.fromkeys([*(value.path for value in a), *(value.path for value in b)])
    changes = (RuleChange(path, a.get(path), b.get(path)) for path in paths)
    return [change for change in changes if _worth(change.before) != _worth(change.after)]


def _worth(value: DatedValue | None) -> tuple[object, ...] | None:
    return None if value is None else (value.value, value.unit)
