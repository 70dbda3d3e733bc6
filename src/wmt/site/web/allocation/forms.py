"""What a manager types when allocating a case. Whether it will do is for the action to say."""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from wmt.site.availability.change_requests import ChangeFault
from wmt.site.changes.stated_kinds import StatedKind

#: So much of what an address states is looked at.
_MOST = 40
#: The fields that can be seen, in the order of the page.
SHOWN = ("kind_reason", "reason", "why_over", "why_not_eligible", "notes", "recipients")


class ReasonsForm(forms.Form):
    """Why cases are allocated. `key` makes sending it twice one allocation."""

    key = forms.CharField(required=False, max_length=64)
    reason = forms.CharField(required=False)
    why_over = forms.CharField(required=False)
    why_not_eligible = forms.CharField(required=False)
    notes = forms.CharField(required=False)
    sensitive = forms.BooleanField(required=False)
    limited_access = forms.BooleanField(required=False)
    tell_previous = forms.BooleanField(required=False)
    copy_to_self = forms.BooleanField(required=False)
    recipients = forms.CharField(required=False)

    def clean_recipients(self) -> tuple[str, ...]:
        """The addresses, however they are set apart."""
        return tuple(dict.fromkeys(re.findall(r"[^\s,;]+", self.cleaned_data["recipients"])))

    def renew(self) -> None:
        """What is sent from here on is another decision: after what was sent before was undone."""
        sent = QueryDict(mutable=True)
        sent.update(self.data)
        sent["key"] = uuid.uuid4().hex
        self.data = sent

    def refuse(self, faults: Sequence[ChangeFault]) -> None:
        """Why it was refused: each fault on its field, or on the whole form."""
        for fault in faults:
            words = "Choose why the case is reallocated" if fault.field == "reason" else fault.message
            self.add_error(
                fault.field if fault.field in SHOWN and fault.field in self.fields else None, words
            )

    def written(self) -> list[Any]:
        """What was typed, for a page on which there is nothing more to decide."""
        return [text for name in SHOWN[2:] if (text := self[name].value())]


class AllocateForm(ReasonsForm):
    """The same of one case: `from_post` is who held it when the form was opened, and `seen` what it was.
    `kind_reason` is why it is of another tier or type, where that is stated with it."""

    from_post = forms.CharField(required=False)
    seen = forms.CharField(required=False)
    kind_reason = forms.CharField(required=False)


def stated_in(query: Mapping[str, str], reason: str = "") -> StatedKind | None:
    """The type and tier that an address states of a case; None where it states none."""
    told = {name: query.get(name, "").replace("\0", "")[:_MOST] for name in ("type", "tier", "suspended")}
    if not told["tier"]:
        return None
    return StatedKind(
        location=told["type"], tier=told["tier"], suspended=bool(told["suspended"]), reason=reason
    )


def stated_query(stated: StatedKind | None) -> dict[str, str]:
    """The same as parts of an address."""
    if stated is None:
        return {}
    more = {"suspended": "yes"} if stated.suspended else {}
    return {"type": stated.location, "tier": stated.tier, **more}
