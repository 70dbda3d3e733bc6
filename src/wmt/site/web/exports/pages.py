"""The pages of files that a job makes: how far one is, the file itself, and all of one's own."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from wmt.site import tables
from wmt.site.accounts.access import need
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action
from wmt.site.exports import kept_files
from wmt.site.exports.models import Export
from wmt.site.loads import jobs
from wmt.site.web.files.deliver import attached
from wmt.site.web.files.writers import KEPT
from wmt.site.workload.day_format import moment_words

_CHANGED = "Your roles or access have changed since this file was made. Request it again."


@require_safe
def files(request: HttpRequest) -> HttpResponse:
    """All files that one asked for and that are still kept, newest first."""
    need(request, Action.EXPORT)
    rows = []
    for export in _of(request).order_by("-pk"):
        day = tables.day
        values = {
            "title": tables.text(export.title, reverse("file", args=[export.key])),
            "state": tables.text(Export.State(export.state).label.capitalize()),
            "as_at": day(timezone.localdate(export.as_at) if export.as_at else None),
            "asked": day(timezone.localdate(export.asked_at)),
            "until": day(timezone.localdate(export.expires_at) if export.expires_at else None),
        }
        rows.append(tables.Row(values))
    columns = [
        tables.Column("title", "File"),
        tables.Column("state", "State"),
        tables.Column("as_at", "Data from", "date"),
        tables.Column("asked", "Requested", "date"),
        tables.Column("until", "Kept until", "date"),
    ]
    table = tables.Table(
        "files", "Your files", columns, rows, empty="You have not asked for any large files."
    )
    table = replace(tables.arranged(table, request), exports=())
    return render(request, "exports/files.jinja", {"table": table, **_kept()})


@require_safe
def file(request: HttpRequest, key: str) -> HttpResponse:
    need(request, Action.EXPORT)
    export = _own(request, key)
    if export.is_under_way:
        return render(request, "exports/under_way.jinja", _progress(export))
    refused = _why_not(request, export)
    return render(request, "exports/file.jinja", _about(export) | {"refused": refused})


@require_safe
def file_progress(request: HttpRequest, key: str) -> HttpResponse:
    """The part of the page that says how far the file is; of one that is done the page is fetched anew."""
    need(request, Action.EXPORT)
    export = _own(request, key)
    if not export.is_under_way:
        return HttpResponseClientRefresh()
    return render(request, "exports/progress.jinja", _progress(export))


@require_safe
def file_itself(request: HttpRequest, key: str) -> HttpResponseBase:
    """The file, where the person still has the rights that it was made with."""
    need(request, Action.EXPORT)
    export = _own(request, key)
    if export.state != Export.State.DONE:
        return HttpResponseRedirect(reverse("file", args=[export.key]))
    if refused := _why_not(request, export):
        context = _about(export) | {"refused": refused}
        return render(request, "exports/file.jinja", context, status=403 if refused == _CHANGED else 410)
    content_type = KEPT[export.kind]
    if request.method == "HEAD":
        return attached(HttpResponse(content_type=content_type), export.file_name, export.kind)
    content = FileResponse(open(kept_files.path_of(export), "rb"), content_type=content_type)  # noqa: SIM115
    return attached(content, export.file_name, export.kind)


@require_POST
def file_delete(request: HttpRequest, key: str) -> HttpResponse:
    """Remove a file before its time."""
    need(request, Action.EXPORT)
    export = _own(request, key)
    if not export.is_under_way:
        kept_files.discard(export)
    return HttpResponseRedirect(reverse("files"))


def _own(request: HttpRequest, key: str) -> Export:
    """One's own file: nobody finds another's. Raises Http404."""
    export = _of(request).filter(key=key).first()
    if export is None:
        raise Http404("you have no such file")
    return export


def _of(request: HttpRequest) -> QuerySet[Export]:
    assert isinstance(request.user, User)  # nobody else has the right to export
    return Export.objects.filter(user=request.user)


def _why_not(request: HttpRequest, export: Export) -> str:
    """Why a file cannot be had, in words; empty where it can."""
    if export.state == Export.State.FAILED:
        return export.message
    if export.rights != kept_files.rights_of(request.user):
        return _CHANGED
    return "" if kept_files.path_of(export).is_file() else "The file is no longer kept. Request it again."


def _about(export: Export) -> dict[str, Any]:
    facts = [
        ("Data from", _moment(export.as_at)),
        ("Rows", f"{export.rows:,}"),
        ("Size", size_words(export.size)),
        ("Kept until", _moment(export.expires_at)),
    ]
    failed = export.state == Export.State.FAILED
    return {"export": export, "facts": [] if failed else [fact for fact in facts if fact[1]], **_kept()}


def _progress(export: Export) -> dict[str, Any]:
    """How far a file is, and what may be wrong."""
    is_left = export.state == Export.State.WAITING and jobs.is_left(export.beat_at or export.asked_at)
    return {"export": export, "percent": export.percent, "is_left": is_left, **_kept()}


def _kept() -> dict[str, Any]:
    return {"days": kept_files.limit("keep_days"), "crumbs": [("Your files", reverse("files"))]}


def _moment(moment: Any) -> str:
    return moment_words(timezone.localtime(moment)) if moment else ""


def size_words(size: int) -> str:
    """A number of bytes as people read it."""
    for unit, each in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= each:
            return f"{size / each:,.1f} {unit}"
    return f"{size} bytes"
