"""The establishment of units by the figures shown: its records, each at its place among units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from wmt.site.availability import establishment as kept
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.staffing.establishment import LEVELS, EstablishmentEntry, counted

Place = tuple[str, ...]


@dataclass(frozen=True)
class UnitEstablishment:
    """All that is known of the establishment on the day of the figures, and what its units are called."""

    entries: Sequence[EstablishmentEntry]
    names: Mapping[Place, str]
    state: State

    def of(self, unit: Unit) -> list[EstablishmentEntry]:
        """What counts for a unit."""
        return counted(self.entries, place_of(unit), self.state.day) if self.entries else []

    def later(self, unit: Unit) -> int:
        """How many entries of a unit and those below it begin after the day of the figures."""
        place = place_of(unit)
        return sum(
            each.place[: len(place)] == place and each.first_day > self.state.day for each in self.entries
        )


def establishment_of(state: State) -> UnitEstablishment:
    """The establishment of all units. Rows of units that the figures do not have are left out."""
    rows = list(kept.known_on(state).order_by("key"))
    if not rows:
        return UnitEstablishment([], {}, state)
    units = Unit.objects.filter(
        load_id=state.load_id, whole=True, level__in=LEVELS, code__in={row.code for row in rows}
    )
    found = {(unit.level, unit.code): unit for unit in units}
    entries = [
        EstablishmentEntry(
            place_of(found[row.level, row.code]), row.grade, row.kind, Fraction(row.fte_x100, 100),
            row.first_day, row.last_day, row.why,
        )
        for row in rows
        if (row.level, row.code) in found
    ]  # fmt: skip
    return UnitEstablishment(entries, {place_of(unit): unit.name for unit in found.values()}, state)


def place_of(unit: Unit) -> Place:
    """Codes from the region down to a unit; none for the nation."""
    codes = {"region": (unit.code,), "pdu": (unit.region_code, unit.code)}
    if unit.level == "nation":
        return ()
    return codes.get(unit.level, (unit.region_code, unit.pdu_code, unit.code))
