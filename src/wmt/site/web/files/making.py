"""The job that makes a file: the same view with the same person, whose answer goes into the file.

So a file holds what the person may read at that moment and nothing else, and there is one way to make it.
"""

import logging
import secrets
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import IO, Any
from urllib.parse import unquote_to_bytes, urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIRequest
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from wmt.nights import NightBusyError, NightError
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.accounts.visibility import has_role
from wmt.site.audit.reads import write_reads
from wmt.site.exports import kept_files
from wmt.site.exports.models import Export
from wmt.site.figures.units import UnknownUnit
from wmt.site.loads import past_nights
from wmt.site.loads.recovery import when_killed
from wmt.site.rule_proposals.in_force import approved_rules
from wmt.site.shown import state_of
from wmt.site.web.as_of import AsOfDay
from wmt.site.web.files.sheets import ExportSheet, Values
from wmt.site.web.files.writers import TooManyRows
from wmt.site.workload import staff_names
from wmt.site.workload.state import NoDataYet

log = logging.getLogger(__name__)
#: Loads come first: many people wait for them.
_AFTER_LOADS = -10
_BEAT = 0.5
_WAIT_FOR_A_LOAD = 900
_STOPPED = "The process making the file stopped. Request it again."
_KILLED_TWICE = "The process making the file stopped twice. Request a smaller part, such as one region."


class Making:
    """A file that is being made: what `deliver` writes to, and how far it is."""

    def __init__(self, export: Export, out: IO[bytes], cells: int = 0) -> None:
        self.export, self.out, self.cells = export, out, cells
        self.done: tuple[int, str] | None = None
        self._written, self._told = 0, 0.0

    def begin(self) -> IO[bytes]:
        """The file, empty: figures that moved meanwhile are written anew."""
        self.out.seek(0)
        self.out.truncate()
        self._written = 0
        return self.out

    def counted(self, sheet: ExportSheet, cells: int) -> ExportSheet:
        """The same sheet, which tells how far it is of so many cells."""

        def rows() -> Iterable[Values]:
            for row in sheet.rows():
                self._written += len(row)
                if time.monotonic() - self._told > _BEAT:
                    self._tell(self._written * 100 // max(cells, 1))
                yield row

        return replace(sheet, rows=rows)

    def _tell(self, percent: int) -> None:
        self._told = time.monotonic()
        export = Export.objects.filter(pk=self.export.pk)
        with suppress(OperationalError):  # it may go unsaid when the database is busy
            export.update(percent=min(percent, 99), beat_at=timezone.now())


def making_of(request: HttpRequest) -> Making | None:
    """The file that a request makes; None where somebody waits for the answer."""
    found: Making | None = request.__dict__.get("wmt_making")
    return found


@task(priority=_AFTER_LOADS)
def make_export(number: int) -> str:
    """Make a file; its row says how it went. Returns its state."""
    export = Export.objects.select_related("user").filter(pk=number).first()
    if export is None or export.state == Export.State.DONE:
        return "gone" if export is None else str(export.state)
    export.state, export.percent, export.beat_at = Export.State.RUNNING, 0, timezone.now()
    export.save()
    try:
        with approved_rules():
            _make(export)
    except Exception as fault:
        _end(export, Export.State.FAILED, message=_words(export, fault))
    except BaseException:
        _end(export, Export.State.FAILED, message=_STOPPED)
        raise
    write_reads(export.user)
    return str(export.state)


def look_after() -> None:
    """End files that nobody makes any more, whatever became of their jobs. For workers."""
    jobs = DBTaskResult.objects.filter(task_path=make_export.module_path)
    given = {
        number
        for job in jobs.filter(status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING))
        for number in job.args_kwargs["args"]
    }
    for export in Export.objects.filter(state__in=("waiting", "running")).exclude(pk__in=given):
        _end(export, Export.State.FAILED, message=_STOPPED)
    kept_files.sweep()


@when_killed(make_export)
def export_was_killed(number: int, *, again: bool) -> bool:
    """A file is begun once more; then its page says that it could not be made."""
    export = Export.objects.filter(pk=number).exclude(state=Export.State.DONE).first()
    if export is not None and again:
        Export.objects.filter(pk=number).update(state=Export.State.WAITING, percent=0)
    elif export is not None:
        _end(export, Export.State.FAILED, message=_KILLED_TWICE)
    return again


def _make(export: Export) -> None:
    rights = kept_files.rights_of(export.user)
    with kept_files.writing(export) as out:
        making = Making(export, out)
        request = _request(export, making)
        need(request, Action.EXPORT)
        with staff_names.fresh():
            staff_names.withhold(wanted=not has_role(export.user))
            try:
                answer = AsOfDay(_view)(request)
            except past_nights.Fetching as fault:
                # a day in the past whose figures were put away since is fetched first
                past_nights.fetch(fault.past, patience=_WAIT_FOR_A_LOAD)
                answer = AsOfDay(_view)(request)
        write_reads(export.user)
        if making.done is None:
            raise Http404(f"the address answered {answer.status_code}")
        size = out.seek(0, 2)
    rows, file_name = making.done
    state = state_of(request)
    export.rights, export.figures = rights, kept_files.figures_of(state)
    export.as_at = state.as_at if state else None
    export.rows, export.file_name, export.size = rows, file_name, size
    _end(export, Export.State.DONE)


def _view(request: HttpRequest) -> HttpResponse:
    match = resolve(request.path_info)
    request.resolver_match = match
    answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return answer


def _request(export: Export, making: Making) -> HttpRequest:
    """What the person asked for, as they asked."""
    asked, origin = urlsplit(export.address), urlsplit(export.origin)
    # A path as a server hands it over: the bytes of its signs, each as one character
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": unquote_to_bytes(asked.path).decode("latin-1"),
        "QUERY_STRING": asked.query,
        "HTTP_HOST": origin.netloc,
        "SERVER_NAME": origin.hostname or "",
        "SERVER_PORT": str(origin.port or ""),
        "HTTP_X_FORWARDED_PROTO": origin.scheme,
        "wsgi.url_scheme": origin.scheme,
        "wsgi.input": BytesIO(),
    }
    request = WSGIRequest(environ)
    request.user = export.user
    if export.user.is_demonstration and not settings.CONFIG.demo:
        export.user.is_active = False  # the demonstration is over, and so are its people's rights
    request.__dict__["wmt_making"] = making
    return request


def _end(export: Export, state: Export.State, message: str = "") -> None:
    export.state, export.message, export.percent = state, message, 100 if state == Export.State.DONE else 0
    export.ended_at = timezone.now()
    export.expires_at = export.ended_at + timedelta(days=kept_files.limit("keep_days"))
    export.save()


_SAID: tuple[tuple[type[Exception], str], ...] = (
    (PermissionDenied, "You no longer have a role that lets you download this."),
    (TooManyRows, "It has more rows than one Excel sheet can hold. Download it as CSV or Parquet, or one "
                  "region or PDU at a time."),
    (UnknownUnit, "The unit is no longer in the figures."),
    (NoDataYet, "There are no figures yet."),
    (past_nights.NotThere, "No figures are kept for that date."),
    (past_nights.TotalsOnly, "We hold only totals for that date, without details."),
    (past_nights.ToCome, "That date is in the future."),
    (past_nights.Ahead, "There are no figures for that date yet."),
    (NightBusyError, "A load was in progress for too long. Request the file again when it has finished."),
    (OperationalError, "The figures changed meanwhile, or the database was busy. Request it again."),
    (Http404, "The table no longer exists."),
)  # fmt: skip


def _words(export: Export, fault: Exception) -> str:
    """Why a file could not be made, for the person who asked."""
    if words := next((words for kind, words in _SAID if isinstance(fault, kind)), ""):
        log.warning("file %s could not be made: %s", export.pk, fault)
        return words
    if isinstance(fault, NightError):
        return settings.CONFIG.without_paths(str(fault))
    if isinstance(fault, OSError):
        log.error("file %s could not be written: %s", export.pk, fault)
        return f"The file could not be written ({fault.strerror}). Contact support."
    reference = secrets.token_hex(4).upper()
    log.error("fault %s while file %s was made", reference, export.pk, exc_info=fault)
    return f"There is a problem with the service. Contact support and give them the number {reference}."
