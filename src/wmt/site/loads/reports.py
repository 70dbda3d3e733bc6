"""The import report of a load as rows: a refused input has no night to keep it in."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from wmt.intake.remedies import REMEDIES
from wmt.site.accounts import access, visibility
from wmt.site.workload import models

_BATCH = 500


@transaction.atomic
def keep_report(load: models.Load, report: dict[str, Any]) -> None:
    """Keep a report in the shape of `wmt.nights.check_report`, in place of one that is there."""
    report = storable(report)
    load.faults.all().delete()
    faults = [models.Fault(load=load, **fault) for fault in report["faults"]]
    models.Fault.objects.bulk_create(faults, batch_size=_BATCH)
    load.sheets, load.set_aside = report["sheets"], report["set_aside"]
    load.refusals = sum(fault.severity == "refuse" for fault in faults)
    load.warnings = len(faults) - load.refusals
    load.layout, load.tier_scheme = report["layout"] or "", report["tier_scheme"] or ""
    load.save()


def report_of(load: models.Load) -> dict[str, Any]:
    """The report again, as `wmt check --json` gives it."""
    names = ("severity", "code", "sheet", "row", "column", "rows", "message")
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


@dataclass(frozen=True)
class Cells:
    """Whether somebody may read the cells that a report quotes: those of cases, and those of reductions."""

    cases: bool
    reasons: bool

    @classmethod
    def of(cls, user: Any) -> "Cells":
        """What one person may read: files are of the whole nation, so only who may read all of it."""
        nowhere = models.Current(load_id=access.load_shown())
        return cls(visibility.cases(user, nowhere).everywhere, visibility.reasons(user).everywhere)

    def said(self, code: str, row: int | None, message: str) -> str:
        """The message of a fault, or its remedy alone where it would quote a cell that is not for them."""
        of_people = code.startswith(_OF_PEOPLE)
        if (self.reasons if of_people else self.cases) or (row is None and not of_people):
            return message
        return " ".join(part for part in (remedy(code), WITHHELD) if part)


#: How the codes of faults in tables of hours and reductions begin.
_OF_PEOPLE = ("PEOPLE_", "STAGE_", "REDUCTIONS_")
#: What is said of warnings about records of posts that are gone, which come from the site, not from intake.
_OF_RECORDS = {
    "RECORDS_FOLLOWED": "Nothing to do: each record counts for the new post.",
    "RECORDS_LEFT_BEHIND": "Move each post's records from this page or with `wmt people carry-over`.",
}
WITHHELD = "What the cell says is withheld from your role: look at the row in the file."


def remedy(code: str) -> str:
    """What to do about faults of a code; empty where intake says it in the fault's own words only."""
    return REMEDIES.get(code) or _OF_RECORDS.get(code, "")


def storable(value: Any) -> Any:
    """The same data without what no database keeps: NUL, and halves of characters."""
    if isinstance(value, str):
        return value.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {storable(key): storable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [storable(part) for part in value]
    return value
