"""Which allocations count in figures whose extract does not have them yet."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from wmt.allocation.transfers import CaseTransfer
from wmt.nights import open_night
from wmt.site.allocation.models import CaseAllocation
from wmt.site.workload.night_rows import kept_transfers
from wmt.site.workload.state import State


def open_transfers() -> list[CaseTransfer]:
    """Of every case whose allocation the extract does not show yet, its way, in order."""
    return [row.transfer for row in CaseAllocation.objects.filter(is_open=True).order_by("change", "pk")]


def transfers_since(state: State) -> list[CaseTransfer]:
    """What was given, and what was undone, after the night of the figures was worked out: in order."""
    keys = {each.key for each in kept_by(state)}
    undone = CaseAllocation.objects.filter(key__in=keys, state=CaseAllocation.State.UNDONE)
    back = [row.back for row in undone.order_by("-change", "-pk")]
    return back + [each for each in open_transfers() if each.key not in keys]


def kept_by(state: State) -> list[CaseTransfer]:
    """The transfers that the night of the figures was worked out with."""
    return _kept(state.night, settings.CONFIG.nights)


@lru_cache(maxsize=4)
def _kept(night: str, home: Path) -> list[CaseTransfer]:
    return kept_transfers(open_night(home / night))
