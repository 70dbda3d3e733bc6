"""Publishing: events are rows of the transaction of what they tell of; none where nobody asked for them."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q

from wmt.site.allocation.models import CaseAllocation, WaitingCase
from wmt.site.availability.models import Journal
from wmt.site.domain_events import jobs
from wmt.site.domain_events.cursors import cursors, last_number
from wmt.site.domain_events.models import DomainEvent
from wmt.site.workload.models import Unit

_Kind = DomainEvent.Kind
_UNDONE = {_Kind.PERSON: _Kind.PERSON_UNDONE, _Kind.EVENT: _Kind.EVENT_UNDONE}


def is_on() -> bool:
    return bool(settings.CONFIG.event_feed or settings.CONFIG.webhooks)


def allocated(rows: Iterable[CaseAllocation], change: int) -> None:
    """Cases were given to somebody: the person, and each sentence that was recorded as waiting."""
    if not is_on():
        return
    found = {row.ref: row for row in rows}
    waited = Q(state=WaitingCase.State.WAITING, ref__in=found) | Q(allocation__in=found.values())
    sentences = set(WaitingCase.objects.filter(waited).values_list("ref", "event_number"))
    events = [_of(_Kind.PERSON, row, None) for row in found.values()]
    events += [_of(_Kind.EVENT, found[ref], number) for ref, number in sorted(sentences) if ref in found]
    _publish(events, change)


def taken_back(rows: Iterable[CaseAllocation], change: int) -> None:
    """Allocations were undone: whoever was told of one is told that each part of it no longer holds."""
    if not is_on():
        return
    found = {row.pk: row for row in rows}
    told = DomainEvent.objects.filter(allocation__in=found, kind__in=_UNDONE).order_by("number")
    events = [
        _of(_UNDONE[_Kind(each.kind)], found[each.allocation_id or 0], each.event_number) for each in told
    ]
    _publish(events, change)


def hours_changed(before: Iterable[Unit], change: int) -> None:
    """Posts have other hours than `before`, their rows then: as far as those differ that reductions leave."""
    if not is_on():
        return
    then = {unit.pk: _left(unit) for unit in before}
    events = [
        DomainEvent(kind=_Kind.HOURS, team_code=unit.team_code, staff_code=unit.staff_code, hours_micro=left)
        for unit in Unit.objects.filter(pk__in=then).order_by("code")
        if (left := _left(unit)) != then[unit.pk]
    ]
    _publish(events, change)


def _of(kind: str, row: CaseAllocation, event_number: int | None) -> DomainEvent:
    return DomainEvent(kind=kind, allocation=row, ref=row.ref, event_number=event_number)


def _left(unit: Unit) -> int:
    return max(0, unit.contracted_hours_micro - unit.reduction_hours_micro)


def _publish(events: list[DomainEvent], change: int) -> None:
    """Numbers them while the journal is held, so that no lower number is ever saved after a higher one."""
    if not events:
        return
    Journal.objects.select_for_update().get(pk=1)
    cursors()
    last = last_number()
    for number, event in enumerate(events, start=last + 1):
        event.number, event.change = number, change
    DomainEvent.objects.bulk_create(events, batch_size=500)
    jobs.ask()
