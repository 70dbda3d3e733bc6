"""Recorded waiting cases by CRN: the whole of it, or its beginning from four signs on."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from wmt.site import tables
from wmt.site.allocation import access
from wmt.site.allocation.models import WaitingCase
from wmt.site.audit.reads import note_read
from wmt.site.links import unit_url
from wmt.site.web.allocation import waiting_labels
from wmt.site.web.units.labels import upper_first
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.text import plain_marks

FEWEST_SIGNS = 4


def matches(state: State, user: Any, asked: str) -> list[WaitingCase]:
    """Those that wait and that the user may read; of a day in the past none."""
    typed = plain_marks(asked).replace(" ", "").upper()
    if len(typed) < FEWEST_SIGNS or state.as_of is not None:
        return []
    reads = access.reads_waiting(user, state)
    found = WaitingCase.objects.filter(ref__startswith=typed, state=WaitingCase.State.WAITING)
    return [row for row in found.order_by("ref", "event_number") if reads(row)]


def table(user: Any, found: Sequence[WaitingCase]) -> tables.Table:
    """The table of the page of results."""
    columns = [
        tables.Column("crn", "CRN", "code"),
        tables.Column("what", "Case"),
        tables.Column("team", "Team code", "code"),
        tables.Column("since", "Came on", "date"),
    ]
    rows = []
    for row in found:
        note_read(user, Unit(level="team", code=row.team_code, name=row.team_code))
        values = {
            "crn": tables.text(row.ref, reverse("waiting-case", args=[row.pk])),
            "what": tables.text(upper_first(waiting_labels.what(row))),
            "team": tables.text(row.team_code, unit_url("team", row.team_code)),
            "since": tables.day(row.arrived_on),
        }
        rows.append(tables.Row(values))
    return tables.Table("waiting", "Recorded waiting cases", columns, rows)
