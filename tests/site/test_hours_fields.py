"""Fields of the forms about hours: days in three parts and exact numbers."""

from datetime import date
from typing import Any

import pytest
from django import forms

from wmt.site.web.availability.fields import DayField, NumberField
from wmt.site.web.availability.forms import VersionsField


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (("1", "3", "2027"), date(2027, 3, 1)),
        (("01", "03", "2027"), date(2027, 3, 1)),
        (("31", "March", "2027"), date(2027, 3, 31)),
        (("29", "feb", "2028"), date(2028, 2, 29)),
        (("", "", ""), None),
    ],
)
def test_a_day_is_read(typed: tuple[str, ...], found: date | None) -> None:
    field = DayField("the first day", required=False)
    assert field.clean(dict(zip(("day", "month", "year"), typed, strict=True))) == found


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (("31", "2", "2027"), "The first day must be a real date, like 27 3 2026"),
        (("x", "2", "2027"), "The first day must be a real date, like 27 3 2026"),
        (("9" * 20, "2", "2027"), "The first day must be a real date, like 27 3 2026"),
        (("1", "2", "27"), "The first day must have a year of four digits, like 2026"),
        (("1", "2", "²²²²"), "The first day must have a year of four digits, like 2026"),
        (("1", "", ""), "The first day must include a month and a year"),
        (("", "", ""), "Enter the first day"),
    ],
)
def test_what_is_no_day_is_told(typed: tuple[str, ...], message: str) -> None:
    with pytest.raises(forms.ValidationError) as fault:
        DayField("the first day").clean(dict(zip(("day", "month", "year"), typed, strict=True)))
    assert fault.value.messages == [message]


@pytest.mark.parametrize(
    ("typed", "scale", "found"),
    [
        ("37", 1_000_000, 37_000_000),
        (" 22.5 ", 1_000_000, 22_500_000),
        ("0.925001", 1_000_000, 925_001),
        ("12.5%", 100, 1_250),
        ("0", 100, 0),
        ("", 100, None),
    ],
)
def test_a_number_is_exact(typed: str, scale: int, found: int | None) -> None:
    assert NumberField("The amount", scale=scale).clean(typed) == found


@pytest.mark.parametrize("typed", ["-1", "1,5", "1e9", ".", "thirty", "99999", "٣", "1.2.3"])
def test_what_is_no_number_is_told(typed: str) -> None:
    with pytest.raises(forms.ValidationError, match="must be a number from 0"):
        NumberField("The amount").clean(typed)


@pytest.mark.parametrize("typed", ["20%", "20 %", "100%"])
def test_a_percentage_is_no_number_of_hours(typed: str) -> None:
    with pytest.raises(forms.ValidationError, match=f"in hours, and {typed} is a percentage"):
        NumberField("The hours for each trainee").clean(typed)
    assert NumberField("The share", scale=100).clean(typed) == int(typed.rstrip("% ")) * 100


def test_decimals_that_cannot_be_kept_are_told() -> None:
    with pytest.raises(forms.ValidationError, match="2 decimals at most"):
        NumberField("The percentage", scale=100).clean("33.333")


def test_numbers_are_shown_as_they_were_typed() -> None:
    field = NumberField("The amount")
    assert field.prepare_value(22_500_000) == "22.5"
    assert field.prepare_value("22.50") == "22.50"


@pytest.mark.parametrize(
    ("typed", "found"), [("3", (3,)), ("3,1", (3, 1)), ("", (-1,)), ("x", (-1,)), ("-5,2", (-1, 2))]
)
def test_a_version_that_was_tampered_with_fits_no_record(typed: Any, found: tuple[int, ...]) -> None:
    assert VersionsField(required=False).clean(typed) == found
