"""The tables and charts of any page as files: the page's address and `<table>.<kind>`."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.shown import state_of
from wmt.site.tables import whole_tables
from wmt.site.web.charts.downloads import charts_of
from wmt.site.web.charts.files import KINDS
from wmt.site.web.files.chart_files import send_chart
from wmt.site.web.files.deliver import TableOrigin, send
from wmt.site.web.files.sheets import sheet_of
from wmt.site.web.files.writers import FORMATS

FILE = "<slug:table>.<slug:kind>"


def files_of(page: str, view: Callable[..., HttpResponseBase], title: str) -> URLPattern:
    """Files of the tables of a page that is of no unit: its address, its view, what people call it.

    The tables are those the view passes through `tables.arranged`; nothing else is needed.
    """
    return path(page + FILE, of_page, {"page": view, "title": title})


@require_safe
def of_page(
    request: HttpRequest,
    table: str,
    kind: str,
    page: Callable[..., HttpResponseBase],
    title: str,
    **of_page: Any,
) -> HttpResponseBase:
    """A table of any other page. The page's own view decides who may see it and what it holds."""
    need(request, Action.EXPORT)
    answer = page(request, **of_page)
    if answer.status_code != 200:
        return answer
    found = whole_tables(request)
    address = request.path.rpartition("/")[0] + "/"
    words = tuple(word for word in address.split("/") if word and word != table)
    source = TableOrigin(f"the page {title}", words, state_of(request))
    if table in charts_of(request) and kind in KINDS:
        return send_chart(request, source, charts_of(request)[table], kind)
    if table not in found or kind not in FORMATS:
        return none_such(request, table, kind, found, address)
    return send(request, source, sheet_of(found[table]), kind)


def none_such(request: HttpRequest, table: str, kind: str, found: Iterable[str], page: str) -> HttpResponse:
    """The page that says which tables and kinds of files there are."""
    names = list(found)
    query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
    context = {
        "asked": f"{table}.{kind}",
        "page": page + query,
        "files": [
            (f"{name}.{each}", f"{page}{name}.{each}{query}", form.title)
            for name in names
            for each, form in FORMATS.items()
        ],
        "kinds": ", ".join(form.title for form in FORMATS.values()),
        "is_kind": kind in FORMATS,
    }
    return render(request, "exports/none.jinja", context, status=404)
