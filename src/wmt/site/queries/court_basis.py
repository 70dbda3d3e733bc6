"""What the figures say of a unit when courts are advised: how full it is, and the certificate of that."""

from wmt.ledger import HEADLINE
from wmt.plan.full_certificate import checksum
from wmt.plan.full_state import HAS_ROOM
from wmt.site.changes.court_advice import AdviceBasis
from wmt.site.figures import units
from wmt.site.queries import full
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


def basis_of(state: State, unit: Unit) -> AdviceBasis:
    """The same of a unit now, by its part in sentence management where it has one."""
    unit = units.streams(state, unit).get(HEADLINE, unit)
    found = full.states_of(state, [unit])[unit.code]
    return AdviceBasis(
        word=found.word, has_room=found.word == HAS_ROOM or not found.kinds, night=state.night,
        sha256=checksum(full.certified(state, unit, found)),
    )  # fmt: skip
