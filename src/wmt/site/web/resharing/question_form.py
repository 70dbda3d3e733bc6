"""What is asked when cases are shared again: goals in their order, limits, and who and what stays."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from django import forms
from django.utils.datastructures import MultiValueDict

from wmt.plan.balance.problem import GOALS, Goal
from wmt.site.queries.resharing import SharingQuestion
from wmt.site.query_form import OneOf, QueryForm

_GOALS = {
    Goal.OVER: "Fewest people over the threshold",
    Goal.POINTS_OVER: "Fewest points over the threshold",
    Goal.WAITING: "Fewest waiting cases left with nobody",
    Goal.SPREAD: "Most even",
    Goal.MOVES: "Fewest cases that move",
}
_PLACES = ("First", "Second", "Third", "Fourth", "Fifth")
_MOST = 100_000
#: So many people can be named at once: an address has to hold their codes.
MOST_NAMED = 100
#: Fields that are lists of codes of posts.
_NAMED = ("leavers", "locked")


def _number(label: str, least: int = 0, most: int = _MOST, initial: int | None = None) -> forms.IntegerField:
    words = f"{label}: enter a whole number from {least} to {most:,}"
    return forms.IntegerField(
        label=label, required=False, min_value=least, max_value=most, initial=initial,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), words),
    )  # fmt: skip


def _share(label: str, most: int, initial: str) -> forms.DecimalField:
    words = f"{label}: enter a number from 0 to {most}, with two decimals at most"
    kinds = ("invalid", "min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits")
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=most, max_digits=5, decimal_places=2,
        initial=initial, error_messages=dict.fromkeys(kinds, words),
    )  # fmt: skip


class ResharingForm(QueryForm):
    """The question, as it stands in an address; without one it is the usual question.

    `sharers` are the codes of those who could be kept as they are.
    """

    moves = _number("Most cases that move in all")
    per_person = _number("Most cases that one person gives and gets", least=1)
    held_weeks = _number("Keep cases held for less than this many weeks", most=520, initial=4)
    ends_weeks = _number("Keep cases that end within this many weeks", most=520, initial=4)
    high_least = _number("Fewest high-risk cases each")
    high_most = _number("Most high-risk cases each")
    band = _share("Percentage points either side of the average that count as even", 100, "5")
    step = _share("Smallest gain that is worth a move, in percentage points of all capacity", 10, "0.5")
    leavers = forms.CharField(label="Codes of people who leave", required=False)
    locked = forms.CharField(label="Codes of people who stay as they are", required=False)

    def __init__(self, query: Mapping[str, str], sharers: Collection[str]) -> None:
        self.sharers = sharers
        super().__init__(query)

    def add_fields(self) -> None:
        """The goals, each with its place in the order, and waiting cases."""
        choices = [("none", "Nothing else"), *((str(goal), words) for goal, words in _GOALS.items())]
        for number, (place, goal) in enumerate(zip(_PLACES, GOALS, strict=True), 1):
            self.fields[f"goal{number}"] = OneOf(f"{place} goal", choices, str(goal))
        yes_no = [("no", "No, leave them waiting"), ("yes", "Yes, give them out too")]
        self.fields["waiting"] = OneOf("Cases that nobody holds", yes_no, "no")

    def _typed(self, name: str, query: Mapping[str, str]) -> str:
        if name not in _NAMED:
            return super()._typed(name, query)
        every = query.getlist(name) if isinstance(query, MultiValueDict) else [query.get(name, "")]
        # one more than there may be, so that it can be said that they are too many
        codes = dict.fromkeys(" ".join(every).replace("\0", "").split())
        return " ".join([*codes][: MOST_NAMED + 1])

    def codes(self, name: str) -> list[str]:
        """The codes of those who leave (`leavers`) or stay as they are (`locked`)."""
        return str(self.data[name]).split()

    def clean_leavers(self) -> str:
        """Those who leave: no more than there may be."""
        if len(self.codes("leavers")) > MOST_NAMED:
            raise forms.ValidationError(f"Name {MOST_NAMED} people at most who leave")
        return str(self.data["leavers"])

    def clean_locked(self) -> str:
        """Those who stay as they are: people who are here and do not leave."""
        codes, leavers = self.codes("locked"), self.codes("leavers")
        gone = [code for code in codes if code not in self.sharers]
        if len(codes) > MOST_NAMED:
            raise forms.ValidationError(f"Tick {MOST_NAMED} people at most who stay as they are")
        if both := set(codes) & set(leavers):
            one = "One person" if len(both) == 1 else f"{len(both)} people"
            raise forms.ValidationError(f"{one} cannot both leave and stay as they are: leave them unticked")
        if gone:
            one = "One person" if len(gone) == 1 else f"{len(gone)} people"
            words = f"{one} in this address cannot be found here. Tick again who stays as they are"
            raise forms.ValidationError(words)
        return str(self.data["locked"])

    def clean(self) -> dict[str, object]:
        """Goals are named once each; a least is no more than a most."""
        places: dict[str, int] = {}
        for number in range(1, len(_PLACES) + 1):
            goal = str(self.cleaned_data.get(f"goal{number}") or "none")
            if first := places.get(goal):
                name, place = _GOALS[Goal(goal)], _PLACES[first - 1].lower()
                self.add_error(
                    f"goal{number}", f"Choose each goal once: ‘{name}’ is already the {place} goal"
                )
            elif goal != "none":
                places[goal] = number
        if not self.goals and not self.errors:
            self.add_error("goal1", "Choose at least one goal")
        least, most = (self.cleaned_data.get(name) for name in ("high_least", "high_most"))
        if least is not None and most is not None and least > most:
            words = "The fewest high-risk cases each must be no more than the most"
            self.add_error("high_least", words)
        return self.cleaned_data

    @property
    def goals(self) -> tuple[str, ...]:
        """The goals that are asked for, in their order."""
        found = (self.cleaned_data.get(f"goal{number}") for number in range(1, len(_PLACES) + 1))
        return tuple(str(goal) for goal in found if goal and goal != "none")

    @property
    def question(self) -> SharingQuestion:
        """What is asked, of a form without faults."""
        found = self.cleaned_data
        numbers = ("moves", "per_person", "high_least", "high_most")
        return SharingQuestion(
            goals=self.goals, waiting=found["waiting"] == "yes",
            held_weeks=found["held_weeks"] or 0, ends_weeks=found["ends_weeks"] or 0,
            band_x100=_x100(found["band"]), step_x100=_x100(found["step"]),
            leavers=tuple(self.codes("leavers")), locked=tuple(self.codes("locked")),
            **{name: found[name] for name in numbers},
        )  # fmt: skip


def _x100(share: Decimal | None) -> int:
    return int((share or 0) * 100)


def as_query(question: SharingQuestion) -> dict[str, str]:
    """A question as the form has it in an address: without cases that somebody keeps, and without the people
    where they are more than the form takes."""
    goals = [*question.goals, *["none"] * len(_PLACES)][: len(_PLACES)]
    numbers = ("moves", "per_person", "held_weeks", "ends_weeks", "high_least", "high_most")
    found = {name: getattr(question, name) for name in numbers}
    named = {name: dict.fromkeys(getattr(question, name)) for name in _NAMED}
    return {
        "ask": "1",
        **{f"goal{number}": goal for number, goal in enumerate(goals, 1)},
        **{name: str(value) for name, value in found.items() if value is not None},
        **{name: f"{Decimal(getattr(question, f'{name}_x100')) / 100:f}" for name in ("band", "step")},
        "waiting": "yes" if question.waiting else "no",
        **{name: " ".join(codes) for name, codes in named.items() if codes and len(codes) <= MOST_NAMED},
    }
