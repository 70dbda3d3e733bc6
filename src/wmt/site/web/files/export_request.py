"""What is too large to be answered at once: a job makes it, and its page shows how far it is (ADR 20)."""

import secrets
from collections.abc import Sequence

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import set_script_prefix

from wmt.site.accounts.models import User
from wmt.site.exports import kept_files
from wmt.site.exports.models import Export
from wmt.site.shown import state_of
from wmt.site.web.files.sheets import ExportSheet

#: What an address may hold at most.
_LONGEST = 4_000


class SeeFile(HttpResponseRedirect):
    """303: what was asked for is to be had at the page of the file."""

    status_code = 303


def cells_of(sheets: Sequence[ExportSheet]) -> int:
    return sum(sheet.size * len(sheet.headings) for sheet in sheets)


def as_job(request: HttpRequest, title: str, kind: str, cells: int) -> HttpResponse | None:
    """The way to the page of a file that is too large to be answered at once; None where it is not.

    A file the person has already, of the same figures and the same rights, is that file. HEAD asks for no
    file, so nothing is made for it.
    """
    if (
        "wmt_making" in request.__dict__
        or request.method == "HEAD"
        or not (cells > kept_files.limit("excel_cells_at_once" if kind == "xlsx" else "cells_at_once"))
    ):
        return None
    address = request.get_full_path()[:_LONGEST]
    kept = Export.objects.exclude(state=Export.State.FAILED).filter(
        user=_person(request),
        address=address,
        rights=kept_files.rights_of(request.user),
        figures=_figures(request),
    )
    usable = (
        each for each in kept.order_by("-pk") if each.is_under_way or kept_files.path_of(each).is_file()
    )
    export = next(usable, None)
    if export is None:
        most = kept_files.limit("waiting_at_most")
        waiting = Export.objects.filter(user=_person(request), state__in=("waiting", "running"))
        if waiting.count() >= most:
            return render(request, "exports/too_many_files.jinja", {"most": most}, status=429)
        export = _ask(request, address, title, kind)
    set_script_prefix("/")  # a file has no past: its page is the same whatever day it was asked on
    return SeeFile(f"/files/{export.key}/")


@transaction.atomic
def _ask(request: HttpRequest, address: str, title: str, kind: str) -> Export:
    from wmt.site.web.files.making import make_export

    export = Export.objects.create(
        key=secrets.token_urlsafe(16),
        user=_person(request),
        address=address,
        origin=f"{request.scheme}://{request.get_host()}"[:300],
        title=title,
        kind=kind,
        figures=_figures(request),
        rights=kept_files.rights_of(request.user),
    )
    make_export.enqueue(export.pk)
    return export


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # nobody else has the right to export
    return request.user


def _figures(request: HttpRequest) -> str:
    return kept_files.figures_of(state_of(request))
