"""The stage of training of trainees, as it is entered: the reason of a reduction, and as private as that."""

from collections.abc import Collection, Mapping

from wmt.grades import TRAINEE
from wmt.ledger.prices import stage_reasons
from wmt.site.availability.queries import reduced_for
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, rules_of


def stages_of(state: State, posts: Collection[Unit]) -> Mapping[str, str]:
    """The stage that is in force for trainees on the day of the figures, by the codes of their posts: the
    reason of its reduction. Others, and trainees of whom none is entered, have no entry."""
    trainees = {post.code: (post.team_code, post.staff_code) for post in posts if post.grade == TRAINEE}
    if not trainees:
        return {}
    entered = reduced_for(list(trainees.values()), stage_reasons(rules_of(state)), state.day)
    return {code: entered[post] for code, post in trainees.items() if post in entered}
