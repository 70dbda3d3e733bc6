"""Over time: a unit's figures day by day, week by week or month by month, as a picture and as a table."""

from datetime import date
from typing import Any

from wmt.days import written
from wmt.grades import STAFF_GRADES
from wmt.history import History, HistoryError
from wmt.ledger import HEADLINE
from wmt.site.figures import units
from wmt.site.queries.histories import history_of
from wmt.site.queries.late_entries import late_sentence
from wmt.site.queries.odds import odds_sentence
from wmt.site.queries.runs import run_words
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.query_form import OneOf
from wmt.site.tables import changed
from wmt.site.web.forms.date_range import days_words
from wmt.site.web.time import averages, omic, over_chart, over_tables, past_runs
from wmt.site.web.time.over_request import OverTimeForm, OverTimeRequest
from wmt.site.workload.models import Unit

TITLE = "Trends"
TEMPLATE = "time/over_time.jinja"

#: What the template reads, where there is nothing to show.
_NOTHING: dict[str, Any] = {
    "away": "", "message": "", "errors": [], "chart": None, "tables": {}, "span": None, "figures": [],
    "run": [], "odds": "", "averages": None, "presets": [], "basis": "", "omic": "", "late": "",
}  # fmt: skip
_WEEKS = ((28, "Four weeks"), (91, "A quarter"), (365, "A year"))


def applies(unit: Unit) -> bool:  # noqa: ARG001
    """Every unit has a history, or says that it has none."""
    return True


def content(question: UnitRequest) -> dict[str, Any]:
    """The picture, the table beside it, the averages; or the words for why there are none."""
    try:
        past, last = looked_at(question, "trends")
    except HistoryError as away:
        return {**_NOTHING, "away": str(away)}
    asked = asked_of(question, past, last)
    found = asked.read()
    context = _NOTHING | _around(asked, last)
    if not found:
        # there are no averages either, and no choice of what they are of
        errors = [(field, words) for field, words in asked.span.faults if field != "list"]
        return {**context, "errors": errors, "message": _message(asked) if asked.span.days else ""}
    by_grade = (
        {grade: asked.read(grade) for grade in STAFF_GRADES} if asked.grades and not asked.is_omic else {}
    )
    by_grade = {grade: rows for grade, rows in by_grade.items() if rows}
    found_tables = {"days": over_tables.table(asked, found)}
    if by_grade:
        found_tables["grades"] = over_tables.grades_table(asked, by_grade)
    if question.is_post and (runs := past_runs.table(asked)):
        found_tables["runs"] = runs
    measured = not asked.is_omic
    return {
        **context,
        "chart": over_chart.picture(asked, found, by_grade) if measured else omic.picture(asked, found),
        "figures": over_tables.key_figures(asked, found),
        "run": run_words(question, past) if question.is_post and measured else [],
        "odds": odds_sentence(question) if measured else "",
        "omic": omic_words(asked),
        "averages": averages.choice(asked),
        "basis": basis_words(asked),
        "late": late_sentence(past, question.state, question.unit, *asked.span.days)
        if asked.span.days
        else "",
        "tables": found_tables | averages.tables_of(asked),
    }


def basis_words(asked: OverTimeRequest) -> str:
    """Which streams the figures are of, where an archive added them all together; else nothing."""
    days = asked.standing.together if asked.stream == HEADLINE else ()
    if not days:
        return ""
    of_days = days_words(days[0], days[-1])
    said = f"Figures for {of_days} are of all streams together, as the archive gave them."
    later = next((day for day in asked.past.days if day > days[-1] and day <= asked.standing.last), None)
    if later is None:
        return said
    return f"{said} From {written(later)} they are of sentence management alone, so the two do not compare."


def omic_words(asked: OverTimeRequest) -> str:
    """That OMiC work has no capacity, or that a post had none on some of these days; else nothing."""
    if asked.is_omic:
        return omic.SAID
    if not asked.question.is_post:
        return ""
    away = len(asked.series_omic)
    days = "1 of these days" if away == 1 else f"{away:,} of these days"
    not_shown = "It is not shown." if away == 1 else "They are not shown."
    return f"On {days} this post was in OMiC, which has no capacity. {not_shown}" if away else ""


def looked_at(question: UnitRequest, what: str) -> tuple[History, date]:
    """The history of the unit, and the last day that is looked at: that of the figures shown, or its own.

    Raises HistoryError, saying why there is no `what` to show.
    """
    past = history_of(question.unit)
    if past.last is None:
        raise HistoryError(f"No data has been loaded yet, so there are no {what} to show.")
    return past, min(past.last, question.state.as_at.date())


def asked_of(question: UnitRequest, past: History, last: date) -> OverTimeRequest:
    """What the address asks for; what is wrong is refused in words, and the default if it is no day."""
    choices = {}
    if not question.is_post:
        levels = [(each, units.PLURALS[each]) for each in question.levels]
        choices["list"] = OneOf("By", levels, question.level)
    return OverTimeRequest(question, past, OverTimeForm(question.request.GET, None, last, choices=choices))


def _around(asked: OverTimeRequest, last: date) -> dict[str, Any]:
    query = asked.question.request.GET
    presets = [(words, date.fromordinal(last.toordinal() - days)) for days, words in _WEEKS]
    assert asked.past.first is not None
    presets.append(("Everything", min(asked.past.first, last)))
    return {
        "span": asked.span,
        "errors": asked.span.faults,
        "step": asked.step,
        "can_grades": not asked.question.is_post and not asked.is_omic,
        "presets": [
            (
                words,
                changed(query, **{"from": first.isoformat(), "to": last.isoformat(), "page": ""}),
                asked.span.days == (first, last),
            )
            for words, first in presets
        ],
    }


def _message(asked: OverTimeRequest) -> str:
    past = asked.past
    assert past.first is not None
    assert past.last is not None
    whole = f"{written(past.first)} to {written(past.last)}"
    return (
        f"{asked.unit.name} has no figures from {asked.span.words}. The history has figures of {whole}. "
        "Choose other days."
    )
