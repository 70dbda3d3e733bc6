"""Cases of a unit shared again: the question, and at once the answer of a plain rule; of a region the
question alone, which a job answers."""

from typing import Any

from wmt.plan.balance.problem import ProblemError
from wmt.plan.balance.solve import quick
from wmt.site.queries.resharing import JOB_ONLY, LEVELS, sharers_of, sharing_now
from wmt.site.queries.resharing_answer import AskedSharing
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.resharing import people_kept
from wmt.site.web.resharing.answer_tables import ShownAnswer, sentences
from wmt.site.web.resharing.choices import names_in
from wmt.site.web.resharing.question_form import ResharingForm
from wmt.site.workload.models import Unit

TITLE = "Re-share cases"
TEMPLATE = "resharing/tab.jinja"


def applies(unit: Unit) -> bool:
    """Teams, PDUs and regions: one person has nobody to share with."""
    return unit.level in LEVELS


def content(question: UnitRequest) -> dict[str, Any]:
    """The form; where something is asked, every move of the answer by a plain rule."""
    found: dict[str, Any] = {
        "tables": {}, "is_now": question.state.as_of is None, "fault": "", "said": [],
        "by_job": question.unit.level in JOB_ONLY,
    }  # fmt: skip
    if not applies(question.unit):
        return {**found, "form": None}
    sharers = sharers_of(question.state, question.user, question.unit)
    form = ResharingForm(question.request.GET, {post.code for post in sharers})
    found |= {
        "form": form, "filters": form, "leavers": _leavers(question, form),
        "teams": people_kept.by_team(question.state, question.unit, sharers, form),
        "stays": sum(post.code in form.codes("locked") for post in sharers),
    }  # fmt: skip
    if not form.is_valid() or "ask" not in question.request.GET or not found["is_now"] or found["by_job"]:
        return found
    try:
        with sharing_now(question.state, question.user, question.unit, form.question) as now:
            asked = AskedSharing(now)
            answer = asked.answered(quick(asked.left))
    except ProblemError as error:
        return {**found, "fault": str(error)}
    shown = ShownAnswer(answer, question.state, question.user, question.unit)
    return {
        **found,
        "tables": shown.told(),
        "said": sentences(answer),
        "dots": shown.chart,
        "names_cases": shown.names_cases,
        "asked": {name: value for name, value in form.data.items() if value},
    }


def _leavers(question: UnitRequest, form: ResharingForm) -> list[str]:
    """The names of those who are to leave."""
    codes = form.question.leavers if form.is_valid() else ()
    names = names_in(question.state, question.user, question.unit) if codes else {}
    return [names[code] for code in codes if code in names]
