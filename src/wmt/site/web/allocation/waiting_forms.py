"""What a manager types about a case that waits. Whether it will do is for the action to say."""

from typing import Any

from django import forms

from wmt.facts import LOCATIONS
from wmt.site.accounts.limited_access import AccessLists
from wmt.site.allocation.models import WaitingCase
from wmt.site.changes.waiting_details import WaitingDetails
from wmt.site.date_field import DayField
from wmt.site.web.forms.refusable import RefusableForm

_LINES = ("requirements", "previous_posts")
#: Who may see the case: kept beside its record.
LISTS = ("excluded", "restricted")


class WaitingForm(RefusableForm):
    """By the names of `WaitingDetails`; `version` is of the record that it was made from."""

    ref = forms.CharField(required=False, max_length=160)
    event_number = forms.IntegerField(
        required=False, error_messages={"invalid": "The event number must be a whole number, like 1"}
    )
    team_code = forms.CharField(required=False)
    location = forms.CharField(required=False)
    tier = forms.CharField(required=False)
    no_tier_why = forms.CharField(required=False)
    is_t2a = forms.BooleanField(required=False)
    arrived_on = DayField("the day it came", required=False)
    sentence_day = DayField("the sentence date", required=False)
    order_length = forms.CharField(required=False)
    handover_day = DayField("the day of handover", required=False)
    appointment = forms.CharField(required=False)
    appointment_day = DayField("the day of the first appointment", required=False)
    appointment_with = forms.CharField(required=False)
    court = forms.CharField(required=False)
    requirements = forms.CharField(required=False)
    previous_posts = forms.CharField(required=False)
    version = forms.IntegerField(required=False)
    excluded = forms.CharField(required=False, max_length=20_000)
    restricted = forms.CharField(required=False, max_length=20_000)
    limits_read = forms.IntegerField(required=False)

    @property
    def limits(self) -> AccessLists | None:
        """Who may see it, where that was typed; None where a form that showed no lists has none."""
        typed = {
            name: frozenset(filter(None, (each.strip().upper() for each in self._lines(name))))
            for name in LISTS
        }
        read = self.cleaned_data["limits_read"]
        return AccessLists(**typed) if read or any(typed.values()) else None

    def _lines(self, name: str) -> list[str]:
        text: str = self.cleaned_data[name]
        return text.replace(",", "\n").splitlines()

    @property
    def wanted(self) -> WaitingDetails:
        """What was typed."""
        typed: dict[str, Any] = {
            name: self.cleaned_data[name] for name in WaitingDetails.__dataclass_fields__
        }
        for name in _LINES:
            typed[name] = tuple(line.strip() for line in typed[name].splitlines() if line.strip())
        return WaitingDetails(**typed | {"event_number": typed["event_number"] or 1})


def initial_of(row: WaitingCase, limits: Any) -> dict[str, Any]:
    """What a form of a record begins with; `limits` are the lists that are recorded of the case, or None."""
    names = ("version", *WaitingDetails.__dataclass_fields__)
    found = {name: getattr(row, name) for name in names}
    found |= {name: "\n".join(found[name]) for name in _LINES}
    if limits is not None:
        found |= {name: "\n".join(getattr(limits, name)) for name in LISTS} | {"limits_read": limits.pk}
    return found


class RemoveForm(forms.Form):
    """Why a case waits no more."""

    why = forms.CharField(required=False)
    version = forms.IntegerField(required=False)


TYPES = [(each, each.capitalize()) for each in LOCATIONS]
