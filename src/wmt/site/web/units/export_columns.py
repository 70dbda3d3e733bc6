"""Tables as files have them: the columns that would crowd a page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wmt.ledger import STREAM_NAMES
from wmt.site import tables
from wmt.site.figures import units
from wmt.site.tables import Column, Row, Value
from wmt.site.web.units.unit_request import UnitRequest
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


def overview(
    question: UnitRequest, columns: list[Column], listed: Sequence[Unit], rows: list[Row], total: Row | None
) -> tuple[list[Column], list[Row], Row | None]:
    """The table of units with the units each belongs to before it, and the points of help behind it."""
    places = Places.of(question.state, levels_over(question.level))
    before = [*places.columns(), Column("stream", "Stream")]
    after = [
        Column("contacts", "Help (CMS)", "points"),
        Column("contacts_share", "Help (CMS), of available points", "percent"),
    ]
    more = [
        {
            **{
                column.key: tables.text(name)
                for column, name in zip(
                    before, (*places.values(unit), STREAM_NAMES[unit.stream]), strict=True
                )
            },
            **_help(unit),
        }
        for unit in listed
    ]
    rows = [replace(row, values=row.values | new) for row, new in zip(rows, more, strict=True)]
    if total is not None:
        empty: dict[str, Value] = {column.key: tables.text("") for column in before}
        total = replace(total, values=total.values | empty | _help(question.subject))
    return [*before, *columns, *after], rows, total


def _help(unit: Unit) -> dict[str, Value]:
    return {
        "contacts": tables.points(unit.contacts_x100),
        "contacts_share": tables.share(unit.contacts_x100, unit.available_x100),
    }
