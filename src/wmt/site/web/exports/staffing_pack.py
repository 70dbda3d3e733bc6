"""The staffing pack of a PDU, a region or the nation: two sheets of A4, and the same as a workbook."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wmt.ledger import HEADLINE
from wmt.site import tables
from wmt.site.accounts.access import may, need
from wmt.site.accounts.roles import Action
from wmt.site.consistent_read import steady
from wmt.site.figures import units
from wmt.site.links import NATION, unit_url
from wmt.site.queries import staffing_pack as query
from wmt.site.queries.unit_request import UnitRequest, question_of
from wmt.site.web.charts import bars, figure
from wmt.site.web.files import deliver
from wmt.site.web.files.sheets import sheet_of
from wmt.site.web.staffing import caseload_forecast, trainees
from wmt.staffing.rates import StaffingError

_TAB = "staffing-pack"


@require_safe
@steady
def staffing_pack(request: HttpRequest, level: str = NATION, code: str = NATION) -> HttpResponse:
    """The page of the figures shown. Raises UnknownUnit."""
    question = _question(request, level, code)
    made, refused = _made(question)
    context: dict[str, Any] = {
        "unit": question.unit,
        "level_title": units.TITLES[level],
        "pack": made,
        "refused": refused,
        "charts": _charts(made) if made else {},
        "limits": deliver.NOT,
        "book": unit_url(level, code, _TAB) + "pack.xlsx"
        if made and may(request.user, Action.EXPORT)
        else "",
        "crumbs": [
            (each.name, unit_url(each.level, each.code))
            for each in [*units.above(question.state, question.user, question.unit), question.unit]
        ],
    }
    return render(request, "exports/staffing_pack.jinja", context)


@require_safe
@steady
def staffing_book(request: HttpRequest, level: str = NATION, code: str = NATION) -> HttpResponseBase:
    """The tables of the page, a sheet each, and its sentences. Raises Denied and UnknownUnit."""
    need(request, Action.EXPORT)
    question = _question(request, level, code)
    made, _ = _made(question)
    if made is None:  # the page says why
        return HttpResponseRedirect(unit_url(level, code, _TAB))
    source = deliver.TableOrigin.of_unit(question.unit, question.state)
    sheets = [sheet_of(each) for each in (_notes(made.words), *made.tables.values())]
    return deliver.send_book(request, source, sheets, f"Staffing pack of {question.unit.name}", _TAB)


def _question(request: HttpRequest, level: str, code: str) -> UnitRequest:
    if level not in query.LEVELS:
        raise Http404("there is a staffing pack of a PDU, a region and England and Wales: open one of them")
    return question_of(request, level, code).in_stream(HEADLINE)


def _made(question: UnitRequest) -> tuple[query.StaffingPack | None, str]:
    try:
        return query.pack_of(question.state, question.unit), ""
    except StaffingError as error:
        return None, str(error)


def _notes(words: Mapping[str, str]) -> tables.Table:
    columns = [tables.Column("note", "Note")]
    rows = [tables.Row({"note": tables.text(said)}) for said in words.values() if said]
    return tables.Table("notes", "About these figures", columns, rows)


def _charts(made: query.StaffingPack) -> dict[str, figure.Chart | None]:
    """Need beside people by grade, trainees by month, and the forecast."""
    told, name = made.told, made.unit.name
    found = {"grades": _grades_chart(name, told["grades"])}
    if "months" in told:
        found["trainees"] = trainees.cohorts_chart(name, told["months"], made.state.day)
    if "forecast" in told:
        found["forecast"] = caseload_forecast.forecast_chart(*told["forecast"])
    return found


def _grades_chart(name: str, grades: list[dict[str, Any]]) -> figure.Chart | None:
    heads = (("need", "needed"), ("contracted", "in post"), ("left", "after all reductions"))
    found = [
        bars.Bar(f"{each['grade']}, {words}", round(each[key] * 10), f"{each[key]:,.1f}")
        for each in grades
        for key, words in heads
    ]
    summary = "Needed for the work, in post by contract, and what all reductions leave of these."
    return bars.bars("grades", f"People needed and in post by grade: {name}", "FTE", summary, found)
