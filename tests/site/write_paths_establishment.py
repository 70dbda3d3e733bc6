"""What is sent so that a row of the establishment of a unit is really saved, for `write_paths`."""

from collections.abc import Callable
from typing import Any

from write_paths_set_up import set_up

from wmt.site.changes import establishment
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state


@set_up
def target_of(pdu: str) -> int:
    """A target of a PDU, by its number."""
    state = current_state()
    unit = Unit.objects.get(load_id=state.load_id, level="pdu", code=pdu, whole=True)
    cells = {"kind": "target", "grade": "PO", "fte": "1", "first_day": "2026-04-01", "why": "a test"}
    return establishment.enter(
        actor=None, who="a test", unit=unit, state=state, cells=cells, sure=True
    )[0].pk  # fmt: skip


#: Of a place of `write_paths`, by the method and the address that are asked.
ESTABLISHMENT_SAVES: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("POST", "establishment-nation"): lambda place: place.form(
        "/establishment/nation/", kind="target", grade="PO", place="nation:nation", fte="1",
        first_day="1 April 2026", why="a test", sure="on",
    ),
    ("POST", "establishment"): lambda place: place.form(
        f"/establishment/pdu/{place.pdu}/", kind="agency", grade="PO", place=f"pdu:{place.pdu}", fte="1",
        first_day="1 April 2026", sure="on",
    ),
    ("POST", "establishment-row"): lambda place: place.form(
        f"/establishment-row/{target_of(place.pdu)}/", fte="2", why="a test", sure="on"
    ),
    ("POST", "establishment-row-back"): lambda place: place.form(
        f"/establishment-row/{target_of(place.pdu)}/back/"
    ),
}  # fmt: skip
