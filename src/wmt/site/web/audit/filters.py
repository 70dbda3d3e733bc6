"""Finding events: by kind, person, unit, day and word, newest first."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from wmt.site.audit.models import AuditEvent
from wmt.site.audit.record import KINDS
from wmt.site.date_field import DayField
from wmt.site.query_form import QueryForm

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


class AuditForm(QueryForm):
    """What is looked for on the page of the audit."""

    kind = forms.ChoiceField(
        label="Kind of event", choices=[("", "All kinds"), *KINDS.items()], required=False,
        error_messages={"invalid_choice": "Choose one of the kinds of event"},
    )  # fmt: skip
    person = forms.CharField(label="Person (part of a name or email address)", required=False)
    unit = forms.CharField(label="Unit (its code)", required=False)
    text = forms.CharField(label="Search text", required=False)
    from_day = DayField("the first day", kind="role", required=False, label="From")
    to_day = DayField("the last day", kind="role", required=False, label="To")

    def clean(self) -> dict[str, Any]:
        """Refuse a last day before the first."""
        first, last = self.cleaned_data.get("from_day"), self.cleaned_data.get("to_day")
        if first and last and last < first:
            self.add_error("to_day", "The last day must not be before the first")
        return self.cleaned_data

    @property
    def filters(self) -> Filters:
        """What is looked for; what is wrong is left out."""
        return Filters(**{name: value for name in self.fields if (value := self.found(name))})


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
