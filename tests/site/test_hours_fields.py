"""Fields of the forms about hours: days, the one way on every form, and exact numbers."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

import wmt.site
from wmt.days import read_day, written
from wmt.site.date_field import DayField
from wmt.site.web.availability.forms import VersionsField
from wmt.site.web.forms.fields import NumberField

SITE = Path(wmt.site.__path__[0])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("1/3/2027", date(2027, 3, 1)),
        ("01/03/2027", date(2027, 3, 1)),
        (" 21/11/2026 ", date(2026, 11, 21)),
        ("21 Nov 2026", date(2026, 11, 21)),
        ("21 November 2026", date(2026, 11, 21)),
        ("21st november 2026", date(2026, 11, 21)),
        ("21-11-2026", date(2026, 11, 21)),
        ("21.11.2026", date(2026, 11, 21)),
        ("2026-11-21", date(2026, 11, 21)),
        ("3/4/2026", date(2026, 4, 3)),
        ("29 feb 2028", date(2028, 2, 29)),
        ("7 Sept 2026", date(2026, 9, 7)),
        ("", None),
    ],
)
def test_a_day_is_read_as_people_here_write_it(typed: str, found: date | None) -> None:
    assert DayField("the first day", required=False).clean(typed) == found


@pytest.mark.parametrize(
    "typed",
    ["31/2/2027", "11/21/2026", "x", "1 2 27", "1/2/²²²²", "1", "November 21 2026", "20261121",
     "21 Novel 2026", "٢١/١١/٢٠٢٦", "9" * 40],
)  # fmt: skip
def test_what_is_no_day_is_told(typed: str) -> None:
    with pytest.raises(forms.ValidationError) as fault:
        DayField("the first day").clean(typed)
    assert fault.value.messages == ["The first day must be a real date, like 27/3/2026 or 27 March 2026"]


def test_a_day_is_asked_for_and_kept_within_its_years() -> None:
    with pytest.raises(forms.ValidationError, match="Enter the first day"):
        DayField("the first day").clean("")
    with pytest.raises(forms.ValidationError, match="must be between 1900 and 2098"):
        DayField("the first day").clean("1/1/1899")


@given(
    st.dates(date(1900, 1, 1), date(2098, 12, 31)), st.sampled_from(["%-d/%-m/%Y", "%d %b %Y", "%Y-%m-%d"])
)
def test_every_day_is_read_back_from_every_way_of_writing_it(day: date, shape: str) -> None:
    assert read_day(f"{day:{shape}}") == read_day(written(day)) == day


def test_no_page_has_a_control_that_follows_the_browsers_language() -> None:
    places = [*SITE.glob("web/templates/**/*.jinja"), *SITE.glob("**/*.py"), *SITE.glob("web/static/*.js")]
    assert len(places) > 300
    odd = [p.name for p in places if 'type="date"' in p.read_text("utf-8") and p.name != "day_field.py"]
    assert odd == []


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
