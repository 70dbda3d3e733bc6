"""The upload page: files come in piece by piece, are checked for size and kind, and wait for their load."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.date_field import DayField
from wmt.site.loads import uploads
from wmt.site.loads.jobs import ask_for_load
from wmt.site.loads.load_request import LoadRequest
from wmt.site.web.forms import limited_upload
from wmt.site.workload.models import Load

BOOKS = (".xlsx", ".xls", ".zip")
PEOPLE = ("contracted_hours", "reductions")


class LoadForm(forms.Form):
    """How the input is to be taken. The files are checked beside it."""

    extract = forms.Field(required=False)
    people = forms.Field(required=False)
    set_aside = forms.BooleanField(required=False)
    correction = forms.BooleanField(required=False)
    history = forms.BooleanField(required=False)
    rules_date = DayField("the day of the rules", kind="rule", required=False)

    def clean_rules_date(self) -> str | None:
        day = self.cleaned_data["rules_date"]
        return day.isoformat() if day else None


@csrf_exempt  # the form's token is checked in what reads the body
@require_http_methods(["GET", "HEAD", "POST"])
def load_new(request: HttpRequest) -> HttpResponse:
    need(request, Action.LOAD)

    def not_kept(fault: str) -> HttpResponse:
        form = LoadForm({})
        form.add_error("extract", fault)
        return _page(request, form, 507)

    return limited_upload.limited(request, settings.CONFIG.upload_megabytes, _checked, not_kept)


@csrf_protect
def _checked(request: HttpRequest, limited: limited_upload.Limited) -> HttpResponse:
    if request.method != "POST":
        return _page(request, LoadForm())
    form = LoadForm(request.POST)
    form.is_valid()
    extract, people = request.FILES.getlist("extract"), request.FILES.getlist("people")
    if limited.is_over:
        form.add_error("extract", f"The files are larger than {settings.CONFIG.upload_megabytes} megabytes "
                       "in total, the most this site accepts at once")  # fmt: skip
    else:
        _check(form, "extract", extract, extract_fault)
        _check(form, "people", people, people_fault)
    if not form.errors:
        load = _kept(request, form, extract, people)
        if load is not None:
            return HttpResponseRedirect(reverse("load", args=[load.pk]))
    return _page(request, form, 413 if limited.is_over else 400)


def _check(
    form: LoadForm,
    name: str,
    files: "list[UploadedFile[Any]]",
    fault: Callable[[list[str], list[int]], str],
) -> None:
    said = fault([uploads.safe_name(file.name or "") for file in files], [file.size or 0 for file in files])
    if said:
        form.add_error(name, said)


def extract_fault(names: list[str], sizes: list[int]) -> str:
    """What is wrong with the files of an extract by their names and sizes; empty when nothing is."""
    if not names:
        return "Choose the extract: the workbook, or all its tables and their manifest.json"
    kinds = [Path(name).suffix.lower() for name in names]
    unknown = [name for name, kind in zip(names, kinds, strict=True) if kind not in (*BOOKS, *uploads.TABLES)]
    if unknown:
        return f"{unknown[0]} cannot be loaded: choose .xlsx, .xls, .zip, .csv or .parquet files"
    tables = [kind for kind in kinds if kind in uploads.TABLES]
    if len(tables) == len(kinds) and "manifest.json" not in names:
        return "Tables need their manifest.json: choose it together with them"
    return _common_fault(names, sizes)


def people_fault(names: list[str], sizes: list[int]) -> str:
    """The same for the tables of hours and reductions, which may be absent."""
    for name in names:
        path = Path(name)
        if path.stem.lower() not in PEOPLE or path.suffix.lower() not in (".csv", ".parquet"):
            return f"{name} is not one of the tables contracted_hours and reductions (.csv or .parquet)"
    return _common_fault(names, sizes)


def _common_fault(names: list[str], sizes: list[int]) -> str:
    if len(set(names)) < len(names):
        return "Two of the files have the same name: choose each file once"
    empty = [name for name, size in zip(names, sizes, strict=True) if size == 0]
    return f"{empty[0]} is empty: send it again from its source" if empty else ""


def _kept(
    request: HttpRequest,
    form: LoadForm,
    extract: "list[UploadedFile[Any]]",
    people: "list[UploadedFile[Any]]",
) -> Load | None:
    """The load that was asked for; None where the disk does not take the files, which the form then says."""
    upload = None
    try:
        upload = uploads.Upload()
        paths = upload.keep(extract, "extract")
        if people:
            upload.keep(people, "people")
        all_tables = all(path.suffix.lower() in uploads.TABLES for path in paths)
        wish = LoadRequest(
            paths=[str(upload.folder / "extract")] if all_tables else [str(path) for path in paths],
            people=str(upload.folder / "people") if people else None,
            set_aside=form.cleaned_data["set_aside"],
            correction=form.cleaned_data["correction"],
            history=form.cleaned_data["history"],
            rules_date=form.cleaned_data["rules_date"],
        )
        names = [uploads.safe_name(file.name or "") for file in (*extract, *people)]
        return ask_for_load(wish=wish, user=request.user, names=names)
    except OSError as error:
        form.add_error("extract", limited_upload.full_disk_words(error))
        if upload:
            upload.drop()
        return None
    except BaseException:
        if upload:
            upload.drop()
        raise


def _page(request: HttpRequest, form: LoadForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "crumbs": [("Loads", reverse("loads"))],
        "megabytes": settings.CONFIG.upload_megabytes,
    }
    return render(request, "loads/new.jinja", context, status=status)
