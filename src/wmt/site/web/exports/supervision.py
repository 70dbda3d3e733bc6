"""A sheet for supervision: a practitioner's figures, work and hours on one page, with room for notes.

The presenters of the practitioner's own pages make it, so whoever prints it reads no more than there.
"""

from collections.abc import Sequence
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wmt.history import HistoryError
from wmt.site import tables
from wmt.site.consistent_read import steady
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries.histories import history_of
from wmt.site.queries.runs import run_words
from wmt.site.queries.unit_request import UnitRequest, question_of
from wmt.site.web.availability import post as hours
from wmt.site.web.exports.pack import tiers, work_charts
from wmt.site.web.files.deliver import NOT
from wmt.site.web.units import overview
from wmt.site.web.units.summary import reports_ending

#: So many rows of a table are on the sheet: it is one page, and the tab of hours has them all.
_ROWS = 4
_REPORTS = 3
_FIGURES = ("Capacity", "Points", "Available points", "Remaining points", "Contracted hours", "Reductions")
_COLUMNS = {"reason", "entered", "hours", "first", "last"}


@require_safe
@steady
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """The page, for the screen and for paper."""
    question = question_of(request, "post", code)
    unit, found = question.unit, hours.content(question)
    # what begins and ends when, and the capacity then
    table = found["tables"]["coming"]
    dropped = {"grade", "contracted"}
    columns = [column for column in table.columns if column.key not in dropped]
    shown, notes = table.rows[: _ROWS + 1], [*table.notes, *_more(table.rows[1:])]
    # the figures of the post that are talked about, without the ways to their details, and the cases
    talked = overview.figures(question, question.subject)
    cases = talked[-2]
    in_hours = {"Contracted hours", "Reductions"}
    context = {
        "unit": unit,
        "team": next(iter(reversed(units.above(question.state, question.user, unit))), None),
        "figures": [
            (title, replace(value, href=""), "hours a week" if title in in_hours else "")
            for title, value, _ in (*talked[: len(_FIGURES)], cases)
        ],
        "notes": overview.notes(unit, question),
        "run": _run(question),
        "charts": work_charts(question),
        "tiers": _across(tiers(question)),
        "reductions": _reductions(found["tables"]),
        "coming": replace(
            table, caption="What begins and ends, and when", columns=columns, rows=shown, notes=notes
        ),
        "reports": [step.words for step in reports_ending(question)[:_REPORTS]],
        "limits": NOT,
        "crumbs": [(unit.name, unit_url("post", unit.code))],
    }
    return render(request, "exports/supervision.jinja", context)


def _run(question: UnitRequest) -> list[str]:
    """The run over the thresholds in words; what is said where there is none."""
    try:
        said = run_words(question, history_of(question.unit))
    except HistoryError as away:
        return [str(away)]
    return said or [f"Not over {question.state.over_text} on the last day with figures."]


def _across(table: tables.Table) -> tables.Table:
    """A table of tiers with the tiers side by side, which takes a third of the room."""
    names = [row.values["name"].text for row in table.rows]
    columns = [
        tables.Column("kind", "Active cases"),
        *(tables.Column(f"tier{n}", name, "count") for n, name in enumerate(names)),
    ]
    whole = tables.Column("all", "All", "count")
    rows = []
    for column in table.columns[1:]:
        cells = {f"tier{n}": row.values[column.key] for n, row in enumerate(table.rows)}
        total = table.total.values[column.key] if table.total else tables.text("")
        if total.raw:
            rows.append(tables.Row({"kind": tables.text(column.head), **cells, "all": total}))
    return replace(table, columns=[*columns, whole], rows=rows, total=None)


def _reductions(found: dict[str, tables.Table]) -> tables.Table:
    """The reductions that count now and those that begin later, with what they are for if one may know."""
    rows = [*found["active"].rows, *found["scheduled"].rows]
    columns = [column for column in found["active"].columns if column.key in _COLUMNS]
    notes = [*dict.fromkeys([*found["active"].notes, *found["scheduled"].notes]), *_more(rows)]
    return replace(found["active"], caption="Reductions now and to come", columns=columns, rows=rows[:_ROWS],
                   notes=notes, empty="No reduction counts today or begins later.")  # fmt: skip


def _more(rows: Sequence[tables.Row]) -> list[str]:
    over = len(rows) - _ROWS
    return [f"{over} more on the page of hours and reductions."] if over > 0 else []
