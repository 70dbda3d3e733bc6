"""The file of a plan: taken out as YAML, and put in place of its steps."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from wmt.plan.plan_file import Plan, PlanError, read_plan
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import plan_again
from wmt.site.changes import plans as action
from wmt.site.plans import access
from wmt.site.plans.models import SavedPlan
from wmt.site.queries.plan_effects import unit_of_plan
from wmt.site.shown import needed_state
from wmt.site.web.forms import limited_upload
from wmt.site.web.forms.refusable import RefusableForm
from wmt.site.web.plans import room

#: Plans are small.
MEGABYTES = 1


class PlanFileForm(RefusableForm):
    """The file, and the version of the plan it is to replace."""

    version = forms.IntegerField()
    again = forms.BooleanField(required=False)
    file = forms.Field(required=False)


@require_safe
def plan_file(request: HttpRequest, number: int) -> HttpResponse:
    """The plan as its file, for its owner. Raises UnknownPlan and PlanDenied."""
    row = access.find_own(request.user, number)
    record(
        "export", f"{request.user} downloaded the file of {row}.", request=request, level=row.level,
        code=row.code,
    )  # fmt: skip
    answer = HttpResponse(row.text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="plan-{row.pk}.yaml"'
    return answer


@csrf_exempt  # the form's token is checked in what reads the body
@require_http_methods(["GET", "HEAD", "POST"])
def plan_upload(request: HttpRequest, number: int) -> HttpResponse:
    """A file in place of a plan's name and steps. Raises UnknownPlan and PlanDenied."""
    row = access.find_own(request.user, number)
    return limited_upload.limited(
        request,
        MEGABYTES,
        lambda asked, limited: _received(asked, limited, row),
        lambda fault: _form(request, row, fault, 507),
    )


@csrf_protect
def _received(request: HttpRequest, limited: limited_upload.Limited, row: SavedPlan) -> HttpResponse:
    if request.method != "POST":
        return _form(request, row)
    form = PlanFileForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    again = bool(form.is_valid() and form.cleaned_data["again"])
    try:
        plan = sent_plan(request, limited)
        if not again:
            plan_again.need_not_applied(row, plan)
        action.change_plan(actor=request.user, number=row.pk, plan=plan, version=version)
    except PlanError as error:
        return _form(request, row, str(error), 422)
    except RefusedError as refused:
        asks = any(fault.code == "APPLIED" for fault in refused.faults)
        return _form(request, row, "; ".join(fault.said for fault in refused.faults), 422, asks=asks)
    except ConflictError as conflict:
        return room.conflicted(request, row, conflict)
    return room.back(request, row, "The plan is as the file has it.")


def sent_plan(request: HttpRequest, limited: limited_upload.Limited) -> Plan:
    """The plan of the file that was sent. Raises PlanError."""
    if limited.is_over:
        raise PlanError(f"The file is larger than {MEGABYTES} megabyte, so it is no plan; choose another")
    file = request.FILES.get("file")
    if file is None:
        raise PlanError("Choose the file of a plan")
    try:
        text = file.read().decode()
    except UnicodeDecodeError:
        raise PlanError(f"{file.name} is no text; choose the file of a plan (.yaml)") from None
    if "\0" in text:
        raise PlanError(f"{file.name} is no text; choose the file of a plan (.yaml)")
    return read_plan(text, file.name or "the file")


def _form(
    request: HttpRequest, row: SavedPlan, fault: str = "", status: int = 200, *, asks: bool = False
) -> HttpResponse:
    form = PlanFileForm({"version": row.version})
    if fault:
        form.add_error("file", fault)
    state = needed_state(request).of_now()
    unit = unit_of_plan(state, request.user, row)
    context = {
        "form": form,
        "row": row,
        "unit": unit,
        "asks": asks,
        "crumbs": room.crumbs(request, state, unit, row),
    }
    return render(request, "plans/upload.jinja", context, status=status)
