"""The stage of training of trainees, as it is entered: the reason of a reduction, and as private as that."""

from collections.abc import Collection, Mapping

from wmt.grades import TRAINEE
from wmt.ledger.prices import stage_reasons
from wmt.site.availability.queries import plans_of
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, rules_of


def stages_of(state: State, posts: Collection[Unit]) -> Mapping[str, str]:
    """The stage that is in force for trainees on the day of the figures, by the codes of their posts: the
    reason of its reduction. Others, and trainees of whom none is entered, have no entry."""
    trainees = {post.code: (post.team_code, post.staff_code) for post in posts if post.grade == TRAINEE}
    plans, stages = plans_of(list(trainees.values())), stage_reasons(rules_of(state))
    return {
        code: cut.reason
        for code, post in trainees.items()
        for cut in plans[post].reductions_on(state.day)
        if cut.reason in stages
    }
