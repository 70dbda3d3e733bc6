"""Which post goes on as which other, as far as records that were carried over say so: runs follow them."""

from collections import defaultdict
from datetime import date

from django.db.models import Count, Q
from django.utils import timezone

from wmt.site.availability.models import KINDS
from wmt.site.availability.records import Post


def carried_links() -> set[tuple[str, str, date]]:
    """The code of each post, the one before it, and the day on which the records were carried over."""
    return {link for model in KINDS.values() for link in _of(model._default_manager)}


def _of(manager: object) -> set[tuple[str, str, date]]:
    rows = manager.all()  # type: ignore[attr-defined]
    posts = Count("team_code", distinct=True), Count("staff_code", distinct=True)
    keys = rows.values("key").annotate(teams=posts[0], staff=posts[1])
    carried = keys.filter(Q(teams__gt=1) | Q(staff__gt=1)).values("key")
    versions = rows.filter(key__in=carried, withdrawn=False).order_by("key", "change")
    found, last = set(), defaultdict[str, Post | None](lambda: None)
    for key, team, staff, at in versions.values_list("key", "team_code", "staff_code", "recorded_at"):
        former, now = last[key], (team, staff)
        if former is not None and former != now:
            found.add((":".join(now), ":".join(former), timezone.localdate(at)))
        last[key] = now
    return found
