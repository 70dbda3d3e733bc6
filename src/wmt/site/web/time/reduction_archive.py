"""The archive of reductions of a unit: whatever stood between two days, with who entered and who ended it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.urls import reverse

from wmt.history import HistoryError
from wmt.ledger import decimal
from wmt.ledger.serialise import micro
from wmt.site import tables
from wmt.site.accounts.visibility import REASONS_WITHHELD
from wmt.site.availability import queries
from wmt.site.availability.labels import hours_words, percent_words
from wmt.site.availability.limits import ReasonOnDay
from wmt.site.availability.reduction_archive import STATUSES, ArchivedReduction, kept_between
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries.histories import history_of
from wmt.site.queries.late_entries import late_sentence
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.query_form import ChoiceOrDefault
from wmt.site.tables import Column, LazyRows, Row, Table, Value
from wmt.site.web.availability.ending_soon import reason_name
from wmt.site.web.availability.entered_by import moment
from wmt.site.web.forms.date_range import SpanForm
from wmt.site.workload.models import Unit

TITLE = "Archive of reductions"
TEMPLATE = "time/archive.jinja"
#: Reductions are entered ahead: a year back and a year on.
_YEAR = timedelta(days=365)
_NOTE = "A reduction is listed if it applied on any of these days. It is shown as it is now."
_GONE = "no longer in the figures"
#: What pages call a status where the API and the tables have another name.
_NAMES = {"withdrawn": "deleted"}


class _ArchiveForm(SpanForm):
    status = ChoiceOrDefault([("", "any"), *((each, _NAMES.get(each, each)) for each in STATUSES)])


def applies(unit: Unit) -> bool:  # noqa: ARG001
    """It is reached from the hours and from the figures over time: one more tab would crowd the others."""
    return False


def content(question: UnitRequest) -> dict[str, Any]:
    """The form, and the table of what stood."""
    day = question.state.day
    span = _ArchiveForm(question.request.GET, day - _YEAR, day + _YEAR)
    status = span.data["status"]
    found = kept_between(question.unit, question.state, question.user, span.days, status) if span.days else []
    late = ""  # what of it was entered too late for days that had been measured
    if span.days is not None:
        with suppress(HistoryError):
            late = late_sentence(history_of(question.unit), question.state, question.unit, *span.days)
    return {
        "span": span,
        "errors": span.faults,
        "late": late,
        "readable": any(each.readable for each in found),
        "tables": {"reductions": _table(question, span, status, found)} if span.days else {},
    }


def _table(question: UnitRequest, span: SpanForm, status: str, found: Sequence[ArchivedReduction]) -> Table:
    unit, state = question.unit, question.state
    names = queries.every_reason()
    posts = [unit] if question.is_post else list(units.everybody(state, unit))
    known = {post.code: post for post in posts}
    teams = dict(units.of_level(state, "team").values_list("code", "name"))
    reads = any(each.readable for each in found)

    def make(each: ArchivedReduction) -> Row:
        return _row(question, each, known.get(":".join(each.row.post)), teams, names)

    who = _WHO_IN_FULL if question.in_full else _WHO
    amount = _AMOUNT_IN_FULL if question.in_full else [Column("amount", "As entered")]
    columns = [
        *([] if question.is_post else [Column("name", "Practitioner"), Column("code", "Post", "code"),
                                       Column("team", "Team")]),
        Column("reason", "Reason"),
        *amount,
        Column("first", "First day", "date"),
        Column("last", "Last day", "date", "blank: no end date"),
        Column("status", "Status"),
        *(who if reads else []),
    ]  # fmt: skip
    words = f" ({_NAMES.get(status, status)})" if status else ""
    return Table(
        "reductions",
        f"Reductions of {unit.name}, {span.words}{words}",
        columns,
        LazyRows(found, make, lambda each, key: make(each).values[key].raw),
        notes=[_NOTE, *([] if all(each.readable for each in found) else [REASONS_WITHHELD])],
        empty=f"No {_NAMES.get(status, status)} reductions here from {span.words}.".replace("  ", " "),
    )


_AMOUNT_IN_FULL = [
    Column("hours", "Hours a week", "hours", "blank if a percentage was entered"),
    Column("percent", "Percentage of contracted hours", "percent", "blank if hours were entered"),
]
_WHO = [Column("entered_by", "Entered"), Column("changed_by", "Changed or ended"), Column("why", "Why")]
_WHO_IN_FULL = [
    Column("entered_by", "Entered by"),
    Column("entered", "Entered on"),
    Column("changed_by", "Changed or ended by"),
    Column("changed", "Changed or ended on"),
    Column("why", "Why"),
    Column("notes", "Notes"),
]


def _row(
    question: UnitRequest,
    each: ArchivedReduction,
    post: Unit | None,
    teams: Mapping[str, str],
    names: Mapping[str, ReasonOnDay],
) -> Row:
    row = each.row
    code = ":".join(row.post)
    linked = each.readable and post is not None and not question.in_full
    own = reverse("reduction", args=[code, row.key]) if linked else ""
    page = unit_url("post", code, "hours") if post is not None and not question.in_full else ""
    if each.cut.hours_micro is not None:
        amount = hours_words(each.cut.hours_micro)
    else:
        amount = f"{percent_words(each.cut.percent_x100 or 0)} of the hours"
    values = {
        "name": tables.text(post.name if post else row.staff_code, page, "" if post else _GONE),
        "code": tables.text(code),
        "team": tables.text(teams.get(row.team_code, row.team_code)),
        "reason": tables.text(reason_name(each.cut.reason, names), own),
        "amount": tables.text(amount),
        "hours": Value(micro(each.cut.hours_micro)),
        "percent": Value(decimal(each.cut.percent_x100)),
        "first": tables.day(row.first_day),
        "last": tables.day(row.last_day) if row.last_day else Value(None, "until ended"),
        "status": tables.text(_NAMES.get(each.status, each.status)),
    }
    of_post = post is not None and not question.is_post
    return Row(values | _told(each), "post" if of_post else "", code if of_post else "")


def _told(each: ArchivedReduction) -> dict[str, Value]:
    """Who entered it, who changed it last, and the notes: nothing of it for who may not read that."""
    names = ("entered_by", "entered", "changed_by", "changed", "why", "notes")
    if not each.readable:
        return dict.fromkeys(names, tables.text(""))
    row = each.row
    changed = (row.who or "somebody", moment(row.recorded_at)) if each.was_changed else ("", "")
    words = (each.entered_by, moment(each.entered_at), *changed, row.why, row.notes)
    found = {name: tables.text(text) for name, text in zip(names, words, strict=True)}
    for who, when in (("entered_by", "entered"), ("changed_by", "changed")):
        found[who] = tables.text(found[who].text, note=found[when].text)
    return found
