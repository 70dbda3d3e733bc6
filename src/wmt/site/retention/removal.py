"""What is removed in time: words and traces, never amounts or days; one transaction for each kind."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from wmt.site.accounts.access import load_shown
from wmt.site.accounts.models import ApiToken, LimitedAccess
from wmt.site.agreements.models import CountedFigure, StateAnswer
from wmt.site.alarms.models import AlarmLevel
from wmt.site.allocation import models as cases
from wmt.site.audit.models import AuditEvent
from wmt.site.audit.record import KINDS as EVENT_KINDS
from wmt.site.audit.record import record
from wmt.site.availability.models import Grade, Hours, Reduction, StaffDetails
from wmt.site.availability.staff_details import in_figures
from wmt.site.challenges import register as challenges
from wmt.site.domain_events.models import DomainEvent
from wmt.site.duties.models import Notice, Request, Step
from wmt.site.extra_work.models import ExtraWork, ExtraWorkDecision
from wmt.site.figures.withheld import REDUCED
from wmt.site.initiatives.models import Initiative
from wmt.site.outbox.models import Message
from wmt.site.plans.models import SavedPlan, SharingSearch
from wmt.site.policies import policies
from wmt.site.priorities.models import PriorityLevel
from wmt.site.retention import load_faults
from wmt.site.retention.load_faults import REMOVED
from wmt.site.unusual.models import UnusualAnswer
from wmt.site.workload.state import NoDataYet, current_state
from wmt.text import counted

ITSELF = "the site itself"
#: Events whose sentence or facts say something of a person's hours, health or duties.
PRIVATE = (
    "hours", "reduction", "grade", "people import", "records followed", "records carried over", "duty",
    "request", "priority", "agreement answer",
)  # fmt: skip

Found = QuerySet[Any]


@dataclass(frozen=True)
class RetentionKind:
    """One kind of thing that is kept for a time: its policy, what it is, how it is found and removed."""

    policy: str
    what: str
    find: Callable[[datetime], Found]
    remove: Callable[[Found], int] = lambda found: found.delete()[0]

    @property
    def days(self) -> int:
        """How long it is kept, by the policies in force today."""
        return policies()[f"retention.{self.policy}"].whole

    def due(self, now: datetime) -> Found:
        """Its rows whose time is over."""
        return self.find(now - timedelta(days=self.days))


def _cleared(**values: Any) -> Callable[[Found], int]:
    """Rows stay, and no longer say this; how many."""
    return lambda found: found.update(**values)


def _ended(before: datetime) -> Q:
    """Versions that were replaced before a moment, or withdrawn, or whose last day lies before it."""
    last = timezone.localdate(before)
    with suppress(NoDataYet):  # what is in force on the day shown, the lines of the figures tell of
        last = min(last, current_state().day)
    return Q(ended_at__lt=before) | Q(withdrawn=True, recorded_at__lt=before) | Q(last_day__lt=last)


def _replaced_alarm_level(before: datetime) -> Exists:
    """Levels in whose place another was chosen before a moment."""
    same = {"level": OuterRef("level"), "code": OuterRef("code"), "pk__gt": OuterRef("pk")}
    return Exists(AlarmLevel.objects.filter(**same, recorded_at__lt=before))


def _events(before: datetime, **which: Any) -> Found:
    """The events; elsewhere nobody may change or delete any, so this is not their usual manager."""
    return AuditEvent._base_manager.filter(at__lt=before, **which)


def _private_details(before: datetime) -> Found:
    """Events about people's records and duties that still say what they were."""
    is_done = Q(sentence__endswith=REMOVED, before__isnull=True, after__isnull=True)
    return _events(before, kind__in=PRIVATE).exclude(is_done)


def _without_details(found: Found) -> int:
    """Such events say who did something of what kind, and when; how many."""
    return sum(
        found.filter(kind=kind).update(sentence=f"{EVENT_KINDS[kind]}. {REMOVED}", before=None, after=None)
        for kind in PRIVATE
    )


def _said_in_duties(before: datetime) -> Found:
    """Words of steps of duties that closed before, unless a request on them still waits for its answer."""
    day = timezone.localdate(before)
    return Step.objects.filter(duty__closed_on__lt=day, duty__relief_by__isnull=True).exclude(words="")


def _said_in_requests(before: datetime) -> Found:
    """Words of requests and concerns that were answered before. Those that are open stay."""
    answered = Request.objects.filter(answered_on__lt=timezone.localdate(before))
    return answered.exclude(words="", answer_words="")


def _notices(before: datetime) -> Found:
    """Notices about duties that closed and requests that were answered before."""
    day = timezone.localdate(before)
    return Notice.objects.filter(Q(duty__closed_on__lt=day) | Q(request__answered_on__lt=day))


def _without_case(found: Found) -> int:
    """Extra work keeps its post, activity, days and how often; how many."""
    ExtraWorkDecision.objects.filter(work__in=found).update(reason="")
    return found.update(ref="", words="")


#: What stays of a case that waits no more: its team, type and tier, when it came and how that ended.
_NOTHING_OF_A_CASE: dict[str, Any] = {
    **dict.fromkeys(
        ("ref", "no_tier_why", "order_length", "appointment", "appointment_with", "court", "change_why"), ""
    ),
    **dict.fromkeys(("sentence_day", "handover_day", "appointment_day"), None),
    "requirements": [],
    "previous_posts": [],
}
KINDS = (
    RetentionKind(
        "notes",
        "notes of reductions",
        lambda before: Reduction.objects.filter(_ended(before)).exclude(notes="", why=""),
        _cleared(notes="", why=""),
    ),
    RetentionKind(
        "notes",
        "explanations of contracted hours",
        lambda before: Hours.objects.filter(recorded_at__lt=before).exclude(why=""),
        _cleared(why=""),
    ),
    RetentionKind(
        "notes",
        "explanations of grades",
        lambda before: Grade.objects.filter(_ended(before)).exclude(why=""),
        _cleared(why=""),
    ),
    RetentionKind(
        "notes",
        "explanations of alarm levels",
        lambda before: AlarmLevel.objects.filter(_replaced_alarm_level(before)).exclude(why=""),
        _cleared(why=""),
    ),
    RetentionKind(
        "notes",
        "explanations of priority levels",
        lambda before: PriorityLevel.objects.filter(
            Q(ended_at__lt=before) | Q(last_day__lt=timezone.localdate(before))
        ).exclude(why=""),
        _cleared(why=""),
    ),
    RetentionKind(
        "notes",
        "words of action plans and decisions about states of agreements",
        lambda before: StateAnswer.objects.filter(until__lt=timezone.localdate(before)).exclude(words=""),
        _cleared(words=""),
    ),
    RetentionKind(
        "notes",
        "figures that people counted for agreements, of people",
        lambda before: CountedFigure.objects.filter(level="post", counted_on__lt=timezone.localdate(before)),
    ),
    RetentionKind(
        "notes",
        "words and references of challenges that are closed",
        challenges.closed_before,
        _cleared(words="", answer_words="", ref=""),
    ),
    RetentionKind(
        "notes",
        "answers to unusual changes",
        lambda before: UnusualAnswer.objects.filter(recorded_at__lt=before).exclude(words=""),
        _cleared(words=""),
    ),
    RetentionKind(
        "reasons",
        "reasons of reductions",  # they are reduced hours from then on, for everybody
        lambda before: Reduction.objects.filter(_ended(before)).exclude(reason=REDUCED),
        _cleared(reason=REDUCED),
    ),
    RetentionKind(
        "reasons",
        "reasons and limits of protected posts",
        lambda before: cases.PostProtection.objects.filter(
            Q(ended_at__lt=before) | Q(last_day__lt=timezone.localdate(before))
        ).exclude(reason=""),
        _cleared(reason="", no_new=False, most_cases=None, most_x100=None, not_tiers={}),
    ),
    RetentionKind(
        "allocations",
        "references and notes of allocations",
        lambda before: cases.CaseAllocation.objects.filter(recorded_at__lt=before, is_open=False).exclude(
            ref="", notes="", why_over="", why_not_eligible=""
        ),
        _cleared(ref="", notes="", why_over="", why_not_eligible=""),
    ),
    RetentionKind(
        "allocations",
        "references and notes of changes of tier or type",
        lambda before: cases.CaseKindChange.objects.filter(recorded_at__lt=before, is_open=False).exclude(
            ref="", notes=""
        ),
        _cleared(ref="", notes=""),
    ),
    RetentionKind(
        "messages",
        "addresses and texts of emails",
        lambda before: (
            Message.objects.filter(made_at__lt=before)
            .exclude(state__in=(Message.State.WAITING, Message.State.SENDING))
            .exclude(address="", name="", body="", fault="", user=None)
        ),
        _cleared(address="", name="", body="", fault="", user=None),
    ),
    RetentionKind(
        "allocations",
        "references and details of waiting cases",
        lambda before: (
            # of what ended, the day it did; what was changed since has none
            cases.WaitingCase.objects.filter(
                Q(closed_at__lt=before) | Q(closed_at=None, recorded_at__lt=before)
            )
            .exclude(Q(state=cases.WaitingCase.State.WAITING) | Q(allocation__is_open=True))
            .exclude(ref="")
        ),
        _cleared(**_NOTHING_OF_A_CASE),
    ),
    RetentionKind(
        "allocations",
        "references of cases that colleagues covered or co-worked",
        lambda before: cases.CaseColleague.objects.filter(ended_at__lt=before).exclude(ref=""),
        _cleared(ref=""),
    ),
    RetentionKind(
        "allocations",
        "words, reasons and references of extra work on cases",
        lambda before: ExtraWork.objects.filter(
            Q(last_day__lt=timezone.localdate(before)) | Q(undone_at__lt=before)
        ).exclude(ref=""),
        _without_case,
    ),
    RetentionKind(
        "notes",
        "explanations why initiatives were withdrawn",
        lambda before: Initiative.objects.filter(withdrawn_at__lt=before).exclude(withdrawn_why=""),
        _cleared(withdrawn_why=""),
    ),
    RetentionKind(
        "allocations",
        "earlier lists of who may see a case",
        lambda before: LimitedAccess.objects.filter(recorded_at__lt=before).filter(
            Q(is_current=False) | Q(excluded=[], restricted=[])  # or lists that shut nobody out
        ),
    ),
    RetentionKind(
        "allocations",
        "references in events for other services",
        lambda before: DomainEvent.objects.filter(occurred_at__lt=before, allocation__is_open=False).exclude(
            ref=""
        ),
        _cleared(ref=""),
    ),
    RetentionKind(
        "details",
        "hours in events for other services",
        lambda before: DomainEvent.objects.filter(
            occurred_at__lt=before, kind=DomainEvent.Kind.HOURS, hours_micro__isnull=False
        ),
        _cleared(staff_code="", team_code="", hours_micro=None),
    ),
    RetentionKind(
        "staff",
        "names and email addresses of staff",
        lambda before: StaffDetails.objects.filter(seen_at__lt=before).exclude(
            pk__in=in_figures(load_shown()).values("pk")  # who is shown now stays, however old that is
        ),
    ),
    RetentionKind(
        "messages",
        "notifications of allocations",
        lambda before: Notice.objects.filter(allocation__isnull=False, at__lt=before),
    ),
    RetentionKind(
        "messages",
        "notifications of plans",
        lambda before: Notice.objects.filter(plan__isnull=False, at__lt=before),
    ),
    RetentionKind(
        "messages",
        "notifications of reductions",
        lambda before: Notice.objects.filter(reduction__isnull=False, at__lt=before),
    ),
    RetentionKind(
        "messages",
        "notifications of extra work on cases",
        lambda before: Notice.objects.filter(extra_work__isnull=False, at__lt=before),
    ),
    RetentionKind("duties", "words said in duties", _said_in_duties, _cleared(words="")),
    RetentionKind(
        "duties", "words of requests and concerns", _said_in_requests, _cleared(words="", answer_words="")
    ),
    RetentionKind("duties", "notices about duties", _notices),
    RetentionKind(
        "load_reports", "cells quoted in load reports", load_faults.quoted_cells, load_faults.without_quotes
    ),
    RetentionKind(
        "load_reports",
        "messages and posts set aside of loads",
        load_faults.loads_that_tell,
        _cleared(set_aside=[], message=REMOVED),
    ),
    RetentionKind("audit", "audit events", _events),
    RetentionKind(
        "reads",
        "audit events of reading and exporting",
        lambda before: _events(before, kind__in=("read", "export")),
    ),
    RetentionKind(
        "sign_ins",
        "audit events of signing in",
        lambda before: _events(before, kind__in=("sign-in", "sign-out", "sign-in refused", "denied")),
    ),
    RetentionKind("details", "details of audit events", _private_details, _without_details),
    RetentionKind(
        "sessions", "expired sessions", lambda before: Session.objects.filter(expire_date__lt=before)
    ),
    RetentionKind(
        "jobs",
        "jobs that are done",
        lambda before: DBTaskResult.objects.filter(
            finished_at__lt=before, status__in=("SUCCESSFUL", "FAILED")
        ),
    ),
    RetentionKind(
        "jobs",
        "searches for the best way to share cases",
        lambda before: SharingSearch.objects.filter(asked_at__lt=before),
    ),
    RetentionKind(
        "plans", "plans that nobody changed", lambda before: SavedPlan.objects.filter(changed_at__lt=before)
    ),
    RetentionKind(
        "tokens",
        "tokens that have ended",
        lambda before: ApiToken.objects.filter(
            Q(ended_at__lt=before) | Q(last_day__lt=timezone.localdate(before))
        ),
    ),
)


def due(now: datetime | None = None) -> dict[str, int]:
    """How many of each kind would go now. Kinds of which nothing would go are left out."""
    now = now or timezone.now()
    counts = {kind.what: kind.due(now).count() for kind in KINDS}
    return {what: count for what, count in counts.items() if count}


def apply(*, who: str = ITSELF, now: datetime | None = None) -> dict[str, int]:
    """Remove what is due; how many of each kind went.

    Stopped half way, whole kinds are done and written down, and the next time does the rest.
    """
    now = now or timezone.now()
    done = {kind.what: _remove(kind, now, who) for kind in KINDS}
    with connection.cursor() as cursor:  # what the cache holds past its time, such as counts of tries
        cursor.execute("DELETE FROM wmt_cache WHERE expires < %s", [timezone.now()])
    return {what: count for what, count in done.items() if count}


@transaction.atomic
def _remove(kind: RetentionKind, now: datetime, who: str) -> int:
    count = kind.remove(kind.due(now))
    if count:
        sentence = f"Retention removed {count:,} {kind.what}, after {counted(kind.days, 'day')}."
        record("retention", sentence, who=who, after={"policy": f"retention.{kind.policy}", "count": count})
    return count
