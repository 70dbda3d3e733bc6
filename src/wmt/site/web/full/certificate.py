"""The certificate of a unit, to print, and whether a given checksum is that of the figures shown."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wmt.ledger import HEADLINE
from wmt.plan.full_certificate import checksum
from wmt.site.consistent_read import steady
from wmt.site.figures import units
from wmt.site.links import NATION, unit_url
from wmt.site.queries import full as query
from wmt.site.queries.unit_request import question_of
from wmt.site.web.full import unit_full

#: What of the first table is on paper.
_COLUMNS = ("kind", "today", "spare", "cases", "unmoved", "limits", "since", "over_cases")


@require_safe
@steady
def certificate(request: HttpRequest, level: str = NATION, code: str = NATION) -> HttpResponse:
    """Figures of a unit on the day shown, and their checksum. Raises UnknownUnit of a post."""
    question = question_of(request, level, code).in_stream(HEADLINE)
    unit, state = question.unit, question.state
    if not unit_full.applies(unit):
        raise units.UnknownUnit(level, code)
    found = query.full_of(state, unit)
    content = unit_full.content_of(replace(question, listing="post"), found)
    shown: dict[str, Any] = content["tables"]
    full = shown["full"]
    columns = [column for column in full.columns if column.key in _COLUMNS]
    sha256, asked = checksum(query.certified(state, unit, found.state)), request.GET.get("checksum", "")
    context = {
        **content,
        "unit": unit,
        "papers": [replace(full, columns=columns), *(shown[name] for name in ("sums", "grades", "cases"))],
        "sha256": sha256,
        "of_night": query.is_of_night(state, unit, sha256),
        "state": state,
        "asked": asked.strip().lower(),
        "crumbs": [(unit.name, unit_url(unit.level, unit.code, "full"))],
    }
    return render(request, "unit/full_certificate.jinja", context)
