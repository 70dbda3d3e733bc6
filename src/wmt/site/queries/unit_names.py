"""The names and codes of the units that a unit belongs to, as columns of files."""

from collections.abc import Sequence
from dataclasses import dataclass

from wmt.site.figures import units
from wmt.site.tables import Column
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: The levels a unit can belong to, from above, and what the columns of their names are called.
LEVELS = ("region", "pdu", "team")


def levels_over(level: str) -> tuple[str, ...]:
    """The levels over a level of which files name the units: the nation is the same for all."""
    return LEVELS[: LEVELS.index(level)] if level in LEVELS else LEVELS


@dataclass(frozen=True)
class Places:
    """The names of the units of a load, by level and code."""

    names: dict[str, dict[str, str]]

    @classmethod
    def of(cls, state: State, levels: Sequence[str]) -> "Places":
        """Those of some levels: a query each."""
        return cls(
            {level: dict(units.of_level(state, level).values_list("code", "name")) for level in levels}
        )

    def columns(self) -> list[Column]:
        """A column for the name and one for the code of each level."""
        return [
            column
            for level in self.names
            for column in (
                Column(level, units.TITLES[level]),
                Column(f"{level}_code", f"{units.TITLES[level]} code", "code"),
            )
        ]

    def values(self, unit: Unit) -> tuple[str, ...]:
        """Names and codes of the units a unit belongs to, in the order of the columns."""
        found: list[str] = []
        for level, names in self.names.items():
            code = getattr(unit, f"{level}_code")
            found += (names.get(code, code), code)
        return tuple(found)
