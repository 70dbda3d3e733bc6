"""The one field for a day on every form: a text, read as people here write days, in any browser alike."""

from datetime import date
from typing import Any

from django import forms

from wmt import days


class DayField(forms.CharField):
    """A day typed as 21/11/2026, 21 Nov 2026, 21 November 2026 or 2026-11-21.

    `what` is how messages call it, `kind` which years it may lie in (`wmt.days`). No `<input type=date>`:
    browsers show that in the order of their own language, and in some the month comes first.
    """

    def __init__(self, what: str, *, kind: days.Kind = "record", **more: Any) -> None:
        self.what, self.kind = what, kind
        super().__init__(max_length=40, error_messages={"required": f"Enter {what}"}, **more)

    def prepare_value(self, value: Any) -> Any:
        """What the field shows: a day in words, else what was typed."""
        return days.written(value) if isinstance(value, date) else value

    def clean(self, value: Any) -> date | None:
        """The day; None where nothing was typed. Raises ValidationError for what is none."""
        typed = super().clean(days.written(value) if isinstance(value, date) else value)
        if not typed:
            return None
        sentence = self.what[0].upper() + self.what[1:]
        found = days.read_day(typed)
        if found is None:
            raise forms.ValidationError(f"{sentence} must be a real date, like 27/3/2026 or 27 March 2026")
        first, last = days.RANGES[self.kind]
        if not first <= found <= last:
            raise forms.ValidationError(f"{sentence} must be between {first.year} and {last.year}")
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another day was typed, however it is written."""
        return bool(days.read_day(str(data or "")) != initial)
