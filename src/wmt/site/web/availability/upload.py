"""Tables of hours, reductions and grades that are sent: looked at first, then applied whole or not at all."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from wmt.intake.people_files import BOOK, SUFFIXES
from wmt.intake.people_schema import COLUMNS, GRADES_FILE, HOURS_FILE, REDUCTIONS_FILE
from wmt.site.accounts.access import need
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import actions
from wmt.site.shown import needed_state
from wmt.site.tables import arranged
from wmt.site.web.availability import upload_kept
from wmt.site.web.availability.effect_tables import words_of
from wmt.site.web.availability.forms import WhyField
from wmt.site.web.availability.upload_kept import KeptUpload
from wmt.site.web.availability.upload_read import UploadOutcome, outcome_of
from wmt.site.web.availability.upload_tables import tables_of
from wmt.site.web.forms import limited_upload
from wmt.site.workload.state import State

#: Tables of people are small: the whole nation's are less than this.
MEGABYTES = 20
_KINDS = (*SUFFIXES, BOOK)
#: The tables that people may send, and what has to be known of their columns.
_SAID = {
    HOURS_FILE: "Hours a week from a day on. Leave the day blank if the hours applied from the start.",
    REDUCTIONS_FILE: (
        "Enter either hours a week or a percentage of contracted hours. Give the reason’s code or name. "
        "Keep the reduction_id to change a reduction; leave it blank for a new one. "
        "Enter true under deleted to delete one."
    ),
    GRADES_FILE: "A grade in place of the extract’s, from a day on. The last day may be empty.",
}


class TablesForm(forms.Form):
    """The files. They are checked beside it."""

    tables = forms.Field(required=False)


class ApplyForm(forms.Form):
    """Why, for the history of every record."""

    why = WhyField()


@csrf_exempt  # the form's token is checked in what reads the body
@require_http_methods(["GET", "HEAD", "POST"])
def people_upload(request: HttpRequest) -> HttpResponse:
    """The form for tables, and taking them to be looked at."""
    need(request, Action.EDIT_AVAILABILITY)
    return limited_upload.limited(request, _most(), _received, lambda fault: _form_page(request, fault, 507))


@csrf_protect
def _received(request: HttpRequest, limited: limited_upload.Limited) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request)
    files = request.FILES.getlist("tables")
    if limited.is_over:
        fault = (
            f"The files are larger than {_most()} megabytes together, which is as much as this site takes "
        )
        return _form_page(request, f"{fault}at once. Send fewer rows at a time", 413)
    fault = files_fault([(file.name or "", file.size or 0) for file in files])
    if fault:
        return _form_page(request, fault, 422)
    kept = upload_kept.keep(_me(request), files)
    return HttpResponseRedirect(reverse("people-upload-check", args=[kept.number]))


def files_fault(files: list[tuple[str, int]]) -> str:
    """What is wrong with files by their names and sizes; empty where nothing is."""
    if not files:
        return "Choose the tables: CSV files or a workbook (.xlsx)"
    for name, size in files:
        if Path(name).suffix.lower() not in _KINDS:
            return f"{name} cannot be read: choose .csv, .xlsx or .parquet files"
        if not size:
            return f"{name} is empty: fill it in, or send it again from its source"
    return ""


def _most() -> int:
    return min(MEGABYTES, settings.CONFIG.upload_megabytes)


def _form_page(request: HttpRequest, fault: str = "", status: int = 200) -> HttpResponse:
    form = TablesForm({})
    if fault:
        form.add_error("tables", fault)
    columns = [(table, ", ".join(COLUMNS[table]), said) for table, said in _SAID.items()]
    context = {"form": form, "megabytes": _most(), "columns_of": columns}
    return render(request, "availability/upload.jinja", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def people_upload_check(request: HttpRequest, number: int) -> HttpResponse:
    """What tables that were sent would come to, and applying them. Only who sent them finds them."""
    need(request, Action.EDIT_AVAILABILITY)
    state = needed_state(request)
    kept = upload_kept.find(_me(request), number)
    if kept is None:
        messages.error(request, "These tables are not here any more. Send them again to look at them.")
        return HttpResponseRedirect(reverse("people-upload"))
    if request.POST.get("do") == "drop":
        kept.drop()
        messages.success(request, "The tables were thrown away. Nothing was changed.")
        return HttpResponseRedirect(reverse("people-upload"))
    outcome = outcome_of(kept, state, _me(request))
    if request.method != "POST":
        # rows of other people's posts are an attempt, and attempts are written down: once for what was sent
        if not (not outcome.denied or not kept.first_look()):
            posts = [":".join(post) for post in outcome.denied]
            named = ", ".join(posts[:3]) + (f" and {len(posts) - 3} more" if len(posts) > 3 else "")
            said = f"{request.user} sent tables with rows of posts they may not edit: {named}."
            record("denied", said, request=request, after={"posts": posts[:100], "files": list(kept.names)})
        return _preview(
            request, kept, outcome, state, ApplyForm(initial={"why": f"From {', '.join(kept.names)}"[:200]})
        )
    return _applied(request, kept, outcome, state)


def _applied(request: HttpRequest, kept: KeptUpload, outcome: UploadOutcome, state: State) -> HttpResponse:
    """Saved, where it is just what was shown; else what it comes to now."""
    form = ApplyForm(request.POST)
    if outcome.faults or not outcome.shown or not form.is_valid():
        return _preview(request, kept, outcome, state, form, status=422)
    if request.POST.get("shown") != outcome.shown:
        return _preview(request, kept, outcome, state, form, again=True, status=409)
    try:
        saved = actions.save(
            actor=_me(request), changes=outcome.changes, why=form.cleaned_data["why"], kind="people import"
        )
    except RefusedError:  # conflicts too: somebody was quicker, between looking and saving
        fresh = outcome_of(kept, state, _me(request))
        return _preview(request, kept, fresh, state, form, again=True, status=409)
    kept.drop()
    messages.success(request, words_of(saved, state))
    return HttpResponseRedirect(reverse("people-upload"))


def _preview(
    request: HttpRequest,
    kept: KeptUpload,
    outcome: UploadOutcome,
    state: State,
    form: ApplyForm,
    *,
    again: bool = False,
    status: int = 200,
) -> HttpResponse:
    tables = [arranged(table, request) for table in tables_of(outcome, kept, state)]
    context: dict[str, Any] = {
        "kept": kept,
        "tables": {table.name: table for table in tables},
        "form": form,
        "faults": len(outcome.faults),
        "changes": len(outcome.changes),
        "posts": len({change.post for change in outcome.changes}),
        "idle": outcome.idle,
        "shown": outcome.shown,
        "again": again,
        "crumbs": [("Tables of hours and reductions", reverse("people-upload"))],
    }
    return render(request, "availability/upload_check.jinja", context, status=status)


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
