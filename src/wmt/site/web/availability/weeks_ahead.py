"""The rest of this week and the next twelve of a team: what begins, what ends, and the time left."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from wmt.ledger import STREAM_NAMES, STREAMS
from wmt.site import tables
from wmt.site.accounts import visibility
from wmt.site.audit.reads import note_read
from wmt.site.availability import queries
from wmt.site.availability.labels import hours_words
from wmt.site.availability.limits import ReasonOnDay
from wmt.site.availability.records import HoursRecord, ReductionRecord
from wmt.site.availability.withheld import without_reason
from wmt.site.changes import weeks_ahead
from wmt.site.changes.impact import UnitFigures
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries.odds import odds_sentence
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.availability.ending_soon import post_of, reason_name
from wmt.site.workload.models import Unit

TITLE = "Next 12 weeks"
TEMPLATE = "availability/ahead.jinja"
_AS_TODAY = (
    "Capacity in later weeks uses today’s work and the hours, reductions and grades entered so far. "
    "‘Today’ is the rest of this week; each of the next 12 weeks is shown as on its Monday."
)


def applies(unit: Unit) -> bool:
    """A team's manager looks ahead."""
    return unit.level == "team"


def content(question: UnitRequest) -> dict[str, Any]:
    """What begins and ends, then capacity and hours week by week."""
    state, unit = question.state, question.unit
    if unit.level != "team":  # the way up of the page leads here: whole regions are not looked ahead for
        return {"tables": {}, "begins": 0, "ends": 0, "last": "", "odds": "", "elsewhere": True}
    posts = list(units.everybody(state, unit))
    stands = queries.plans_of([post_of(post) for post in posts])
    days = weeks_ahead.weeks_of(state.day)
    last = days[-1] + timedelta(days=6)  # the last week counts to its Sunday
    found = weeks_ahead.ahead_of(state, posts, stands, days)
    events = []
    for event in weeks_ahead.events_of(posts, stands, state.day, last):
        # without a reason that is withheld: a share then as hours of the contract of that day
        entry = event.entry
        if isinstance(entry, ReductionRecord) and not visibility.reasons(question.user).covers(event.post):
            entry = without_reason(entry, event.contracted_micro)
        events.append(replace(event, entry=entry))
    note_read(question.user, unit)
    made: dict[str, tables.Table] = {"events": _events(question, events)}
    if question.in_full:
        made["weeks"] = _in_full(question, posts, found, days)
    else:
        made["capacity"] = _by_week(question, posts, found, days, "capacity")
        made["hours"] = _by_week(question, posts, found, days, "hours")
    return {
        "tables": made,
        "begins": sum(event.turn == "begins" for event in events),
        "ends": sum(event.turn == "ends" for event in events),
        "last": f"{last:%-d %B %Y}",
        "odds": odds_sentence(question),
        "elsewhere": False,
    }


def _events(question: UnitRequest, events: Sequence[weeks_ahead.Event]) -> tables.Table:
    columns = [
        tables.Column("day", "Date", "date"),
        tables.Column("turn", "Begins or ends"),
        tables.Column("name", "Practitioner"),
        tables.Column("what", "What"),
    ]
    reasons = queries.every_reason()
    rows = [
        tables.Row(
            {
                "day": tables.day(event.day),
                "turn": tables.text("begins" if event.turn == "begins" else "last day"),
                "name": tables.text(event.post.name, unit_url("post", event.post.code, "hours")),
                "what": tables.text(words_of(event, reasons)),
            },
            "post",
            event.post.code,
        )
        for event in events
    ]
    withheld = (
        [] if visibility.reasons(question.user).covers(question.unit) else [visibility.REASONS_WITHHELD]
    )
    return tables.Table(
        "events", "What begins and ends", columns, rows, notes=withheld if rows else (),
        empty="Nothing entered begins or ends this week or in the next 12.",
    )  # fmt: skip


def words_of(event: weeks_ahead.Event, reasons: Mapping[str, ReasonOnDay]) -> str:
    """What begins or ends, in a few words."""
    entry = event.entry
    if isinstance(entry, HoursRecord):
        return f"contracted hours: {hours_words(entry.hours_micro)} a week"
    if isinstance(entry, ReductionRecord):
        taken = entry.taken_off(event.contracted_micro)
        return f"{reason_name(entry.reason, reasons)}: {hours_words(taken)} a week off"
    return f"grade {entry.grade}"


def _by_week(
    question: UnitRequest,
    posts: Sequence[Unit],
    found: Mapping[str, Sequence[UnitFigures]],
    days: Sequence[date],
    figure: str,
) -> tables.Table:
    """A row for each practitioner and the team, a column for each week."""
    kind, title = (
        ("percent", "Capacity, week by week")
        if figure == "capacity"
        else ("hours", "Available hours, week by week")
    )
    weeks = [f"w{place}" for place in range(len(days))]
    streams = _streams(posts)
    columns = [
        tables.Column("name", "Practitioner"),
        *([tables.Column("stream", "Work")] if len(streams) > 1 else []),
        *(
            tables.Column(week, "Today" if day == days[0] else f"{day:%-d %b}", kind)  # type: ignore[arg-type]
            for week, day in zip(weeks, days, strict=True)
        ),
    ]

    def row(name: tables.Value, stream: str, each: Sequence[UnitFigures]) -> tables.Row:
        shown = {
            week: _shown(question, figures, figure, stream) for week, figures in zip(weeks, each, strict=True)
        }
        return tables.Row({"name": name, "stream": tables.text(STREAM_NAMES[stream]), **shown})

    rows = [
        row(tables.text(p.name, unit_url("post", p.code, "hours")), p.stream, found[p.code]) for p in posts
    ]
    total = None
    if streams:  # streams are never added: the line below is of the headline, or of the only one there is
        first, *_ = streams
        mine = [post for post in posts if post.stream == first]
        sums = [weeks_ahead.together(mine, found, place) for place in range(len(days))]
        total = row(tables.text(_team_words(streams, first)), first, sums)
    return tables.Table(
        figure, title, columns, rows, total, [_AS_TODAY] if rows else [], "This team has no one in it."
    )


def _streams(posts: Sequence[Unit]) -> list[str]:
    there = {post.stream for post in posts}
    return [stream for stream in STREAMS if stream in there]


def _team_words(streams: Sequence[str], stream: str) -> str:
    return "Team" if len(streams) == 1 else f"Team: {STREAM_NAMES[stream].lower()}"


def _shown(question: UnitRequest, figures: UnitFigures, figure: str, stream: str) -> tables.Value:
    if figure == "hours":
        return tables.hours(weeks_ahead.hours_left(figures))
    points, available = figures.points_x100, figures.available_x100
    return tables.capacity(points, available, question.state.over_x100, stream)


def _in_full(
    question: UnitRequest,
    posts: Sequence[Unit],
    found: Mapping[str, Sequence[UnitFigures]],
    days: Sequence[date],
) -> tables.Table:
    """The file: a row for each practitioner and week, and for the team."""
    columns = [
        tables.Column("week", "First day of the week", "date"),
        tables.Column("name", "Practitioner"),
        tables.Column("stream", "Work"),
        tables.Column("contracted", "Contracted hours", "hours"),
        tables.Column("left", "Available hours", "hours", "hours a week that reductions leave"),
        tables.Column("available", "Available points", "points"),
        tables.Column("points", "Points today", "points"),
        tables.Column("capacity", "Capacity", "percent", "points today ÷ points available that week"),
    ]
    rows = []
    for place, day in enumerate(days):
        each = [(post.name, post.code, post.stream, found[post.code][place]) for post in posts]
        for stream in _streams(posts):
            mine = [post for post in posts if post.stream == stream]
            each.append(("Team", "", stream, weeks_ahead.together(mine, found, place)))
        for name, code, stream, figures in each:
            values = {
                "week": tables.day(day),
                "name": tables.text(name),
                "stream": tables.text(STREAM_NAMES[stream]),
                "contracted": tables.hours(figures.contracted_hours_micro),
                "left": tables.hours(weeks_ahead.hours_left(figures)),
                "available": tables.points(figures.available_x100),
                "points": tables.points(figures.points_x100),
                "capacity": _shown(question, figures, "capacity", stream),
            }
            rows.append(tables.Row(values, "post" if code else "team", code or question.unit.code))
    return tables.Table("weeks", "Week by week", columns, rows, notes=[_AS_TODAY])
