"""The folders of nights against the loads that the database knows."""

from dataclasses import dataclass

from django.conf import settings

from wmt.history.compaction_losses import REMEDY
from wmt.nights.accepted_losses import accepted_missing
from wmt.nights.names import night_names
from wmt.nights.verify import NightFault
from wmt.nights.withdrawal import withdrawals
from wmt.site.workload.models import Load


@dataclass(frozen=True)
class KnownNights:
    """Nights that were loaded and whose folder is gone, as faults; folders that no load knows, by name."""

    faults: tuple[NightFault, ...]
    unknown: tuple[str, ...]


def compare() -> KnownNights:
    """Compare them. What is withdrawn, or accepted as missing, is no fault."""
    nights = settings.CONFIG.nights
    there = {name.name for name in night_names(nights)}
    loads = Load.objects.exclude(night="")
    loaded = loads.filter(state=Load.State.LOADED, withdrawn_at__isnull=True).order_by("pk")
    when = dict(loaded.values_list("night", "asked_at"))
    fine = {each.night for each in withdrawals(nights)} | set(accepted_missing(nights))
    faults = [
        NightFault(
            name,
            f"it was loaded on {when[name]:%-d %B %Y} and its folder is gone",
            REMEDY.format(name=name),
        )
        for name in sorted(set(when) - there - fine)
    ]
    unknown = there - set(loads.values_list("night", flat=True))
    return KnownNights(tuple(faults), tuple(sorted(unknown)))
