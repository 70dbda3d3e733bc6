"""What managers type about a post. Whether it can be is for the one check behind all mouths to say."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django import forms

from wmt.facts import GRADES
from wmt.site.availability.labels import day_words
from wmt.site.availability.limits import ReasonOnDay
from wmt.site.availability.reason_rules import TraineeRoute
from wmt.site.availability.validation import NOTES, WHY
from wmt.site.date_field import DayField
from wmt.site.web.forms.fields import NumberField

HOURS, PERCENT = "hours", "percent"
#: Says that a record was not looked at, and so never fits the one that stands.
_UNKNOWN = -1


class VersionsField(forms.CharField):
    """The versions of the records that the form was made from, in their order."""

    def clean(self, value: Any) -> tuple[int, ...]:
        """The versions; those that no record has where the form was tampered with."""
        typed = str(super().clean(value)).split(",")
        return tuple(int(each) if re.fullmatch("[0-9]{1,9}", each) else _UNKNOWN for each in typed)


class WhyField(forms.CharField):
    """Why somebody changes something: kept with the record."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(
            max_length=WHY,
            required=required,
            error_messages={
                "required": "Enter why, for the history",
                "max_length": f"Why can have {WHY:,} characters at most",
            },
        )


class ChangeForm(forms.Form):
    """What all forms share. `places` are the fields that show the faults of a change's fields.

    `version` is of the records a form was made from; `anew` enters what was typed as a record of its own,
    where somebody has withdrawn the former one meanwhile.
    """

    places: ClassVar[Mapping[str, str]] = {}

    version = VersionsField(required=False)
    anew = forms.BooleanField(required=False)
    why = WhyField()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["why"] = self.fields.pop("why")  # asked last, and its faults are told last

    def say(self, field: str, message: str) -> None:
        """A fault on the field that a change's field is typed into, or of the whole form."""
        place = self.places.get(field, field)
        self.add_error(place if place in self.fields else None, message)

    def version_of(self, place: int) -> int:
        """The version of one of the records that the form was made from; 0, which lets all pass, never."""
        versions: tuple[int, ...] = self.cleaned_data["version"]
        return (versions[place] if place < len(versions) else 0) or _UNKNOWN


class HoursForm(ChangeForm):
    """Contracted hours from a day on."""

    places: ClassVar = {"hours_micro": "hours"}

    hours = NumberField("Contracted hours", required="Enter the contracted hours a week")
    first_day = DayField("the first day")


class ReductionForm(ChangeForm):
    """A reduction: its reason, hours or a share, its days, notes."""

    places: ClassVar = {"hours_micro": "amount", "percent_x100": "amount"}

    reason = forms.CharField(max_length=120, error_messages={"required": "Choose a reason"})
    amount = forms.CharField(max_length=20, required=False)
    unit = forms.ChoiceField(
        choices=[(HOURS, "hours a week"), (PERCENT, "% of contracted hours")],
        error_messages={
            "required": "Choose hours or a percentage",
            "invalid_choice": "Choose hours or a percentage",
        },
    )
    first_day = DayField("the first day")
    last_day = DayField("the last day", required=False)
    notes = forms.CharField(
        max_length=NOTES,
        required=False,
        error_messages={"max_length": f"Notes can have {NOTES:,} characters at most"},
    )

    def clean(self) -> dict[str, Any]:
        """The amount in whole parts of the unit that was chosen."""
        found = super().clean() or {}
        found["hours_micro"] = found["percent_x100"] = None
        by_share = found.get("unit") == PERCENT
        field = NumberField("The percentage", scale=100) if by_share else NumberField("The hours")
        if found.get("unit") == HOURS and (found.get("amount") or "").endswith("%"):
            text = f"You wrote {found['amount']}: choose a percentage, or enter the hours"
            self.add_error("amount", text)
            return found
        try:
            found["percent_x100" if by_share else "hours_micro"] = field.clean(found.get("amount") or "")
        except forms.ValidationError as fault:
            self.add_error("amount", fault)
        return found


class NewReductionForm(ReductionForm):
    """A new reduction: its reason says why."""

    why = WhyField(required=False)


class GradeForm(ChangeForm):
    """A grade in place of the extract's from a day on."""

    grade = forms.ChoiceField(
        choices=[(grade, grade) for grade in GRADES],
        error_messages={"required": "Choose a grade", "invalid_choice": "Choose a grade"},
    )
    first_day = DayField("the first day")


class GradeEndForm(ChangeForm):
    """The last day of a correction of grade."""

    last_day = DayField("the last day")


class WithdrawForm(ChangeForm):
    """Why a record is withdrawn."""


class MentoringForm(ChangeForm):
    """How many trainees somebody mentors, and the hours for each."""

    places: ClassVar = {"hours_micro": "each", "percent_x100": "each"}

    trainees = forms.IntegerField(
        min_value=1,
        max_value=20,
        error_messages={
            "required": "Enter how many trainees they mentor",
            "invalid": "The number of trainees must be a whole number, like 2",
            "min_value": "Enter 1 trainee or more",
            "max_value": "Enter 20 trainees or fewer",
        },
    )
    each = NumberField("The hours for each trainee", required="Enter the hours for each trainee")
    first_day = DayField("the first day")
    last_day = DayField("the last day", required=False)
    notes = forms.CharField(
        max_length=NOTES - 200,
        required=False,
        error_messages={"max_length": f"Notes can have {NOTES - 200:,} characters at most"},
    )
    why = WhyField(required=False)


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def ordinal(number: int) -> str:
    """Which one, in words as far as nine."""
    return _ORDINALS[number - 1] if number <= len(_ORDINALS) else f"{number}th"


#: Said where the months of a route are no whole number; the bounds are in the rules.
_ROUTE = "The months of the route must be a whole number, like 18"


class PqipForm(ChangeForm):
    """The stages of a trainee one after the other: the first day, the months of the route, each last day.

    `months` are the shortest, the usual and the longest route; each stage of the route has a field.
    """

    first_day = DayField("the first day of the route")
    months = forms.IntegerField(required=False, error_messages={"invalid": _ROUTE})
    qualified = forms.BooleanField(required=False)
    why = WhyField(required=False)

    def __init__(self, *args: Any, route: TraineeRoute, months: tuple[int, int, int], **more: Any) -> None:
        self.route_months = months
        self.stages = [f"end_{reason}" for reason in route.stages]
        self.newly_qualified = f"end_{route.newly_qualified}"
        super().__init__(*args, **more)
        for number, name in enumerate(self.stages, 1):
            self.fields[name] = DayField(f"the last day of the {ordinal(number)} stage", required=False)
        self.fields[self.newly_qualified] = DayField("the last day as newly qualified", required=False)
        self.order_fields(["first_day", "months", *self.stages, "qualified", self.newly_qualified])

    def clean_months(self) -> int:
        """The months of the route; the usual where none were typed."""
        shortest, usual, longest = self.route_months
        months: int | None = self.cleaned_data["months"]
        if months is not None and not shortest <= months <= longest:
            raise forms.ValidationError(f"The route must be from {shortest} to {longest} months")
        return usual if months is None else months

    def clean(self) -> dict[str, Any]:
        """Each stage ends after the one before it."""
        found = super().clean() or {}
        latest = found.get("first_day")
        for name in self.ends():
            end = found.get(name)
            if end is not None and latest is not None and end < latest:
                self.add_error(name, f"This must be after the stage before it, {day_words(latest)} or later")
            latest = end + timedelta(1) if end is not None else None
        return found

    def ends(self) -> list[str]:
        """The fields of the last days that are wanted, in order."""
        return [*self.stages, *([self.newly_qualified] if self.cleaned_data.get("qualified") else [])]


class StageForm(ChangeForm):
    """The day on which a trainee comes to the next stage."""

    places: ClassVar = {"last_day": "day"}

    stage = forms.CharField(max_length=200, error_messages={"required": "Choose which change of stage"})
    day = DayField("the first day of the next stage")


def reason_groups(reasons: Iterable[ReasonOnDay], kept: str = "") -> list[tuple[str, list[ReasonOnDay]]]:
    """The reasons one may choose, by category; `kept` is chosen already, and stays though it is retired."""
    found: dict[str, list[ReasonOnDay]] = {}
    for reason in reasons:
        if reason.enabled or reason.reason == kept:
            found.setdefault(reason.category, []).append(reason)
    return list(found.items())
