"""The operations put together: whether they are on, and what their answers say of faults.

What is sent and the references in addresses are in no log and no audit event: the screens send the bearer
token of their user in some bodies.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from ninja import NinjaAPI

from wmt.site.api import faults
from wmt.site.api.compat import decisions, posts, practitioners, records
from wmt.site.api.one_moment import of_one_moment

compat = NinjaAPI(title="Workload, for the allocation screens", urls_namespace="compat", docs_url=None,
                  openapi_url=None)  # fmt: skip
compat.add_decorator(of_one_moment)
faults.answer_faults(compat)
for router in (practitioners.router, posts.router, decisions.router, records.router):
    compat.add_router("", router)


def addresses() -> dict[str, URLPattern]:
    """Their addresses, one for each path, named like its first operation."""
    found: dict[str, URLPattern] = {}
    for pattern in compat.urls[0]:
        assert isinstance(pattern, URLPattern)
        if pattern.name != "api-root":
            found.setdefault(str(pattern.pattern), pattern)
    return found


def only_when_on(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view that is not there while the setting is off, and of which logs know no more than its pattern."""

    @wraps(view)
    def inner(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.resolver_match is not None:
            request.path = f"/{request.resolver_match.route}"
        if not settings.CONFIG.hmpps_workload:
            raise Http404("the operations of the allocation screens are not switched on")
        answer = view(request, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer

    inner.csrf_exempt = True  # type: ignore[attr-defined]
    return inner
