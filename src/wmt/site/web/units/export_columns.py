"""Tables as files have them: the columns that would crowd a page."""

from collections.abc import Sequence
from dataclasses import replace

from wmt.ledger import STREAM_NAMES
from wmt.site import tables
from wmt.site.queries.unit_names import Places, levels_over
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.workload.models import Unit

#: The levels a unit can belong to, from above, and what the columns of their names are called.
LEVELS = ("region", "pdu", "team")


def overview(
    question: UnitRequest,
    columns: list[tables.Column],
    listed: Sequence[Unit],
    rows: list[tables.Row],
    total: tables.Row | None,
) -> tuple[list[tables.Column], list[tables.Row], tables.Row | None]:
    """The table of units with the units each belongs to before it, and the points of help behind it."""
    places = Places.of(question.state, levels_over(question.level))
    before = [*places.columns(), tables.Column("stream", "Stream")]
    after = [
        tables.Column("used", "Reductions used", "hours"),
        tables.Column("contacts", "Help (CMS)", "points"),
        tables.Column("contacts_share", "Help (CMS), of available points", "percent"),
    ]
    more = [
        {
            **{
                column.key: tables.text(name)
                for column, name in zip(
                    before, (*places.values(unit), STREAM_NAMES[unit.stream]), strict=True
                )
            },
            **_more(question, unit),
        }
        for unit in listed
    ]
    rows = [replace(row, values=row.values | new) for row, new in zip(rows, more, strict=True)]
    if total is not None:
        empty: dict[str, tables.Value] = {column.key: tables.text("") for column in before}
        total = replace(total, values=total.values | empty | _more(question, question.subject))
    return [*before, *columns, *after], rows, total


def _more(question: UnitRequest, unit: Unit) -> dict[str, tables.Value]:
    return {
        "used": tables.hours(question.used_hours.of(unit)),
        "contacts": tables.points(unit.contacts_x100),
        "contacts_share": tables.share(unit.contacts_x100, unit.available_x100),
    }
