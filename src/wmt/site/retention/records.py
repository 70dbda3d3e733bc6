"""What goes of the records about posts, of duties and of loads: words, never amounts or days."""

from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from wmt.site.availability.models import Grade, Hours, Reduction
from wmt.site.duties.models import Notice, Request, Step
from wmt.site.figures.withheld import REDUCED
from wmt.site.loads.reports import remedy
from wmt.site.workload.models import Fault, Load
from wmt.site.workload.state import NoDataYet, current_state

_WAITS = (Load.State.WAITING, Load.State.RUNNING, Load.State.HELD)
REMOVED = "Removed after the retention period."


def _ended(before: datetime) -> Q:
    """Versions that were replaced before a moment, or withdrawn, or whose last day lies before it."""
    withdrawn = Q(withdrawn=True, recorded_at__lt=before)
    # what is in force on the day that is shown, the lines of the figures tell of
    last = min(timezone.localdate(before), _day_shown() or date.max)
    return Q(ended_at__lt=before) | withdrawn | Q(last_day__lt=last)


def _day_shown() -> date | None:
    try:
        return current_state().day
    except NoDataYet:
        return None


def reductions_with_notes(before: datetime) -> QuerySet[Any]:
    return Reduction.objects.filter(_ended(before)).exclude(notes="", why="")


def hours_with_notes(before: datetime) -> QuerySet[Any]:
    """Contracted hours that were entered before, with an explanation."""
    return Hours.objects.filter(recorded_at__lt=before).exclude(why="")


def grades_with_notes(before: datetime) -> QuerySet[Any]:
    """Corrections of grade that ended, with an explanation."""
    return Grade.objects.filter(_ended(before)).exclude(why="")


def without_notes(found: QuerySet[Any]) -> int:
    """Removes them; how many."""
    names = {"notes": "", "why": ""} if found.model is Reduction else {"why": ""}
    return found.update(**names)


def reductions_with_reasons(before: datetime) -> QuerySet[Any]:
    """Reductions that ended and still say why."""
    return Reduction.objects.filter(_ended(before)).exclude(reason=REDUCED)


def without_reasons(found: QuerySet[Any]) -> int:
    """They are reduced hours from now on, for everybody; how many."""
    return found.update(reason=REDUCED)


def said_in_duties(before: datetime) -> QuerySet[Any]:
    """Words of steps of duties that closed before, unless a request on them still waits for its answer."""
    day = timezone.localdate(before)
    closed = Step.objects.filter(duty__closed_on__lt=day, duty__relief_by__isnull=True)
    return closed.exclude(words="")


def without_words(found: QuerySet[Any]) -> int:
    """The step stays, with its kind, day and person; how many."""
    return found.update(words="")


def said_in_requests(before: datetime) -> QuerySet[Any]:
    """Words of requests and concerns that were answered before. Those that are open stay."""
    found = Request.objects.filter(answered_on__lt=timezone.localdate(before))
    return found.exclude(words="", answer_words="")


def without_what_was_asked(found: QuerySet[Any]) -> int:
    """The request stays, with its kind, days and people; how many."""
    return found.update(words="", answer_words="")


def notices_of_duties(before: datetime) -> QuerySet[Any]:
    """Notices about duties that closed and requests that were answered before."""
    day = timezone.localdate(before)
    return Notice.objects.filter(Q(duty__closed_on__lt=day) | Q(request__answered_on__lt=day))


def delete(found: QuerySet[Any]) -> int:
    """How many rows were deleted."""
    return found.delete()[0]


def quoted_cells(before: datetime) -> QuerySet[Any]:
    """Faults of loads that ended before, as far as they may quote a cell."""
    old = Fault.objects.filter(load__asked_at__lt=before)
    return old.exclude(message=REMOVED).exclude(message__startswith=f"{REMOVED} ")


def without_quotes(found: QuerySet[Any]) -> int:
    """Faults keep their place, their code and what to do about it; how many."""
    done = 0
    for code in list(found.order_by().values_list("code", flat=True).distinct()):
        done += found.filter(code=code).update(message=f"{REMOVED} {remedy(code)}".strip())
    return done


def loads_with_posts_set_aside(before: datetime) -> QuerySet[Any]:
    """Loads that ended before and still say of posts why they were set aside, or quote in their message."""
    over = Load.objects.filter(asked_at__lt=before).exclude(state__in=_WAITS)
    return over.exclude(set_aside=[], message__in=("", REMOVED))


def without_posts_set_aside(found: QuerySet[Any]) -> int:
    """How many loads keep only their counts."""
    return found.update(set_aside=[], message=REMOVED)
