"""What somebody can do about a workload over the threshold, from its first day: on the Actions page."""

from dataclasses import dataclass

from django.urls import reverse

from wmt.days import written
from wmt.ledger import OMIC, is_over
from wmt.site.accounts.access import may
from wmt.site.accounts.roles import Action
from wmt.site.duties import access, requests
from wmt.site.duties.nobody import nobody_words
from wmt.site.queries.runs import run_of
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.duties.timeline import DutyLink, helps_of


@dataclass(frozen=True)
class Guidance:
    """A sentence or two, and where to go."""

    words: str
    ways: list[DutyLink]


def guidance(question: UnitRequest) -> Guidance | None:
    """For the practitioner and for those who may act; None where the post is not over, and in the past."""
    unit, state = question.unit, question.state
    if not question.is_post or state.as_of is not None or unit.stream == OMIC:
        return None
    if not is_over(unit.points_x100, unit.available_x100, state.over_x100):
        return None
    if access.is_own(question.user, question.unit):
        standing = requests.open_relief(unit.team_code, unit.staff_code)
        if standing is not None:
            asked, by = written(standing.asked_on), written(standing.answer_by)
            said = f"You asked for relief on {asked}. An answer is due by {by}."
            return Guidance(said, [DutyLink("View your request", reverse("request", args=[standing.pk]))])
        said = "You can ask for relief from the first day over the threshold."
        said = f"Your workload is over {state.over_text}. {said}"
        return Guidance(said, [DutyLink("Ask for relief", reverse("relief", args=[unit.code]))])
    acts = may(question.user, Action.HANDLE_DUTIES, level="post", code=unit.code, state=state)
    if not acts:
        return None
    words = [f"The workload of {unit.name} is over {state.over_text}."]
    if requests.has_open_duty(unit):
        words.append("The open action below says what is due.")
    elif not nobody_words(unit.name, state.day) and (run := run_of(question)) and run["full_on"]:
        words.append(
            f"If this continues, an action opens on {written(run['full_on'])}. You do not have to wait."
        )
    words.append("You can move cases in nDelius, agree a reduction, or talk to the practitioner.")
    return Guidance(" ".join(words), helps_of(question.request, unit.code, unit.team_code, state))
