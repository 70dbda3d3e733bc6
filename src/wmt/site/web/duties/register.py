"""The register of duties of a unit: those that stand, how they are handled, and how long they stood."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from wmt.site.duties import clock, words
from wmt.site.duties.clock import Deadline
from wmt.site.duties.listing import as_they_stood, counts, stays, under
from wmt.site.duties.models import Duty
from wmt.site.duties.people import NO_MANAGER, NOBODY, Roles
from wmt.site.web import tables
from wmt.site.web.addresses import unit_url
from wmt.site.web.duties import over_time
from wmt.site.web.duties.addresses import duty_url
from wmt.site.web.tables import Column, LazyRows, Row, Table, Value
from wmt.site.web.units.in_full import Places
from wmt.site.web.units.question import Question
from wmt.site.workload.models import Unit

TITLE = "Duties"
TEMPLATE = "duties/register.jinja"
SHOWN = {"open": "Open", "late": "Late", "closed": "Closed", "all": "All"}
_PLACES = ("region", "pdu", "team")
#: What is said beside a name where nobody can act; the whole sentence is on the duty's page and in files.
_SHORT = {NO_MANAGER: "nobody is manager here", NOBODY: "nobody is manager or head here"}
_PLAIN = {
    "name": "shown_name",
    "code": "code",
    "since": "run_since",
    "opened": "opened_on",
    "closed": "closed_on",
}


def applies(unit: Unit) -> bool:  # noqa: ARG001
    """Every unit has one."""
    return True


def content(question: Question) -> dict[str, Any]:
    """The duties the filters leave, and how many opened and closed by the month."""
    state, unit = question.state, question.unit
    number, late = counts(unit, state)
    stood = stays(under(unit, state), state)
    asked = shown(question)
    found = {"duties": _table(question, asked)}
    if not question.is_post:
        found |= {
            "months": over_time.months(stood, unit),
            "handled": over_time.handled(stood, state.day, unit),
        }
    return {
        "tables": found,
        "open": number,
        "late": late,
        "longest": over_time.longest_open(stood, state.day),
        "ever": len(stood),
        "filters": _filters(question, asked),
    }


def shown(question: Question) -> str:
    """Which are shown: those that are open, and of a post all of them, unless something else is asked for."""
    asked = question.request.GET.get("show", "")
    return asked if asked in SHOWN else "all" if question.is_post else "open"


def _filters(question: Question, asked: str) -> list[dict[str, Any]]:
    decisions = [("any", "Anything"), *((name or "nothing", said.capitalize()) for name, said in _decided())]
    return [
        {"name": "show", "label": "Show", "value": asked, "options": list(SHOWN.items())},
        {
            "name": "decided",
            "label": "What was decided",
            "value": question.request.GET.get("decided", "any"),
            "options": decisions,
        },
    ]


def _decided() -> list[tuple[str, str]]:
    return list(words.DECIDED.items())


def duties_of(question: Question, asked: str) -> list[Duty]:
    """The duties that are asked for, the most urgent first, and those that closed last before the others."""
    state, day = question.state, question.state.day
    found = under(question.unit, state)
    if state.as_of is None:
        found = {
            "open": found.filter(closed_on__isnull=True),
            "late": found.filter(clock.late_on(day)),
            "closed": found.filter(closed_on__isnull=False),
        }.get(asked, found)
    standing = [duty for duty in as_they_stood(found, state) if _fits(duty, asked, day)]
    decided = question.request.GET.get("decided", "any")
    if decided in (*words.DECIDED, "nothing") and decided:
        wanted = "" if decided == "nothing" else decided
        standing = [duty for duty in standing if duty.decision == wanted]
    return sorted(standing, key=lambda duty: _urgency(duty, day))


def _fits(duty: Duty, asked: str, day: date) -> bool:
    if asked == "late":
        return clock.is_late(duty, day)
    return asked == "all" or duty.is_open == (asked == "open")


def _urgency(duty: Duty, day: date) -> tuple[Any, ...]:
    if duty.closed_on is not None:
        return (1, -duty.closed_on.toordinal(), duty.shown_name)
    return (0, clock.open_deadlines(duty, day)[0].by.toordinal(), duty.shown_name)


def _table(question: Question, asked: str) -> Table:
    found = duties_of(question, asked)
    places = Places.of(question.state, _PLACES) if question.in_full else None
    roles = Roles(question.state.day, found)

    def make(duty: Duty) -> Row:
        return _row(question, duty, roles, places)

    titles = {"open": "Open duties", "late": "Late duties", "closed": "Closed duties", "all": "Duties"}
    empty = {"late": "No duty is late.", "closed": "No duty has closed.", "open": "No duty is open."}
    return Table(
        "duties",
        f"{titles[asked]} of {question.unit.name}",
        _columns(question, asked, places),
        LazyRows(found, make, lambda duty, key: _raw(duty, key, make)),
        notes=[
            "A duty opens when a post has been over the mark for the days of the rule, and closes by itself "
            "when the workload falls back. The most urgent are first."
        ],
        empty=empty.get(asked, "There is no duty here, and there was none."),
    )


def _raw(duty: Duty, key: str, make: Any) -> Any:
    return getattr(duty, _PLAIN[key]) if key in _PLAIN else make(duty).values[key].raw


def _columns(question: Question, asked: str, places: Places | None) -> list[Column]:
    """On a page only what one needs to choose the next duty; in files all of it."""
    due = [Column("owed", "What is due"), Column("by", "By", "date")]
    mark = [
        Column("since", "Over the mark since", "date"),
        Column("days", "Days", "count", "days over the mark, by the last figures the duty was judged by"),
    ]
    decision = Column("decision", "Decided")
    closed = [Column("closed", "Closed", "date"), Column("why", "Why it closed")]
    opened = Column("opened", "Opened", "date")
    if places is not None:
        reopened = Column("reopened", "Reopened", "count", "how often it closed and was open again")
        nobody = Column("nobody", "Role that nobody holds")
        post, state = Column("code", "Post", "code"), Column("state", "State")
        return [
            *places.columns(), Column("name", "Practitioner"), post, state, *due, *mark, opened, reopened,
            decision, *closed, nobody,
        ]  # fmt: skip
    with_team = question.unit.level not in ("team", "post")
    return [
        Column("name", "Practitioner"),
        *([Column("team", "Team")] if with_team else []),
        *(due if asked != "closed" else []),
        *(mark if asked != "closed" else []),
        opened,
        decision,
        *(closed if asked in ("closed", "all") else []),
    ]


def _row(question: Question, duty: Duty, roles: Roles, places: Places | None) -> Row:
    day = question.state.day
    due = next(iter(clock.open_deadlines(duty, day)), None)
    missing = roles.of(duty).missing if duty.is_open else ""
    href = "" if question.in_full else duty_url(duty)
    values = {
        "name": tables.text(duty.shown_name, href, "" if question.in_full else _SHORT.get(missing, "")),
        "code": tables.text(duty.code),
        "team": tables.text(duty.team_name, "" if places else unit_url("team", duty.team_code, "duties")),
        "state": tables.text(clock.stage_of(duty, day)),
        "owed": _owed(due),
        "by": tables.day(due.by if due else None),
        "since": tables.day(duty.run_since),
        "days": _days(duty, day),
        "opened": tables.day(duty.opened_on),
        "reopened": tables.count(duty.reopened),
        "nobody": tables.text(missing),
        "decision": tables.text(words.DECIDED[duty.decision]),
        "closed": tables.day(duty.closed_on),
        "why": tables.text(words.CLOSED.get(duty.closed_why, duty.closed_why)),
    }
    if places:
        named = dict(zip((column.key for column in places.columns()), _names(places, duty), strict=True))
        values |= {key: tables.text(name) for key, name in named.items()}
    return Row(values, "post", duty.code)


def _names(places: Places, duty: Duty) -> Sequence[str]:
    return places.values(
        Unit(team_code=duty.team_code, pdu_code=duty.pdu_code, region_code=duty.region_code, level="post")
    )


def _owed(due: Deadline | None) -> Value:
    if due is None:
        return tables.text("")
    said = words.owed(due).partition(" by ")[0]
    left = words.left(due)
    late = {"note": "late", "tone": "over"} if due.is_late else {}
    return Value(f"{said}: {left}", f"{said}: {left}", **late)


def _days(duty: Duty, day: date) -> Value:
    if not duty.is_open:
        return Value(None)
    return tables.count((min(duty.seen_on, day) - duty.run_since).days + 1)
