"""One allocation: what was decided, by whom and why, what nDelius shows of it, and undoing it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from wmt.site.accounts import visibility
from wmt.site.accounts.access import need
from wmt.site.accounts.roles import Action
from wmt.site.allocation import access
from wmt.site.allocation.models import CaseAllocation
from wmt.site.audit.reads import note_read
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import allocate, lacking_cases
from wmt.site.duties import notices
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.outbox import mail_server
from wmt.site.queries import case_history
from wmt.site.shown import needed_state
from wmt.site.web.allocation import emails, labels
from wmt.site.web.allocation.crumbs import crumbs
from wmt.site.web.allocation.decide import told
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


@require_safe
def allocation_page(request: HttpRequest, number: int) -> HttpResponse:
    """One allocation, for those who may read cases of one of its two posts. Raises UnknownAllocation."""
    state = needed_state(request).of_now()
    row = access.find(request.user, state, number)
    codes = [row.from_post, row.to_post, row.found_post]
    posts = {post.code: post for post in units.of_level(state, "post").filter(code__in=codes)}
    team, staff = access.codes(row.to_post)
    to = posts.get(row.to_post) or Unit(
        level="post", code=row.to_post, name=row.to_post, team_code=team, staff_code=staff
    )
    note_read(request.user, to)
    notices.mark_read(request.user, row)  # type: ignore[arg-type]
    may = visibility.ReachOfPosts(visibility.allowed(request.user, Action.ALLOCATE_CASES), state)
    is_new = row.state == CaseAllocation.State.GIVEN and allocate.is_in_time(row, state)
    again = row.found_post in posts and may(access.codes(row.found_post))
    context = {
        "row": row,
        "facts": labels.facts(row, state.day, posts),
        "to_name": to.name,
        "from_name": posts[row.from_post].name if row.from_post in posts else row.from_post,
        "crumbs": crumbs(request, state, to)[:-1] if row.to_post in posts else [],
        "today_only": not allocate.came(row, state),
        "can_undo": is_new and all(may(access.codes(code)) for code in codes[:2]),
        "emails": emails.shown(row, may_give=any(may(access.codes(code)) for code in codes[:2])),
        "mail_is_on": mail_server.is_on(),
        "lacked": lacking_cases.asked_in(state)(row),
        "case_href": _case_href(request, state, row),
        "waiting_href": unit_url("pdu", to.pdu_code, "waiting") if row.was_waiting and to.pdu_code else "",
        "again_href": f"{reverse('allocate')}?{urlencode({'crn': row.ref})}" if again else "",
    }
    return render(request, "allocation/allocation.jinja", context)


def _case_href(request: HttpRequest, state: State, row: CaseAllocation) -> str:
    """The address of who held the case, for whoever may read the cases of all who hold it now."""
    try:
        case_history.find(request.user, state, row.ref)
    except case_history.UnknownCase:
        return ""
    return f"{reverse('case')}?{urlencode({'crn': row.ref})}"


@require_POST
def allocation_undo(request: HttpRequest, number: int) -> HttpResponse:
    """Takes an allocation back on its day. Raises Denied, InThePast and UnknownAllocation."""
    need(request, Action.ALLOCATE_CASES)
    row = access.find(request.user, needed_state(request).of_now(), number)
    try:
        row = allocate.undo(actor=request.user, allocation=row)
    except ConflictError as conflict:
        messages.error(request, f"{conflict}.")
    else:
        messages.success(request, told("The allocation is undone.", request, row))
    return HttpResponseRedirect(reverse("allocation", args=[row.pk]))


@require_POST
def allocation_ended(request: HttpRequest, number: int) -> HttpResponse:
    """Records that the case of an allocation, which the data lacks, has ended. Raises Denied, InThePast and
    UnknownAllocation."""
    need(request, Action.ALLOCATE_CASES)
    row = access.find(request.user, needed_state(request).of_now(), number)
    try:
        row = lacking_cases.say_ended(actor=request.user, allocation=row)
    except (ConflictError, RefusedError) as problem:
        messages.error(request, f"{problem}.")
    else:
        messages.success(request, told("It is recorded that the case has ended.", request, row))
    return HttpResponseRedirect(reverse("allocation", args=[row.pk]))
