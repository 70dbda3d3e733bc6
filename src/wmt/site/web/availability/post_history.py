"""Who changed the hours of a post, when and why: every version of every record, the newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wmt.site.accounts.who_can_see import who_sees
from wmt.site.audit.reads import note_read
from wmt.site.availability import models, queries
from wmt.site.availability.labels import entry_words
from wmt.site.availability.limits import ReasonOnDay
from wmt.site.availability.records import status_of
from wmt.site.web.availability.ending_soon import reason_name
from wmt.site.web.availability.entered_by import moment, name_of
from wmt.site.web.availability.post_request import PostRequest, readable

_WHAT: dict[type[models.OfPost], str] = {
    models.Hours: "contracted hours",
    models.Reduction: "a reduction",
    models.Grade: "a correction of the grade",
}


@dataclass(frozen=True)
class VersionRow:
    """One version as people read it. `before` and `after` are empty where there is nothing."""

    sentence: str
    when: str
    before: str
    after: str
    why: str
    notes_before: str
    notes: str


@require_safe
def post_history(request: HttpRequest, code: str) -> HttpResponse:
    """The whole history of a post."""
    place = readable(request, code)
    rows = queries.history_of(place.post)
    context = {**_around(place), "told": told(rows, place.names), "count": len(rows)}
    return render(request, "availability/post_history.jinja", context)


@require_safe
def reduction(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One reduction as it stands, and every version it had."""
    place = readable(request, code)
    record = place.standing("reduction", key)
    assert isinstance(record, models.Reduction)
    status = status_of(record.first_day, record.last_day, place.state.day, withdrawn=record.withdrawn)
    # one that a table moved here keeps what it said of another post, which may not be for who reads this
    rows = [row for row in queries.versions_of("reduction", key) if row.post == place.post]
    context = {
        **_around(place),
        "record": record,
        "name": reason_name(record.reason, place.names),
        "said": entry_words(queries.as_entry(record), place.names),
        "status": status,
        "told": told(rows, place.names),
        "can_change": place.may_edit and not record.withdrawn,
    }
    return render(request, "availability/post_reduction.jinja", context)


def _around(place: PostRequest) -> dict[str, object]:
    note_read(place.user, place.unit)
    who = who_sees(place.state, place.unit)
    return {"place": place, "unit": place.unit, "crumbs": place.crumbs, "who_sees": who}


def told(rows: Sequence[models.OfPost], reasons: Mapping[str, ReasonOnDay]) -> list[VersionRow]:
    """Versions in words, each beside the one it replaced."""
    known = {(type(row), row.key, row.version): row for row in rows}
    found = []
    for row in rows:
        former = known.get((type(row), row.key, row.version - 1))
        what, who = _WHAT[type(row)], name_of(row)
        is_new = former is None or former.withdrawn
        verb = "deleted" if row.withdrawn else "entered" if is_new else "changed"
        replaced = _hours_before(row, rows) if is_new and isinstance(row, models.Hours) else former
        found.append(
            VersionRow(
                sentence=f"{who} {verb} {what}",
                when=moment(row.recorded_at),
                before=_says(replaced, reasons),
                after=_says(row, reasons),
                why=row.why,
                notes_before=_notes(former),
                notes=_notes(row),
            )
        )
    return found


def _hours_before(row: models.Hours, rows: Sequence[models.OfPost]) -> models.Hours | None:
    """The hours that stood for the first day of others when those were entered."""
    stood = [
        each
        for each in rows
        if isinstance(each, models.Hours)
        and not each.withdrawn
        and each.change < row.change
        and (each.ended_change is None or each.ended_change >= row.change)
        and each.first_day <= row.first_day
    ]
    return max(stood, key=lambda each: each.first_day, default=None)


def _says(row: models.OfPost | None, reasons: Mapping[str, ReasonOnDay]) -> str:
    return "" if row is None or row.withdrawn else entry_words(queries.as_entry(row), reasons)


def _notes(row: models.OfPost | None) -> str:
    return row.notes if isinstance(row, models.Reduction) else ""
