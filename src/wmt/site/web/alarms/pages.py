"""The alarm level of a team or PDU: what each level would have found, choosing one, and what was chosen."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from wmt.site import tables
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.alarms import levels
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import odds_alarms as action
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.shown import needed_state
from wmt.site.web.alarms import alarm_tables
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


class AlarmForm(RefusableForm):
    """A level as it is typed."""

    key = forms.CharField(required=False, max_length=64)
    percent = forms.CharField(required=False, max_length=10)
    why = forms.CharField(required=False, max_length=10 * action.MOST)

    @property
    def chosen(self) -> int | None:
        """The level in per cent; None for what is none."""
        typed = str(self.cleaned_data["percent"])
        return int(typed) if typed.isascii() and typed.isdigit() else None


@require_safe
def alarm_level(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """The page for everybody, with the form for whoever may choose. Raises UnknownUnit."""
    state = needed_state(request)
    return _page(
        request, state, _unit(request, state, level, code), AlarmForm(initial={"key": uuid.uuid4().hex})
    )


@require_POST
def alarm_choose(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """Chooses a level. Raises Denied, InThePast and UnknownUnit."""
    need(request, Action.SET_ALARMS)
    state = needed_state(request).of_now()
    unit = _unit(request, state, level, code)
    need(request, Action.SET_ALARMS, level=level, code=code, state=state)
    form = AlarmForm(request.POST)
    if not form.is_valid():
        return _page(request, state, unit, form, status=422)
    given = {"why": form.cleaned_data["why"], "key": form.cleaned_data["key"]}
    try:
        row, is_new = action.choose(actor=request.user, unit=unit, percent=form.chosen, **given)
    except RefusedError as refused:
        form.refuse(refused.faults)
        return _page(request, state, unit, form, status=422)
    done = f"{unit.name} now has {action.level_words(row.percent)}."
    messages.success(request, done if is_new else f"This was sent twice. {done}")
    return HttpResponseRedirect(reverse("alarm-level", args=[level, code]))


def _unit(request: HttpRequest, state: State, level: str, code: str) -> Unit:
    if level not in levels.LEVELS:
        raise Http404("an alarm is of a team or a PDU: open one of them")
    return units.find(state, request.user, level, code)  # type: ignore[arg-type]


def _page(
    request: HttpRequest, state: State, unit: Unit, form: AlarmForm, *, status: int = 200
) -> HttpResponse:
    user: Any = request.user
    history = list(levels.chosen_for(state, unit))
    score = alarm_tables.score_of(state, unit)
    made: Sequence[tables.Table] = [
        *([alarm_tables.trade_offs(score, unit.level)] if score else []),
        alarm_tables.chosen(history),
        alarm_tables.raised(list(levels.raised_for(state, unit)), state.day if state.as_of else None),
    ]
    context: dict[str, Any] = {
        "form": form,
        "unit": unit,
        "level_title": units.TITLES[unit.level],
        "now": alarm_tables.now_words(unit, history),
        "told": alarm_tables.told(score, unit.level) if score else "",
        "choices": [(str(each), action.level_words(each).capitalize()) for each in action.PERCENTS],
        "may": state.as_of is None and action.may_choose(user, unit, state),
        "tables": {each.name: tables.arranged(each, request) for each in made},
        "crumbs": [
            (each.name, unit_url(each.level, each.code)) for each in [*units.above(state, user, unit), unit]
        ],
    }
    return render(request, "alarms/level.jinja", context, status=status)
