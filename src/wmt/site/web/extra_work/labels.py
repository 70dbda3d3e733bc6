"""Words about extra work on cases."""

from fractions import Fraction

from django.utils import timezone

from wmt.days import moment_words
from wmt.site.extra_work.models import ExtraWorkDecision
from wmt.site.extra_work.note_states import NoteState
from wmt.site.extra_work.noted import NotedWork
from wmt.site.web.rules.activity_tables import plain
from wmt.site.web.units.labels import upper_first
from wmt.site.workload import staff_names

ABOUT = (
    "Points are averages: a case that needs more than the average has no more points. What practitioners "
    "note here, and their manager confirms, stands beside the figure. It is in no points and no capacity."
)
STANDING = {
    NoteState.UNDONE: "undone: entered by mistake",
    NoteState.ENDED: "ended",
    NoteState.GONE: "not counted: nobody, or more than one person, has the case in the data",
    NoteState.OVER: "over: its last day has passed",
    NoteState.ASKED: "waits for the manager to confirm it",
    NoteState.MOVED: "the case has moved: waits for the manager of who holds it now",
    NoteState.DECLINED: "declined",
    NoteState.CONFIRMED: "confirmed",
    NoteState.COMING: "confirmed; has not begun",
}


def state_words(found: NotedWork) -> str:
    """How a note stands, and by whom it was decided last."""
    said = STANDING[found.standing]
    last = found.decisions[-1] if found.decisions else None
    of = (NoteState.DECLINED, NoteState.CONFIRMED, NoteState.COMING, NoteState.ENDED)
    if last is None or found.standing not in of:
        return said
    return f"{said}, {decided_words(last)}" + (f": {last.reason}" if last.reason else "")


def decided_words(row: ExtraWorkDecision) -> str:
    """When something was decided and by whom."""
    return f"{moment_words(timezone.localtime(row.recorded_at))}, by {staff_names.person(row.who)}"


def activity_words(found: NotedWork) -> str:
    """What is done, as a sentence begins."""
    return upper_first(found.line.name) if found.line else found.row.activity


def made_of(found: NotedWork) -> str:
    """What the hours of a note are made of: '60 minutes, 4 times more in four weeks'."""
    times = plain(Fraction(found.row.times_x100, 100))
    more = "" if found.line and found.line.is_of_warrant else " more"
    minutes = f"{plain(found.line.minutes)} minutes, " if found.line else ""
    return f"{minutes}{times} times{more} in four weeks"
