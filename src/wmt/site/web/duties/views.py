"""The page of a duty, and the notices of a person."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from wmt.site.accounts.access import may
from wmt.site.accounts.roles import Action
from wmt.site.alarms.models import RaisedAlarm
from wmt.site.allocation import access as of_allocations
from wmt.site.allocation.models import CaseAllocation
from wmt.site.availability.labels import percent_words
from wmt.site.changes import odds_alarms
from wmt.site.consistent_read import steady
from wmt.site.duties import access, labels, notices, projection, report_mail
from wmt.site.duties.models import Duty, Notice
from wmt.site.extra_work import noted
from wmt.site.loads import held_mail, unusual_changes
from wmt.site.outbox import mail_server
from wmt.site.outbox.models import Message, MessageTopic, ReportMail
from wmt.site.plans import access as of_plans
from wmt.site.shown import needed_state
from wmt.site.web.duties import timeline
from wmt.site.web.duties.links import notice_url, request_url
from wmt.site.workload.state import State

_LISTED = 200
#: What a notice can be about.
_ABOUT = ("duty", "request", "allocation", "plan", "reduction", "extra_work")
_NOT_ANY_MORE = "About something that your roles no longer let you read."


@require_safe
@steady
def duty_page(request: HttpRequest, number: int) -> HttpResponse:
    """One duty. Whoever opens it has read the notices about it. Raises UnknownDuty."""
    state = needed_state(request)
    duty = access.find(request.user, state, number)
    steps = list(duty.steps.order_by("number"))
    if state.as_of is not None:
        if not projection.as_of(duty, steps, state.day):
            raise access.UnknownDuty(f"there was no duty {number} yet")
        steps = [step for step in steps if step.day <= state.day]
    elif request.method == "GET":
        notices.mark_read(request.user, duty)  # type: ignore[arg-type]
    return render(request, "duties/duty.jinja", _context(request, state, duty, steps))


def _context(request: HttpRequest, state: State, duty: Duty, steps: list) -> dict:  # type: ignore[type-arg]
    reads = access.may_read(request.user, duty, state)
    unit = timeline.post_of(state, duty)
    return {
        "duty": duty,
        "now": timeline.now_of(duty, state, reads=reads),
        "ways": timeline.ways_of(request, duty, state),
        "helps": timeline.helps_of(request, duty.code, duty.team_code, state)
        if unit is not None and duty.is_open
        else [],
        "facts": timeline.facts_of(duty, state, unit),
        "whose": timeline.for_whom(duty) if duty.is_open or duty.relief_by else "",
        "mark": percent_words(duty.percent_x100),
        "is_own": access.is_own(request.user, duty),
        "handles": access.may_handle(request.user, duty, state),
        "reads": reads,
        "story": timeline.story_of(steps, reads=reads),
        "confirm": timeline.confirm_of(steps) if duty.confirm_by is not None else "",
        "requests": [
            (timeline.request_words(each), request_url(each))
            for each in duty.requests.order_by("-pk")
            if access.may_read_request(request.user, each, state)
        ]
        if reads and state.as_of is None
        else [],
        # one that closed may have got a note later
        "closed": labels.closed_words(next(step.data for step in reversed(steps) if step.kind == "closed"))
        if not duty.is_open
        else "",
        "crumbs": timeline.crumbs_of(request, state, duty),
    }


@require_safe
def notices_page(request: HttpRequest) -> HttpResponse:
    """What the person was told, the latest first; for administrators also the emails that were given up."""
    user: Any = request.user
    found = Notice.objects.filter(user=user).select_related(*_ABOUT, "plan__owner").order_by("-pk")[:_LISTED]
    reads = reader_of(request)
    failed = _failed(reads) if may(user, Action.MANAGE_USERS) else []
    context = {
        "notices": [_shown(notice, reads=reads(notice)) for notice in found],
        "unread_here": notices.unread(request.user),
        "failed": failed,
        "mail_is_on": mail_server.is_on(),
    }
    return render(request, "duties/notices.jinja", context)


def _failed(reads: Callable[[Notice], bool]) -> list[dict[str, object]]:
    """Emails that were given up, each once for what it is about: notifications, a load (data that is held,
    unusual changes in it), a monthly report, or an alarm of a unit that there still is."""
    of_loads = (held_mail.ABOUT, unusual_changes.ABOUT)
    of = MessageTopic.objects.filter(
        about__in=(notices.ABOUT, report_mail.ABOUT, odds_alarms.ABOUT, *of_loads)
    )
    topics = of.filter(message__state=Message.State.GIVEN_UP).select_related("message__user")
    given_up = list(topics.order_by("-message_id", "-number")[:_LISTED])
    numbers = [each.number for each in given_up if each.about == notices.ABOUT]
    told = Notice.objects.select_related("user", *_ABOUT).in_bulk(numbers)
    reports = ReportMail.objects.in_bulk(
        [each.number for each in given_up if each.about == report_mail.ABOUT]
    )
    of_alarms = [each.number for each in given_up if each.about == odds_alarms.ABOUT]
    alarms = RaisedAlarm.objects.in_bulk(of_alarms) if of_alarms else {}
    hrefs = {
        **{
            (each.about, each.number): reverse("load", args=[each.number])
            for each in given_up
            if each.about in of_loads
        },
        **{(report_mail.ABOUT, number): report_mail.href_of(row) for number, row in reports.items()},
        **{
            (odds_alarms.ABOUT, number): reverse("alarm-level", args=[row.level, row.code])
            for number, row in alarms.items()
        },
    }
    failed: list[dict[str, object]] = []
    for each in given_up:
        message = each.message
        notice = told.get(each.number) if each.about == notices.ABOUT else None
        fault: dict[str, object] = {"fault": message.fault}
        if href := hrefs.get((each.about, each.number)):
            failed.append(fault | {
                "to": message.user.email if message.user else message.name, "kind": message.subject,
                "href": href, "when": _when(message.made_at),
            })  # fmt: skip
        # a concern about oneself is left out: its words and its address would tell of it
        elif notice is not None and reads(notice):
            failed.append(fault | {**_shown(notice), "to": notice.user.email})
    return failed


def _when(at: datetime) -> str:
    return f"{timezone.localtime(at):%-d %B %Y}, {timeline.clock_words(at)}"


def reader_of(request: HttpRequest) -> Callable[[Notice], bool]:
    """Whether the person who asks may read what a notice is about."""
    user: Any = request.user
    of_duties, of_requests = access.reader(user), access.reader_of_requests(user)

    @cache
    def of_cases() -> Callable[[CaseAllocation | None], CaseAllocation | None]:
        return of_allocations.readable(user, needed_state(request).of_now())

    @cache
    def noted_on(ref: str) -> frozenset[int]:
        found = noted.of_case(user, needed_state(request).of_now(), ref) if ref else []
        return frozenset(each.row.pk for each in found)

    def reads(notice: Notice) -> bool:
        if notice.allocation is not None:
            return of_cases()(notice.allocation) is not None
        if notice.plan is not None:
            return of_plans.reads(user, notice.plan)
        if notice.reduction is not None:
            return True  # that hours are reduced, and until when, everybody who signs in may read
        if notice.extra_work is not None:
            return notice.extra_work_id in noted_on(notice.extra_work.ref)
        if notice.request is not None:
            return of_requests(notice.request)
        return notice.duty is not None and of_duties(notice.duty)

    return reads


def _shown(notice: Notice, *, reads: bool = True) -> dict[str, object]:
    """A notice; its words name somebody, and so are for as long as one's roles let one read the duty."""
    return {
        "words": notice.words if reads else _NOT_ANY_MORE,
        "kind": notice.kind,
        "when": _when(notice.at),
        "is_new": notice.read_at is None,
        "href": notice_url(notice),
    }


@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Marks all of the person's notices read."""
    number = notices.mark_read(request.user)  # type: ignore[arg-type]
    messages.success(
        request, f"{number:,} {'notification' if number == 1 else 'notifications'} marked as read."
    )
    return HttpResponseRedirect(reverse("notices"))
