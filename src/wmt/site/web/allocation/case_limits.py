"""Who must not know of a case: the lists, for who may allocate it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.availability.change_requests import ChangeFault, RefusedError
from wmt.site.changes import case_limits
from wmt.site.shown import needed_state

_LISTS = ("excluded", "restricted")


class AccessListsForm(forms.Form):
    """Staff codes, one on each line; `version` is of the lists that were read."""

    excluded = forms.CharField(required=False, max_length=20_000)
    restricted = forms.CharField(required=False, max_length=20_000)
    version = forms.IntegerField(required=False)


@require_http_methods(["GET", "HEAD", "POST"])
def limits_page(request: HttpRequest) -> HttpResponse:
    """The lists of a case (`crn`), and recording others. Raises Denied and InThePast."""
    need(request, Action.ALLOCATE_CASES)
    state, typed = needed_state(request).of_now(), request.GET.get("crn", "")
    try:
        ref, row = case_limits.find(request.user, typed[:200], state)
    except RefusedError as refused:
        return render(
            request, "allocation/case_limits.jinja", {"wrong": str(refused), "form": None}, status=404
        )
    known: dict[str, Any] = {name: "\n".join(getattr(row, name)) if row else "" for name in _LISTS}
    form = AccessListsForm(request.POST or None, initial={**known, "version": row.pk if row else 0})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            wanted = {name: form.cleaned_data[name].replace(",", "\n").splitlines() for name in _LISTS}
            try:
                case_limits.save(
                    actor=request.user, typed=ref, state=state, seen=form.cleaned_data["version"], **wanted
                )
            except RefusedError as refused:
                _add(form, refused.faults)
            else:
                messages.success(request, "Saved. It counts from now on, on every page.")
                address = f"{reverse('case-limits')}?{urlencode({'crn': ref})}"
                return HttpResponseRedirect(address)
    return render(
        request, "allocation/case_limits.jinja", {"ref": ref, "form": form, "wrong": ""}, status=status
    )


def _add(form: AccessListsForm, faults: list[ChangeFault]) -> None:
    for fault in faults:
        form.add_error(fault.field if fault.field in form.fields else None, fault.message)
