"""The way up from a page about a post: its PDU, its team and itself, each to a tab of theirs."""

from django.http import HttpRequest

from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


def crumbs(
    request: HttpRequest, state: State, post: Unit, tab: str = "allocations", **query: str
) -> list[tuple[str, str]]:
    """Names and addresses, the PDU first."""
    above = [*units.above(state, request.user, post), post]  # type: ignore[arg-type]
    return [
        (each.name, unit_url(each.level, each.code, tab, **query))
        for each in above
        if each.level in ("pdu", "team", "post")
    ]
