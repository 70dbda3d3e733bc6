"""Hours and reductions: what was entered of a post, or under a unit, and what is coming."""

from importlib import import_module
from typing import Any

from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units import hours_not_entered, work_leaving
from wmt.site.workload.models import Unit

TITLE = "Hours and reductions"
TEMPLATE = "availability/hours.jinja"

#: Who shows a level: the module with its `content`, and the template that its page extends to.
_PAGES = {
    "post": ("wmt.site.web.availability.post", "availability/post.jinja"),
    "team": ("wmt.site.web.availability.team", "availability/team.jinja"),
    "pdu": ("wmt.site.web.availability.unit_summary", "availability/above.jinja"),
    "region": ("wmt.site.web.availability.unit_summary", "availability/above.jinja"),
}


def applies(unit: Unit) -> bool:
    """Posts have hours; the units above list what is under them. The nation is too much for one page."""
    return unit.level in _PAGES


def content(question: UnitRequest) -> dict[str, Any]:
    """What the page of the unit's level shows."""
    if not applies(question.unit):
        return {"hours_template": "availability/nowhere.jinja", "tables": {}}
    module, template = _PAGES[question.unit.level]
    found: dict[str, Any] = import_module(module).content(question)
    if not question.is_post and (mentioned := hours_not_entered.table_of(question)).rows:
        found["tables"] |= {mentioned.name: mentioned}
    if question.is_post and (leaving := work_leaving.table_of(question)) is not None:
        found["tables"] |= {leaving.name: leaving}
    return {"hours_template": template, **found}
