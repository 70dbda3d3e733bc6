"""The register of duties of a unit: those that stand, how they are handled, and how long they stood."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from wmt.site import tables
from wmt.site.duties import due_dates, labels, queries, recipients
from wmt.site.duties.models import Duty
from wmt.site.duties.nobody import nobody_words
from wmt.site.duties.ordered import DutiesByNumber, DutyInOrder
from wmt.site.links import unit_url
from wmt.site.queries.unit_names import Places
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.query_form import FilterForm, OneOf
from wmt.site.web.duties import over_time, reminders, request_table
from wmt.site.web.duties.capacities import Capacities
from wmt.site.web.duties.guidance import guidance
from wmt.site.web.duties.links import duty_url
from wmt.site.workload.models import Unit

TITLE = "Excessive workload (actions)"
TEMPLATE = "duties/register.jinja"
SHOWN = {"open": "Open", "late": "Overdue", "closed": "Closed", "all": "All"}
_PLACES = ("region", "pdu", "team")
#: What is said beside a name where nobody can act; the whole sentence is on the duty's page and in files.
_SHORT = {recipients.NO_MANAGER: "No manager assigned", recipients.NOBODY: "No manager or head assigned"}
_PLAIN = {
    "name": "shown_name",
    "code": "code",
    "since": "run_since",
    "opened": "opened_on",
    "closed": "closed_on",
}


def applies(unit: Unit) -> bool:  # noqa: ARG001
    return True


def content(question: UnitRequest) -> dict[str, Any]:
    """The duties the filters leave, and how many opened and closed by the month."""
    state, unit = question.state, question.unit
    number, late = queries.counts(unit, state)
    stood = queries.stays(queries.under(unit, state), state)
    filters = _filters(question)
    found = {"duties": _table(question, filters)}
    if requested := request_table.table_of(question):
        found["requests"] = requested
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
        "longest_over": "" if question.is_post else reminders.longest_words(unit, state),
        "ever": len(stood),
        "filters": filters,
        "ways": request_table.ways_of(question),
        "guidance": guidance(question),
        "nobody": nobody_words(unit.name, state.day) if question.is_post else "",
    }


def _filters(question: UnitRequest) -> FilterForm:
    """Those that are open are shown, and of a post all of them, unless something else is asked for."""
    decisions = [(name or "nothing", said.capitalize()) for name, said in labels.DECIDED.items()]
    return FilterForm(
        question.request.GET,
        show=OneOf("Show", SHOWN.items(), "all" if question.is_post else "open"),
        decided=OneOf("Decision", [("any", "Any"), *decisions], "any"),
    )


def duties_of(question: UnitRequest, filters: FilterForm) -> tuple[Sequence[Duty], Capacities]:
    """The duties that are asked for, with the capacities of their posts: the most urgent first, and those
    that closed last before the others."""
    state, day, asked = question.state, question.state.day, filters.chosen("show")
    found = queries.under(question.unit, state)
    standing: Sequence[Duty | DutyInOrder]
    if state.as_of is None:
        of_show = {
            "open": found.filter(closed_on__isnull=True),
            "late": found.filter(due_dates.late_on(day)),
            "closed": found.filter(closed_on__isnull=False),
        }
        standing = DutyInOrder.of(of_show.get(asked, found))
    else:
        standing = [
            duty
            for duty in queries.as_they_stood(found, state)
            if (
                due_dates.is_late(duty, day)
                if asked == "late"
                else asked == "all" or duty.is_open == (asked == "open")
            )
        ]
    decided = filters.chosen("decided")
    if decided != "any":
        wanted = "" if decided == "nothing" else decided
        standing = [duty for duty in standing if duty.decision == wanted]
    capacities = Capacities.of(state, standing)
    ordered = sorted(standing, key=lambda duty: _urgency(duty, day, capacities))
    if state.as_of is None:
        return DutiesByNumber([duty.pk for duty in ordered]), capacities
    return [duty for duty in ordered if isinstance(duty, Duty)], capacities


def _urgency(duty: Duty | DutyInOrder, day: date, capacities: Capacities) -> tuple[Any, ...]:
    """What is due first; of the same day the highest workload, then the longest over the threshold."""
    worst = (-capacities.exact(duty), duty.run_since.toordinal(), duty.shown_name)
    if duty.closed_on is not None:
        return (1, -duty.closed_on.toordinal(), *worst)
    return (0, due_dates.open_deadlines(duty, day)[0].by.toordinal(), *worst)


def _table(question: UnitRequest, filters: FilterForm) -> tables.Table:
    found, capacities = duties_of(question, filters)
    asked = filters.chosen("show")
    places = Places.of(question.state, _PLACES) if question.in_full else None
    roles = recipients.Roles(found)

    def make(duty: Duty) -> tables.Row:
        return _row(question, duty, roles, places, capacities)

    titles = {"open": "Open actions", "late": "Overdue actions", "closed": "Closed actions", "all": "Actions"}
    empty = {
        "late": "No actions are overdue.", "closed": "No actions have closed.",
        "open": "No actions are open.",
    }  # fmt: skip
    return tables.Table(
        "duties",
        f"{titles[asked]}, {question.unit.name}",
        _columns(question, asked, places),
        tables.LazyRows(
            found,
            make,
            lambda duty, key: getattr(duty, _PLAIN[key]) if key in _PLAIN else make(duty).values[key].raw,
        ),
        notes=[
            "An action opens automatically after four weeks over the threshold, and closes when the workload "
            "falls. The most urgent are first: by date due, then by capacity."
        ],
        empty=empty.get(asked, "There are no actions here yet."),
    )


def _columns(question: UnitRequest, asked: str, places: Places | None) -> list[tables.Column]:
    """On a page only what one needs to choose the next duty; in files all of it."""
    due = [tables.Column("owed", "What is due"), tables.Column("by", "By", "date")]
    capacity = tables.Column("capacity", "Capacity", "percent", "of the post, in the figures shown")
    stream = tables.Column("stream", "Stream")
    mark = [
        tables.Column("since", "Over threshold since", "date"),
        tables.Column("days", "Days", "count", "from then to the latest data, days without data among them"),
    ]
    decision = tables.Column("decision", "Decision")
    closed = [tables.Column("closed", "Closed", "date"), tables.Column("why", "Why it closed")]
    opened = tables.Column("opened", "Opened", "date")
    if places is not None:
        reopened = tables.Column("reopened", "Reopened", "count", "how often it closed and opened again")
        nobody = tables.Column("nobody", "Role not assigned")
        post, state = tables.Column("code", "Post", "code"), tables.Column("state", "State")
        return [
            *places.columns(),
            tables.Column("name", "Practitioner"),
            post,
            stream,
            capacity,
            state,
            *due,
            *mark,
            opened,
            reopened,
            decision,
            *closed,
            nobody,
        ]
    with_team = question.unit.level not in ("team", "post")
    return [
        tables.Column("name", "Practitioner"),
        *([tables.Column("team", "Team")] if with_team else []),
        capacity,
        *(due if asked != "closed" else []),
        *(mark if asked != "closed" else []),
        opened,
        decision,
        *(closed if asked in ("closed", "all") else []),
    ]


def _row(
    question: UnitRequest, duty: Duty, roles: recipients.Roles, places: Places | None, capacities: Capacities
) -> tables.Row:
    day = question.state.day
    due = next(iter(due_dates.open_deadlines(duty, day)), None)
    missing = roles.of(duty).missing if duty.is_open else ""
    href = "" if question.in_full else duty_url(duty)
    days = tables.Value(None)
    if duty.is_over:
        days = tables.count((min(duty.seen_on, day) - duty.run_since).days + 1)
    values = {
        "name": tables.text(duty.shown_name, href, "" if question.in_full else _SHORT.get(missing, "")),
        "code": tables.text(duty.code),
        "team": tables.text(duty.team_name, "" if places else unit_url("team", duty.team_code, "duties")),
        "capacity": capacities.value(duty, question.state.over_x100),
        "stream": tables.text(capacities.stream(duty)),
        "state": tables.text(due_dates.stage_of(duty, day)),
        "owed": _owed(due),
        "by": tables.day(due.by if due else None),
        "since": tables.day(duty.run_since),
        "days": days,
        "opened": tables.day(duty.opened_on),
        "reopened": tables.count(duty.reopened),
        "nobody": tables.text(missing),
        "decision": tables.text(labels.DECIDED[duty.decision]),
        "closed": tables.day(duty.closed_on),
        "why": tables.text(labels.CLOSED.get(duty.closed_why, duty.closed_why)),
    }
    if places:
        codes = {"team_code": duty.team_code, "pdu_code": duty.pdu_code, "region_code": duty.region_code}
        names = places.values(Unit(level="post", **codes))
        values |= {c.key: tables.text(name) for c, name in zip(places.columns(), names, strict=True)}
    return tables.Row(values, "post", duty.code)


def _owed(due: due_dates.Deadline | None) -> tables.Value:
    if due is None:
        return tables.text("")
    said = labels.owed(due).partition(" by ")[0]
    left = labels.left(due)
    late = {"note": "overdue", "tone": "over"} if due.is_late else {}
    return tables.Value(f"{said}: {left}", f"{said}: {left}", **late)
