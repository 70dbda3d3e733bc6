"""The table of waiting cases that an extract brings along: recorded when the extract is shown.

By the rules of the feed of waiting cases, as of the moment of the extract. The table lists all that wait
where it comes from: what an earlier one told and this one does not waits no more. An extract without the
table says nothing: what the last one that had it told still holds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from wmt.nights import Night, NightError, open_night
from wmt.nights.names import night_names
from wmt.site.accounts.limited_access import AccessLists
from wmt.site.allocation.models import WaitingCase
from wmt.site.audit.record import record
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes.actions import Actor
from wmt.site.changes.waiting_cases import FeedAnswer, FeedRow, put_details, take_feed
from wmt.site.changes.waiting_details import WaitingDetails, details_of
from wmt.site.workload.models import Fault, Load
from wmt.text import counted

#: Its name among the tables of a night.
TABLE = "waiting_case"
_Now = WaitingCase.State
#: So many rows are named in one warning.
_NAMED = 25
#: What became of rows that were not taken, and what to do about it.
_NOT_TAKEN = {
    FeedAnswer.HELD: "somebody holds the case in this data. Take it out of the table, or mend who holds it",
    FeedAnswer.ALLOCATED: "the case was allocated here, and nDelius data does not show it yet. Nothing to do",
    FeedAnswer.OLDER: "what is recorded here is of a later moment. Nothing to do if that is right",
}


@dataclass(frozen=True)
class WaitingTable:
    """The table of one night, as of its moment; `name` is empty where no night that is kept has one."""

    name: str
    as_at: datetime
    rows: Sequence[dict[str, Any]] = ()

    @property
    def refs(self) -> set[tuple[str, int]]:
        """The cases and events that it lists."""
        return {(row["case_ref"], row["event_no"]) for row in self.rows}


def take_waiting_cases(load: Load, night: Night) -> None:
    """Record what the night that has just been shown says of waiting cases. The caller holds the journal.

    Rows that cannot be taken are left out and named in the report of the load. What only a later extract had
    told or ended is as if it had not: that extract is not the one shown.
    """
    assert load.as_at is not None
    of_table = WaitingCase.objects.filter(source=WaitingCase.Source.TABLE)
    by_table = Q(state=_Now.WAITING) | Q(state=_Now.WITHDRAWN, settled_as_at__isnull=False)
    later = _wait_again(of_table.filter(by_table, as_at__gt=load.as_at), load)
    undone = {row.pk for row in later} - _put_back(later, load)
    table = _table_of(night, load.as_at)
    is_there = bool(table.name)
    if not is_there and not undone:
        return
    rows = table.rows
    if not is_there:
        # only what withdrawn data had said is asked of the table before it: the rest stands as it is
        table = _last_table(load)
        asked = set(of_table.filter(pk__in=undone).values_list("ref", "event_number"))
        rows = [row for row in table.rows if (row["case_ref"], row["event_no"]) in asked]
    of_table.filter(pk__in=undone).update(as_at=table.as_at - timedelta(seconds=1), settled_as_at=None)
    _take(load, table.as_at, rows)
    waiting = of_table.filter(state=_Now.WAITING)
    gone = waiting if is_there else waiting.filter(pk__in=undone)
    why = "only data that was withdrawn had it as waiting"
    if is_there:
        why = f"not in the table of waiting cases of {timezone.localtime(table.as_at):%-d %B %Y}"
    _end([row for row in gone if (row.ref, row.event_number) not in table.refs], table.as_at, why, load.who)


def _table_of(night: Night, as_at: datetime) -> WaitingTable:
    if f"input/{TABLE}.parquet" not in night.manifest.files:
        return WaitingTable("", as_at)
    return WaitingTable(night.name, as_at, list(night.table(f"input/{TABLE}").iter_rows(named=True)))


def _last_table(load: Load) -> WaitingTable:
    """The last table of waiting cases before a load, of the data that was shown and is not withdrawn."""
    assert load.as_at is not None
    loads = Load.objects.filter(change__isnull=False, withdrawn_at__isnull=True, as_at__lt=load.as_at)
    shown = dict(loads.values_list("night", "as_at"))
    for each in reversed(night_names(settings.CONFIG.nights)):
        as_at = shown.get(each.name)
        if as_at is not None:
            try:
                table = _table_of(open_night(settings.CONFIG.nights / each.name), as_at)
            except NightError:  # its damage is told where nights are looked at, and must not stop this one
                continue
            if table.name:
                return table
    return WaitingTable("", load.as_at)


def _take(load: Load, as_at: datetime, found: Sequence[dict[str, Any]]) -> None:
    """What rows of a table say, as of its moment; those that cannot be taken are named."""
    numbers = [row["row"] for row in found]
    arrived = _arrivals(found)
    rows = [FeedRow(details=_details(row, as_at, arrived), as_at=as_at, limits=_limits(row)) for row in found]
    try:
        answers = take_feed(actor=None, rows=rows, who=load.who, source=WaitingCase.Source.TABLE)
    except RefusedError as refused:
        wrong = {fault.index: fault.message for fault in refused.faults if fault.index is not None}
        for index, words in wrong.items():
            _warn(load, [numbers[index]], words)
        rows = [row for index, row in enumerate(rows) if index not in wrong]
        numbers = [number for index, number in enumerate(numbers) if index not in wrong]
        answers = take_feed(actor=None, rows=rows, who=load.who, source=WaitingCase.Source.TABLE)
    # of those whose waiting this very extract has just ended the records are of its moment
    came = set(
        WaitingCase.objects.filter(state=_Now.HELD, settled_as_at=load.as_at).values_list("ref", flat=True)
    )
    left: dict[FeedAnswer, list[int]] = defaultdict(list)
    for number, row, answer in zip(numbers, rows, answers, strict=True):
        left[FeedAnswer.HELD if row.details.ref in came else answer].append(number)
    for answer, words in _NOT_TAKEN.items():
        _warn(load, left[answer], words)


def _arrivals(rows: Sequence[dict[str, Any]]) -> dict[tuple[str, int], date]:
    """When cases came that wait already: a table that does not say it each night does not make them new."""
    refs = {row["case_ref"] for row in rows if row["arrived_on"] is None}
    there = WaitingCase.objects.filter(state=_Now.WAITING, ref__in=refs)
    return {(ref, event): day for ref, event, day in there.values_list("ref", "event_number", "arrived_on")}


def _details(row: dict[str, Any], as_at: datetime, arrived: Mapping[tuple[str, int], date]) -> WaitingDetails:
    day = timezone.localdate(as_at)
    came = row["arrived_on"] or min(arrived.get((row["case_ref"], row["event_no"]), day), day)
    texts = ("no_tier_why", "order_length", "appointment", "appointment_with", "court")
    told: dict[str, Any] = {name: row.get(name) or "" for name in texts}
    for name in ("requirements", "previous_posts"):
        told[name] = tuple(each.strip() for each in (row[name] or "").split(";"))
    return WaitingDetails(
        ref=row["case_ref"], event_number=row["event_no"], team_code=row["team_code"],
        location=row["location"], tier=(row["tier"] or "").removeprefix("0"), is_t2a=row["is_t2a"],
        sentence_day=row["sentence_on"], handover_day=row["handover_on"],
        appointment_day=row["appointment_on"], arrived_on=came, **told,
    )  # fmt: skip


def _limits(row: dict[str, Any]) -> AccessLists | None:
    """Who may see a case, where its row says anything of it."""
    lists = (row.get(name) or "" for name in ("excluded", "restricted"))
    said = AccessLists(*(frozenset(filter(None, map(str.strip, each.split(";")))) for each in lists))
    return said if any(said) else None


def _wait_again(rows: Iterable[WaitingCase], load: Load) -> list[WaitingCase]:
    """The same cases, with those waiting again that only a table of withdrawn data had ended; one that was
    recorded anew since stays ended."""
    found, opened = list(rows), 0
    for row in found:
        same = WaitingCase.objects.filter(ref=row.ref, event_number=row.event_number, state=_Now.WAITING)
        if row.state == _Now.WITHDRAWN and row.ref and not same.exists():
            row.state, row.settled_as_at, row.change_why = _Now.WAITING, None, ""
            row.closed_at, row.closed_by = None, ""
            row.save()
            opened += 1
    if opened:
        said = counted(opened, "waiting case waits", "waiting cases wait")
        words = f"{said} again: data that did not list them any more was withdrawn."
        record("waiting case", words, who=load.who)
    return found


def _put_back(rows: Iterable[WaitingCase], load: Load) -> set[int]:
    """Cases that wait and were known before tables that are not shown any more say what they said then; their
    numbers."""
    assert load.as_at is not None
    of_later = Q(source=WaitingCase.Source.TABLE, as_at__gt=load.as_at)
    found = set()
    for row in rows:
        known = WaitingCase.objects.filter(key=row.key, state=_Now.REPLACED).exclude(of_later)
        if row.state == _Now.WAITING and (former := known.order_by("version").last()) is not None:
            put_details(row, details_of(former), Actor(user=None, who=load.who), former.source, former.as_at)
            found.add(row.pk)
    if found:
        said = counted(len(found), "waiting case says", "waiting cases say")
        record("waiting case", f"{said} what was recorded before data that was withdrawn.", who=load.who)
    return found


def _end(rows: Sequence[WaitingCase], as_at: datetime, why: str, who: str) -> None:
    """Cases that no table tells any more wait no more, as of this extract."""
    for row in rows:
        row.state, row.settled_as_at, row.as_at = _Now.WITHDRAWN, as_at, as_at
        row.closed_at, row.closed_by, row.change_why = timezone.now(), who, why
        row.save()
    if rows:
        said = counted(len(rows), "waiting case is", "waiting cases are")
        record("waiting case", f"{said} no longer in the table of the data and removed.", who=who)


def _warn(load: Load, rows: Sequence[int], words: str) -> None:
    if not rows:
        return
    named = ", ".join(str(row) for row in rows[:_NAMED]) + (" and others" if len(rows) > _NAMED else "")
    message = f"Row {named}: {words}." if len(rows) == 1 else f"Rows {named}: {words}."
    Fault.objects.create(
        load=load, severity="warn", code="WAITING_CASES_NOT_TAKEN", rows=len(rows), sheet=TABLE, row=rows[0],
        message=message,
    )  # fmt: skip
    load.warnings += 1
