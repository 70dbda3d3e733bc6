"""The monthly report of a unit: two sheets of A4, and the same as a workbook.

The report of a month that is over is the page as it stood on the last night of that month.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wmt.history import History, HistoryError
from wmt.ledger import OMIC
from wmt.site import tables
from wmt.site.accounts.access import may, need
from wmt.site.accounts.roles import Action
from wmt.site.consistent_read import steady
from wmt.site.duties import report_mail
from wmt.site.figures import units
from wmt.site.links import NATION, on_day, unit_url
from wmt.site.outbox.labels import state_words
from wmt.site.queries import histories, report_month
from wmt.site.queries.month_report import MonthReport, report_of
from wmt.site.queries.unit_request import UnitRequest, question_of
from wmt.site.query_form import FilterForm, OneOf
from wmt.site.shown import needed_state
from wmt.site.web.charts.distribution import strip
from wmt.site.web.charts.figure import Chart
from wmt.site.web.files import deliver
from wmt.site.web.files.sheets import sheet_of
from wmt.site.workload.state import low_x100

_TAB = "month"


@dataclass(frozen=True)
class _MonthAsked:
    """What an address asks for: the months on offer, the one meant, and where its report is if not here.

    `said` is why there is no report of it.
    """

    filters: FilterForm | None
    first: date | None
    elsewhere: str = ""
    said: str = ""


@require_safe
@steady
def month_report(request: HttpRequest, level: str = NATION, code: str = NATION) -> HttpResponse:
    """The page of the month of the figures shown, or the way to the night of another month."""
    if level == "post":
        raise units.UnknownUnit(level, code)
    try:
        past = histories.history_for(request.user, needed_state(request))
        asked = _asked(request, past, unit_url(level, code, _TAB))
        if asked.elsewhere:
            return HttpResponseRedirect(asked.elsewhere)
        question = question_of(request, level, code)
        made = None if asked.said else _made(question, past)
        said = asked.said or ("" if made else _none_yet(question, past))
    except HistoryError as away:
        question, made, asked = question_of(request, level, code), None, _MonthAsked(None, None)
        said = str(away)
    context: dict[str, Any] = {
        "unit": question.unit,
        "level_title": units.TITLES[level],
        "filters": asked.filters,
        "report": made,
        "chart": _chart(made) if made else None,
        "said": said,
        "mails": _mails(question, made) if made else [],
        "limits": deliver.NOT,
        "book": unit_url(level, code, _TAB) + "month.xlsx" if may(request.user, Action.EXPORT) else "",
        "crumbs": [
            (each.name, unit_url(each.level, each.code, _TAB))
            for each in units.above(question.state, question.user, question.unit)
        ],
    }
    return render(request, "exports/month_report.jinja", context)


@require_safe
@steady
def month_book(request: HttpRequest, level: str = NATION, code: str = NATION) -> HttpResponseBase:
    """The tables of the page, a sheet each."""
    need(request, Action.EXPORT)
    question = question_of(request, level, code)
    if question.is_post:
        raise units.UnknownUnit(level, code)
    made = _made(question, histories.history_for(question.user, question.state))
    if made is None:  # the page says why
        return HttpResponseRedirect(unit_url(level, code, _TAB))
    source = deliver.TableOrigin.of_unit(question.unit, question.state)
    sheets = [sheet_of(each) for each in (*_notes(made), *made.tables.values())]
    return deliver.send_book(request, source, sheets, f"Monthly report of {made.title}", "month")


def _asked(request: HttpRequest, past: History, here: str) -> _MonthAsked:
    """Which month an address means. Another month than that of the figures has its page on its last night."""
    state = needed_state(request)
    own = state.day.replace(day=1)
    usual = own if state.as_of else report_month.usual(past, own)
    typed = report_month.read(request.GET.get("month", "").strip())
    months = report_month.months_of(past)
    offered = sorted({*months, usual, *([typed] if typed else [])}, reverse=True)
    options = [(report_month.key_of(each), report_month.words_of(each)) for each in offered]
    filters = FilterForm(request.GET, month=OneOf("Month", options, report_month.key_of(usual)))
    first = report_month.read(filters.chosen("month")) or usual
    if filters.faults:
        return _MonthAsked(filters, first, said="Choose a month from the list.")
    if first == own:
        return _MonthAsked(filters, first)
    night = report_month.night_in(past, first)
    if night is None:
        return _MonthAsked(filters, first, said=report_month.none_words(past, first))
    return _MonthAsked(filters, first, elsewhere=on_day(here, night))


def _made(question: UnitRequest, past: History) -> MonthReport | None:
    """The report of the month of the figures; None where they are of a night before it."""
    month = report_month.month_of(question.state, past)
    return report_of(question.state, question.unit, month, past) if month else None


def _notes(made: MonthReport) -> list[tables.Table]:
    """The notes of the page as a table, where there are any."""
    columns = [tables.Column("note", "Note")]
    rows = [tables.Row({"note": tables.text(note)}) for note in made.notes]
    return [tables.Table("notes", "About these figures", columns, rows)] if rows else []


def _mails(question: UnitRequest, made: MonthReport) -> list[str]:
    """What became of the emails to the heads of the unit, for who reads what its managers do."""
    unit, user = question.unit, question.user
    if not may(user, Action.READ_DUTIES, level=unit.level, code=unit.code, state=question.state):
        return []
    found = report_mail.mails_of(unit.level, unit.code, made.month.first)
    return [state_words(each, with_fault=False) for each in found]


def _none_yet(question: UnitRequest, past: History) -> str:
    return report_month.none_words(past, question.state.day.replace(day=1))


def _chart(made: MonthReport) -> Chart | None:
    """How posts spread over capacity, as counts: no name stands on paper that is passed on."""
    if made.unit.stream == OMIC:
        return None
    band = (low_x100(made.state), made.state.over_x100)
    return strip(made.people, band, "Posts by capacity", named=False)
