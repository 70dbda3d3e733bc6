"""Forms about the contracted hours of a post: enter from a day on, change, withdraw."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from wmt.site.availability import labels, models
from wmt.site.availability.change_requests import Change
from wmt.site.availability.queries import as_entry
from wmt.site.changes import actions
from wmt.site.web.availability import form_flow
from wmt.site.web.availability.effect_panel import panel
from wmt.site.web.availability.forms import HoursForm, WithdrawForm
from wmt.site.web.availability.post_request import PostRequest, editable

form_methods = require_http_methods(["GET", "HEAD", "POST"])
_TEMPLATE = "availability/post_hours.jinja"


@form_methods
def hours_new(request: HttpRequest, code: str) -> HttpResponse:
    """Contracted hours from a day on."""
    place = editable(request, code)
    form = HoursForm(sent(request))
    page = form_flow.Page(
        title="Enter contracted hours",
        template=_TEMPLATE,
        changes=lambda form: [_change(place, form)],
        save="Save the hours",
        words=_words(place),
    )
    return form_flow.edit(place, form, page)


@form_methods
def hours_change(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Other hours, or another first day, in place of those entered."""
    place = editable(request, code)
    record = place.standing("hours", key)
    assert isinstance(record, models.Hours)
    is_always = record.first_day == models.ALWAYS
    form = HoursForm(
        sent(request),
        initial={
            "version": form_flow.versions([record]),
            "hours": record.hours_micro,
            "first_day": None if is_always else record.first_day,
        },
    )
    form.fields["first_day"].required = not is_always
    page = form_flow.Page(
        title="Change contracted hours",
        template=_TEMPLATE,
        changes=lambda form: [form_flow.keyed(form, _change(place, form), record)],
        save="Save the hours",
        records=[record],
        can_renew=True,
        words={**_words(place), "record": record, "is_always": is_always},
    )
    return form_flow.edit(place, form, page)


@form_methods
def hours_withdraw(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Asks before hours are withdrawn; those before them count again."""
    return withdraw(request, code, "hours", key, "Delete these contracted hours?")


def withdraw(request: HttpRequest, code: str, kind: Any, key: str, title: str) -> HttpResponse:
    """Asks before a record is withdrawn. It is kept and stays readable."""
    place = editable(request, code)
    record = place.standing(kind, key)
    form = WithdrawForm(sent(request), initial={"version": form_flow.versions([record])})
    change = Change(kind=kind, post=place.post, key=key, version=record.version, withdraw=True)
    page = form_flow.Page(
        title=title,
        template="availability/post_withdraw.jinja",
        changes=lambda form: [form_flow.keyed(form, change, record)],
        save="Delete",
        records=[record],
        takes_away=True,
        words={"said": labels.entry_words(as_entry(record), place.names)},
        effect=None if record.withdrawn else at_once(place, change),
    )
    return form_flow.edit(place, form, page)


def at_once(place: PostRequest, change: Change) -> Any:
    """The effect of a change that needs nothing typed."""
    return panel(place, actions.preview(changes=[change], state=place.state, actor=place.user))


def sent(request: HttpRequest) -> Any:
    """What was typed; None where a form is opened."""
    return request.POST if request.method == "POST" else None


def _change(place: PostRequest, form: Any) -> Change:
    typed = form.cleaned_data
    return Change(
        kind="hours",
        post=place.post,
        hours_micro=typed["hours"],
        first_day=typed["first_day"] or models.ALWAYS,
    )


def _words(place: PostRequest) -> dict[str, Any]:
    full = place.limits.full_time_micro.get(place.unit.grade, 0)
    return {
        "now": hours_now(place),
        "full_time": labels.hours_words(full),
        "most": labels.hours_words(place.limits.most_micro),
        "grade": place.unit.grade,
        "record": None,
        "is_always": False,
    }


def hours_now(place: PostRequest, by: str = "") -> str:
    """The contracted hours of today in words: entered, supplied, or assumed. `by` says who entered them."""
    day, plan = place.state.day, place.plan
    hours = labels.hours_words(place.limits.contracted(place.post, plan, day))
    entered = plan.hours_on(day)
    if entered is not None:
        return f"{hours} a week, entered{by}, from {labels.day_words(entered.first_day)}."
    if place.unit.is_only_mentioned:
        return (
            "0 hours a week: the extract only mentions this post in contacts, flags or case details. "
            "No one has entered hours for it."
        )
    if place.unit.supplied_micro is not None:
        return f"{hours} a week, as the extract gives them. No one has entered hours here."
    return (
        f"{hours} a week: assumed, because that is usual for grade {place.unit.grade}. "
        "The extract gives none, and no one has entered any."
    )


def record_words(place: PostRequest, record: models.OfPost) -> str:
    return labels.entry_words(as_entry(record), place.names)
