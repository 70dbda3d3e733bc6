"""Hours and reductions of a post: what counts now, what was entered, and what is coming."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from wmt.site import tables
from wmt.site.accounts.visibility import REASONS_WITHHELD
from wmt.site.audit.reads import note_read
from wmt.site.availability import labels, models, queries
from wmt.site.availability.records import ReductionRecord, status_of
from wmt.site.availability.withheld import without_reason
from wmt.site.changes import carry_over
from wmt.site.changes.carry_rights import Leaving
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.availability.carrying import carry_href
from wmt.site.web.availability.ending_soon import reason_name
from wmt.site.web.availability.entered_by import moment, name_of
from wmt.site.web.availability.post_coming import coming
from wmt.site.web.availability.post_hours import hours_now
from wmt.site.web.availability.post_request import PostRequest, contracted_of
from wmt.site.web.challenges.challenge_links import COLUMN, ChallengeLinks

_TITLES = {
    "active": "Active reductions",
    "scheduled": "Scheduled reductions",
    "ended": "Ended reductions",
    "withdrawn": "Deleted reductions",
}
_EMPTY = {
    "active": "No reductions apply today.",
    "scheduled": "No reductions start on a later date.",
    "ended": "No reductions have ended.",
    "withdrawn": "No reductions have been deleted.",
}


@dataclass(frozen=True)
class PostLink:
    """Something one may do: its words and its address."""

    text: str
    href: str


def content(question: UnitRequest) -> dict[str, Any]:
    """The sentences, the tables and the ways to change them, as far as who asks may."""
    place = PostRequest(question.request, question.state, question.unit)
    note_read(question.user, question.unit)
    rows = queries.history_of(place.post)
    stands = [row for row in rows if row.ended_change is None]
    cuts = [row for row in stands if isinstance(row, models.Reduction)]
    with_withdrawn = place.may_read and question.request.GET.get("withdrawn") == "1"
    statuses = [status for status in _TITLES if status != "withdrawn" or with_withdrawn]
    links = ChallengeLinks(place.user, place.state, place.unit)
    entered = place.plan.hours_on(place.state.day)
    row = next((each for each in stands if entered and each.key == entered.key), None)
    by = f" by {name_of(row)} on {moment(row.recorded_at)}" if row is not None and place.may_read else ""
    # former posts of the same staff code with records, each with the way to carry them over, if one may
    left_behind = []
    if place.may_edit:
        leaving = Leaving(place.user, place.state)
        for post in sorted(carry_over.left_behind(place.state, place.unit.staff_code)):
            href = carry_href(post, place.post) if leaving(post) else ""
            left_behind.append(PostLink(":".join(post), href))
    return {
        "place": place,
        "today": labels.day_words(place.state.day),
        "now": hours_now(place, by),
        "wrong": links.of("hours", ""),
        "grade_now": _grade_now(place, stands),
        "tables": {
            **{status: _reductions(question, place, status, cuts, links) for status in statuses},
            "hours": _hours(place, stands),
            "coming": coming(place),
        },
        "withdrawn": place.may_read and sum(row.withdrawn for row in cuts),
        "with_withdrawn": with_withdrawn,
        "ways": _ways(place, cuts) if place.may_edit else [],
        "left_behind": left_behind,
        "may_read": place.may_read,
        "grades": _grades(place, stands) if place.may_edit else [],
    }


def _grade_now(place: PostRequest, stands: Iterable[models.OfPost]) -> str:
    """The correction of the grade that counts today, in words; empty where there is none."""
    corrected = place.plan.grade_on(place.state.day)
    if corrected is None:
        return ""
    row = next((each for each in stands if each.key == corrected.key), None)
    extract = place.unit.supplied_grade
    same = f"The extract says {extract}." if extract else ""
    if extract == corrected.grade:
        same = "The extract now agrees, so the correction can end."
    by = f", corrected by {name_of(row)}" if row is not None and place.may_read else ""
    until = f" to {labels.day_words(corrected.last_day)}" if corrected.last_day else ""
    return f"{corrected.grade} from {labels.day_words(corrected.first_day)}{until}{by}. {same}".strip()


def _reductions(
    question: UnitRequest,
    place: PostRequest,
    status: str,
    cuts: Sequence[models.Reduction],
    links: ChallengeLinks,
) -> tables.Table:
    found = [
        row
        for row in cuts
        if status_of(row.first_day, row.last_day, place.state.day, withdrawn=row.withdrawn) == status
    ]
    found.sort(key=lambda row: (row.first_day, row.key), reverse=status in ("ended", "withdrawn"))
    reads = place.may_read
    columns = [
        tables.Column("reason", "Reason"),
        tables.Column("entered", "As entered"),
        tables.Column("hours", "Hours off", "hours"),
        tables.Column("first", "First day", "date"),
        tables.Column("last", "Last day", "date"),
        tables.Column("status", "Status"),
        *([tables.Column("by", "Entered by"), tables.Column("at", "Entered on")] if reads else []),
        *([tables.Column("notes", "Notes")] if reads and question.in_full else []),
    ]
    rows = [_reduction(place, row, status) for row in found]
    if status == "active" and reads and links.is_open:  # others take nothing off the figures shown
        columns.append(COLUMN)
        for each, row in zip(rows, found, strict=True):
            each.values[COLUMN.key] = links.of("reduction", row.key)
    said = [] if reads else [REASONS_WITHHELD]
    return tables.Table(
        status, _TITLES[status], columns, rows, notes=said if rows else (), empty=_EMPTY[status]
    )


def _reduction(place: PostRequest, row: models.Reduction, status: str) -> tables.Row:
    cut = queries.as_entry(row)
    assert isinstance(cut, ReductionRecord)
    contracted = contracted_of(cut, place.plan, place)
    cut = cut if place.may_read else without_reason(cut, contracted)
    href = reverse("reduction", args=[place.unit.code, row.key]) if place.may_read else ""
    last = tables.day(row.last_day) if row.last_day else tables.Value(None, "until ended")
    if cut.hours_micro is not None:
        entered = labels.hours_words(cut.hours_micro)
    else:
        entered = f"{labels.percent_words(cut.percent_x100 or 0)} of the contracted hours"
    return tables.Row(
        {
            "reason": tables.text(reason_name(cut.reason, place.names), href),
            "entered": tables.text(entered),
            "hours": tables.hours(cut.taken_off(contracted)),
            "first": tables.day(row.first_day),
            "last": last,
            "status": tables.text("deleted" if status == "withdrawn" else status),
            "by": tables.text(name_of(row) if place.may_read else ""),
            "at": tables.text(moment(row.recorded_at) if place.may_read else ""),
            "notes": tables.text(cut.notes),
        }
    )


def _hours(place: PostRequest, stands: Iterable[models.OfPost]) -> tables.Table:
    """The contracted hours that were entered, from the first day on."""
    now = place.plan.hours_on(place.state.day)
    found = [row for row in stands if isinstance(row, models.Hours) and not row.withdrawn]
    reads = place.may_read
    columns = [
        tables.Column("first", "From", "date"),
        tables.Column("hours", "Hours a week", "hours"),
        tables.Column("status", "Status"),
        *([tables.Column("by", "Entered by"), tables.Column("at", "Entered on")] if reads else []),
    ]
    rows = []
    for row in sorted(found, key=lambda row: row.first_day, reverse=True):
        is_now = now is not None and row.key == now.key
        status = "active" if is_now else "scheduled" if row.first_day > place.state.day else "ended"
        href = reverse("hours-change", args=[place.unit.code, row.key]) if place.may_edit else ""
        from_day = "the beginning" if row.first_day == models.ALWAYS else f"{row.first_day:%-d %b %Y}"
        rows.append(
            tables.Row(
                {
                    "first": tables.Value(row.first_day, from_day, href),
                    "hours": tables.hours(row.hours_micro),
                    "status": tables.text(status),
                    "by": tables.text(name_of(row) if place.may_read else ""),
                    "at": tables.text(moment(row.recorded_at) if place.may_read else ""),
                }
            )
        )
    empty = "No contracted hours have been entered."
    return tables.Table("hours", "Contracted hours entered", columns, rows, empty=empty)


def _ways(place: PostRequest, cuts: Iterable[models.Reduction]) -> list[PostLink]:
    """What may be entered here."""
    stages = any(row.reason in place.route.reasons and not row.withdrawn for row in cuts)
    names = {
        "reduction-new": "Add a reduction",
        "hours-new": "Enter contracted hours",
        "mentoring": "Hours for mentoring",
        "pqip": "Enter the stages of PQiP",
        **({"pqip-stage": "Change of a PQiP stage"} if stages else {}),
        "grade-new": "Correct the grade",
    }
    return [PostLink(text, reverse(name, args=[place.unit.code])) for name, text in names.items()]


def _grades(place: PostRequest, stands: Iterable[models.OfPost]) -> list[dict[str, Any]]:
    """The corrections of the grade that are not over, and the ways to end them."""
    found = []
    corrections = [row for row in stands if isinstance(row, models.Grade) and not row.withdrawn]
    for row in corrections:
        if row.last_day is None or row.last_day >= place.state.day:
            args = [place.unit.code, row.key]
            ways = [
                PostLink("End it", reverse("grade-end", args=args)),
                PostLink("Delete", reverse("grade-withdraw", args=args)),
            ]
            found.append({"said": labels.entry_words(queries.as_entry(row), place.names), "ways": ways})
    return found
