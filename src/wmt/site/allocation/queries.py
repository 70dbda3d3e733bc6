"""Which allocations count in figures whose extract does not have them yet."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from wmt.allocation.transfers import CaseTransfer
from wmt.nights import open_night
from wmt.nights.kept_transfers import kept_transfers
from wmt.site.allocation.models import CaseAllocation
from wmt.site.workload.night_rows import first_days
from wmt.site.workload.state import State


def open_transfers() -> list[CaseTransfer]:
    """Of every case whose allocation the extract does not show yet, its way, in order."""
    return [row.transfer for row in CaseAllocation.objects.filter(is_open=True).order_by("change", "pk")]


def transfers_since(state: State) -> list[CaseTransfer]:
    """What was given, and what was undone, after the night of the figures was worked out: in order."""
    keys = {each.key for each in kept_by(state)}
    return transfers_back(state) + [each for each in open_transfers() if each.key not in keys]


def transfers_back(state: State) -> list[CaseTransfer]:
    """The ways back of what the night of the figures has and was undone, the last first.

    What it has and no record tells of, as after a database was put back, is undone too: every figure has
    somebody who answers for it.
    """
    kept = _kept(state.night, settings.CONFIG.nights)
    found = CaseAllocation.objects.filter(key__in=[each.key for each, _ in kept])
    rows = {row.key: row for row in found}
    back = []
    for each, since in reversed(kept):
        row = rows.get(each.key)
        if row is None:
            back.append(each.back._replace(since=since))
        elif row.state == CaseAllocation.State.UNDONE:
            back.append(row.back)
    return back


def kept_by(state: State) -> list[CaseTransfer]:
    """The transfers that the night of the figures was worked out with."""
    return [each for each, _ in _kept(state.night, settings.CONFIG.nights)]


@lru_cache(maxsize=4)
def _kept(name: str, home: Path) -> list[tuple[CaseTransfer, date | None]]:
    """With the day since when the extract has each case at its former holder."""
    night = open_night(home / name)
    found = kept_transfers(night)
    days = first_days(night, [each.ref for each in found]) if found else {}
    return [(each, days.get((each.from_post, each.ref))) for each in found]
