"""Protecting a post from new cases, from a day until a day, and ending that. No figure moves.

Whoever may allocate cases to the post may do it. Why is private, so the audit says for how long and no more.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from wmt.days import written
from wmt.facts import LOCATIONS, TIERS
from wmt.site.allocation.models import PostProtection, new_key
from wmt.site.allocation.protection import reasons_on
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, RefusedError, period_faults
from wmt.site.changes import allocation_preview as preview
from wmt.site.changes.actions import Actor
from wmt.site.changes.recalculate import hold_journal
from wmt.site.workload.state import State, state_if_any

#: Nobody holds more cases than this, and no limit of capacity says more.
MOST_CASES, MOST_X100 = 999, 10_000


@dataclass(frozen=True, kw_only=True)
class ProtectionRequest:
    """How a post is to be protected, as a form or a program says it. `not_tiers` are as they were typed:
    'A, B3' or 'all', by type of case. `key` is that of the form or request."""

    post: str
    first_day: date
    last_day: date | None = None
    reason: str = ""
    no_new: bool = False
    most_cases: int | None = None
    most_x100: int | None = None
    not_tiers: Mapping[str, str] = field(default_factory=dict)
    key: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """What is kept of it, by the names of `PostProtection`."""
        same = ("post", "first_day", "last_day", "reason", "no_new", "most_cases", "most_x100")
        return {**{name: getattr(self, name) for name in same}, "not_tiers": self.tidy_tiers}

    @property
    def tidy_tiers(self) -> dict[str, str]:
        """The tiers by type as rules write them; types of which none was typed have no entry."""
        typed = {where: re.split(r"[\s,;]+", text.strip().upper()) for where, text in self.not_tiers.items()}
        found = {where: " ".join(dict.fromkeys(filter(None, tiers))) for where, tiers in typed.items()}
        return {where: "all" if tiers == "ALL" else tiers for where, tiers in found.items() if tiers}


def protect(*, actor: Any, wanted: ProtectionRequest, who: str = "") -> tuple[PostProtection, bool]:
    """Protect a post; the protection, and whether it is new: the same request twice protects it once.

    Raises Denied, RefusedError with every fault, and ConflictError where it is protected on some of the days
    already.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal():
        state = state_if_any()
        if state is None:
            raise preview.refused("NO_DATA", "No extract has been loaded, so there is no post to protect", "")
        to = preview.receivers(actor, [wanted.post], state)[wanted.post]
        if faults := _faults(wanted, state):
            raise RefusedError(faults)
        if same := PostProtection.objects.filter(key=wanted.key).first() if wanted.key else None:
            if any(getattr(same, name) != value for name, value in wanted.values.items()):
                raise preview.key_taken()
            return same, False
        overlaps = Q(last_day__isnull=True) | Q(last_day__gte=wanted.first_day)
        there = PostProtection.objects.filter(overlaps, post=wanted.post, ended_at__isnull=True)
        if wanted.last_day:
            there = there.filter(first_day__lte=wanted.last_day)
        if found := there.order_by("first_day").first():
            by = f"from {written(found.first_day)}, by {found.who}"
            words = f"{to.name} is {found.limits.title} already, {by}. End that first"
            raise preview.conflict("PROTECTED", words)
        row = PostProtection.objects.create(
            **wanted.values, key=wanted.key or new_key(), recorded_by=asker.user, who=asker.name
        )
        until = f" until {written(row.last_day)}" if row.last_day else ""
        _tell(asker, row, f"protected {row.post} from {written(row.first_day)}{until}")
    return row, True


def end_protection(*, actor: Any, number: int, who: str = "") -> PostProtection:
    """End a protection now. One that is over already is left as it is. Raises Denied and ConflictError."""
    asker = Actor(user=actor, who=who)
    with hold_journal():
        row = PostProtection.objects.get(pk=number)
        state = state_if_any()
        if state is None:
            raise preview.conflict("NO_DATA", "No extract has been loaded")
        preview.need_right(actor, row.post, state)
        if row.ended_at is not None:
            raise preview.conflict("ENDED", f"{row.ended_by} has ended this protection already")
        if row.last_day and row.last_day < state.day:
            raise preview.conflict("OVER", f"This protection ended on {written(row.last_day)}")
        row.ended_at, row.ended_by = timezone.now(), asker.name
        row.save(update_fields=["ended_at", "ended_by"])
        _tell(asker, row, f"ended the protection of {row.post} from {written(row.first_day)}")
    return row


def follow_posts(codes: Mapping[str, str]) -> None:
    """Protections of posts that go on under other codes go with them. The caller holds the journal."""
    for row in PostProtection.objects.filter(post__in=codes):
        row.post = codes[row.post]
        row.save(update_fields=["post"])


def _faults(wanted: ProtectionRequest, state: State) -> list[ChangeFault]:
    """What is missing or wrong in a request."""
    faults, tiers = period_faults(wanted.first_day, wanted.last_day, state.day), wanted.tidy_tiers
    if wanted.reason not in reasons_on(state.day):
        faults.append(ChangeFault("REASON", "Choose why the post is protected", "reason"))
    if not (wanted.no_new or tiers or wanted.most_cases is not None or wanted.most_x100 is not None):
        faults.append(ChangeFault("NO_LIMIT", "Choose at least one limit", "no_new"))
    numbers = ("most_cases", wanted.most_cases, MOST_CASES), ("most_x100", wanted.most_x100, MOST_X100)
    for name, number, most in numbers:
        if number is not None and not 0 <= number <= most:
            shown = f"{most}" if name == "most_cases" else f"{most // 100}%"
            faults.append(ChangeFault("NUMBER", f"Enter a number up to {shown}", name))
    known = {tier for tier in TIERS[state.tier_scheme] if tier != "0"}
    for location, listed in tiers.items():
        odd = [each for each in listed.split() if each not in known | {tier[0] for tier in known}]
        if location not in LOCATIONS or (odd and listed != "all"):
            words = f"{', '.join(odd) or location} is no tier here. Enter tiers such as A, B3, or all"
            faults.append(ChangeFault("TIERS", words, f"tiers_{location}"))
    return faults


def _tell(asker: Actor, row: PostProtection, said: str) -> None:
    record(
        "protection", f"{asker.name} {said}.", actor=asker.user, who=asker.name, level="post", code=row.post,
        after={"protection": row.pk},
    )  # fmt: skip
