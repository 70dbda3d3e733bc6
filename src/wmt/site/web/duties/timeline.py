"""A duty as its page tells it: what is to be done now, by whom and by when, and its story step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from wmt.ledger import HEADLINE, STREAM_NAMES
from wmt.site import tables
from wmt.site.accounts.access import may
from wmt.site.accounts.roles import Action
from wmt.site.availability.labels import day_words
from wmt.site.duties import access, due_dates, labels, models
from wmt.site.duties.recipients import responsible
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.web.full.room_to_move import room_to_move
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

K = models.Step.Kind


@dataclass(frozen=True)
class DutyLink:
    """Something that can be done: its words, where, and whether it is one press of a button."""

    text: str
    href: str
    at_once: bool = False


@dataclass(frozen=True)
class Task:
    """One of the things a duty asks for: done or not, and when that was or is due."""

    text: str
    when: str
    is_done: bool = False
    is_late: bool = False


@dataclass(frozen=True)
class TimelineRow:
    """One step as the page shows it."""

    what: str
    who: str
    when: str
    said: str


def clock_words(at: datetime) -> str:
    """A time of day: '6.30pm'."""
    local = timezone.localtime(at)
    return f"{local.hour % 12 or 12}.{local:%M}{'am' if local.hour < 12 else 'pm'}"


def story_of(steps: Sequence[models.Step], *, reads: bool) -> list[TimelineRow]:
    """The steps, the latest first; those that are for readers only are left out for others."""
    return [
        TimelineRow(
            labels.sentence(step),
            staff_names.person(step.who),
            f"{day_words(step.day)}, {clock_words(step.at)}",
            step.words if reads else "",
        )
        for step in sorted(steps, key=lambda each: -each.number)
        if reads or not labels.is_private(step)
    ]


def now_of(duty: models.Duty, state: State, *, reads: bool) -> dict[str, Any]:
    """The first thing on the page: what is due, in words, and what is done of what the duty asks for."""
    due = (due_dates.deadlines if reads else due_dates.open_deadlines)(duty, state.day)
    return {
        "first": labels.owed(due[0]) if due else "",
        "is_late": bool(due) and due[0].is_late,
        "others": [labels.owed(each) for each in due[1:]],
        "tasks": _tasks(duty, state) if duty.is_open and duty.confirm_by is None else [],
        "stage": due_dates.stage_of(duty, state.day),
        "late": any(each.is_late for each in due),
    }


def _tasks(duty: models.Duty, state: State) -> list[Task]:
    def task(text: str, done: Any, due: Any) -> Task:
        if done is not None:
            return Task(text, f"done on {day_words(done)}", is_done=True)
        if due is None:
            return Task(text, "not yet")
        return Task(text, f"by {day_words(due)}", is_late=due < state.day)

    return [
        task("Acknowledge", duty.acknowledged_on, duty.acknowledge_by),
        task("Conversation with the practitioner", duty.talked_on, None),
        task("Decide what will be done", duty.decided_on, duty.decide_by),
        task("Review", None, duty.review_on) if duty.decided_on else Task("Review", "after the decision"),
    ]  # fmt: skip


def ways_of(request: HttpRequest, duty: models.Duty, state: State) -> list[DutyLink]:
    """What the person may do now, the most urgent first; the first is the main button."""
    user = request.user
    if access.is_own(user, duty):
        asks = duty.is_open and duty.relief_by is None and state.as_of is None
        return [_way(duty, "ask", "Ask for relief")] if asks else []
    if not access.may_handle(user, duty, state):
        return []
    note = _way(duty, "note", "Add a note")
    answer = [_way(duty, "answer", "Answer the request for relief")] if duty.relief_by is not None else []
    if not duty.is_open:
        return [*answer, note]
    close = _way(duty, "close", "Confirm that it can close")
    if duty.confirm_by is not None:
        return [close, _way(duty, "keep", "Keep it open"), *answer, note]
    found: list[DutyLink] = []
    if duty.acknowledged_on is None:
        found.append(DutyLink("Acknowledge", reverse("duty-acknowledge", args=[duty.pk]), at_once=True))
    found += answer
    if duty.decided_on is None:
        talk = _way(duty, "talk", "Record a conversation")
        decide = _way(duty, "decide", "Record what will be done")
        found += [decide, talk] if duty.talked_on else [talk, decide]
    else:
        found += [
            _way(duty, "review", "Review"),
            _way(duty, "decide", "Change the decision"),
            _way(duty, "talk", "Record a conversation"),
        ]
    return [*found, *([close] if duty.kept_on else []), note]


def _way(duty: models.Duty, name: str, text: str) -> DutyLink:
    return DutyLink(text, reverse(f"duty-{name}", args=[duty.pk]))


def helps_of(request: HttpRequest, post: str, team: str, state: State) -> list[DutyLink]:
    """Where the workload itself can be changed or looked at."""
    found = [
        DutyLink("View their cases", unit_url("post", post, "caseload")),
        DutyLink("See who in the team has room", unit_url("team", team)),
        *(DutyLink(*each) for each in room_to_move(state, team)),
    ]
    if may(request.user, Action.EDIT_AVAILABILITY, level="post", code=post, state=state):
        found.insert(0, DutyLink("Enter a reduction of hours", reverse("reduction-new", args=[post])))
    return found


def facts_of(duty: models.Duty, state: State, unit: Unit | None) -> list[tuple[str, str, str]]:
    """What is known of the workload: title, words, address."""
    page = unit_url("post", duty.code) if unit else ""
    found = [
        ("Practitioner", f"{duty.shown_name}, {duty.grade}".removesuffix(", "), page),
        ("Team", duty.team_name, unit_url("team", duty.team_code, "duties")),
    ]
    if unit is not None:
        points, available = unit.points_x100, unit.available_x100
        capacity = tables.capacity(points, available, state.over_x100, unit.stream)
        found.append(("Capacity now", capacity.text, page))
        if unit.stream != HEADLINE:
            found.append(("Stream", STREAM_NAMES[unit.stream], ""))
    if duty.is_open:
        first = day_words(duty.run_since)
        said = f"since {first}" if duty.is_over else f"from {first}; that has ended"
        # trends have the days with figures, and every hole with its reason
        found.append(("Over the threshold", said, unit_url("post", duty.code, "over-time") if unit else ""))
        found.append(
            (labels.MARKS.get(duty.mark, duty.mark).capitalize(), f"since {day_words(duty.excess_since)}", "")
        )
    if duty.raised_since:
        found.append(
            (
                "Escalated",
                f"over 120% for 28 days ({labels.DOUBLE_RED}), since {day_words(duty.raised_since)}",
                "",
            )
        )
    opened = day_words(duty.opened_on)
    again = f", reopened {day_words(duty.clock_from)}" if duty.reopened else ""
    found.append(("Opened", opened + again, ""))
    if duty.decision:
        done = f", by {day_words(duty.done_by)}" if duty.done_by else ""
        found.append(("Decided", labels.DECIDED[duty.decision] + done, ""))
    return found


def for_whom(duty: models.Duty | models.Request) -> str:
    """Who is to act, by name; plainly where nobody holds the role."""
    people = responsible(duty)
    owners = ", ".join(dict.fromkeys(staff_names.person(str(user)) for user in people.owners))
    if not people.missing:
        return f"Assigned to {owners}."
    return f"{people.missing}{f' Assigned to the {people.owner_role}: {owners}.' if owners else ''}"


def confirm_of(steps: Sequence[models.Step]) -> str:
    """Why a manager has to confirm that the duty closes."""
    fell = next((step for step in reversed(steps) if step.kind == K.FELL), None)
    return labels.fell_words(fell.data) if fell else ""


def asked_for(duty: models.Duty) -> models.Request | None:
    return duty.requests.order_by("-pk").first()


def request_words(found: models.Request) -> str:
    """'Request for relief of 3 December 2026: answer due by 10 December 2026'."""
    said = f"Request for relief, {day_words(found.asked_on)}"
    if found.answered_on is None:
        return f"{said}: answer due by {day_words(found.answer_by)}"
    return f"{said}: answered {labels.ANSWERS[found.answer].lower()} on {day_words(found.answered_on)}"


def crumbs_of(request: HttpRequest, state: State, duty: models.Duty) -> list[tuple[str, str]]:
    """The way down to the duty: the units of its post, as far as they are in the figures."""
    found = post_of(state, duty)
    if found is None:
        return [(duty.team_name, unit_url("team", duty.team_code, "duties"))]
    above = units.above(state, request.user, found)  # type: ignore[arg-type]
    return [(each.name, unit_url(each.level, each.code, "duties")) for each in above] + [
        (found.name, unit_url("post", found.code, "duties"))
    ]


def post_of(state: State, duty: models.Duty) -> Unit | None:
    """The post in the figures shown."""
    found = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, code=duty.code)
    return found.first()
