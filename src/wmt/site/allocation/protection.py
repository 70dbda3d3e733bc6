"""Which posts are protected, on the day of the figures and as was recorded by then, and for which reasons."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from wmt import rules
from wmt.allocation.limits import CaseLimits
from wmt.site.allocation.models import PostProtection
from wmt.site.clock import calendar_day
from wmt.site.workload.state import State


class UnknownProtection(Http404):
    """There is no protection of a post with this number."""


def find(number: int) -> PostProtection:
    """A protection by its number. Raises UnknownProtection."""
    found = PostProtection.objects.filter(pk=number).first()
    if found is None:
        raise UnknownProtection(f"there is no protection {number}")
    return found


def in_force(state: State, posts: Collection[str] | QuerySet[Any, Any]) -> QuerySet[PostProtection]:
    """Those in force for some posts on the day of the figures; of a day in the past, as it stood then."""
    day = state.day
    found = PostProtection.objects.filter(post__in=posts, first_day__lte=day)
    found = found.filter(Q(last_day__isnull=True) | Q(last_day__gte=day))
    if state.as_of is None:
        return found.filter(ended_at__isnull=True)
    over = timezone.make_aware(datetime.combine(day + timedelta(1), time.min))
    return found.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=over), recorded_at__lt=over)


def limits_of(state: State, posts: Collection[str] | QuerySet[Any, Any]) -> Mapping[str, CaseLimits]:
    """What protected posts may get, by their codes; others have no entry."""
    return {row.post: row.limits for row in in_force(state, posts).order_by("pk")}


def reasons_on(day: date | None = None) -> dict[str, str]:
    """The names of the reasons by their ids, as the rules have them on a day."""
    names = rules.load().at(day or calendar_day()).under("protection_reasons")
    return {path.removesuffix(".name"): str(value.value) for path, value in names.items()}
