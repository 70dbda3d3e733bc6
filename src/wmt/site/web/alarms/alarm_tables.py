"""Tables of alarms: what each level would have found, what was chosen, and what was raised."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils import timezone

from wmt.days import written
from wmt.odds import alarms
from wmt.site import tables
from wmt.site.alarms import levels
from wmt.site.alarms.models import AlarmLevel, RaisedAlarm
from wmt.site.changes import odds_alarms as action
from wmt.site.queries import odds as query
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

_MANY = {"team": "teams", "pdu": "PDUs"}
#: Fewer times than so many say little of a level.
_FEW = 20


def score_of(state: State, unit: Unit) -> query.OddsScore | None:
    """What was stated of units of its level so many weeks ahead, and what happened; None where nothing."""
    return next((each for each in query.scores_of(state, unit.level) if each.weeks == levels.WEEKS), None)


def now_words(unit: Unit, history: Sequence[AlarmLevel]) -> str:
    """Which level holds, and since when."""
    if not history:
        usual = levels.usual_percent()
        return f"Nobody has chosen a level for {unit.name}, so it has {action.level_words(usual)}."
    row = history[0]
    when = written(timezone.localdate(row.recorded_at))
    by = staff_names.person(row.who)
    return f"{unit.name} has {action.level_words(row.percent)}, chosen on {when} by {by}."


def told(score: query.OddsScore, level: str) -> str:
    """What no level reaches, where that is so."""
    if alarms.is_reachable(score.tenths, found=0.9, false=0.1):
        return ""
    return (
        f"On the past of {_MANY[level]}, no level finds nine in ten with at most one in ten alarms false. A "
        "low level finds more and is false more often; a high one is seldom false and finds less."
    )


def trade_offs(score: query.OddsScore, level: str) -> tables.Table:
    """What an alarm at each level on offer would have found, and how often nothing would have happened."""
    found = [alarms.trade_off(score.tenths, percent) for percent in action.PERCENTS if percent]
    rows = [
        tables.Row(
            {
                "percent": tables.text(f"{each.percent}%"),
                "alarms": tables.count(each.alarms),
                "happened": tables.count(each.happened),
                "right": tables.count(each.right),
                "found": _share(each.found),
                "false": tables.count(each.alarms - each.right),
                "false_share": _share(each.false),
                "note": tables.text("few: says little" if min(each.alarms, each.happened) < _FEW else ""),
            }
        )
        for each in found
    ]
    columns = [
        tables.Column("percent", "Alarm from"),
        tables.Column("alarms", "Times with an alarm", "count"),
        tables.Column("happened", "Times four weeks were full", "count"),
        tables.Column("right", "Found", "count", "full within eight weeks, with an alarm before"),
        tables.Column("found", "Found, share", "percent"),
        tables.Column("false", "False", "count", "an alarm, and four weeks were not full within eight weeks"),
        tables.Column("false_share", "False, share of alarms", "percent"),
        tables.Column("note", "Notes", "words"),
    ]
    notes = [
        f"Of all {_MANY[level]} whose four weeks were not full yet, looked back on {score.days} days up to "
        f"{written(score.day)}. One that was likely to be over for long counts on each of these days."
    ]
    caption = f"What an alarm would have found for {_MANY[level]}, {levels.WEEKS} weeks ahead"
    return tables.Table("trade-offs", caption, columns, rows, notes=notes)


def _share(share: float | None) -> tables.Value:
    if share is None:
        return tables.Value(None, "–")
    text = f"{share * 100:.1f}"
    return tables.Value(Decimal(text), f"{text}%")


def chosen(history: Sequence[AlarmLevel]) -> tables.Table:
    """All levels that a unit chose, the last first."""
    columns = [
        tables.Column("day", "Chosen on", "date"),
        tables.Column("percent", "Level"),
        tables.Column("why", "Why", "words"),
        tables.Column("by", "Chosen by"),
    ]
    rows = [
        tables.Row(
            {
                "day": tables.day(timezone.localdate(row.recorded_at)),
                "percent": tables.text(action.level_words(row.percent)),
                "why": tables.text(row.why or "–"),
                "by": tables.text(staff_names.person(row.who)),
            }
        )
        for row in history
    ]
    return tables.Table("chosen", "Levels that were chosen", columns, rows, empty="No level has been chosen.")


def raised(found: Sequence[RaisedAlarm], until: date | None = None) -> tables.Table:
    """The alarms of a unit, the last first; of a day in the past (`until`), as they stood when it ended."""
    ended = {row.pk: row.ended_on for row in found if until is None or (row.ended_on or until) <= until}
    columns = [
        tables.Column("first", "From", "date"),
        tables.Column("stated", "Stated then"),
        tables.Column("percent", "Alarm from"),
        tables.Column("last", "Until", "date"),
        tables.Column("end", "How it ended"),
    ]
    rows = [
        tables.Row(
            {
                "first": tables.day(row.first_day),
                "stated": tables.text(f"{row.stated_percent}%"),
                "percent": tables.text(f"{row.percent}%"),
                "last": tables.day(row.ended_on) if ended.get(row.pk) else tables.Value(None, "not over"),
                "end": tables.text(row.get_end_display() if ended.get(row.pk) else "–"),
            }
        )
        for row in found
    ]
    return tables.Table("raised", "Alarms so far", columns, rows, empty="There has been no alarm.")
