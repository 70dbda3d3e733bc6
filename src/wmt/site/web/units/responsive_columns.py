"""Columns of lists of units while something in them is not at green: the level, and the responsive figure."""

from collections.abc import Sequence

from wmt import ledger
from wmt.site import tables
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.workload.models import Unit

#: The keys of the columns: the level, and the figures that a level moves.
LEVEL, POINTS, CAPACITY = KEYS = ("priority_level", "responsive_points", "responsive_capacity")


def among(
    question: UnitRequest, columns: Sequence[tables.Column], listed: Sequence[Unit]
) -> list[tables.Column]:
    """The columns of a list with those of the responsive figure beside the capacity.

    None more where all units are at green; no figures where they are all those of business as usual.
    """
    responsive, found = question.responsive, []
    if question.unit.stream == ledger.OMIC or not responsive.not_green:
        return list(columns)
    if any(responsive.level_of(unit) for unit in listed):
        found.append(tables.Column(LEVEL, "Priority level"))
    if any(responsive.differs(unit) for unit in listed):
        found.append(tables.Column(CAPACITY, "Responsive capacity", "percent"))
        found.append(tables.Column(POINTS, "Responsive points", "points"))
    at = next((place for place, column in enumerate(columns, 1) if column.key == "capacity"), len(columns))
    return [*columns[:at], *found, *columns[at:]]


def values(question: UnitRequest, unit: Unit) -> dict[str, tables.Value]:
    """The level of a unit's PDU, and its figures at that level; nothing while everything is at green."""
    responsive = question.responsive
    if not responsive.not_green:
        return {}
    row = responsive.level_of(unit)
    level = row.level if row else "green" if unit.level in ("pdu", "team", "post") else ""
    points_x100 = responsive.points_x100(unit)
    # not set against the threshold, which is for business as usual
    capacity = tables.Value(
        ledger.decimal(ledger.capacity_x100(points_x100, unit.available_x100)),
        ledger.shown_capacity(points_x100, unit.available_x100),
    )
    return {LEVEL: tables.text(level.capitalize()), POINTS: tables.points(points_x100), CAPACITY: capacity}
