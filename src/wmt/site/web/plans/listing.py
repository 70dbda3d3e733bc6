"""The plans that somebody made from a unit, on its page."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from wmt.site import tables
from wmt.site.plans import access
from wmt.site.plans.models import SavedPlan
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit

TITLE = "Plans"
TEMPLATE = "plans/listing.jinja"


def applies(unit: Unit) -> bool:  # noqa: ARG001
    return True


def content(question: UnitRequest) -> dict[str, Any]:
    """My plans of the unit, the last changed first."""
    unit = question.unit
    of_unit = {"level": unit.level, "code": unit.code}
    shared = access.shared_with(question.user).filter(**of_unit)
    others = {"shared": table_of(shared, f"Shared with you: {unit.name}", of_others=True)} if shared else {}
    mine = table_of(access.own(question.user).filter(**of_unit), f"Your plans: {unit.name}")
    return {
        "tables": {"plans": mine, **others},
        "is_now": question.state.as_of is None,
        "new_href": f"{reverse('plan-new')}?{urlencode({'level': unit.level, 'code': unit.code})}",
    }


def table_of(
    rows: Iterable[SavedPlan],
    title: str,
    names: dict[tuple[str, str], str] | None = None,
    *,
    of_others: bool = False,
) -> tables.Table:
    """Plans as a table; `names` of the units they were made from, where they are of several."""
    columns = [
        tables.Column("name", "Plan"),
        *([tables.Column("unit", "For")] if names is not None else []),
        *([tables.Column("owner", "Made by")] if of_others else []),
        tables.Column("changed", "Last changed", "words"),
    ]
    found = []
    for row in rows:
        values = {
            "name": tables.text(row.name, reverse("plan", args=[row.pk])),
            "unit": tables.text((names or {}).get((row.level, row.code), row.code)),
            "owner": tables.text(staff_names.person(str(row.owner)) if of_others else ""),
            "changed": tables.text(row.changed_text),
        }
        found.append(tables.Row({each.key: values[each.key] for each in columns}))
    empty = "Nobody shares a plan with you." if of_others else "You have made no plan here yet."
    return tables.Table("shared" if of_others else "plans", title, columns, found, empty=empty)
