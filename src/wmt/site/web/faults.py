"""Pages for what went wrong: what happened, and what to do."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class FaultPages:
    """Turns faults into pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """The page for a form that is too old to be accepted."""
    return HttpResponse("This form is too old", status=403)
