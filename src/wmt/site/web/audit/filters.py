"""Finding events: by kind, person, unit, day and word, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from wmt.days import read_day
from wmt.site.audit.models import AuditEvent
from wmt.site.audit.record import KINDS

PAGE = 50


@dataclass(frozen=True)
class Filters:
    """What is looked for; empty means all. Days are days here, both counting."""

    kind: str = ""
    person: str = ""
    unit: str = ""
    text: str = ""
    from_day: date | None = None
    to_day: date | None = None


def events(filters: Filters) -> QuerySet[AuditEvent]:
    """The events that match, newest first. The page shows them and the export writes them."""
    found = AuditEvent.objects.order_by("-id")
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.person:
        found = found.filter(Q(who__icontains=filters.person) | Q(actor__email__icontains=filters.person))
    if filters.unit:
        found = found.filter(Q(code__iexact=filters.unit) | Q(level__iexact=filters.unit))
    if filters.text:
        found = found.filter(sentence__icontains=filters.text)
    if filters.from_day:
        found = found.filter(at__gte=_midnight(filters.from_day))
    if filters.to_day:
        found = found.filter(at__lt=_midnight(filters.to_day + timedelta(days=1)))
    return found


def read_filters(query: Mapping[str, str]) -> tuple[Filters, dict[str, str]]:
    """The filters of a page's query, and by field what is wrong with it. What is wrong is left out."""
    faults: dict[str, str] = {}
    days: dict[str, date | None] = {}
    for name in ("from_day", "to_day"):
        typed = query.get(name, "").strip()
        days[name] = _day(typed)
        if typed and days[name] is None:
            faults[name] = "Enter a real date, like 27/3/2026 or 27 March 2026"
    first, last = days["from_day"], days["to_day"]
    if first and last and last < first:
        faults["to_day"] = "The last day must not be before the first"
    kind = query.get("kind", "")
    if kind and kind not in KINDS:
        faults["kind"] = "Choose one of the kinds of event"
        kind = ""
    texts = {name: query.get(name, "").strip().replace("\0", "")[:100] for name in ("person", "unit", "text")}
    return Filters(kind=kind, from_day=first, to_day=last, **texts), faults


def _day(typed: str) -> date | None:
    found = read_day(typed)
    return found if found is not None and 2000 <= found.year <= 2200 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
