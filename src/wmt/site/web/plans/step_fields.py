"""The fields of steps, and what is said where something cannot be."""

from collections.abc import Sequence
from decimal import Decimal

from django import forms

from wmt.site.web.plans.step_kinds import LABELS

#: The most cases, posts and weeks that a step of a form has; a file may have more.
_MOST_CASES, _MOST_POSTS, _MOST_WEEKS = 20_000, 500, 104
_CHOSEN = ("letter", "location", "kind", "from", "to", "place", "becomes", "post", "team", "grade",
           "pdu", "level", "lever")  # fmt: skip
_WHAT = {"kind": "a type and tier", "becomes": "a type and tier", "team": "a team", "grade": "a grade",
         "letter": "tiers", "location": "a type of case", "pdu": "a PDU", "level": "a level",
         "lever": "what would be different"}  # fmt: skip

_NUMBER_FAULTS = (
    "required", "invalid", "min_value", "max_value", "max_decimal_places", "max_digits", "max_whole_digits",
)  # fmt: skip


def field_of(name: str, choices: Sequence[tuple[str, str]] | None, *, required: bool) -> forms.Field:
    """A field by its name, as `LABELS` has them; what is wrong with it is said in words."""
    label = LABELS[name].removeprefix("Or ")
    if name in _CHOSEN:
        return forms.ChoiceField(
            required=required,
            choices=choices or (),
            error_messages={
                "required": f"Choose {_WHAT.get(name, 'who')}",
                "invalid_choice": f"Choose {_WHAT.get(name, 'who')} from the list",
            },
        )
    if name in ("receivers", "others"):
        few = {"required": "Tick at least one person", "invalid_choice": "Choose who from the list"}
        if choices is None:  # too many to tick: codes are typed
            few = {"required": "Enter the code of at least one post"}
            return forms.CharField(required=required, max_length=20_000, error_messages=few)
        return forms.MultipleChoiceField(required=required, choices=choices, error_messages=few)
    if name == "change":
        words = "Enter a number from -100 to 1,000 that is not 0, with two decimals at most"
        return forms.DecimalField(
            min_value=-100, max_value=1_000, decimal_places=2, max_digits=6,
            error_messages=dict.fromkeys(_NUMBER_FAULTS, words),
        )  # fmt: skip
    if name == "cases":
        return forms.CharField(max_length=20_000, error_messages={"required": "Enter at least one CRN"})
    if name in ("hours", "percent"):
        most, least = (168, 0) if name == "hours" else (100, Decimal("0.01"))
        words = f"{'Hours' if name == 'hours' else 'The share'} must be a number up to {most}"
        return forms.DecimalField(
            required=required, min_value=least, max_value=most, decimal_places=2, max_digits=6,
            error_messages=dict.fromkeys(_NUMBER_FAULTS, words),
        )  # fmt: skip
    if name in ("low", "high"):
        words = f"{label} must be a number with two decimals at most"
        return forms.DecimalField(
            required=required, decimal_places=2, max_digits=12,
            error_messages=dict.fromkeys(("required", *_NUMBER_FAULTS), words),
        )  # fmt: skip
    most = {"posts": _MOST_POSTS, "weeks": _MOST_WEEKS, "a_week": 1_000}.get(name, _MOST_CASES)
    words = f"{label[:1].upper()}{label[1:]} must be a whole number from 1 to {most:,}"
    return forms.IntegerField(
        required=required, min_value=1, max_value=most,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), words),
    )  # fmt: skip
