"""Reasons that a table of people holds, beside those that stand here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from wmt.intake.people_model import DatedReason
from wmt.site.availability.models import Reason
from wmt.site.availability.queries import every_reason
from wmt.site.availability.validation import FIRST_DAY
from wmt.site.changes.reasons import save_reason


@dataclass(frozen=True)
class ReasonChange:
    """A reason as a table has it, and the entry of the same day that it would correct, if there is one."""

    row: DatedReason
    stands: Reason | None


def reasons_changed(rows: Sequence[DatedReason]) -> list[ReasonChange]:
    """What a table of reasons would change; nothing where it says what stands."""
    entered = Reason.objects.filter(ended_change__isnull=True, withdrawn=False).order_by("change")
    stand = {(row.reason, row.first_day): row for row in entered}
    found = []
    for row in sorted(rows, key=lambda each: (each.first_day, each.row)):
        entry = stand.get((row.reason.reason_id, _day(row)))
        if entry is None or any(getattr(entry, name) != value for name, value in _values(row).items()):
            found.append(ReasonChange(row, entry))
    return found


def save_reasons(wanted: Sequence[ReasonChange], *, who: str, why: str = "") -> None:
    """Make these changes. A trusted command does: nobody's rights are asked for. Raises RefusedError."""
    for each in wanted:
        reason = each.row.reason.reason_id
        save_reason(
            actor=None, who=who, why=why, first_day=_day(each.row), **_values(each.row),
            reason=reason if reason in every_reason() else "", wanted=reason,
            key=each.stands.key if each.stands else "",
        )  # fmt: skip


def _day(row: DatedReason) -> date:
    """The first day as it is kept: a reason that always was one is so from the first day people may enter."""
    return max(row.first_day, FIRST_DAY)


def _values(row: DatedReason) -> dict[str, Any]:
    reason = row.reason
    return {
        "name": reason.name, "short_name": reason.short_name, "category": row.category,
        "allowance_x100": _x100(reason.allowance_percent), "max_x100": _x100(reason.max_percent),
        "months": reason.months_to_expiry, "enabled": reason.enabled,
    }  # fmt: skip


def _x100(share: Decimal | None) -> int | None:
    return None if share is None else int(share * 100)
