"""The import report of a load as rows: a refused input has no night to keep it in."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from wmt.intake.remedies import REMEDIES
from wmt.site.workload.models import Fault, Load

_BATCH = 500


@transaction.atomic
def keep_report(load: Load, report: dict[str, Any]) -> None:
    """Keep a report in the shape of `wmt.nights.check_report`, in place of one that is there."""
    report = storable(report)
    load.faults.all().delete()
    faults = [Fault(load=load, **fault) for fault in report["faults"]]
    Fault.objects.bulk_create(faults, batch_size=_BATCH)
    load.sheets, load.set_aside = report["sheets"], report["set_aside"]
    load.refusals = sum(fault.severity == "refuse" for fault in faults)
    load.warnings = len(faults) - load.refusals
    load.layout, load.tier_scheme = report["layout"] or "", report["tier_scheme"] or ""
    load.save()


def report_of(load: Load) -> dict[str, Any]:
    """The report again, as `wmt check --json` gives it."""
    names = ("severity", "code", "sheet", "row", "column", "message")
    as_at = load.as_at.astimezone(ZoneInfo(settings.TIME_ZONE)) if load.as_at else None
    return {
        "accepted": bool(load.night),
        "as_at": as_at.replace(tzinfo=None).isoformat() if as_at else None,
        "layout": load.layout or None,
        "tier_scheme": load.tier_scheme or None,
        "sheets": load.sheets,
        "faults": list(load.faults.order_by("pk").values(*names)),
        "set_aside": load.set_aside,
    }


def remedy(code: str) -> str:
    """What to do about faults of a code; empty where intake says it in the fault's own words only."""
    return REMEDIES.get(code, "")


def storable(value: Any) -> Any:
    """The same data without what no database keeps: NUL, and halves of characters."""
    if isinstance(value, str):
        return value.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {storable(key): storable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [storable(part) for part in value]
    return value
