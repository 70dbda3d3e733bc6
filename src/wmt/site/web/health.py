"""Whether the site answers, for whatever watches over it. Says no more than that, to anybody."""

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

import wmt
from wmt.site.workload.current import NoDataYet, current_state


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """`{status, as_at, version}`: 'ok', 'no data' (200, as_at null) or 'database does not answer' (503)."""
    try:
        as_at = current_state().as_at.replace(tzinfo=None).isoformat()
    except NoDataYet:
        return _said("no data", None)
    except DatabaseError:
        return _said("database does not answer", None, 503)
    return _said("ok", as_at)


def _said(status: str, as_at: str | None, code: int = 200) -> JsonResponse:
    return JsonResponse({"status": status, "as_at": as_at, "version": wmt.__version__}, status=code)
