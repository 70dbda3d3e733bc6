"""The people of a demonstration, kept so that they belong to the figures that are shown."""

from django.conf import settings

from wmt.nights import NightError
from wmt.site.accounts.demo import ensure_demo_people
from wmt.site.duties.models import Duty
from wmt.site.figures.placeholders import placeholders
from wmt.site.workload.models import Unit
from wmt.site.workload.state import NoDataYet, current_state

#: Waiting cases enough to show how one chooses.
_SEVERAL = 4


def keep_demo_people() -> None:
    """In a demonstration: people to sign in as, who belong to the figures that are shown."""
    if not settings.CONFIG.demo:
        return
    try:
        state = current_state()
    except NoDataYet:
        return
    owed = Duty.objects.filter(closed_on=None).order_by("team_code", "staff_code")
    over = [f"{team}:{staff}" for team, staff in owed.values_list("team_code", "staff_code")]
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, cases_all__gte=_SEVERAL)
    try:
        nobody = posts.filter(code__in=placeholders(state), name__icontains="unallocated")
    except NightError:
        nobody = posts.none()
    ensure_demo_people(state, over, set(nobody.values_list("team_code", flat=True)))
