"""A sheet as the answer to a request: written whole, audited, then sent."""

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import quote

from django.db import OperationalError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from wmt.grades import GRADES
from wmt.site.audit.record import record
from wmt.site.consistent_read import settled
from wmt.site.figures import units
from wmt.site.links import NATION
from wmt.site.queries.unit_request import BANDS
from wmt.site.web.context import rules_words
from wmt.site.web.files import writers
from wmt.site.web.files.export_request import as_job, cells_of
from wmt.site.web.files.making import making_of
from wmt.site.web.files.sheets import ExportSheet
from wmt.site.workload.day_format import moment_words
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

NOT = (
    "Use it to balance work, not to judge people. It does not show how well or how "
    "hard people work, or the true time each case took. Work that is not in the case system is left out."
)
#: Fields of an address that say how a table is shown, not what is in it.
_MANNER = {"page", "sort", "order", "bom", "back"}
#: What lets somebody read: never in a file or in what is written down.
_SECRET = "link"
#: What filters may be; pages take anything else for none, so a file must not say that it was narrowed by it.
_CHOICES = {"grade": GRADES, "band": BANDS, "list": units.DOWN}


@dataclass(frozen=True)
class TableOrigin:
    """Where a table is from: what people call the place, the words of the file's name, the figures' state."""

    title: str
    words: tuple[str, ...]
    state: State | None
    level: str = ""
    code: str = ""

    @classmethod
    def of_unit(cls, unit: Unit, state: State) -> "TableOrigin":
        words = (unit.level,) if unit.level == NATION else (unit.level, unit.code)
        return cls(unit.name, words, state, unit.level, unit.code)


def send(request: HttpRequest, source: TableOrigin, sheet: ExportSheet, kind: str) -> HttpResponseBase:
    """The file of one sheet in a kind of `FORMATS`, written down before it goes out. HEAD does not count."""
    form = writers.FORMATS[kind]
    if later := as_job(request, file_title(request, sheet.title, kind), kind, cells_of([sheet])):
        return later
    about = about_of(request, source, sheet.title, sheet.notes, sheet)
    (sheet,) = _counted(request, [sheet])

    def write(out: IO[bytes]) -> int:
        if kind == "csv":
            return writers.write_csv(out, sheet, about, bom=request.GET.get("bom") == "1")
        return form.write(out, sheet, about)

    said = f"downloaded the table {sheet.name} of {source.title} as {form.title}"
    return _sent(request, source, (sheet.name, kind), said, write, sheet.size)


def send_book(
    request: HttpRequest, source: TableOrigin, sheets: Sequence[ExportSheet], title: str, name: str = "pack"
) -> HttpResponseBase:
    """A workbook of several sheets, with `name` in that of its file; written down before it goes out."""
    if later := as_job(
        request, file_title(request, f"Report of {source.title}", "xlsx"), "xlsx", cells_of(sheets)
    ):
        return later
    about = about_of(request, source, title, [f"Sheet {n}: {s.title}" for n, s in enumerate(sheets, 2)])
    sheets = _counted(request, sheets)

    def write(out: IO[bytes]) -> int:
        return writers.write_book(out, sheets, about)

    said = f"downloaded the report of {source.title} as Excel"
    return _sent(request, source, (name, "xlsx"), said, write, sum(sheet.size for sheet in sheets))


def _sent(
    request: HttpRequest,
    source: TableOrigin,
    name: tuple[str, str],
    said: str,
    write: Callable[[IO[bytes]], int],
    size: int,
) -> HttpResponseBase:
    form = writers.FORMATS[name[1]]
    if request.method == "HEAD":
        return _named(HttpResponse(content_type=form.content_type), source, name)
    making = making_of(request)
    # whole on disk before anything is sent: a fault half-way is a page, not half a table
    spool = making.begin() if making else tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        rows = write(spool)
        if rows != size:
            raise OperationalError("the figures were swept while they were written: ask again")
        note(request, source, said, rows, kind=form.title, table=name[0])
    except BaseException as fault:
        if making:
            raise
        spool.close()
        if isinstance(fault, writers.TooManyRows):
            context = {"form": form.title, "rows": f"{size:,}"}
            return render(request, "exports/too_many.jinja", context, status=413)
        raise
    if making:
        making.done = rows, file_name(source, name[0])
        return HttpResponse()
    spool.seek(0)
    return _named(FileResponse(spool, content_type=form.content_type), source, name)


def _counted(request: HttpRequest, sheets: Sequence[ExportSheet]) -> list[ExportSheet]:
    """Sheets that tell how far they are, where a job writes them."""
    making, cells = making_of(request), cells_of(sheets)
    return [making.counted(sheet, cells) for sheet in sheets] if making else list(sheets)


def note(request: HttpRequest, source: TableOrigin, said: str, rows: int, **facts: str) -> None:
    """One audit event: who took what out, of which figures, how much of it."""
    settled(request)
    filters = filters_of(request)
    sentence = f"{request.user} {said}: {rows:,} {'row' if rows == 1 else 'rows'}"
    sentence += "".join(f", {name} {value}" for name, value in filters) + "."
    as_at = f"{source.state.as_at:%Y-%m-%dT%H:%M}" if source.state else ""
    after = {**facts, "rows": rows, "figures of": as_at, **{f"filter {n}": value for n, value in filters}}
    record("export", sentence, request=request, level=source.level, code=source.code, after=after)


def filters_of(request: HttpRequest) -> list[tuple[str, str]]:
    """What the address narrows the table by, in the words of the address."""
    asked = ((name, str(value)[:60]) for name, value in request.GET.items())
    return [
        (name, value)
        for name, value in asked
        if value and name not in (*_MANNER, _SECRET) and value in _CHOICES.get(name, (value,))
    ]


def about_of(
    request: HttpRequest,
    source: TableOrigin,
    title: str,
    notes: Sequence[str],
    sheet: ExportSheet | None = None,
) -> list[tuple[str, str]]:
    """What a file says of itself."""
    state = source.state
    place = f"{source.title} ({' '.join(source.words)})"
    found = [
        ("What it is", title),
        ("Of", place),
        ("Filters", ", ".join(f"{name}: {value}" for name, value in filters_of(request)) or "none"),
    ]
    if state is not None:
        found += [
            ("Data from", state.as_at_text),
            ("As at (ISO 8601)", state.as_at.isoformat(timespec="minutes")),
            ("Points rules", rules_said(state)),
        ]
    found += [
        ("What this figure is not", NOT),
        ("Address", _address(request)),
        ("Downloaded by", str(request.user)),
        ("Downloaded at", moment_words(timezone.localtime())),
    ]
    if sheet is not None:
        found.append(("Rows", f"{sheet.size:,}"))
        found += [("Order", sheet.order)] if sheet.order else []
        found += [(f"Column: {each.words}", each.meaning) for each in sheet.headings if each.meaning]
    return found + [("Note", text) for text in notes]


def _address(request: HttpRequest) -> str:
    """Where the table is, without what lets whoever has it read."""
    if _SECRET not in request.GET:
        return request.build_absolute_uri()
    query = request.GET.copy()
    del query[_SECRET]
    return request.build_absolute_uri(request.path + (f"?{query.urlencode()}" if query else ""))


def file_title(request: HttpRequest, what: str, kind: str) -> str:
    """What people call a file that is made for them: with its filters, because there may be several."""
    filters = ", ".join(f"{name} {value}" for name, value in filters_of(request))
    return f"{what} as {writers.FORMATS[kind].title}" + (f" ({filters})" if filters else "")


def _named(response: Any, source: TableOrigin, name: tuple[str, str]) -> HttpResponseBase:
    table, kind = name
    return attached(response, file_name(source, table), kind)


def attached(response: Any, name: str, kind: str) -> HttpResponseBase:
    """An answer that browsers keep as a file of this name, and nobody else keeps at all."""
    plain = re.sub(r"[^A-Za-z0-9._]+", "-", name)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}.{kind}\"; filename*=UTF-8''{quote(name, safe='')}.{kind}"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    found: HttpResponseBase = response
    return found


def file_name(source: TableOrigin, table: str) -> str:
    """What a file is called, without its kind."""
    moment = f"{source.state.as_at:%Y-%m-%d-%H%M}" if source.state else f"{timezone.localdate():%Y-%m-%d}"
    full = "-".join(("wmt", *source.words, table, moment))
    return re.sub(r"[\x00-\x1f\x7f/\\\"<>:|?*]+", "-", full)[:180]


def rules_said(state: State) -> str:
    """The month since which the points hold, as every page says it, and what was laid over them."""
    laid = f" with {', '.join(state.overlays)}" if state.overlays else ""
    return f"{rules_words(state.rules_date, state.night)}{laid}"
