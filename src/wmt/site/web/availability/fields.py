"""Fields of forms about hours: a day in three parts, and exact numbers."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from wmt.facts.words import MICRO
from wmt.ledger.present import micro
from wmt.site.availability.changes import FIRST_DAY, LAST_DAY

PARTS = ("day", "month", "year")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBER = re.compile(r"\d{0,4}(\.\d{0,6})?", re.ASCII)
_ASK_YEAR = 4


class DayParts(forms.Widget):
    """Three inputs: `first_day-day`, `first_day-month`, `first_day-year`."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:  # noqa: ARG002
        """What was typed, by part."""
        return {part: str(data.get(f"{name}-{part}", "")).strip()[:20] for part in PARTS}


class DayField(forms.Field):
    """A day typed in three parts; the month also by its name. `what` is how messages call it."""

    widget = DayParts

    def __init__(self, what: str, **more: Any) -> None:
        self.what = what
        super().__init__(error_messages={"required": f"Enter {what}"}, **more)

    def prepare_value(self, value: Any) -> dict[str, str]:
        """The parts to show, of a day or of what was typed."""
        if isinstance(value, date):
            return {"day": str(value.day), "month": str(value.month), "year": str(value.year)}
        return value if isinstance(value, dict) else dict.fromkeys(PARTS, "")

    def to_python(self, value: Any) -> date | None:
        """The day; None where nothing was typed. Raises ValidationError for what is none."""
        typed: dict[str, str] = value or {}
        missing = [part for part in PARTS if not typed.get(part)]
        if len(missing) == len(PARTS):
            return None
        if missing:
            raise forms.ValidationError(f"{self._sentence} must include a {' and a '.join(missing)}")
        year = typed["year"]
        if not (year.isascii() and year.isdigit() and len(year) == _ASK_YEAR):
            raise forms.ValidationError(f"{self._sentence} must have a year of four digits, like 2026")
        try:
            found = date(int(year), _month(typed["month"]), int(typed["day"]))
        except (ValueError, OverflowError):
            raise forms.ValidationError(f"{self._sentence} must be a real date, like 27 3 2026") from None
        if not FIRST_DAY <= found < LAST_DAY:
            raise forms.ValidationError(f"{self._sentence} must be between 1900 and 2098")
        return found

    @property
    def _sentence(self) -> str:
        return self.what[0].upper() + self.what[1:]


def _month(typed: str) -> int:
    """The number of a month. Raises ValueError."""
    short = typed.lower()[:3]
    return _MONTHS.index(short) + 1 if short in _MONTHS else int(typed)


class NumberField(forms.CharField):
    """A number as people type it, kept in whole parts: hours in millionths, per cent in hundredths."""

    def __init__(self, what: str, *, scale: int = MICRO, required: str = "", **more: Any) -> None:
        self.what, self.scale = what, scale
        super().__init__(
            max_length=20, required=bool(required), error_messages={"required": required}, **more
        )

    def prepare_value(self, value: Any) -> Any:
        """What the field shows."""
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
    """Whole parts as a number with the decimals it has."""
    return str(micro(parts * MICRO // scale))
