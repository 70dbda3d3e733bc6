"""Allocations that were decided together: what they are now, and undoing them together."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from wmt.days import moment_words
from wmt.site import tables
from wmt.site.accounts import visibility
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.allocation import access
from wmt.site.allocation.models import CaseAllocation
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import ConflictError
from wmt.site.changes import allocate, spread
from wmt.site.duties import notices
from wmt.site.figures import units
from wmt.site.shown import needed_state
from wmt.site.web.allocation import labels
from wmt.site.web.units import cohort_column
from wmt.site.web.units.labels import upper_first
from wmt.site.workload import staff_names
from wmt.site.workload.state import State
from wmt.text import counted


@require_safe
def batch_page(request: HttpRequest, batch: str) -> HttpResponse:
    """Those of the allocations that one may read. Raises UnknownAllocation where there is none."""
    state = needed_state(request).of_now()
    rows = access.readable_batch(request.user, state, spread.batch_of(batch))
    posts = {code for row in rows for code in (row.from_post, row.to_post)}
    for post in units.of_level(state, "post").filter(code__in=posts):
        note_read(request.user, post)
    notices.mark_read(request.user, *rows)  # type: ignore[arg-type]
    may = visibility.ReachOfPosts(visibility.allowed(request.user, Action.ALLOCATE_CASES), state)
    left = [row for row in rows if row.state != CaseAllocation.State.UNDONE]
    fresh = all(row.state == CaseAllocation.State.GIVEN and allocate.is_in_time(row, state) for row in left)
    context = {
        "batch": batch,
        "decided": moment_words(timezone.localtime(rows[0].recorded_at)),
        "by": staff_names.person(rows[0].who),
        "table": cohort_column.with_cohorts(_table(state, rows), request.user, state),
        "number": counted(len(left), "allocation"),
        "can_undo": bool(left) and fresh and all(may(access.codes(code)) for code in posts),
    }
    return render(request, "allocation/batch.jinja", context)


def _table(state: State, rows: list[CaseAllocation]) -> tables.Table:
    codes = {code for row in rows for code in (row.from_post, row.to_post, row.found_post) if code}
    names = units.names_of(units.of_level(state, "post").filter(code__in=codes))

    columns = [
        tables.Column("crn", "CRN", "code"),
        tables.Column("what", "Case"),
        tables.Column("points", "Points", "points"),
        tables.Column("from", "From"),
        tables.Column("to", "To"),
        tables.Column("why", "Why"),
        tables.Column("state", "State"),
    ]
    found = [
        tables.Row(
            {
                "crn": tables.text(row.ref, reverse("allocation", args=[row.pk])),
                "what": tables.text(upper_first(row.words)),
                "points": tables.exact(row.points_x100),
                "from": labels.post_link(row.from_post, names),
                "to": labels.post_link(row.to_post, names),
                "why": tables.text(labels.why(row)),
                "state": tables.text(
                    labels.state_words(row, state.day), note=names.get(row.found_post, row.found_post)
                ),
            }
        )
        for row in rows
    ]
    return tables.Table("together", "Allocations", columns, found)


@require_POST
def batch_undo(request: HttpRequest, batch: str) -> HttpResponse:
    """Takes all of them back on their day. Raises Denied, InThePast and UnknownAllocation."""
    need(request, Action.ALLOCATE_CASES)
    access.readable_batch(request.user, needed_state(request).of_now(), spread.batch_of(batch))
    try:
        rows = spread.undo_batch(actor=request.user, batch=batch)
    except ConflictError as conflict:
        messages.error(request, f"{conflict}.")
    else:
        messages.success(request, f"{counted(len(rows), 'allocation is', 'allocations are')} undone.")
    return HttpResponseRedirect(reverse("allocation-batch", args=[batch]))
