"""The address /health where no server answers it before Django: for tests, and for servers of other makes."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from wmt.site.health import PATH, examine


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """See `wmt.site.health`."""
    code, body = examine().answer(request.META)
    return HttpResponse(body, status=code, content_type="application/json")


class HealthMiddleware:
    """Answers /health before names of hosts and HTTPS are looked at. First of the middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return health(request) if request.path_info == PATH else self.get_response(request)
