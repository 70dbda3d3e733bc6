"""Whether an open page is still true: asked every few seconds by its script, so it does very little."""

from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from wmt.site.accounts.access import sees_all, visible_to
from wmt.site.workload.models import Current, Unit
from wmt.site.workload.state import State, current_state


@require_safe
@never_cache
def live(request: HttpRequest, level: str, code: str) -> JsonResponse:
    """`{mark}`: another text whenever the figures of the unit may be other than before.

    Only for who may read the unit: 404 for what one may not see.
    """
    if not sees_all(request.user) and not _may_see(request.user, level, code):
        return JsonResponse({"mark": ""}, status=404)
    return JsonResponse({"mark": mark_of(level, code)})


def _may_see(user: Any, level: str, code: str) -> bool:
    shown = Current.objects.first()
    if shown is None:
        return False
    units = Unit.objects.filter(load_id=shown.load_id, level=level, code=code, whole=True)
    return visible_to(units, user, shown).exists()


def mark_of(level: str, code: str) -> str:
    """What changes with the load, the day, and each change that touches the unit in any of its streams."""
    newest = _newest(OuterRef("load_id"), level, code)
    found = Current.objects.values_list("load_id", "day", Subquery(newest)).first()
    return mark(*found) if found else ""


def mark_on(state: State, unit: Unit) -> str:
    """The same of what a page shows."""
    newest = _newest(state.load_id, unit.level, unit.code)
    return mark(state.load_id, state.day, newest.first())


def _newest(load_id: int | OuterRef, level: str, code: str) -> QuerySet[Unit, int]:
    """The last change that moved or concerns a unit: its rows of other streams are on its page too."""
    rows = Unit.objects.filter(load_id=load_id, level=level, code=code).order_by("-touched")
    return rows.values_list("touched", flat=True)[:1]


def mark(load_id: int, day: date | None, touched: int | None) -> str:
    return f"{load_id}-{day or current_state().day}-{touched or 0}"
