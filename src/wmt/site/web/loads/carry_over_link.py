"""From the report of a load to carrying records over that it left behind."""

from collections.abc import Mapping

from django.http import HttpRequest

from wmt.site.accounts.access import may
from wmt.site.accounts.roles import Action
from wmt.site.changes.carry_over import left_behind
from wmt.site.changes.carry_rights import Leaving
from wmt.site.loads.people_tables import LEFT_BEHIND, left_message
from wmt.site.web.availability.carrying import carry_href
from wmt.site.workload.models import Load
from wmt.site.workload.state import current_state


def ways_left(request: HttpRequest, load: Load) -> Mapping[str, str]:
    """By the message of each warning of records left behind: where they are carried over.

    Only of records that are still there, and only for those who may carry them over.
    """
    if not may(request.user, Action.EDIT_AVAILABILITY) or not load.faults.filter(code=LEFT_BEHIND).exists():
        return {}
    state = current_state()
    leaving = Leaving(request.user, state)
    return {left_message(post): carry_href(post) for post in left_behind(state) if leaving(post)}
