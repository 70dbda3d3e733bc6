"""Files of the tables of pages, of the downloads of a unit, and the pack of a unit."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.consistent_read import steady
from wmt.site.figures import units
from wmt.site.links import NATION, unit_url
from wmt.site.queries.unit_request import UnitRequest, question_of
from wmt.site.queries.unit_tabs import tables_of
from wmt.site.tables import arranged, changed
from wmt.site.web.charts.figure import Chart
from wmt.site.web.charts.files import KINDS
from wmt.site.web.exports import pack as packs
from wmt.site.web.exports.listing import DOWNLOADS
from wmt.site.web.files import deliver
from wmt.site.web.files.chart_files import send_chart
from wmt.site.web.files.export_request import as_job
from wmt.site.web.files.page_files import none_such
from wmt.site.web.files.sheets import sheet_of
from wmt.site.web.files.writers import FORMATS


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
        return send_chart(
            request, deliver.TableOrigin.of_unit(question.unit, question.state), charts[table], kind
        )
    if table not in found or kind not in FORMATS:
        return none_such(request, table, kind, found, unit_url(level, code, tab))
    whole = arranged(found[table], request, rows_a_page=None)
    title = deliver.file_title(request, whole.caption, kind)
    if later := as_job(request, title, kind, len(whole.rows) * len(whole.columns)):
        return later
    return deliver.send(
        request, deliver.TableOrigin.of_unit(question.unit, question.state), sheet_of(whole), kind
    )


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
    return deliver.send(request, deliver.TableOrigin.of_unit(question.unit, question.state), sheet, kind)


@require_safe
@steady
def pack(request: HttpRequest, level: str = NATION, code: str = NATION) -> HttpResponse:
    need(request, Action.EXPORT)
    question = question_of(request, level, code)
    if question.is_post:
        return _no_pack(request, question)
    made = packs.paper_of(question)
    if request.method != "HEAD":
        source = deliver.TableOrigin.of_unit(question.unit, question.state)
        deliver.note(request, source, f"opened the report of {source.title} to print", made.rows, kind="page")
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
    need(request, Action.EXPORT)
    question = replace(question_of(request, level, code), in_full=True)
    if question.is_post:
        return _no_pack(request, question)
    made = packs.pack_of(question)
    source = deliver.TableOrigin.of_unit(question.unit, question.state)
    title = deliver.file_title(request, f"Report of {source.title}", "xlsx")
    if later := as_job(request, title, "xlsx", made.cells):
        return later
    return deliver.send_book(request, source, packs.sheets(made), made.title)


def _no_pack(request: HttpRequest, question: UnitRequest) -> HttpResponse:
    unit = question.unit
    team = unit_url("team", unit.team_code, "pack")
    context = {"unit": unit, "team": team, "page": unit_url(unit.level, unit.code)}
    return render(request, "exports/no_pack.jinja", context, status=404)
