"""Words about challenges."""

from django.utils import timezone

from wmt.days import written
from wmt.site.challenges.models import Challenge
from wmt.site.changes.challenges import ADMINISTRATOR
from wmt.site.workload.state import State

OWNERS = {
    "practitioner": "the practitioner",
    "admin": "case administration",
    "manager": "the manager",
    "other_office": "another office",
}
ABOUT = (
    "Say here what is wrong with a figure and how it should be. Somebody answers by a day that is set, and "
    "you are told. No figure changes by this: cases, tiers, contacts and reports are put right in nDelius, "
    "hours and reductions here."
)


def asked_of(row: Challenge) -> str:
    """Who answers."""
    return "an administrator" if row.answers == ADMINISTRATOR else "the manager, else the head of PDU"


def state_words(row: Challenge, state: State) -> str:
    """Whether it is open, and by when; or what became of it."""
    if row.withdrawn_at is not None:
        return f"taken back on {written(timezone.localdate(row.withdrawn_at))}"
    if row.answered_at is None:
        return f"{'overdue since' if row.is_late(state.day) else 'answer due by'} {written(row.due)}"
    outcome = Challenge.Outcome(row.outcome).label if row.outcome else "answered"
    return f"{outcome[:1].lower()}{outcome[1:]}; answered on {written(timezone.localdate(row.answered_at))}"
