"""What a duty, a step and a deadline say, in the words of the pages, the mails and the API."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from wmt.site.availability.labels import day_words, percent_words
from wmt.site.duties.due_dates import Deadline
from wmt.site.duties.models import Duty, Step
from wmt.site.duties.taken_back import WITHDRAWN
from wmt.text import counted

#: What can be decided, and what the forms call it.
DECISIONS = {
    "reallocate": "Move cases to colleagues",
    "reduction": "Enter a reduction of hours",
    "prioritise": "Agree which work comes first and what can wait",
    "accept": "Accept it for now, with a reason",
}
#: The same in registers.
DECIDED = {
    "reallocate": "move cases",
    "reduction": "reduction of hours",
    "prioritise": "prioritise work",
    "accept": "accepted with a reason",
    "": "nothing yet",
}
#: What a practitioner who asks for relief, or somebody with a concern, can be answered.
ANSWERS = {"yes": "Yes", "part": "In part", "no": "No"}
REQUESTS = {"relief": "request for relief", "concern": "concern"}
#: Why a duty closed, for registers.
CLOSED = {
    "under": "no longer over the threshold",
    "no time": "no working hours",
    "confirmed": "closed by a manager",
    "no figures": "no figures",
    "gone": "no longer in the figures",
    "omic": "moved to OMiC work",
    "withdrawn": "its figures were withdrawn",
}
#: Why a duty does not close by itself, though its workload is no longer over the threshold.
CONFIRM = {
    "repriced": "most of the fall is the same work with different points",
    "corrected": "earlier figures were corrected or arrived late",
    "gone": "the post is no longer in the figures",
    "withdrawn": "the figures it was opened on were withdrawn",
}
MARKS = {"excessive_workload": "excessive workload", "double_red": "over 120% for 28 days"}
#: The name that one area has for the higher threshold.
DOUBLE_RED = "called ‘double red’ in one area"
_LATE = {
    "confirm": "confirmation",
    "acknowledge": "acknowledgement",
    "decide": "a decision",
    "answer": "an answer to the request for relief",
    "review": "a review",
}
_OWED = {
    "confirm": "Confirm whether it can close",
    "acknowledge": "Acknowledge",
    "decide": "Decide what will be done",
    "answer": "Answer the request for relief",
    "review": "Review",
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
        return "due today"
    if not deadline.is_late:
        return f"{_days(deadline.working_days_left)} left"
    late = deadline.working_days_late
    return f"{_days(late)} late" if late else "late"


def _days(number: int) -> str:
    return counted(number, "working day")


def run_words(duty: Duty) -> str:
    """The run in one sentence, for as long as the duty stands."""
    return (
        f"Over {percent_words(duty.percent_x100)} since {day_words(duty.run_since)}: "
        f"{MARKS.get(duty.mark, duty.mark)} since {day_words(duty.excess_since)}"
    )


def closed_words(data: Mapping[str, Any]) -> str:
    """Why a duty closed, with the figure and the day, and what came off."""
    on = day_words(date.fromisoformat(data["on"]))
    if data["why"] == "confirmed":
        return "a manager confirmed that it can close"
    if data["why"] == "withdrawn":
        return f"the figures of {on} were withdrawn"
    if data["why"] == "under":
        return f"{_figure(data)}{_came_off(data)}"
    if data["why"] == "no time":
        return f"no working hours for more than {counted(data['longest'], 'day')}, up to {on}"
    if data["why"] == "gone":
        return f"the post is no longer in the figures of {on}"
    if data["why"] == "omic":
        return (
            "the post moved to OMiC work, which has no capacity figure, and has been there for more than "
            f"{counted(data['longest'], 'day')}, up to {on}"
        )
    return f"no figures for more than {counted(data['longest'], 'day')}, up to {on}"


def fell_words(data: Mapping[str, Any]) -> str:
    """Why somebody has to confirm that a duty closes."""
    on = day_words(date.fromisoformat(data["on"]))
    if data["why"] == "gone":
        return f"this post is no longer in the figures of {on}"
    if data["why"] == "withdrawn":
        return f"the figures of {on}, on which it was opened, were withdrawn"
    return f"{_figure(data)}. {CONFIRM[data['why']].capitalize()}{_came_off(data)}"


def _figure(data: Mapping[str, Any]) -> str:
    on = day_words(date.fromisoformat(data["on"]))
    return f"{data['capacity']} on {on}, not over {percent_words(data['percent_x100'])}"


def _came_off(data: Mapping[str, Any]) -> str:
    said = came_off_words(data)
    return f". {said[:-1]}" if said else ""


def came_off_words(data: Mapping[str, Any]) -> str:
    """What came off since the highest day, as a sentence; empty where nobody can say."""
    found = data.get("came_off")
    if not found:
        return ""
    since = day_words(date.fromisoformat(found["since"]))
    groups = (
        ("work_x100", "work moved or ended", "new work"),
        ("repriced_x100", "work given different points", "work given different points"),
        ("time_x100", "time added", "time taken away"),
    )
    parts = [
        f"{less if found[key] > 0 else more} {-found[key] / 100:+.2f}".replace("-", "−")
        for key, less, more in groups
        if found[key]
    ]
    # in hundredths, as they add up: parts of one decimal would not come to the difference of what is shown
    before, after = (f"{found[name] / 100:.2f}%" for name in ("before_x100", "after_x100"))
    return f"From {before} on {since} to {after}, in percentage points: {', '.join(parts)}."


def sentence(step: Step) -> str:
    """What a step was, in one sentence; its words come after it where somebody may read them."""
    return _SENTENCES[Step.Kind(step.kind)](step.data)


def _day(data: Mapping[str, Any], name: str) -> str:
    return day_words(date.fromisoformat(data[name]))


def _moved(data: Mapping[str, Any]) -> str:
    if data.get("again"):
        return f"Over the threshold again, so it stays open: excessive since {_day(data, 'excess_since')}"
    since, before, excess = (_day(data, name) for name in ("run_since", "before", "excess_since"))
    said = "Figures were corrected or arrived late."
    if "raised_since" in data:
        said = f"{said} It is no longer {MARKS['double_red']}."
    if since == before:
        return f"{said} Excessive since {excess}"
    return f"{said} Over the threshold since {since} (was {before}), excessive since {excess}"


def _followed(data: Mapping[str, Any]) -> str:
    before, after, is_back = data["before"], data["after"], data.get("why") == WITHDRAWN
    if before["team_code"] != after["team_code"]:
        said = "Data was withdrawn, so this is back in" if is_back else "Followed to"
        return f"{said} team {after['team_name']} (was {before['team_name']})"
    if before["staff_code"] != after["staff_code"]:
        return "Data was withdrawn, so the staff code is as before" if is_back else "The staff code changed"
    named = {"grade": "grade", "team_name": "team name", "pdu_code": "PDU", "region_code": "region"}
    which = [said for name, said in named.items() if before[name] != after[name]]
    # everybody reads this: that somebody has another name, and since when, is theirs alone to tell
    return f"The {which[0]} changed" if which else "The details of the post changed"


def _opened(data: Mapping[str, Any]) -> str:
    since, excess = _day(data, "run_since"), _day(data, "excess_since")
    over = f"over {percent_words(data['percent_x100'])} for {counted(data['days'], 'day')} in a row"
    run = f"{over}, since {since}; excessive since {excess}"
    if "why" not in data:
        return f"Opened: {run}"
    why = {
        "never broken": "corrected figures show that it never ended",
        "again": "it happened again soon after it closed",
    }[data["why"]]
    return f"Reopened, because {why}: {run}. The deadlines start again"


def _raised(data: Mapping[str, Any]) -> str:
    over = f"over {percent_words(data['percent_x100'])} for {counted(data['days'], 'day')}"
    return f"Escalated: {over} ({DOUBLE_RED}), since {_day(data, 'since')}"


def _decided(data: Mapping[str, Any]) -> str:
    done = f", by {_day(data, 'done_by')}" if data.get("done_by") else ""
    return f"Decided: {DECIDED[data['decision']]}{done}. Review on {_day(data, 'review_on')}"


def _escalated(data: Mapping[str, Any]) -> str:
    return f"Late, so the head of PDU was notified: {_LATE[data['what']]} was due by {_day(data, 'by')}"


def _resumed(data: Mapping[str, Any]) -> str:
    return f"Open again as before, because the figures of {_day(data, 'night')} were {data['why']}"


_SENTENCES: dict[Step.Kind, Callable[[Mapping[str, Any]], str]] = {
    Step.Kind.OPENED: _opened,
    Step.Kind.REOPENED: _opened,
    Step.Kind.RESUMED: _resumed,
    Step.Kind.MOVED: _moved,
    Step.Kind.FOLLOWED: _followed,
    Step.Kind.RAISED: _raised,
    Step.Kind.ACKNOWLEDGED: lambda _: "Acknowledged",
    Step.Kind.TALKED: lambda data: f"Conversation on {_day(data, 'on')}",
    Step.Kind.DECIDED: _decided,
    Step.Kind.ASKED: lambda data: f"Asked for relief. An answer is due by {_day(data, 'answer_by')}",
    Step.Kind.ANSWERED: lambda data: f"Answered the request for relief: {ANSWERS[data['answer']].lower()}",
    Step.Kind.NOTED: lambda _: "Note",
    Step.Kind.DUE: lambda data: f"Review due on {_day(data, 'by')}",
    Step.Kind.ESCALATED: _escalated,
    Step.Kind.REVIEWED: lambda data: f"Reviewed. Next review on {_day(data, 'review_on')}",
    Step.Kind.FELL: lambda data: f"To be confirmed: {fell_words(data)}",
    Step.Kind.KEPT: lambda _: "Kept open by a manager",
    Step.Kind.CLOSED: lambda data: f"Closed: {closed_words(data)}",
}
