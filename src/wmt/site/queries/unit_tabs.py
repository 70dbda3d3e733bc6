"""The tabs of a unit: each a presenter of its own, known by its name to pages, files and the API.

The presenters themselves belong to the pages (`wmt.site.web.unit_pages.sections` enters them here).
"""

from dataclasses import replace
from typing import Any, Protocol

from django.http import Http404

from wmt.site.queries.unit_request import UnitRequest
from wmt.site.tables import Table
from wmt.site.workload.models import Unit


class Tab(Protocol):
    """A tab's presenter: a module with these."""

    TITLE: str
    TEMPLATE: str

    def applies(self, unit: Unit) -> bool:
        """Whether there is anything to see for this unit."""

    def content(self, question: UnitRequest) -> dict[str, Any]:
        """The template's values; all tables under 'tables', by their names, in the order they are shown."""


#: Every tab by its name in addresses; '' is the overview. Presenters are modules, which no type can name.
TABS: dict[str, Any] = {}


def tables_of(question: UnitRequest, tab: str) -> tuple[dict[str, Any], dict[str, Table]]:
    """What a tab shows, and its tables in full. Raises Http404 for an unknown tab."""
    if tab not in TABS:
        raise Http404(f"a {question.unit.level} has no page '{tab}'")
    content = TABS[tab].content(question)
    found: dict[str, Table] = content.pop("tables")
    # the first table's fields in the address are plain, the others' bear its name
    first = next(iter(found), "")
    return content, {
        name: table if name == first else replace(table, prefix=f"{name}-") for name, table in found.items()
    }
