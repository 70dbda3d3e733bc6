"""A day typed in one field, for pages that have many of them."""

from datetime import date
from typing import Any

from django import forms


class OneDayField(forms.DateField):
    """A day in one field: many of them stand on a page. `what` is how messages call it."""

    def __init__(self, what: str) -> None:
        wrong = f"{what[0].upper()}{what[1:]} must be a real date, like 2026-12-01"
        super().__init__(
            required=False,
            widget=forms.TextInput,
            input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d %m %Y", "%d %B %Y", "%d %b %Y"],
            error_messages={"invalid": wrong},
        )

    def prepare_value(self, value: Any) -> Any:
        """What the field shows: a day as browsers take it."""
        return value.isoformat() if isinstance(value, date) else value
