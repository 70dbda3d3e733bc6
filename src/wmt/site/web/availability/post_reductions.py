"""Forms about the reductions of a post: add, change, withdraw."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse

from wmt.site.availability.change_requests import Change
from wmt.site.availability.labels import hours_words, percent_words
from wmt.site.availability.limits import ReasonOnDay
from wmt.site.availability.models import Reduction
from wmt.site.availability.records import PostRecords
from wmt.site.availability.validation import NOTES
from wmt.site.web.availability import form_flow, forms, post_hours
from wmt.site.web.availability.post_request import PostRequest, editable
from wmt.site.web.forms.fields import number_text
from wmt.text import counted

_TEMPLATE = "availability/post_reduction_form.jinja"


@post_hours.form_methods
def reduction_new(request: HttpRequest, code: str) -> HttpResponse:
    """Takes hours off for a time."""
    place = editable(request, code)
    form = forms.NewReductionForm(post_hours.sent(request), initial={"unit": forms.HOURS})
    page = form_flow.Page(
        title="Add a reduction",
        template=_TEMPLATE,
        changes=lambda form: [_change(place, form)],
        save="Save the reduction",
        words=_words(place, ""),
    )
    return form_flow.edit(place, form, page)


@post_hours.form_methods
def reduction_change(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Another amount, other days or another reason in place of those entered."""
    place = editable(request, code)
    record = place.standing("reduction", key)
    assert isinstance(record, Reduction)
    by_share = record.hours_micro is None
    form = forms.ReductionForm(
        post_hours.sent(request),
        initial={
            "version": form_flow.versions([record]),
            "reason": record.reason,
            "amount": number_text(record.percent_x100 or 0, 100)
            if by_share
            else number_text(record.hours_micro or 0),
            "unit": forms.PERCENT if by_share else forms.HOURS,
            "first_day": record.first_day,
            "last_day": record.last_day,
            "notes": record.notes,
        },
    )
    page = form_flow.Page(
        title="Change a reduction",
        template=_TEMPLATE,
        changes=lambda form: [form_flow.keyed(form, _change(place, form), record)],
        save="Save the reduction",
        records=[record],
        can_renew=True,
        words={**_words(place, record.reason), "record": record},
    )
    return form_flow.edit(place, form, page)


@post_hours.form_methods
def reduction_withdraw(request: HttpRequest, code: str, key: str) -> HttpResponse:
    return post_hours.withdraw(request, code, "reduction", key, "Delete this reduction?")


def _change(place: PostRequest, form: Any) -> Change:
    typed = form.cleaned_data
    wanted = ("reason", "hours_micro", "percent_x100", "first_day", "last_day", "notes")
    return Change(kind="reduction", post=place.post, **{name: typed[name] for name in wanted})


def _words(place: PostRequest, kept: str) -> dict[str, Any]:
    groups = forms.reason_groups(place.limits.reasons.values(), kept)
    contracted = place.limits.contracted(place.post, place.plan, place.state.day)
    # the contracted hours from each day on, for the script that shows the other unit while one types
    turns = sorted({each.first_day for each in place.plan.hours})
    first = place.limits.contracted(place.post, PostRecords(), place.state.day)
    hours = [(day, place.limits.contracted(place.post, place.plan, day)) for day in turns]
    return {
        "groups": [(category, [_choice(reason) for reason in found]) for category, found in groups],
        "contracted": hours_words(contracted),
        "contracted_days": json.dumps(
            [["", number_text(first)], *([day.isoformat(), number_text(micro)] for day, micro in hours)]
        ),
        "notes_most": NOTES,
        "record": None,
    }


def _choice(reason: ReasonOnDay) -> dict[str, Any]:
    """A reason to choose: its limits in words, and as numbers for the script."""
    said = []
    if reason.allowance_x100 is not None:
        said.append(percent_words(reason.allowance_x100))
    elif reason.max_x100 is not None:
        said.append(f"at most {percent_words(reason.max_x100)}")
    if reason.months is not None:
        said.append(counted(reason.months, "month"))
    if not reason.enabled:
        said.append("retired")
    return {
        "value": reason.reason,
        "text": f"{reason.short_name} ({', '.join(said)})" if said else reason.short_name,
        "percent": "" if reason.allowance_x100 is None else number_text(reason.allowance_x100, 100),
        "months": reason.months or "",
    }
