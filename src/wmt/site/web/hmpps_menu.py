"""Four addresses that the menu of the allocation screens of HMPPS has of a tool like this: to our pages."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from wmt.ledger import COURTS, OMIC
from wmt.site.links import NATION, unit_url

_STREAMS = {"probation": "", "omic": OMIC, "court-reports": COURTS}


@require_safe
def figures(request: HttpRequest, of: str) -> HttpResponse:  # noqa: ARG001
    """The nation's figures of a stream. Raises Http404 where the menu is not switched on."""
    _need_menu()
    return HttpResponseRedirect(unit_url(NATION, NATION, stream=_STREAMS[of]))


@require_safe
def officers(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The search. Raises Http404 where the menu is not switched on."""
    _need_menu()
    return HttpResponseRedirect(reverse("search"))


def _need_menu() -> None:
    if not settings.CONFIG.hmpps_workload:
        raise Http404("the operations of the allocation screens are not switched on")


urlpatterns = [
    *(path(f"{of}/hmpps/0", figures, {"of": of}, name=f"hmpps-{of}") for of in _STREAMS),
    path("officer-search", officers, name="hmpps-officers"),
]
