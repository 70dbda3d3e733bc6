"""What the steps of a duty come to: the columns of `models.Duty` that lists are read from."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from wmt.site.duties.models import Duty, Step

Kind = Step.Kind
_CLOCK: dict[str, Any] = {
    "acknowledged_on": None, "talked_on": None, "decided_on": None, "decision": "", "done_by": None,
    "review_on": None, "told": [], "closed_on": None, "closed_why": "", "raised_since": None,
    "confirm_by": None, "confirm_why": "", "kept_on": None,
}  # fmt: skip
#: Nothing has to be confirmed.
_STANDS: dict[str, Any] = {"confirm_by": None, "confirm_why": "", "kept_on": None}
#: Whose post it is: columns that change when the person gets another code or team.
PLACE = ("team_code", "staff_code", "name", "grade", "team_name", "pdu_code", "region_code")


def fold(steps: Iterable[Step], last: date | None = None) -> dict[str, Any]:
    """The columns that steps come to, up to and with a day; empty before the first step."""
    found: dict[str, Any] = {}
    for step in steps:
        if last is None or step.day <= last:
            found |= _EFFECTS[Step.Kind(step.kind)](step, found) | {"moved_on": step.day}
            found["steps_count"] = step.number
    return found


def as_of(duty: Duty, steps: Iterable[Step], day: date) -> bool:
    """Turns a duty that was read back to what it was at the end of a day; False where there was none yet."""
    known = list(steps)
    later = [step for step in known if step.day > day and step.kind == Kind.FOLLOWED]
    for step in reversed(later):
        for name, value in step.data["before"].items():
            setattr(duty, name, value)
    found = fold(known, day)
    for name, value in found.items():
        setattr(duty, name, value)
    return bool(found)


def take(duty: Duty, step: Step) -> None:
    """Gives a duty the columns that one more step comes to. Nothing is saved."""
    before = {name: getattr(duty, name) for name in (*_CLOCK, "reopened", "relief_by")}
    found = _EFFECTS[Step.Kind(step.kind)](step, before)
    for name, value in (found | {"moved_on": step.day, "steps_count": step.number}).items():
        setattr(duty, name, value)


def _opened(step: Step, before: dict[str, Any]) -> dict[str, Any]:
    return {
        **_CLOCK,
        "told": [],
        # a request that nobody has answered stays, whatever becomes of the duty
        "relief_by": before.get("relief_by"),
        **_run(step, before),
        "clock_from": step.day,
        "acknowledge_by": step.day_in("acknowledge_by"),
        "decide_by": step.day_in("decide_by"),
        "reopened": before.get("reopened", 0) + (step.kind == Kind.REOPENED),
    }


def _run(step: Step, _: dict[str, Any]) -> dict[str, Any]:
    lowered = {"raised_since": None} if "raised_since" in step.data else {}
    again = _STANDS if step.data.get("again") else {}
    days = {"run_since": step.day_in("run_since"), "excess_since": step.day_in("excess_since")}
    return {**days, **lowered, **again}


def _followed(step: Step, _: dict[str, Any]) -> dict[str, Any]:
    return {name: step.data["after"][name] for name in PLACE}


def _raised(step: Step, _: dict[str, Any]) -> dict[str, Any]:
    return {"raised_since": step.day_in("since")}


def _acknowledged(step: Step, _: dict[str, Any]) -> dict[str, Any]:
    return {"acknowledged_on": step.day}


def _talked(step: Step, _: dict[str, Any]) -> dict[str, Any]:
    return {"talked_on": step.day_in("on")}


def _decided(step: Step, before: dict[str, Any]) -> dict[str, Any]:
    # who decides has taken it up, also where nobody said so before
    return {
        "acknowledged_on": before["acknowledged_on"] or step.day,
        "decided_on": step.day,
        "decision": step.data["decision"],
        "done_by": step.day_in("done_by"),
        "review_on": step.day_in("review_on"),
    }


def _asked(step: Step, _: dict[str, Any]) -> dict[str, Any]:
    return {"relief_by": step.day_in("answer_by")}


def _answered(_: Step, __: dict[str, Any]) -> dict[str, Any]:
    return {"relief_by": None}


def _told(step: Step, before: dict[str, Any]) -> dict[str, Any]:
    return {"told": [*before["told"], step.data["key"]]}


def _reviewed(step: Step, _: dict[str, Any]) -> dict[str, Any]:
    return {"review_on": step.day_in("review_on")}


def _fell(step: Step, _: dict[str, Any]) -> dict[str, Any]:
    return {"confirm_by": step.day_in("confirm_by"), "confirm_why": step.data["why"], "kept_on": None}


def _kept(step: Step, before: dict[str, Any]) -> dict[str, Any]:
    acknowledged = before["acknowledged_on"] or step.day
    return {**_STANDS, "kept_on": step.day, "acknowledged_on": acknowledged}


def _closed(step: Step, _: dict[str, Any]) -> dict[str, Any]:
    # closings of earlier versions ended the request with the duty
    request = {} if step.data.get("keeps_request") else {"relief_by": None}
    return {**_STANDS, **request, "closed_on": step.day, "closed_why": step.data["why"]}


def _resumed(step: Step, before: dict[str, Any]) -> dict[str, Any]:
    return {**_run(step, before), **_STANDS, "closed_on": None, "closed_why": ""}


def _nothing(_: Step, __: dict[str, Any]) -> dict[str, Any]:
    return {}


_EFFECTS: dict[Step.Kind, Callable[[Step, dict[str, Any]], dict[str, Any]]] = {
    Kind.OPENED: _opened,
    Kind.REOPENED: _opened,
    Kind.MOVED: _run,
    Kind.FOLLOWED: _followed,
    Kind.RAISED: _raised,
    Kind.ACKNOWLEDGED: _acknowledged,
    Kind.TALKED: _talked,
    Kind.DECIDED: _decided,
    Kind.ASKED: _asked,
    Kind.ANSWERED: _answered,
    Kind.NOTED: _nothing,
    Kind.DUE: _told,
    Kind.ESCALATED: _told,
    Kind.REVIEWED: _reviewed,
    Kind.FELL: _fell,
    Kind.KEPT: _kept,
    Kind.CLOSED: _closed,
    Kind.RESUMED: _resumed,
}
