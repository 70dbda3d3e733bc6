"""Entering figures that people counted for agreements, and taking a count back. No figure of the measure
moves.

Whoever manages the people of a unit may, and nobody for themselves.
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from wmt.agreements.collected import CollectedRow, is_number
from wmt.days import written
from wmt.site.accounts.access import Denied, may
from wmt.site.accounts.roles import Action, placed
from wmt.site.agreements import counted
from wmt.site.agreements.counted import AskedFigure
from wmt.site.agreements.models import CountedFigure
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import ChangeFault, ConflictError, RefusedError
from wmt.site.changes.actions import Actor
from wmt.site.changes.recalculate import hold_journal
from wmt.site.duties.access import is_own
from wmt.site.figures import units
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: A count of longer ago says nothing of today.
MOST_DAYS = 366
#: So many rows may come at once, and so many people's counts of one figure.
MOST_ROWS = 2_000
MOST_VALUES = 50
#: A count so many times the last one, or so small a part of it, is asked about.
_TIMES = 10


@dataclass(frozen=True, kw_only=True)
class CountRequest:
    """Counts of one day as a form or file asks to enter them, each row of one person who counted.

    They are of the unit or of those in it. `sure`: unlikely values are meant. `key` is that of the form.
    """

    level: str
    code: str
    counted_on: date
    rows: Sequence[CollectedRow]
    sure: bool = False
    key: str = ""


def may_enter(user: Any, unit: Unit, state: State) -> bool:
    """Whether somebody may enter counts of a unit. A command of the installation, without an account, may."""
    if user is None:
        return True
    place = {"level": unit.level, "code": unit.code}
    return not is_own(user, unit) and may(user, Action.ENTER_COUNTS, **place, state=state)


def need_enter(user: Any, unit: Unit, state: State) -> None:
    """Nothing where somebody may enter counts of a unit. Raises Denied."""
    if not may_enter(user, unit, state):
        raise Denied(Action.ENTER_COUNTS, level=unit.level, code=unit.code)


def enter(
    *, actor: Any, unit: Unit, state: State, wanted: CountRequest, who: str = ""
) -> tuple[list[CountedFigure], bool]:
    """Record all of the counts or none; the records, and whether they are new: the same form twice does it
    once.

    Raises Denied, and RefusedError with every fault.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal():
        need_enter(actor, unit, state)
        places, faults = _places(actor, unit, state, wanted)
        by_place = _by_place(wanted.rows, places)
        if wanted.key and (same := list(CountedFigure.objects.filter(batch=wanted.key).order_by("pk"))):
            _need_same(same, by_place, wanted.counted_on)
            return same, False
        faults = [*_day_faults(wanted.counted_on, state), *faults, *_value_faults(by_place)]
        if not wanted.rows:
            faults.append(ChangeFault("NOTHING", "Enter at least one figure", "values"))
        if not faults and not wanted.sure:
            faults = _unlikely(by_place, places, state)
        if faults:
            raise RefusedError(faults)
        batch = wanted.key or uuid.uuid4().hex
        rows = [
            CountedFigure.objects.create(
                batch=batch, level=place.level, code=place.code, figure=figure, values=values,
                counted_on=wanted.counted_on, recorded_by=asker.user, who=asker.name,
            )
            for (place, figure), values in by_place.items()
        ]  # fmt: skip
        for row in rows:
            said = f"entered a count of {written(row.counted_on)} for {placed(row.level, row.code)}"
            _tell(asker, row, said)
    return rows, True


def withdraw(*, actor: Any, number: int, state: State, who: str = "") -> CountedFigure:
    """Take a count back: the one before holds again.

    Raises UnknownCount, Denied, and ConflictError where it was taken back already.
    """
    asker = Actor(user=actor, who=who)
    with hold_journal():
        row = counted.find(number)
        unit = units.of_level(state, row.level).filter(code=row.code).first()
        if unit is None:
            raise counted.UnknownCount(f"there is no count {number}")
        need_enter(actor, unit, state)
        if row.withdrawn_at is not None:
            words = f"{row.withdrawn_by} has taken this count back already"
            raise ConflictError([ChangeFault("WITHDRAWN", words)])
        row.withdrawn_at, row.withdrawn_by = timezone.now(), asker.name
        row.save(update_fields=["withdrawn_at", "withdrawn_by"])
        _tell(asker, row, f"took back a count for {placed(row.level, row.code)}")
    return row


_ByPlace = Mapping[tuple[Unit, str], list[str]]


def _places(
    actor: Any, unit: Unit, state: State, wanted: CountRequest
) -> tuple[dict[CollectedRow, Unit], list[ChangeFault]]:
    """The unit of each row, and what is wrong with where rows are and what they count."""
    if len(wanted.rows) > MOST_ROWS:
        return {}, [ChangeFault("TOO_MANY", f"Enter at most {MOST_ROWS:,} rows at once", "values")]
    asked, found, faults = counted.asked(unit, state), dict[CollectedRow, Unit](), []
    there = _units_of(unit, state, {row.unit for row in wanted.rows})
    for row in wanted.rows:
        figure = asked.get(row.figure)
        if figure is None:
            names = ", ".join(sorted(asked)) or "none"
            words = f"no agreement of {unit.name} counts ‘{row.figure}’. Those counted: {names}"
            faults.append(_at(row, "FIGURE_UNKNOWN", words))
            continue
        place = next((there[level, row.unit] for level in figure.levels if (level, row.unit) in there), None)
        if place is None:
            faults.append(_at(row, "UNIT_UNKNOWN", _nowhere(row, unit, figure)))
        elif not may_enter(actor, place, state):
            faults.append(_at(row, "NOT_YOURS", f"you may not enter counts of {_called(place)}"))
        else:
            found[row] = place
    return found, faults


def _units_of(unit: Unit, state: State, codes: set[str]) -> dict[tuple[str, str], Unit]:
    """The unit and those in it that have one of some codes, by level and code."""
    found = {(unit.level, unit.code): unit}
    for level in units.levels_below(unit.level):
        there = units.everybody(state, unit) if level == "post" else units.below(state, unit, level)
        found |= {(level, each.code): each for each in there.filter(code__in=codes)}
    return found


def _nowhere(row: CollectedRow, unit: Unit, figure: AskedFigure) -> str:
    kinds = " or ".join(units.TITLES[level].lower() for level in figure.levels)
    return f"‘{row.unit}’ is no {kinds} in {unit.name}. A person is written TEAM:STAFF"


def _by_place(rows: Sequence[CollectedRow], places: Mapping[CollectedRow, Unit]) -> _ByPlace:
    found = defaultdict[tuple[Unit, str], list[str]](list)
    for row in rows:
        if row in places:
            found[places[row], row.figure].append(row.value)
    return found


def _day_faults(day: date, state: State) -> list[ChangeFault]:
    first = state.day - timedelta(MOST_DAYS)
    if first <= day <= state.day:
        return []
    words = f"Enter a day from {written(first)} to {written(state.day)}"
    return [ChangeFault("DAY", words, "counted_on")]


def _value_faults(by_place: _ByPlace) -> list[ChangeFault]:
    faults = []
    for (unit, figure), values in by_place.items():
        wrong = next((value for value in values if not is_number(value) or Decimal(value) < 0), None)
        if wrong is not None:
            words = f"{_called(unit)}, {figure}: ‘{wrong}’ is no count. Enter digits, such as 4 or 2.5"
            faults.append(ChangeFault("VALUE", words, "values"))
        if len(values) > MOST_VALUES:
            words = f"{_called(unit)}, {figure}: enter at most {MOST_VALUES} counts"
            faults.append(ChangeFault("VALUE", words, "values"))
    return faults


def _unlikely(by_place: _ByPlace, places: Mapping[CollectedRow, Unit], state: State) -> list[ChangeFault]:
    """Counts that are far from the last ones: somebody may have slipped, and is asked."""
    codes = defaultdict[str, set[str]](set)
    for unit in places.values():
        codes[unit.level].add(unit.code)
    held = {
        (level, code): counts
        for level, of_level in codes.items()
        for code, counts in counted.of_units(state, level, of_level).items()
    }
    faults = []
    for (unit, figure), values in by_place.items():
        last = held.get((unit.level, unit.code), {}).get(figure)
        if last is None:
            continue
        now, then = (sum(map(Decimal, each)) / len(each) for each in (values, last.values))
        if then and now and not then / _TIMES < now < then * _TIMES:
            words = f"{_called(unit)}, {figure}: was {_shown(last.values)} and would be {_shown(values)}"
            faults.append(ChangeFault("UNLIKELY", f"{words}. Confirm that this is right", "sure"))
    return faults


def _shown(values: Sequence[str]) -> str:
    return ", ".join(values)


def _called(unit: Unit) -> str:
    """Its name as far as who asks may see it."""
    return staff_names.shown(unit.name, unit.code) if unit.level == "post" else unit.name


def _need_same(rows: Sequence[CountedFigure], by_place: _ByPlace, day: date) -> None:
    """Raises RefusedError where something else was sent with the key of some records."""
    kept = {(row.level, row.code, row.figure, tuple(row.values), row.counted_on) for row in rows}
    sent = {(unit.level, unit.code, fig, tuple(values), day) for (unit, fig), values in by_place.items()}
    if kept != sent:
        words = "Something else was sent with this key; use a new one"
        raise RefusedError([ChangeFault("KEY_TAKEN", words, "key")])


def _at(row: CollectedRow, code: str, words: str) -> ChangeFault:
    return ChangeFault(
        code, f"{row.place}: {words}" if row.place else words[:1].upper() + words[1:], "values"
    )


def _tell(asker: Actor, row: CountedFigure, said: str) -> None:
    after = {"figure": row.figure, "values": row.values, "counted_on": f"{row.counted_on}", "record": row.pk}
    record(
        "agreement count", f"{asker.name} {said}.", actor=asker.user, who=asker.name, level=row.level,
        code=row.code, after=after,
    )  # fmt: skip
