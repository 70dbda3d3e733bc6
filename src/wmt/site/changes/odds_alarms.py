"""Alarms of teams and PDUs: a unit chooses its level, and what was stated of the weeks ahead raises them.

They are about a unit, never about a post. Whoever leads it is told once, when an alarm is raised.
"""

import logging
import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.conf import settings

from wmt import odds
from wmt.days import written
from wmt.history import open_history
from wmt.ledger import OMIC
from wmt.site.accounts.access import Denied, may
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action, placed
from wmt.site.alarms import levels
from wmt.site.alarms.models import AlarmLevel, RaisedAlarm
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, RefusedError
from wmt.site.changes.actions import Actor
from wmt.site.changes.recalculate import hold_journal
from wmt.site.duties.recipients import Roles
from wmt.site.links import unit_url
from wmt.site.outbox import messages
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, state_if_any
from wmt.text import NOTE

log = logging.getLogger(__name__)
#: What its emails are about: alarms, by their numbers.
ABOUT = "odds alarm"
#: The levels on offer, in per cent; 0 is none.
PERCENTS = (0, 20, 30, 50)
#: So long may the reason be.
MOST = 500
_End = RaisedAlarm.End


def choose(
    *, actor: Any, unit: Unit, percent: int | None, why: str, key: str = "", who: str = ""
) -> tuple[AlarmLevel, bool]:
    """Choose the alarm level of a team or PDU, which holds at once; the record, and whether it is new.

    Raises Denied, and RefusedError with every fault.
    """
    asker, why = Actor(user=actor, who=who), NOTE.mended(why)
    with hold_journal():
        state = state_if_any()
        if state is None:
            raise RefusedError(
                [ChangeFault("NO_DATA", "No extract has been loaded, so there is no unit", "")]
            )
        if actor is not None and not may_choose(actor, unit, state):
            raise Denied(Action.SET_ALARMS, level=unit.level, code=unit.code)
        if faults := _faults(unit, percent, why):
            raise RefusedError(faults)
        assert percent is not None
        if same := AlarmLevel.objects.filter(key=key).first() if key else None:
            if (same.level, same.code, same.percent, same.why) != (unit.level, unit.code, percent, why):
                words = "Something else was sent with this key; use a new one"
                raise RefusedError([ChangeFault("KEY_TAKEN", words, "key")])
            return same, False
        former = levels.chosen_for(state, unit).first()
        row = AlarmLevel.objects.create(
            level=unit.level, code=unit.code, percent=percent, why=why, key=key or uuid.uuid4().hex,
            recorded_by=asker.user, who=asker.name,
        )  # fmt: skip
        said = f"chose {level_words(row.percent)} for {placed(unit.level, unit.code)}"
        record(
            "alarm", f"{asker.name} {said}.", actor=asker.user, who=asker.name, level=unit.level,
            code=unit.code, before={"percent": former.percent} if former else None,
            after={"percent": percent, "why": why, "record": row.pk},
        )  # fmt: skip
        _judge(state, [unit])
    return row, True


def may_choose(user: Any, unit: Unit, state: State) -> bool:
    """Whether somebody may choose the level of a unit."""
    return may(user, Action.SET_ALARMS, level=unit.level, code=unit.code, state=state)


def level_words(percent: int) -> str:
    """A level in a sentence."""
    return f"an alarm from {percent}%" if percent else "no alarm"


def _faults(unit: Unit, percent: int | None, why: str) -> list[ChangeFault]:
    faults = []
    if not levels.has_alarms(unit):
        words = (
            "An alarm is of a team or a PDU with at least three people. There is none of a person or a region"
        )
        faults.append(ChangeFault("NO_ALARMS", words, "unit"))
    if percent not in PERCENTS:
        faults.append(ChangeFault("PERCENT", "Choose 20%, 30%, 50% or no alarm", "percent"))
    if not why:
        faults.append(ChangeFault("WHY", "Enter why, for everybody who reads the figures", "why"))
    if len(why) > MOST:
        faults.append(ChangeFault("WHY", f"Enter at most {MOST} characters", "why"))
    return faults


def look() -> None:
    """Raise and end alarms by what was stated of the figures that are shown. It never raises."""
    try:
        with hold_journal():
            state = state_if_any()
            if state is not None:
                _judge(state)
    except Exception:  # the figures are shown by now: whatever it is, the load has not failed
        log.exception("alarms could not be looked for")


@dataclass(frozen=True)
class AlarmedUnit:
    """The unit of an alarm, as recipients are found by."""

    team_code: str
    pdu_code: str
    staff_code: str = ""


def _judge(state: State, of: list[Unit] | None = None) -> None:
    """Alarms of units, of all without `of`, by the odds of the day shown. The caller holds the journal."""
    found = _stated(state)
    if found is None:
        return
    day, rows = found
    units = of
    if units is None:
        shown = Unit.objects.filter(load_id=state.load_id, whole=True, level__in=levels.LEVELS)
        shown = shown.filter(posts__gte=levels.FEWEST)
        units = list(shown.exclude(stream=OMIC).only("level", "code", "name", "team_code", "pdu_code"))
        RaisedAlarm.objects.filter(first_day__gt=day).delete()  # of figures that were withdrawn
        there = {(unit.level, unit.code) for unit in units}
        waits = RaisedAlarm.objects.filter(ended_on=None)
        gone = [row.pk for row in waits if (row.level, row.code) not in there]
        waits.filter(pk__in=gone).update(ended_on=day, end=_End.GONE)
    chosen, usual = levels.last_chosen(), levels.usual_percent()
    waiting = {(row.level, row.code): row for row in RaisedAlarm.objects.filter(ended_on=None)}
    raised = []
    for unit in units:
        place = (unit.level, unit.code)
        own, open_now = chosen.get(place), waiting.get(place)
        percent = own.percent if own else usual
        verdict, stated = _verdict(percent, rows.get(place))
        if open_now is not None and verdict == _End.BELOW and stated >= open_now.percent:
            verdict = _End.LEVEL  # no less likely: a higher level was chosen
        if open_now is not None and verdict in _End.values:
            open_now.end, open_now.ended_on = verdict, day
            open_now.save(update_fields=["end", "ended_on"])
        elif open_now is None and verdict == "alarm":
            raised.append((unit, RaisedAlarm(
                level=unit.level, code=unit.code, percent=percent, stated_percent=stated, first_day=day
            )))  # fmt: skip
    if raised:
        RaisedAlarm.objects.bulk_create([row for _, row in raised])
        _tell(state, day, raised)


def _verdict(percent: int, row: tuple[str, float | None] | None) -> tuple[str, int]:
    """Whether a unit is to have an alarm ('alarm'), why not (an end), or nothing where nothing is known; with
    the probability in per cent, rounded as pages write it."""
    if not percent:
        return _End.LEVEL, 0
    state, probability = row or ("", None)
    if state == "full already":
        return _End.FULL, 0
    if probability is None:
        return "", 0
    stated = min(99, int(probability * 100 + 0.5))  # no page says that anything ahead is certain
    return ("alarm" if stated >= percent else _End.BELOW), stated


def _stated(state: State) -> tuple[date, dict[tuple[str, str], tuple[str, float | None]]] | None:
    """What was stated of teams and PDUs on the day shown; None where nothing is yet."""
    past = open_history(settings.CONFIG.nights)
    day = past.day_until(state.as_at.date())
    kept = odds.kept(past, day) if day else None
    if day is None or kept is None:
        return None
    rows = kept[0].filter(pl.col("level").is_in(levels.LEVELS), weeks=levels.WEEKS)
    return day, {
        (row["level"], row["code"]): (row["state"], row["probability"]) for row in rows.iter_rows(named=True)
    }


def _tell(state: State, day: date, raised: list[tuple[Unit, RaisedAlarm]]) -> None:
    """One email to each who leads a unit with a new alarm, and one event in the audit for each alarm."""
    about = [
        AlarmedUnit(unit.code if unit.level == "team" else "", unit.pdu_code or unit.code)
        for unit, _ in raised
    ]
    roles, letters = Roles(about), []
    for each, (unit, row) in zip(about, raised, strict=True):
        who = roles.of(each)
        told = who.owners if unit.level == "team" else who.heads or who.administrators
        letters += [_letter(state, day, unit, row, user) for user in told]
        said = f"Alarm of {placed(unit.level, unit.code)}: {row.stated_percent}% likely."
        record("alarm", said, who="the clock", level=unit.level, code=unit.code)
    messages.write(ABOUT, letters)


def _letter(state: State, day: date, unit: Unit, row: RaisedAlarm, user: User) -> messages.Letter:
    until = written(day + timedelta(weeks=levels.WEEKS))
    body = "\n".join([
        f"{unit.name} may be over {state.over_text} for four weeks in a row by {until}: by the figures of "
        f"{written(day)} it was {row.stated_percent}% likely. Its alarm level is {row.percent}%.",
        "", "How likely it is now, and how good such odds were:",
        f"{settings.CONFIG.site_address}{unit_url(unit.level, unit.code, 'over-time')}",
        "", "You are told once, until it is less likely again. It is about the work that is handed out, and "
        "says nothing about how anybody works.",
        "", "You received this because you lead the unit.", "",
    ])  # fmt: skip
    return messages.Letter(
        numbers=(row.pk,), kind=ABOUT, name=user.name, user=user, body=body,
        subject=f"Alarm: {unit.name} may be over {state.over_text} for four weeks"[:200],
    )  # fmt: skip
