"""What a duty, a step and a deadline say, in the words of the pages, the mails and the API."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wmt.site.availability.words import day_words, percent_words
from wmt.site.duties.clock import Deadline
from wmt.site.duties.models import Duty, Step

#: What can be decided, and what the forms call it.
DECISIONS = {
    "reallocate": "Move cases to colleagues",
    "reduction": "Enter a reduction of hours",
    "prioritise": "Say which work comes first, and what can wait",
    "accept": "Accept it for now, with a reason",
}
#: The same in registers.
DECIDED = {
    "reallocate": "reallocate",
    "reduction": "reduction",
    "prioritise": "prioritise",
    "accept": "accept with reason",
    "": "nothing yet",
}
#: What a practitioner who asks for relief can be answered.
ANSWERS = {"yes": "Yes", "part": "In part", "no": "No"}
#: Why a duty closed, for registers.
CLOSED = {
    "under": "fell back to the mark or under it",
    "no time": "no available time",
    "no figures": "no figures",
    "gone": "the post is gone",
    "withdrawn": "its figures were withdrawn",
}
MARKS = {"excessive_workload": "excessive workload", "double_red": "double red"}
_LATE = {
    "acknowledge": "acknowledging",
    "decide": "a decision",
    "answer": "an answer to the request for relief",
    "review": "another look",
}
_OWED = {
    "acknowledge": "Acknowledge",
    "decide": "Decide what will be done",
    "answer": "Answer the request for relief",
    "review": "Look at it again",
}
#: The steps whose being there is for readers only, not just their words.
PRIVATE = frozenset({Step.Kind.ASKED, Step.Kind.ANSWERED, Step.Kind.NOTED})


def is_private(step: Step) -> bool:
    """Whether a step is for readers only. That an answer is late tells that relief was asked for."""
    return step.kind in PRIVATE or (step.kind == Step.Kind.ESCALATED and step.data.get("what") == "answer")


def owed(deadline: Deadline) -> str:
    """A deadline in one sentence: 'Acknowledge by 3 December 2026: 2 working days left'."""
    return f"{_OWED[deadline.what]} by {day_words(deadline.by)}: {left(deadline)}"


def left(deadline: Deadline) -> str:
    """How much time there is, or how late it is."""
    if deadline.by == deadline.today:
        return "today is the last day"
    if not deadline.is_late:
        return f"{_days(deadline.working_days_left)} left"
    late = deadline.working_days_late
    return f"{_days(late)} late" if late else "late since then"


def _days(number: int) -> str:
    return "1 working day" if number == 1 else f"{number} working days"


def days_words(number: int) -> str:
    """Calendar days."""
    return "1 day" if number == 1 else f"{number:,} days"


def long_since(first: date, day: date) -> str:
    """How many days something has been so, both days counting."""
    return days_words((day - first).days + 1)


def run_words(duty: Duty) -> str:
    """The run in one sentence, for as long as the duty stands."""
    return (
        f"Over {percent_words(duty.percent_x100)} without a break since {day_words(duty.run_since)}: "
        f"{MARKS.get(duty.mark, duty.mark)} since {day_words(duty.excess_since)}"
    )


def closed_words(data: Mapping[str, Any]) -> str:
    """Why a duty closed, with the figure and the day."""
    on = day_words(date.fromisoformat(data["on"]))
    if data["why"] == "withdrawn":
        return f"it stood on the figures of {on}, which were withdrawn"
    corrected = ", by figures corrected since" if data.get("corrected") else ""
    if data["why"] == "under":
        return f"{data['capacity']} on {on}: at or under {percent_words(data['percent_x100'])}{corrected}"
    if data["why"] == "no time":
        return f"no available time for more than {data['longest']} days, up to {on}{corrected}"
    if data["why"] == "gone":
        return f"the post is no longer in the figures of {on}"
    return f"no figures for more than {data['longest']} days, up to {on}{corrected}"


def sentence(step: Step) -> str:
    """What a step was, in one sentence; its words come after it where somebody may read them."""
    data = step.data
    kind = Step.Kind(step.kind)
    if kind in (Step.Kind.OPENED, Step.Kind.REOPENED):
        return _opened(kind, data)
    if kind == Step.Kind.RESUMED:
        night = day_words(date.fromisoformat(data["night"]))
        return f"Open again as before, because the figures of {night} were {data['why']}"
    if kind == Step.Kind.MOVED:
        return _moved(data)
    if kind == Step.Kind.RAISED:
        since = day_words(date.fromisoformat(data["since"]))
        mark = MARKS.get(data["mark"], data["mark"])
        over = f"over {percent_words(data['percent_x100'])} for {data['days']} days"
        return f"Raised: {mark}, {over}, since {since}"
    if kind == Step.Kind.DECIDED:
        done = f", by {day_words(date.fromisoformat(data['done_by']))}" if data.get("done_by") else ""
        review = day_words(date.fromisoformat(data["review_on"]))
        return f"Decided: {DECIDED[data['decision']]}{done}. To be looked at again on {review}"
    if kind == Step.Kind.REVIEWED:
        return f"Looked at again. Next on {day_words(date.fromisoformat(data['review_on']))}"
    if kind == Step.Kind.CLOSED:
        return f"Closed: {closed_words(data)}"
    if kind == Step.Kind.ESCALATED:
        by = day_words(date.fromisoformat(data["by"]))
        return f"Late, and so the head of PDU was told: {_LATE[data['what']]} was due by {by}"
    if kind == Step.Kind.DUE:
        return f"To be looked at again: {day_words(date.fromisoformat(data['by']))} has come"
    if kind == Step.Kind.TALKED:
        return f"Talked on {day_words(date.fromisoformat(data['on']))}"
    if kind == Step.Kind.ASKED:
        return f"Asked for relief. An answer is due by {day_words(date.fromisoformat(data['answer_by']))}"
    if kind == Step.Kind.ANSWERED:
        return f"Answered the request for relief: {ANSWERS[data['answer']].lower()}"
    return "Acknowledged" if kind == Step.Kind.ACKNOWLEDGED else "Note"


def _moved(data: Mapping[str, Any]) -> str:
    since, before, excess = (
        day_words(date.fromisoformat(data[name])) for name in ("run_since", "before", "excess_since")
    )
    said = "By figures that were corrected or came late, it"
    if "raised_since" in data:
        said = f"{said} is not {MARKS['double_red']} any more; it"
    if since == before:
        return f"{said} is excessive since {excess}"
    return f"{said} has been over the mark since {since} (before: {before}), excessive since {excess}"


def _opened(kind: Step.Kind, data: Mapping[str, Any]) -> str:
    since, excess = (day_words(date.fromisoformat(data[name])) for name in ("run_since", "excess_since"))
    mark = f"over {percent_words(data['percent_x100'])} for {data['days']} days in a row"
    run = f"{mark}, since {since}; excessive since {excess}"
    if kind == Step.Kind.OPENED:
        return f"Opened: {run}"
    why = {
        "never broken": "by corrected figures it was never broken",
        "again": "it is so again soon after it closed",
    }[data["why"]]
    return f"Reopened, because {why}: {run}. Its clock starts anew"
