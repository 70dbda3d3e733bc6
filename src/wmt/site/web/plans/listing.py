"""The plans that somebody made from a unit, on its page."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from wmt.days import moment_words
from wmt.site import tables
from wmt.site.plans import access
from wmt.site.plans.models import SavedPlan
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.workload.models import Unit

TITLE = "Plans"
TEMPLATE = "plans/listing.jinja"


def applies(unit: Unit) -> bool:  # noqa: ARG001
    return True


def content(question: UnitRequest) -> dict[str, Any]:
    """My plans of the unit, the last changed first."""
    unit = question.unit
    rows = access.own(question.user).filter(level=unit.level, code=unit.code)
    return {
        "tables": {"plans": table_of(rows, f"Your plans: {unit.name}")},
        "is_now": question.state.as_of is None,
        "new_href": f"{reverse('plan-new')}?{urlencode({'level': unit.level, 'code': unit.code})}",
    }


def table_of(rows: Iterable[SavedPlan], title: str, names: dict[tuple[str, str], str] | None = None) -> Any:
    """Plans as a table; `names` of the units they were made from, where they are of several."""
    columns = [
        tables.Column("name", "Plan"),
        *([tables.Column("unit", "For")] if names is not None else []),
        tables.Column("changed", "Last changed", "words"),
    ]
    found = []
    for row in rows:
        values = {
            "name": tables.text(row.name, reverse("plan", args=[row.pk])),
            "unit": tables.text((names or {}).get((row.level, row.code), row.code)),
            "changed": tables.text(moment_words(timezone.localtime(row.changed_at))),
        }
        found.append(tables.Row({each.key: values[each.key] for each in columns}))
    return tables.Table("plans", title, columns, found, empty="You have made no plan here yet.")
