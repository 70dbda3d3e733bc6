"""Files of the tables of pages, of the downloads of a unit, and the pack of a unit."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.consistent_read import steady
from wmt.site.figures import units
from wmt.site.links import NATION, unit_url
from wmt.site.tables import arranged, changed, whole_tables
from wmt.site.web.charts.downloads import charts_of
from wmt.site.web.charts.figure import Chart
from wmt.site.web.charts.files import KINDS
from wmt.site.web.context import state_of
from wmt.site.web.exports import pack as packs
from wmt.site.web.exports.charts import send_chart
from wmt.site.web.exports.deliver import TableOrigin, file_title, note, send, send_book
from wmt.site.web.exports.export_request import as_job
from wmt.site.web.exports.listing import DOWNLOADS
from wmt.site.web.exports.sheets import sheet_of
from wmt.site.web.exports.writers import FORMATS
from wmt.site.web.units.unit_request import UnitRequest
from wmt.site.web.units.views import question_of, tables_of


@require_safe
@steady
def of_unit(
    request: HttpRequest, table: str, kind: str, level: str = NATION, code: str = NATION, tab: str = ""
) -> HttpResponseBase:
    """A table of a page of a unit: the page's rows in the page's order, all of them."""
    need(request, Action.EXPORT)
    question = replace(question_of(request, level, code), in_full=True)
    content, found = tables_of(question, tab)
    charts = {chart.name: chart for chart in content.values() if isinstance(chart, Chart)}
    if table in charts and kind in KINDS:
        return send_chart(request, TableOrigin.of_unit(question.unit, question.state), charts[table], kind)
    if table not in found or kind not in FORMATS:
        return none_such(request, table, kind, found, unit_url(level, code, tab))
    whole = arranged(found[table], request, rows_a_page=None)
    title = file_title(request, whole.caption, kind)
    if later := as_job(request, title, kind, len(whole.rows) * len(whole.columns)):
        return later
    return send(request, TableOrigin.of_unit(question.unit, question.state), sheet_of(whole), kind)


@require_safe
@steady
def download(
    request: HttpRequest, table: str, kind: str, level: str = NATION, code: str = NATION
) -> HttpResponseBase:
    """A table of a unit that no page shows whole."""
    need(request, Action.EXPORT)
    question = replace(question_of(request, level, code), in_full=True)
    if table not in DOWNLOADS or kind not in FORMATS:
        return none_such(request, table, kind, DOWNLOADS, unit_url(level, code, "downloads"))
    sheet = DOWNLOADS[table].sheet(question)
    return send(request, TableOrigin.of_unit(question.unit, question.state), sheet, kind)


@require_safe
def of_page(
    request: HttpRequest, table: str, kind: str, page: Callable[..., HttpResponse], title: str, **of_page: Any
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


@require_safe
@steady
def pack(request: HttpRequest, level: str = NATION, code: str = NATION) -> HttpResponse:
    """The pack of a unit, to print."""
    need(request, Action.EXPORT)
    question = question_of(request, level, code)
    if question.is_post:
        return _no_pack(request, question)
    made = packs.paper_of(question)
    if request.method != "HEAD":
        source = TableOrigin.of_unit(question.unit, question.state)
        note(request, source, f"opened the report of {source.title} to print", made.rows, kind="page")
    context = {
        "pack": made,
        "query": changed(request.GET).removesuffix("?"),
        "unit": question.unit,
        "question": question,
        "level_title": units.TITLES[level],
        "crumbs": [
            (each.name, unit_url(each.level, each.code, "pack"))
            for each in units.above(question.state, question.user, question.unit)
        ],
    }
    return render(request, "exports/pack.jinja", context)


@require_safe
@steady
def pack_book(request: HttpRequest, level: str = NATION, code: str = NATION) -> HttpResponseBase:
    """The pack of a unit as a workbook."""
    need(request, Action.EXPORT)
    question = replace(question_of(request, level, code), in_full=True)
    if question.is_post:
        return _no_pack(request, question)
    made = packs.pack_of(question)
    source = TableOrigin.of_unit(question.unit, question.state)
    title = file_title(request, f"Report of {source.title}", "xlsx")
    if later := as_job(request, title, "xlsx", made.cells):
        return later
    return send_book(request, source, packs.sheets(made), made.title)


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


def _no_pack(request: HttpRequest, question: UnitRequest) -> HttpResponse:
    unit = question.unit
    team = unit_url("team", unit.team_code, "pack")
    context = {"unit": unit, "team": team, "page": unit_url(unit.level, unit.code)}
    return render(request, "exports/no_pack.jinja", context, status=404)
