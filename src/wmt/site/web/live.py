"""Whether an open page is still true: asked every few seconds by its script, so it does very little."""

from datetime import date

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from wmt.site.workload.current import current_state
from wmt.site.workload.models import Current, Unit


@require_safe
@never_cache
def live(request: HttpRequest, level: str, code: str) -> JsonResponse:  # noqa: ARG001
    """`{mark}`: another text whenever the figures of the unit may be other than before.

    Answers anybody, because it tells nothing else: one query, and no session.
    """
    return JsonResponse({"mark": mark_of(level, code)})


def mark_of(level: str, code: str) -> str:
    """What changes with the load, the day, and each change that touches the unit."""
    units = Unit.objects.filter(load_id=OuterRef("load_id"), level=level, code=code, whole=True)
    found = Current.objects.values_list("load_id", "day", Subquery(units.values("touched")[:1])).first()
    return mark(*found) if found else ""


def mark(load_id: int, day: date | None, touched: int | None) -> str:
    """The same of what a page knows already."""
    return f"{load_id}-{day or current_state().day}-{touched or 0}"
