"""What is not of a unit and too long for a page: the events of the audit, the faults of a load."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from wmt.site.accounts.access import need, need_whole
from wmt.site.accounts.roles import Action
from wmt.site.audit.record import KINDS
from wmt.site.loads.reports import Cells
from wmt.site.shown import state_of
from wmt.site.web.audit.filters import AuditForm, events
from wmt.site.web.files.deliver import TableOrigin, send
from wmt.site.web.files.page_files import none_such
from wmt.site.web.files.sheets import ExportSheet, Heading, Values
from wmt.site.web.files.writers import FORMATS
from wmt.site.web.loads.presenters import effect
from wmt.site.workload.models import Load

_EVENT = (
    Heading("number", "Number", "count"), Heading("at", "When", "text", "with the offset from UTC"),
    Heading("kind", "Kind"), Heading("who", "Who"), Heading("sentence", "What"),
    Heading("level", "Level"), Heading("code", "Code", "code"), Heading("path", "Address", "code"),
)  # fmt: skip
_FAULT = (
    Heading("fault", "What is wrong, and what to do"), Heading("effect", "What it does"),
    Heading("code", "Kind", "code"), Heading("sheet", "Sheet or table"), Heading("row", "Row", "count"),
    Heading("column", "Column"),
)  # fmt: skip
_ASIDE = (
    Heading("post", "Post", "code"), Heading("code", "Type", "code"),
    Heading("message", "What is wrong"),
)  # fmt: skip


@require_safe
def of_audit(request: HttpRequest, table: str, kind: str) -> HttpResponseBase:
    """The events the page of the audit shows, all of them, newest first."""
    need(request, Action.EXPORT)
    need_whole(request, Action.READ_AUDIT)
    if table != "events" or kind not in FORMATS:
        return none_such(request, table, kind, ["events"], "/audit/")
    filters = AuditForm(request.GET).filters
    # what happens while the file is written, its own event among it, is not of it
    last = events(filters).values_list("pk", flat=True).first() or 0
    found = events(filters).filter(pk__lte=last)

    def rows() -> Iterable[Values]:
        for each in found.iterator(chunk_size=2_000):
            moment = timezone.localtime(each.at).isoformat(timespec="seconds")
            said = KINDS.get(each.kind, each.kind)
            yield (each.pk, moment, said, each.who, each.sentence, each.level, each.code, each.path)

    sheet = ExportSheet("events", "Audit events, newest first", _EVENT, rows, found.count())
    return send(request, TableOrigin("the audit", ("audit",), state_of(request)), sheet, kind)


@require_safe
def of_load(request: HttpRequest, number: int, table: str, kind: str) -> HttpResponseBase:
    """The faults of a load, as the address narrows them, or the posts that were set aside."""
    need(request, Action.EXPORT)
    need_whole(request, Action.READ_LOADS)
    load = Load.objects.filter(pk=number).first()
    if load is None:
        raise Http404(f"there is no load {number}")
    makers: dict[str, Callable[[Load, HttpRequest], ExportSheet]] = {"faults": _faults, "aside": _aside}
    if table not in makers or kind not in FORMATS:
        return none_such(request, table, kind, makers, f"/loads/{number}/")
    source = TableOrigin(f"load {number}", ("load", str(number)), state_of(request))
    return send(request, source, makers[table](load, request), kind)


def _faults(load: Load, request: HttpRequest) -> ExportSheet:
    wanted: dict[str, Any] = {
        name: request.GET[name].replace("\0", "") for name in ("code", "severity") if request.GET.get(name)
    }
    found = load.faults.filter(**wanted).order_by("severity", "pk")
    cells = Cells.of(request.user)

    def rows() -> Iterable[Values]:
        for each in found.iterator(chunk_size=2_000):
            said = cells.said(each.code, each.row, each.message)
            yield (said, effect(load, each.severity), each.code, each.sheet, each.row, each.column)

    return ExportSheet("faults", f"Errors and warnings of load {load.pk}", _FAULT, rows, found.count())


def _aside(load: Load, request: HttpRequest) -> ExportSheet:
    cells = Cells.of(request.user)
    rows = [
        (f"{a['team_code']}:{a['staff_code']}", a["code"], cells.said(a["code"], 1, a["message"]))
        for a in load.set_aside
    ]
    return ExportSheet("aside", f"Posts ignored in load {load.pk}", _ASIDE, lambda: rows, len(rows))
