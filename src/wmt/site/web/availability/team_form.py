"""The form of a whole team: contracted hours of each person, their reductions, and one new reduction each.

Names of fields bear a mark of the person or the record, not a number: a page that was opened before somebody
joined the team still says what it said. `seen` is the change the page was made at; what people saw is read
back from it, so only what they changed is changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from django import forms

from wmt.facts.enums import MICRO
from wmt.site.availability.change_requests import Change
from wmt.site.availability.limits import ReasonOnDay
from wmt.site.availability.records import PostRecords, ReductionRecord
from wmt.site.date_field import DayField
from wmt.site.web.availability.ending_soon import post_of, reason_name
from wmt.site.web.availability.forms import HOURS, PERCENT, WhyField
from wmt.site.web.forms.fields import NumberField
from wmt.site.workload.models import Unit

#: Fields of a new reduction that must all be empty where there is none. Its unit always has a value.
_NEW = ("reason", "amount", "first", "last")


def mark(*words: str) -> str:
    """A short name for a post or a record that is fit for a field: the same on every page."""
    return sha256("\0".join(words).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class ReductionFields:
    """A reduction on the form: what it is, and the names of its fields."""

    cut: ReductionRecord
    last: str
    amount: str
    title: str
    unit: str


@dataclass(frozen=True)
class Person:
    """A post on the form, with its records as the page showed them and the names of its fields."""

    post: Unit
    plan: PostRecords
    reductions: Sequence[ReductionFields]

    @property
    def mark(self) -> str:
        """What the names of its fields end with."""
        return mark(self.post.code)

    @property
    def hours(self) -> str:
        return f"hours-{self.mark}"

    @property
    def start(self) -> str:
        """The field of the day its hours count from, where it is not the team's."""
        return f"from-{self.mark}"

    def new(self, part: str) -> str:
        return f"new-{part}-{self.mark}"


@dataclass
class TeamChanges:
    """The changes a form comes to, and for each the field that each of a change's fields was typed into."""

    changes: list[Change] = field(default_factory=list)
    places: list[Mapping[str, str]] = field(default_factory=list)

    def add(self, change: Change, **places: str) -> None:
        """One more. `whole` is the field for faults of no field of their own."""
        self.changes.append(change)
        self.places.append(places)


def people_of(
    posts: Sequence[Unit], plans: Mapping[Any, PostRecords], reasons: Mapping[str, ReasonOnDay], day: date
) -> list[Person]:
    """The people of a form, with those of their reductions that are not over."""
    found = []
    for post in posts:
        plan = plans.get(post_of(post), PostRecords())
        fields = []
        for cut in plan.reductions:
            if cut.last_day is None or cut.last_day >= day:
                its, title = mark("reduction", cut.key), reason_name(cut.reason, reasons)
                unit = "hours a week" if cut.percent_x100 is None else "% of the hours"
                fields.append(ReductionFields(cut, f"last-{its}", f"amount-{its}", title, unit))
        found.append(Person(post, plan, fields))
    return found


class TeamForm(forms.Form):
    """What a manager types about a team. The check behind all mouths says whether it can be."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    first_day = DayField("the first day of new hours", required=False)
    why = WhyField(required=False)

    def __init__(self, data: Any = None, *, people: Sequence[Person], **more: Any) -> None:
        self.people = people
        super().__init__(data, **more)
        for person in people:
            name = person.post.name
            self.fields[person.hours] = NumberField(f"Contracted hours of {name}", scale=MICRO)
            self.fields[person.start] = DayField(f"the first day of the hours of {name}", required=False)
            for standing in person.reductions:
                self.fields[standing.last] = DayField(
                    f"the last day of {standing.title} of {name}", required=False
                )
                self.initial[standing.last] = standing.cut.last_day
                words = f"{standing.title} of {name}"
                scale = MICRO if standing.cut.percent_x100 is None else 100
                self.fields[standing.amount] = NumberField(
                    words, scale=scale, required=f"Enter how much {words} takes off"
                )
                self.initial[standing.amount] = _amount(standing.cut)
            self.fields[person.new("reason")] = forms.CharField(max_length=120, required=False)
            self.fields[person.new("amount")] = forms.CharField(max_length=20, required=False)
            self.fields[person.new("unit")] = forms.ChoiceField(
                choices=[(PERCENT, PERCENT), (HOURS, HOURS)],
                required=False,
                error_messages={"invalid_choice": "Choose hours or a percentage"},
            )
            self.fields[person.new("first")] = DayField(
                f"the first day of the new reduction of {name}", required=False
            )
            self.fields[person.new("last")] = DayField(
                f"the last day of the new reduction of {name}", required=False
            )

    def clean(self) -> dict[str, Any]:
        """Beside each field: days that hours need, and amounts of new reductions in their unit."""
        found = super().clean() or {}
        for person in self.people:
            needs_day = found.get(person.hours) is not None and not self._start_of(found, person)
            if needs_day and "first_day" not in self.errors and person.start not in self.errors:
                self.add_error("first_day", "Enter the first day of new hours")
            if self._has_new(person):
                by_share = found.get(person.new("unit")) != HOURS
                what = "The percentage" if by_share else "The hours"
                number = NumberField(f"{what} of {person.post.name}", scale=100 if by_share else MICRO)
                try:
                    found[person.new("amount")] = number.clean(found.get(person.new("amount")) or "")
                except forms.ValidationError as fault:
                    self.add_error(person.new("amount"), fault)
        return found

    def _start_of(self, found: Mapping[str, Any], person: Person) -> date | None:
        """The day somebody's new hours count from: their own, or that of the team."""
        own: date | None = found.get(person.start)
        return own or found.get("first_day")

    def has_new(self, person: Person) -> bool:
        """Whether anything was typed of a new reduction of somebody."""
        return self.is_bound and self._has_new(person)

    def _has_new(self, person: Person) -> bool:
        return any(str(self.data.get(person.new(part), "")).strip() for part in _NEW)

    def wanted(self) -> TeamChanges:
        """The changes it comes to, of a form without faults of its own."""
        found = TeamChanges()
        for person in self.people:
            hours = self.cleaned_data[person.hours]
            if hours is not None:
                first = self._start_of(self.cleaned_data, person)
                same = next((each for each in person.plan.hours if each.first_day == first), None)
                if not (same is not None and same.hours_micro == hours):
                    change = Change(
                        kind="hours", post=post_of(person.post), first_day=first, hours_micro=hours,
                        key=same.key if same else "", version=same.version if same else 0,
                    )  # fmt: skip
                    start = person.start if self.cleaned_data[person.start] else "first_day"
                    found.add(change, hours_micro=person.hours, first_day=start, whole=person.hours)
            for standing in person.reductions:
                cut, last = standing.cut, self.cleaned_data[standing.last]
                amount = self.cleaned_data[standing.amount]
                if last == cut.last_day and amount == _amount(cut):
                    continue
                by_share = cut.percent_x100 is not None
                wanted = Change(
                    kind="reduction", post=post_of(person.post), key=cut.key, version=cut.version,
                    reason=cut.reason, first_day=cut.first_day, last_day=last, notes=cut.notes,
                    percent_x100=amount if by_share else None, hours_micro=None if by_share else amount,
                )  # fmt: skip
                found.add(wanted, hours_micro=standing.amount, percent_x100=standing.amount,
                          last_day=standing.last, whole=standing.amount)  # fmt: skip
            if self._has_new(person):
                self._want_new(found, person)
        return found

    def _want_new(self, found: TeamChanges, person: Person) -> None:
        clean = {part: self.cleaned_data[person.new(part)] for part in (*_NEW, "unit")}
        by_share = clean["unit"] != HOURS
        change = Change(
            kind="reduction", post=post_of(person.post), reason=clean["reason"],
            first_day=clean["first"] or self.cleaned_data["first_day"], last_day=clean["last"],
            percent_x100=clean["amount"] if by_share else None,
            hours_micro=None if by_share else clean["amount"],
        )  # fmt: skip
        names = {"hours_micro": "amount", "percent_x100": "amount", "first_day": "first", "last_day": "last",
                 "reason": "reason", "whole": "amount"}  # fmt: skip
        found.add(change, **{name: person.new(part) for name, part in names.items()})

    def say(self, places: Mapping[str, str], name: str, message: str) -> None:
        """A fault of a change, on the field it was typed into."""
        place = places.get(name) or places.get("whole", "")
        self.add_error(place if place in self.fields else None, message)

    def starts(self) -> Iterator[tuple[str, str]]:
        """What every field shows before anybody types."""
        for name in self.fields:
            value = self[name].value()
            yield name, "" if value is None else str(value)


def _amount(cut: ReductionRecord) -> int:
    return (cut.hours_micro if cut.percent_x100 is None else cut.percent_x100) or 0
