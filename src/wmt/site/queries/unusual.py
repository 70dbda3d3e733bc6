"""Unusual changes at a unit as somebody may read them, each with its answer and the day it is due."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import polars as pl
from django.http import Http404
from django.utils import timezone

from wmt.history import History, HistoryError
from wmt.nights import NightError
from wmt.nights.unit_slice import part_of, part_of_cases, rules_of
from wmt.site.accounts import visibility
from wmt.site.accounts.access import may
from wmt.site.accounts.roles import Action
from wmt.site.duties import workdays
from wmt.site.queries.histories import history_for_nobody
from wmt.site.queries.periods import KeyedHistory
from wmt.site.queries.rules_on_day import rules_at
from wmt.site.unusual.models import UnusualAnswer
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.unusual import kept
from wmt.unusual.counts import NightSide, cases_changed
from wmt.unusual.kinds import OF_CASES, UNUSUAL, ChangeKind, ChangeRule, change_rules

#: Cases are listed of so many nights at most, the last ones.
NIGHTS_LISTED = 7
_Key = tuple[str, str, str, date]


class UnknownChange(Http404):
    """There is no such unusual change, or one may not read it."""


@dataclass(frozen=True)
class FoundChange:
    """An unusual change: its row (`UNUSUAL`), the words of its kind, its answer and when that is due.

    `reads_words`: whether who asks may read what was answered.
    """

    row: dict[str, Any]
    rule: ChangeRule
    due: date
    answer: UnusualAnswer | None
    reads_words: bool

    @property
    def key(self) -> _Key:
        return self.row["kind"], self.row["level"], self.row["code"], self.row["day"]

    def is_late(self, day: date) -> bool:
        """Whether it is open after the day its answer was due."""
        return self.answer is None and day > self.due


def is_looked_for(state: State) -> bool:
    """Whether the data shown was compared with the data of the day before."""
    past = _past()
    return past is not None and kept.is_known(past, state.as_at.date())


def is_compared(state: State) -> bool:
    """Whether there was a day before it to compare with."""
    past = _past()
    return past is not None and kept.is_compared(past, state.as_at.date())


def of_unit(user: Any, state: State, unit: Unit) -> list[FoundChange]:
    """The changes at a unit and below it in the days that are listed, the last first.

    About one post only for whoever it is about, and whoever reads what is said of excessive workload there.
    """
    found = _rows(state)
    if unit.level == "post":
        found = found.filter(level="post", code=unit.code)
    elif unit.level != "nation":
        found = found.filter(pl.col(f"{unit.level}_code") == unit.code)
    return _with_answers(user, state, found)


def find(user: Any, state: State, key: _Key) -> FoundChange:
    """One change. Raises UnknownChange, also for one that somebody may not read."""
    kind, level, code, day = key
    rows = _rows(state).filter(kind=kind, level=level, code=code, day=day)
    found = _with_answers(user, state, rows)
    if not found:
        raise UnknownChange("there is no such unusual change that you may read")
    return found[0]


def _with_answers(user: Any, state: State, rows: pl.DataFrame) -> list[FoundChange]:
    if rows.is_empty():
        return []
    kinds = change_rules(rules_at(state.day))
    days = rules_at(state.day)["unusual.answer_days"].whole
    answers = _answers(state, rows["day"].min(), rows["day"].max())  # type: ignore[arg-type]
    inside = visibility.ReachOfPosts(_reach(user), state)
    found = []
    for row in rows.sort("day", "one_in", "code", descending=[True, True, False]).iter_rows(named=True):
        team, _, staff = row["code"].partition(":")
        is_read = user is None or (
            inside((team, staff)) if row["level"] == "post" else _reads_words(user, state, row)
        )
        if row["level"] == "post" and not is_read:
            continue
        key = row["kind"], row["level"], row["code"], row["day"]
        due = workdays.after(row["day"], days)
        found.append(FoundChange(row, kinds[row["kind"]], due, answers.get(key), is_read))
    return found


def _reach(user: Any) -> visibility.Reach:
    """The posts about which somebody reads: their own, and where they read what is said of duties."""
    own = str(getattr(user, "staff_code", "") or "") if visibility.has_role(user) else ""
    return replace(visibility.allowed(user, Action.READ_DUTIES), staff_code=own)


def _reads_words(user: Any, state: State, row: dict[str, Any]) -> bool:
    return may(user, Action.READ_DUTIES, level=row["level"], code=row["code"], state=state)


def _answers(state: State, first: date, last: date) -> dict[_Key, UnusualAnswer]:
    rows = UnusualAnswer.objects.filter(day__gte=first, day__lte=last)
    if state.as_of is None:
        rows = rows.filter(undone_at__isnull=True)
    else:  # as it stood at the end of that day
        over = timezone.make_aware(datetime.combine(state.day + timedelta(1), time.min))
        rows = rows.filter(recorded_at__lt=over).exclude(undone_at__lt=over)
    return {(row.kind, row.level, row.code, row.day): row for row in rows.order_by("pk")}


def _past() -> History | None:
    try:
        return history_for_nobody()  # rows of units are taken out of it by whoever may read them
    except HistoryError:
        return None


def _rows(state: State) -> pl.DataFrame:
    """What was found in the days that are listed, up to the data shown."""
    past = _past()
    if past is None:
        return _EMPTY
    last = state.as_at.date()
    first = last - timedelta(rules_at(state.day)["unusual.shown_days"].whole)
    return _kept(KeyedHistory(past), first, last, kept.known_days(past, first, last))


@lru_cache(maxsize=4)
def _kept(held: KeyedHistory, first: date, last: date, known: tuple[date, ...]) -> pl.DataFrame:  # noqa: ARG001
    # what is not kept yet is asked for again; what is there does not change
    return kept.found_between(held.past, first, last)


_EMPTY = UNUSUAL.to_frame()


def cases_of(change: FoundChange) -> pl.DataFrame | None:
    """The cases of a change with `day`, as `cases_changed` has them; None where they cannot be listed.

    Of the last nights of a longer look. Whoever shows them withholds what may not be read.
    """
    past, row = _past(), change.row
    if row["kind"] not in {str(kind) for kind in OF_CASES} or past is None:
        return None
    days = [day for day in past.days if row["first_day"] <= day <= row["day"]][-NIGHTS_LISTED:]
    try:
        found = [_cases_on(past, day, row) for day in days]
    except NightError:
        return None
    if any(each is None for each in found):
        return None
    return pl.concat([each for each in found if each is not None])


def _cases_on(past: History, day: date, row: dict[str, Any]) -> pl.DataFrame | None:
    """The cases of one night: those of the unit on the side where it had them, and where they were or are."""
    names = kept.compared_nights(past, day, rules_at(day))
    if names is None:
        return None
    before, after = names
    here, there = (before, after) if row["kind"] == ChangeKind.ENDED else (after, before)
    own = part_of(here, row["level"], row["code"]).facts
    refs = own.caseload["case_ref"].drop_nulls().unique().to_list()
    other = part_of_cases(there, refs, [])
    nothing = pl.DataFrame()
    own_side, other_side = (
        NightSide(facts, {}, rules_of(night), nothing, nothing)
        for facts, night in ((own, here), (other, there))
    )
    sides = (own_side, other_side) if row["kind"] == ChangeKind.ENDED else (other_side, own_side)
    return cases_changed(*sides, row["kind"]).with_columns(day=pl.lit(day))


#: Who is asked, by the level of the unit.
ASKED_OF = {
    "post": "the person’s manager and head of PDU",
    "team": "the team’s manager and head of PDU",
    "pdu": "the head of PDU",
    "region": "an administrator",
    "nation": "an administrator",
}
