"""A day typed in one field, for pages that have many of them."""

from datetime import date
from typing import Any

from django import forms

from wmt.site.availability.changes import FIRST_DAY, LAST_DAY


class OneDayField(forms.DateField):
    """A day in one field: many of them stand on a page. `what` is how messages call it."""

    def __init__(self, what: str) -> None:
        sentence = f"{what[0].upper()}{what[1:]}"
        wrong = f"{sentence} must be a real date, like 2026-12-01"
        super().__init__(
            required=False,
            widget=forms.TextInput,
            input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d %m %Y", "%d %B %Y", "%d %b %Y"],
            error_messages={"invalid": wrong, "range": f"{sentence} must be between 1900 and 2098"},
        )

    def to_python(self, value: Any) -> date | None:
        """The day; None where nothing was typed. Raises ValidationError for one no record can have."""
        found: date | None = super().to_python(value)
        if found is not None and not FIRST_DAY <= found < LAST_DAY:
            raise forms.ValidationError(self.error_messages["range"])
        return found

    def prepare_value(self, value: Any) -> Any:
        """What the field shows: a day as browsers take it."""
        return value.isoformat() if isinstance(value, date) else value
