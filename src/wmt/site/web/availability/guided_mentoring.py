"""A reduction for who mentors trainees: their number, and hours for each."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from wmt.facts.enums import MICRO
from wmt.site.availability.change_requests import Change
from wmt.site.availability.labels import hours_words
from wmt.site.availability.limits import ReasonOnDay
from wmt.site.availability.reason_rules import mentoring_reason
from wmt.site.web.availability.form_flow import Page, edit
from wmt.site.web.availability.forms import MentoringForm
from wmt.site.web.availability.post_hours import form_methods, sent
from wmt.site.web.availability.post_request import PostRequest, editable
from wmt.site.workload.state import rules_of

_RULE = "mentoring_hours_per_trainee"


@form_methods
def mentoring(request: HttpRequest, code: str) -> HttpResponse:
    """Takes off so many hours for each trainee somebody mentors."""
    place = editable(request, code)
    each = default_micro(place)
    page = Page(
        title="Hours for mentoring",
        template="availability/post_mentoring.jinja",
        changes=lambda form: [_change(place, form)],
        save="Save the hours for mentoring",
        words={
            "usual": hours_words(each) if each else "",
            "rule": _RULE,
            "reason": _reason(place).short_name,
        },
    )
    form = MentoringForm(sent(request), initial={"trainees": 1, "each": each or None})
    return edit(place, form, page)


def default_micro(place: PostRequest) -> int:
    """The hours for each trainee that the rules offer."""
    return rules_of(place.state)[_RULE].hundredths * (MICRO // 100)


def _reason(place: PostRequest) -> ReasonOnDay:
    return mentoring_reason(place.reasons, place.state.day)


def _change(place: PostRequest, form: Any) -> Change:
    typed, reason = form.cleaned_data, _reason(place)
    trainees = typed["trainees"]
    told = (
        f"Mentors {trainees} {'trainee' if trainees == 1 else 'trainees'}, {hours_words(typed['each'])} each."
    )
    return Change(
        kind="reduction",
        post=place.post,
        reason=reason.reason,
        hours_micro=trainees * typed["each"],
        first_day=typed["first_day"],
        last_day=typed["last_day"],
        notes=f"{told}\n{typed['notes']}".strip(),
    )
