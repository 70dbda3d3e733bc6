"""Reasons for reductions: everybody reads them, administrators add, change, re-date and retire them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from wmt.site.accounts.access import may, need
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action
from wmt.site.availability import queries
from wmt.site.availability.change_requests import RefusedError
from wmt.site.availability.limits import ReasonOnDay as ReasonNow
from wmt.site.availability.models import Reason
from wmt.site.changes.reasons import CATEGORIES, NAME, save_reason
from wmt.site.clock import calendar_day
from wmt.site.date_field import DayField
from wmt.site.shown import state_of
from wmt.site.tables import arranged
from wmt.site.web.availability import reasons_list
from wmt.site.web.availability.forms import WhyField
from wmt.site.web.forms.fields import NumberField

_LONG = f"A name can have {NAME} characters at most"
_PLACES = {"allowance_x100": "allowance", "max_x100": "most"}


class RetireForm(forms.Form):
    """From when on nobody may use a reason any more."""

    first_day = DayField("the first day", required=False)
    why = WhyField()


class ReasonForm(RetireForm):
    """All that a reason says, from a day on."""

    name = forms.CharField(max_length=NAME, error_messages={"required": "Enter a name", "max_length": _LONG})
    short_name = forms.CharField(max_length=NAME, required=False, error_messages={"max_length": _LONG})
    category = forms.ChoiceField(
        choices=[(each, each) for each in CATEGORIES],
        error_messages={
            "required": "Choose one of the three categories",
            "invalid_choice": "Choose one of the three categories",
        },
    )
    allowance = NumberField("What it takes off", scale=100)
    most = NumberField("The highest share", scale=100)
    months = forms.IntegerField(
        required=False, error_messages={"invalid": "The months must be a whole number, like 12"}
    )
    enabled = forms.ChoiceField(
        choices=[("yes", "yes"), ("no", "no")],
        error_messages={
            "required": "Choose whether new reductions may have it",
            "invalid_choice": "Choose whether new reductions may have it",
        },
    )
    version = forms.CharField(required=False)


@require_safe
def reasons(request: HttpRequest) -> HttpResponse:
    """All reasons: those in use, those that are coming, those that are retired."""
    first, *others = reasons_list.lists(_day(request))
    # the first table's fields in the address are plain, the others' bear its name
    named = [first, *(replace(table, prefix=f"{table.name}-") for table in others)]
    tables = [arranged(table, request) for table in named]
    context = {"tables": tables, "may_change": may(request.user, Action.MANAGE_REASONS)}
    return render(request, "availability/reasons.jinja", context)


@require_safe
def reason(request: HttpRequest, reason: str) -> HttpResponse:
    """One reason, and all that was entered about it."""
    now = _reason(reason)
    rows = list(Reason.objects.filter(reason=reason).order_by("-change"))
    may_change = may(request.user, Action.MANAGE_REASONS)
    with_whys = may_change or may(request.user, Action.READ_AUDIT)
    today = queries.reasons_on(_day(request)).get(reason)
    context = {
        "reason": today or now,
        "is_coming": today is None,
        "facts": reasons_list.facts(today or now),
        "versions": reasons_list.history(rows, with_whys=with_whys, may_change=may_change),
        "may_change": may_change,
        "crumbs": _crumbs(),
    }
    return render(request, "availability/reason.jinja", context)


@require_http_methods(["GET", "HEAD", "POST"])
def reason_new(request: HttpRequest) -> HttpResponse:
    need(request, Action.MANAGE_REASONS)
    form = ReasonForm(request.POST or None, initial={"first_day": _day(request), "enabled": "yes"})
    return _edited(request, form, "Add a reason", {}, _values)


@require_http_methods(["GET", "HEAD", "POST"])
def reason_change(request: HttpRequest, reason: str) -> HttpResponse:
    """Changes a reason from a day on; what it said before that day stays."""
    need(request, Action.MANAGE_REASONS)
    now = _reason(reason)
    form = ReasonForm(request.POST or None, initial={**_initial(now), "first_day": _day(request)})
    return _edited(request, form, f"Change {now.short_name}", {"reason": reason}, _values)


@require_http_methods(["GET", "HEAD", "POST"])
def reason_correct(request: HttpRequest, reason: str, key: str) -> HttpResponse:
    """Corrects something that was entered of a reason, its day among it."""
    need(request, Action.MANAGE_REASONS)
    row = Reason.objects.filter(reason=reason, key=key, ended_change__isnull=True).first()
    if row is None:
        raise Http404(f"there is no entry {key} of the reason {reason}")
    start = {**_initial(row), "first_day": row.first_day, "version": row.version}
    form = ReasonForm(request.POST or None, initial=start)
    title = f"Correct {row.short_name} from {row.first_day:%-d %B %Y} on"
    return _edited(request, form, title, {"reason": reason, "key": key}, _values, latest=row.version)


@require_http_methods(["GET", "HEAD", "POST"])
def reason_retire(request: HttpRequest, reason: str) -> HttpResponse:
    """Stops new use of a reason from a day on. Reductions that have it stay."""
    need(request, Action.MANAGE_REASONS)
    now = _reason(reason)
    form = RetireForm(request.POST or None, initial={"first_day": _day(request)})

    def values(form: Any) -> dict[str, Any]:
        same = {name: getattr(now, name) for name in
                ("name", "short_name", "category", "allowance_x100", "max_x100", "months")}  # fmt: skip
        return same | {"first_day": form.cleaned_data["first_day"], "enabled": False}

    title = f"Retire {now.short_name}"
    return _edited(request, form, title, {"reason": reason}, values, template="reason_retire")


def _edited(
    request: HttpRequest,
    form: Any,
    title: str,
    about: dict[str, Any],
    values: Callable[[Any], dict[str, Any]],
    *,
    template: str = "reason_form",
    latest: int = 0,
) -> HttpResponse:
    """The form of a reason, or saving it; every fault is on its field."""
    if request.method == "POST" and form.is_valid():
        version = _version(form) if about.get("key") else 0
        try:
            made = save_reason(
                actor=_me(request), **about, version=version, why=form.cleaned_data["why"], **values(form)
            )
        except RefusedError as refused:  # conflicts too
            for fault in refused.faults:
                place = _PLACES.get(fault.field, fault.field)
                form.add_error(place if place in form.fields else None, fault.message)
            form.data = form.data.copy()
            form.data["version"] = str(latest)
        else:
            state = "" if made.enabled else " Reductions that have it stay as they are."
            messages.success(
                request, f"{made.short_name} is saved, from {made.first_day:%-d %B %Y} on.{state}"
            )
            return HttpResponseRedirect(reverse("reason", args=[made.reason]))
    context = {
        "form": form,
        "title": title,
        "categories": [(each, each) for each in CATEGORIES],
        "crumbs": _crumbs(),
    }
    return render(request, f"availability/{template}.jinja", context, status=422 if form.errors else 200)


def _version(form: Any) -> int:
    """The version that a form was made from; one that no record has where it makes no sense."""
    text = form.cleaned_data["version"]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _values(form: Any) -> dict[str, Any]:
    clean = form.cleaned_data
    return {
        "first_day": clean["first_day"], "name": clean["name"], "short_name": clean["short_name"],
        "category": clean["category"], "allowance_x100": clean["allowance"], "max_x100": clean["most"],
        "months": clean["months"], "enabled": clean["enabled"] == "yes",
    }  # fmt: skip


def _initial(now: ReasonNow | Reason) -> dict[str, Any]:
    return {
        "name": now.name, "short_name": now.short_name, "category": now.category,
        "allowance": now.allowance_x100, "most": now.max_x100, "months": now.months,
        "enabled": "yes" if now.enabled else "no",
    }  # fmt: skip


def _reason(reason: str) -> ReasonNow:
    """A reason as it last was or will be. Raises Http404."""
    found = queries.every_reason().get(reason)
    if found is None:
        raise Http404(f"there is no reason {reason}")
    return found


def _day(request: HttpRequest) -> date:
    """The day of the figures that are shown; before there are any, today."""
    state = state_of(request)
    return state.day if state else calendar_day()


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _crumbs() -> list[tuple[str, str]]:
    return [("Reasons for reductions", reverse("reasons"))]
