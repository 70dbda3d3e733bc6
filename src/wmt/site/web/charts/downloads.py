"""Charts of a page that whoever may take figures out can have as files."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils.encoding import escape_uri_path

from wmt.site.tables import changed
from wmt.site.web.charts.figure import Chart
from wmt.site.web.charts.files import KINDS


def offered(content: Mapping[str, Any], request: HttpRequest) -> dict[str, Any]:
    """The values of a template with the addresses of the files of its charts, which are kept for sending."""
    return {
        name: _with_files(value, request) if isinstance(value, Chart) else value
        for name, value in content.items()
    }


def charts_of(request: HttpRequest) -> dict[str, Chart]:
    """The charts that a request's page has, by the names of their files."""
    found: dict[str, Chart] = request.__dict__.setdefault("wmt_charts", {})
    return found


def _with_files(chart: Chart, request: HttpRequest) -> Chart:
    from wmt.site.accounts.access import may
    from wmt.site.accounts.roles import Action

    charts_of(request)[chart.name] = chart
    if not may(getattr(request, "user", None), Action.EXPORT):
        return chart
    # a code may hold signs that mean something in an address
    page, query = escape_uri_path(request.path), changed(request.GET).removesuffix("?")
    return replace(
        chart, exports=[(words, f"{page}{chart.name}.{kind}{query}") for kind, words in KINDS.items()]
    )
