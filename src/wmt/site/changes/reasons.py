"""Reasons for reductions: administrators add them, change them from a day on, and retire them."""

import re
from collections.abc import Mapping
from datetime import date

from django.utils import timezone

from wmt import text as text_kinds
from wmt.site.accounts.access import Denied, may
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action
from wmt.site.audit.record import record
from wmt.site.availability import change_requests
from wmt.site.availability.labels import day_words
from wmt.site.availability.limits import ReasonOnDay as Known
from wmt.site.availability.models import Reason, Reduction
from wmt.site.availability.queries import every_reason
from wmt.site.availability.validation import FIRST_DAY, LAST_DAY
from wmt.site.changes.recalculate import apply, hold_journal

CATEGORIES = ("Personal Circumstances", "Community Justice Learning", "Work Circumstances")
NAME = 255


def save_reason(
    *,
    actor: User | None,
    reason: str = "",
    wanted: str = "",
    key: str = "",
    version: int = 0,
    first_day: date | None,
    name: str,
    short_name: str,
    category: str,
    allowance_x100: int | None,
    max_x100: int | None,
    months: int | None,
    enabled: bool = True,
    why: str = "",
    who: str = "",
) -> Reason:
    """A reason as it is from a day on: new, a change of one there is, or with `key` a correction of an entry.

    A correction may give another first day. `wanted` is the id that a table gives to a new one. A reason
    that is not enabled allows no new reductions; those there are stand.

    Raises Denied, ConflictError and RefusedError.
    """
    if actor is not None and not may(actor, Action.MANAGE_REASONS):
        raise Denied(Action.MANAGE_REASONS)
    values = {
        "first_day": first_day, "name": name.strip(), "short_name": short_name.strip() or name.strip(),
        "category": category, "allowance_x100": allowance_x100, "max_x100": max_x100, "months": months,
    }  # fmt: skip
    with hold_journal() as journal:
        faults = _faults(reason, key, values)
        if faults:
            raise change_requests.RefusedError(faults)
        former, before = _former(key, version), every_reason()
        number, now = journal.next(), timezone.now()
        told = who or str(actor)
        if former is not None:
            former.ended_change, former.ended_at = number, now
            former.save(update_fields=["ended_change", "ended_at"])
        reason = former.reason if former else reason or wanted or _new_id()
        made = Reason.objects.create(
            **values, reason=reason, enabled=enabled, key=key or f"{reason}/{number}",
            version=former.version + 1 if former else 1, change=number, recorded_at=now, recorded_by=actor,
            who=told[:160], why=why.strip()[:1_000],
        )  # fmt: skip
        _tell(made, former, actor, told)
        _rename(made, before)
        return made


def _tell(made: Reason, former: Reason | None, actor: User | None, told: str) -> None:
    because = f" Why: {made.why}" if made.why else ""
    state = "" if made.enabled else ", retired"
    record(
        "reason",
        f"{told} changed the reason {made.short_name} from {day_words(made.first_day)}{state}.{because}",
        actor=actor,
        who=told,
        before=_facts(former) if former else None,
        after=_facts(made),
    )


def _rename(made: Reason, before: Mapping[str, Known]) -> None:
    """Lines say a reason by its name: those of its reductions are made again where it has another."""
    known = before.get(made.reason)
    if known is not None and every_reason()[made.reason].name != known.name:
        rows = Reduction.objects.filter(reason=made.reason, ended_change__isnull=True, withdrawn=False)
        apply(set(rows.values_list("team_code", "staff_code")), made.change)


def _former(key: str, version: int) -> Reason | None:
    if not key:
        return None
    former = Reason.objects.filter(key=key, ended_change__isnull=True).first()
    if former is None or (version and former.version != version):
        text = "Someone else has changed this reason since you opened it: check it and try again"
        raise change_requests.ConflictError(
            [change_requests.ChangeFault("CHANGED", text, shown=[str(_facts(former))] if former else ())]
        )
    return former


def _faults(reason: str, key: str, values: Mapping[str, object]) -> list[change_requests.ChangeFault]:
    found = []
    known = every_reason()
    first, allowance, most = values["first_day"], values["allowance_x100"], values["max_x100"]
    if reason and reason not in known:
        found.append(change_requests.ChangeFault("REASON_UNKNOWN", f"There is no reason {reason}", "reason"))
    if not isinstance(first, date) or not FIRST_DAY <= first < LAST_DAY:
        found.append(
            change_requests.ChangeFault(
                "FIRST_DAY_MISSING", "Enter the first day on which this holds", "first_day"
            )
        )
    for field in ("name", "short_name"):
        text = str(values[field])
        if odd := text_kinds.NAME.why_not(text[:NAME]):
            found.append(change_requests.ChangeFault("NAME_NOT_SHOWN", f"The name holds {odd}", field))
        if not text or len(text) > NAME:
            found.append(
                change_requests.ChangeFault("NAME_MISSING", f"Enter a name of up to {NAME} characters", field)
            )
    if values["category"] not in CATEGORIES:
        found.append(
            change_requests.ChangeFault("CATEGORY_UNKNOWN", "Choose one of the three categories", "category")
        )
    for field, share in (("allowance_x100", allowance), ("max_x100", most)):
        if isinstance(share, int) and not 0 < share <= 10_000:
            found.append(
                change_requests.ChangeFault(
                    "PERCENT_OUT_OF_RANGE", "The percentage must be more than 0 and at most 100", field
                )
            )
    if isinstance(allowance, int) and isinstance(most, int) and allowance > most:
        found.append(
            change_requests.ChangeFault(
                "SHARE_ABOVE_MAXIMUM", "The fixed share is above the highest share", "allowance_x100"
            )
        )
    months = values["months"]
    if isinstance(months, int) and not 1 <= months <= 600:
        found.append(
            change_requests.ChangeFault(
                "MONTHS_OUT_OF_RANGE", "The months must be a whole number from 1 to 600", "months"
            )
        )
    twins = (each for name, each in known.items() if name != (reason or re.sub(r"/\d+$", "", key)))
    if any(text_kinds.fold(each.short_name) == text_kinds.fold(str(values["short_name"])) for each in twins):
        found.append(
            change_requests.ChangeFault("NAME_TAKEN", "Another reason has this short name", "short_name")
        )
    return found


def _new_id() -> str:
    """A number after all there are: the rules' own go to 26, ours begin at 101, so that theirs have room."""
    taken = [int(name) for name in every_reason() if name.isascii() and name.isdigit()]
    return str(max([100, *taken]) + 1)


def _facts(row: Reason) -> dict[str, object]:
    return {
        "reason": row.reason, "from": f"{row.first_day}", "name": row.name, "short name": row.short_name,
        "category": row.category, "share": row.allowance_x100, "at most": row.max_x100, "months": row.months,
        "enabled": row.enabled,
    }  # fmt: skip
