"""The forms of a what-if on minutes: one for each thing that may be changed, each adding to an address."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from wmt.rules import RuleSet, activities, what_if
from wmt.site.web.rules import activity_tables, labels
from wmt.site.web.units.labels import upper_first

_TYPES = {"any": "all types", "community": "community", "licence": "licence"}
_PARTS = {
    "prepare": "prepare",
    "reflect": "reflect",
    "record": "record",
    "with_the_person": "with the person",
    "travel": "travel",
    "other": "the rest",
}


@dataclass(frozen=True)
class WayToChange:
    """One way to change something: its title and hint, and the labels of its fields, in order."""

    title: str
    hint: str
    fields: Mapping[str, str]


WAYS = {
    "minutes": WayToChange(
        "How long something takes",
        "Minutes of one part of an activity, each time. What you enter replaces the minutes there are now.",
        {"rule": "Activity and part", "number": "New minutes"},
    ),
    "times": WayToChange(
        "How often something is done",
        "As often as the activity is counted: a year, a case or another period.",
        {"rule": "Activity and tiers", "number": "New number of times"},
    ),
    "share": WayToChange(
        "In how many cases, or how much responsive time",
        "A share in per cent.",
        {"rule": "Activity and tiers", "number": "New per cent"},
    ),
    "travel": WayToChange(
        "Travel",
        "Minutes of travel for each home visit and each meeting that has travel of its own. To try it for "
        "one place, open the what-if on that place and choose ‘only here’.",
        {"number": "New minutes each time"},
    ),
    "remote": WayToChange(
        "Contact by telephone or video",
        "A share of planned contacts and RAR sessions is not in person.",
        {"share": "Share of contacts in per cent", "number": "Minutes with the person in such a contact"},
    ),
    "admin": WayToChange(
        "Help from administrators",
        "Administrators take over a share of the recording of contacts and RAR sessions.",
        {"share": "Share of recording in per cent"},
    ),
}


class _NewNumber(forms.DecimalField):
    """A number that replaces another: '+10' may be meant as ten more, so it is asked about, not guessed."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.strip().startswith("+"):
            raise forms.ValidationError(
                f"Enter for ‘{self.label}’ what it would be, not what is added: without the +"
            )
        return super().to_python(value)


class MinutesForm(forms.Form):
    """One change as it is typed; `way` is a key of `WAYS`. Unbound where nothing was sent for it."""

    use_required_attribute = False

    def __init__(self, way: str, base: RuleSet, sent: Mapping[str, str] | None) -> None:
        super().__init__(sent)
        self.way, self.shown, self._base = way, WAYS[way], base
        for name, label in self.shown.fields.items():
            self.fields[name] = self._field(name, label)

    def _field(self, name: str, label: str) -> forms.Field:
        if name == "rule":
            return forms.ChoiceField(
                label=label,
                choices=[("", "Choose"), *numbers(self._base, self.way)],
                error_messages={
                    "required": f"Choose for ‘{label}’",
                    "invalid_choice": f"Choose for ‘{label}’ from the list",
                },
            )
        most = {"max_value": Decimal(100)} if name == "share" else {}
        return _NewNumber(
            label=label,
            min_value=Decimal(0),
            decimal_places=2,
            max_digits=8,
            error_messages={
                "required": f"Enter a number for ‘{label}’",
                "invalid": f"‘{label}’ must be a number, such as 45",
                "min_value": f"‘{label}’ must be 0 or more",
                "max_value": f"‘{label}’ must be 100 or less",
                "max_decimal_places": f"‘{label}’ can have two decimals at most",
                "max_digits": f"‘{label}’ is too large a number",
                "max_whole_digits": f"‘{label}’ is too large a number",
            },
            **most,  # type: ignore[arg-type]
        )

    def values(self, now: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """What was typed, by the path of each rule; `now` are the changes before it."""
        typed = self.cleaned_data
        if self.way == "travel":
            return what_if.travel(self._base, typed["number"])
        if self.way == "remote":
            return what_if.done_remotely(self._base, typed["share"], typed["number"], now)
        if self.way == "admin":
            return what_if.recorded_by_others(self._base, typed["share"], now)
        return {typed["rule"]: typed["number"]}


def numbers(base: RuleSet, way: str) -> list[tuple[str, str]]:
    """The rules that a form may change: the path of each, and in words what it is and what it says now."""
    return [(path, f"{words} (now {now})") for path, words, now in _numbers(base) if way == _way_of(path)]


def words_of(base: RuleSet) -> dict[str, tuple[str, str]]:
    """Every rule that can be changed, by its path: in words what it is, and what it says now."""
    return {path: (words, now) for path, words, now in _numbers(base)}


def _way_of(path: str) -> str:
    return {"activity_timings": "minutes", "activity_times": "times"}.get(path.partition(".")[0], "share")


def _numbers(base: RuleSet) -> Iterator[tuple[str, str, str]]:
    known = activities.library(base)
    seen: set[str] = set()
    for activity in known.values():
        name = upper_first(activity.name)
        for value in activity.timings:
            part = value.path.removeprefix("activity_timings.").partition(".")[2]
            if value.path in seen or (part == activities.TOTAL and len(activity.timings) > 1):
                continue
            seen.add(value.path)
            said = f"{name}: {_PARTS[part]}" if part in _PARTS else name
            yield value.path, said, f"{labels.worth(value.value)} minutes"
    for root in ("activity_times", "activity_share"):
        for rest, value in base.under(root).items():
            of_type, activity_id, tiers = rest.split(".", 2)
            if activity_id in known and known[activity_id].kind == activities.MANDATORY:
                said = f"{upper_first(known[activity_id].name)}: {tier_words(tiers)}, {_TYPES[of_type]}"
                per = activity_tables.PER.get(known[activity_id].texts.get("per", ""), "")
                unit = "%" if root == "activity_share" else f" times {per}"
                yield value.path, said, f"{labels.worth(value.value)}{unit}"
    for rest, value in base.under("responsive_time.percent").items():
        of_type, _, tier = rest.partition(".")
        yield value.path, f"Responsive time: tier {tier}, {_TYPES[of_type]}", f"{labels.worth(value.value)}%"


def tier_words(key: str) -> str:
    """The tiers that a key of the rules stands for: 'all tiers', 'tiers A', 'tiers with the number 0'."""
    if key == "all":
        return "all tiers"
    if key.startswith("x"):
        return f"tiers with the number {key[1:]}"
    return f"tiers {key}" if len(key) == 1 else f"tier {key}"
