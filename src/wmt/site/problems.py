"""What went wrong, in the one shape that every answer of the API has which is not what was asked for."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

#: How addresses of the API begin, as they were typed: also those there is nothing at.
PATH = "/api/v1/"
#: Of the allocation screens of HMPPS.
_COMPAT = "/compat/hmpps-workload/"


@dataclass(frozen=True, kw_only=True)
class ProblemField:
    """One thing that is wrong with what was sent: where, and in words."""

    code: str
    message: str
    field: str = ""
    index: int | None = None
    shown: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What happened, what to do, and each single fault of what was sent."""

    status: int
    code: str
    message: str
    remedy: str = ""
    reference: str = ""
    faults: Sequence[ProblemField] = field(default_factory=tuple)

    def answer(self, **headers: str) -> HttpResponse:
        response = JsonResponse(asdict(self), status=self.status, json_dumps_params={"ensure_ascii": False})
        response["Cache-Control"] = "no-store"
        for name, value in headers.items():
            response[name.replace("_", "-")] = value
        return response


#: The pages of `wmt.site.web.error_pages`, said to programs: code, message, remedy.
_PAGES: dict[str, tuple[str, str, str]] = {
    "bad_request": ("BAD_REQUEST", "The request is not valid.", "See the API guide."),
    "busy": ("BUSY", "There are too many requests.", "Try again in a few seconds."),
    "denied": ("DENIED", "Your roles do not allow this.", "Ask an administrator for a role that does."),
    "database_away": ("DATABASE_AWAY", "The database is not responding.", "Try again in a minute."),
    "form_expired": (
        "CSRF",
        "A change with a browser's session needs the form's token in X-CSRFToken.",
        "Send it, or use a token of your own in Authorization.",
    ),
    "night_missing": ("NIGHT_MISSING", "The saved data is missing or damaged.", "Tell an administrator."),
    "not_found": ("NOT_FOUND", "There is nothing at this address.", "/api/ lists all addresses."),
    "server_error": (
        "SERVER_ERROR",
        "There is a problem with the service.",
        "Try again. If it keeps happening, give support the reference.",
    ),
    "too_large": ("TOO_LARGE", "The request is too large.", "Send the changes in parts."),
    "too_many": ("TOO_MANY", "There were too many attempts.", "Wait a minute, then try again."),
}


def is_asked(request: HttpRequest) -> bool:
    return request.path_info.startswith((PATH, _COMPAT))


def of_page(name: str, status: int, context: dict[str, Any]) -> HttpResponse:
    """The problem that a page about a fault tells of."""
    code, message, remedy = _PAGES.get(name, _PAGES["server_error"])
    reference = str(context.get("reference", ""))
    return Problem(status=status, code=code, message=message, remedy=remedy, reference=reference).answer()
