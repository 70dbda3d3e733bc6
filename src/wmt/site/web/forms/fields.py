"""Fields of forms about hours: exact numbers. Days are `wmt.site.date_field`."""

import re
from decimal import Decimal
from typing import Any

from django import forms

from wmt.facts.enums import MICRO
from wmt.ledger.serialise import micro

_NUMBER = re.compile(r"\d{0,4}(\.\d{0,6})?", re.ASCII)


class NumberField(forms.CharField):
    """A number as people type it, kept in whole parts: hours in millionths, per cent in hundredths."""

    def __init__(self, what: str, *, scale: int = MICRO, required: str = "", **more: Any) -> None:
        self.what, self.scale = what, scale
        super().__init__(
            max_length=20, required=bool(required), error_messages={"required": required}, **more
        )

    def prepare_value(self, value: Any) -> Any:
        return number_text(value, self.scale) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        """The number in whole parts; None where nothing was typed. Raises ValidationError."""
        typed = super().clean(value)
        if typed.endswith("%") and self.scale == MICRO:
            raise forms.ValidationError(
                f"{self.what} must be in hours, and {typed} is a percentage. Enter hours, like 7.5"
            )
        typed = typed.removesuffix("%").strip()
        if not typed:
            return None
        if not _NUMBER.fullmatch(typed) or typed == ".":
            raise forms.ValidationError(f"{self.what} must be a number from 0, like 30 or 22.5")
        found = Decimal(typed) * self.scale
        if found != found.to_integral_value():
            decimals = len(str(self.scale)) - 1
            raise forms.ValidationError(f"{self.what} can have {decimals} decimals at most")
        return int(found)


def number_text(parts: int, scale: int = MICRO) -> str:
    return str(micro(parts * MICRO // scale))
