"""One view for every tab of every unit."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from wmt.facts import NOT_KNOWN
from wmt.site.accounts.who_can_see import who_sees
from wmt.site.consistent_read import steady
from wmt.site.figures import units
from wmt.site.links import NATION, unit_url
from wmt.site.queries.unit_request import UnitRequest, question_of
from wmt.site.queries.unit_tabs import TABS, tables_of
from wmt.site.tables import arranged
from wmt.site.web.charts.downloads import offered
from wmt.site.web.freshness import mark_on
from wmt.site.web.unit_pages.sections import Link, pages, section_of, sections


@require_safe
@steady
def unit_page(request: HttpRequest, level: str = NATION, code: str = NATION, tab: str = "") -> HttpResponse:
    question = question_of(request, level, code)
    content, found = tables_of(question, tab)
    tables = {name: arranged(table, request) for name, table in found.items()}
    unit, state = question.unit, question.state
    above = units.above(state, question.user, unit)

    def url(name: str) -> str:
        return unit_url(unit.level, unit.code, name, stream=question.stream)

    filters = content.get("filters")
    around = {
        "unit": unit,
        "errors": filters.faults if filters else [],
        "level_title": units.TITLES[unit.level],
        "tab_title": TABS[tab].TITLE,
        "crumbs": [
            (each.name, unit_url(each.level, each.code, tab, stream=question.stream)) for each in above
        ],
        "sections": sections(unit, tab, url),
        "pages": pages(unit, tab, url),
        "section_title": section_of(tab),
        **_siblings(question, tab),
        # the past does not move
        "live_href": "" if state.as_of else reverse("live", args=[unit.level, unit.code]),
        "live_mark": mark_on(state, unit),
        "tab": tab,
        "kept_stream": [("stream", question.stream)] if question.stream else [],
        "who_sees": who_sees(state, unit),
    }
    context = {**around, **offered(content, request), "tables": tables, "question": question}
    return render(request, TABS[tab].TEMPLATE, context)


def _siblings(question: UnitRequest, tab: str) -> dict[str, Any]:
    """The other units of the same parent, a step away. Practitioners are listed by the page of their team."""
    unit = question.unit
    if unit.level in (NATION, "post"):
        return {"siblings": []}
    beside = units.beside(question.state, question.user, unit).exclude(code=unit.code)
    pairs = list(beside.values_list("code", "name"))
    found = [Link(name, unit_url(unit.level, code, tab, stream=question.stream)) for code, name in pairs]
    # what is not known is listed, but it is no unit to be counted
    number = sum(code != NOT_KNOWN for code, _ in pairs)
    rest = " and one ‘Not known’" if number < len(pairs) else ""
    plural = units.PLURALS[unit.level] if unit.level == "pdu" else units.PLURALS[unit.level].lower()
    one = units.TITLES[unit.level] if unit.level == "pdu" else units.TITLES[unit.level].lower()
    within = {"team": "in this PDU", "pdu": "in this region"}.get(unit.level, "")
    return {
        "siblings": found,
        "siblings_count": f"{number:,} other {one if number == 1 else plural} {within}".strip() + rest,
        "siblings_title": f"Other {plural} {within}".strip(),
    }
