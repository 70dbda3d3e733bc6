"""What is coming: reductions that end soon, and the next change of a post, in words and as a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wmt.ledger import decimal
from wmt.site import tables
from wmt.site.accounts.access import may
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action
from wmt.site.accounts.visibility import REASONS_WITHHELD
from wmt.site.availability import queries, records
from wmt.site.availability.labels import hours_words, percent_words
from wmt.site.availability.limits import ReasonOnDay
from wmt.site.figures import units
from wmt.site.figures.withheld import REDUCED
from wmt.site.links import unit_url
from wmt.site.queries.unit_names import Places
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: How far ahead managers are told of ends.
DAYS = 30
_PLACES = ("region", "pdu", "team")


@dataclass(frozen=True)
class Ending:
    """A reduction that ends soon, and whose it is."""

    post: Unit
    cut: records.ReductionRecord


def post_of(unit: Unit) -> records.Post:
    """The codes by which plans know a post."""
    return unit.team_code, unit.staff_code


def ending_of(cuts: Iterable[tuple[Unit, records.ReductionRecord]], day: date) -> list[Ending]:
    """Of reductions of posts, those in force that end within the next days, the first end first."""
    last = day + timedelta(DAYS)
    found = [
        Ending(post, cut)
        for post, cut in cuts
        if cut.in_force(day) and cut.last_day is not None and cut.last_day <= last
    ]
    return sorted(found, key=lambda each: (each.cut.last_day or last, each.post.name, each.cut.key))


def ending_table(
    question: UnitRequest, ending: Sequence[Ending], reasons: Mapping[str, ReasonOnDay], *, with_team: bool
) -> tables.Table:
    """The list of what ends soon, its reductions as who asks may read them; in full with units and status."""
    places = Places.of(question.state, _PLACES if question.in_full else ("team",))
    rows = [_row(question, each, reasons, places) for each in ending]
    columns = (
        _in_full(places)
        if question.in_full
        else [
            tables.Column("name", "Practitioner"),
            *([tables.Column("team", "Team")] if with_team else []),
            tables.Column("reason", "Reason"),
            tables.Column("hours", "Hours a week", "hours"),
            tables.Column("first", "First day", "date"),
            tables.Column("last", "Last day", "date"),
            tables.Column("left", "Days left", "count"),
        ]
    )
    day = question.state.day + timedelta(DAYS)
    withheld = [REASONS_WITHHELD] * any(each.cut.reason == REDUCED for each in ending)
    return tables.Table(
        "ending",
        f"Ending in the next {DAYS} days",
        columns,
        rows,
        notes=[
            *withheld,
            f"Reductions in force whose last day is on or before {day:%-d %B %Y}. Both days count.",
        ],
        empty=f"No reduction ends on or before {day:%-d %B %Y}.",
    )


def _in_full(places: Places) -> list[tables.Column]:
    """The columns of the file. Its rows are of posts, so level and code come before them."""
    return [
        *places.columns(),
        tables.Column("name", "Practitioner"),
        tables.Column("code", "Post", "code"),
        tables.Column("grade", "Grade"),
        tables.Column("contracted", "Contracted hours", "hours"),
        tables.Column("reason", "Reason"),
        tables.Column("hours", "Hours a week", "hours"),
        tables.Column("percent", "Percentage of contracted hours", "percent", "blank if hours were entered"),
        tables.Column("first", "First day", "date"),
        tables.Column("last", "Last day", "date", "the last day on which it counts"),
        tables.Column("left", "Days left", "count"),
        tables.Column("status", "Status"),
        tables.Column("notes", "Notes", "text", "shown only to people who can see the post’s records"),
    ]


def _row(
    question: UnitRequest, ending: Ending, reasons: Mapping[str, ReasonOnDay], places: Places
) -> tables.Row:
    post, cut, day = ending.post, ending.cut, question.state.day
    contracted = post.contracted_hours_micro
    last = cut.last_day or day
    # how a reduction was entered, where it was a share
    values = {
        "name": tables.text(post.name, unit_url("post", post.code, "hours")),
        "reason": tables.text(reason_name(cut.reason, reasons)),
        "hours": tables.hours(
            cut.taken_off(contracted),
            note="" if cut.percent_x100 is None else percent_words(cut.percent_x100),
        ),
        "first": tables.day(cut.first_day),
        "last": tables.day(last),
        "left": tables.count((last - day).days, note="ends today" if last == day else ""),
    }
    names = {
        column.key: tables.text(name)
        for column, name in list(zip(places.columns(), places.values(post), strict=True))
    }
    if not question.in_full:
        team = names["team"].text
        return tables.Row(values | {"team": tables.text(team, unit_url("team", post.team_code, "hours"))})
    whole = {
        "code": tables.text(post.code),
        "grade": tables.text(post.grade),
        "contracted": tables.hours(contracted),
        "percent": tables.Value(decimal(cut.percent_x100)),
        "status": tables.text(records.status_of(cut.first_day, cut.last_day, day)),
        "notes": tables.text(cut.notes),
    }
    return tables.Row(names | values | whole, "post", post.code)


def reason_name(reason: str, reasons: Mapping[str, ReasonOnDay]) -> str:
    """What people call a reason; its id where nobody knows it any more."""
    return reasons[reason].short_name if reason in reasons else reason


def cut_words(cut: records.ReductionRecord, contracted_micro: int, reasons: Mapping[str, ReasonOnDay]) -> str:
    """A reduction in a few words, for a list of those in force."""
    until = f" to {cut.last_day:%-d %b %Y}" if cut.last_day else ", until ended"
    return f"{reason_name(cut.reason, reasons)}: {hours_words(cut.taken_off(contracted_micro))}{until}"


def next_change(
    plan: records.PostRecords, day: date, reasons: Mapping[str, ReasonOnDay]
) -> tuple[date, str] | None:
    """The next day after a day on which something of a post changes, and what; None where nothing will."""
    coming = next((each for each in plan.days() if each > day), None)
    if coming is None:
        return None
    entries: list[records.Entry] = [*plan.hours, *plan.reductions, *plan.grades]
    begins = []
    for entry in (each for each in entries if each.first_day == coming):
        if isinstance(entry, records.HoursRecord):
            begins.append(f"{hours_words(entry.hours_micro)} a week")
        elif isinstance(entry, records.GradeRecord):
            begins.append(f"grade {entry.grade} begins")
        else:
            begins.append(f"{reason_name(entry.reason, reasons)} begins")
    ended = coming - timedelta(1)
    ends = [f"{reason_name(cut.reason, reasons)} ends" for cut in plan.reductions if cut.last_day == ended]
    ends += [f"grade {each.grade} ends" for each in plan.grades if each.last_day == ended]
    return coming, "; ".join([*ends, *begins])


@dataclass(frozen=True)
class Reminder:
    """A sentence on somebody's own place: so many reductions end soon, and where they are listed."""

    name: str
    words: str
    href: str
    link: str = "View reductions ending soon"


def reminders(state: State, user: User, places: Iterable[Unit]) -> list[Reminder]:
    """Of those of one's places where one may enter hours and reductions, where some end soon."""
    found = []
    for unit in places:
        if unit.level not in ("team", "pdu") or not may(
            user, Action.EDIT_AVAILABILITY, level=unit.level, code=unit.code, state=state
        ):
            continue
        # how many the list will show: records of posts that are gone are not among them
        rows = queries.ending(state, unit, DAYS)
        if not rows:
            number = 0
        else:
            there = set(units.everybody(state, unit).values_list("team_code", "staff_code"))
            number = sum(row.post in there for row in rows)
        if number:
            words = f"{number} reduction{' ends' if number == 1 else 's end'} in the next {DAYS} days"
            href = unit_url(unit.level, unit.code, "hours") + "#table-ending"
            found.append(Reminder(unit.name, words, href))
    return found
