"""What is asked when cases are shared again: goals in their order, limits, and what stays."""

from collections.abc import Mapping

from django import forms

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
#: So long is a list of codes of posts at most.
_CODES = 1_600


def _number(label: str, least: int = 0, most: int = _MOST, initial: int | None = None) -> forms.IntegerField:
    words = f"{label}: enter a whole number from {least} to {most:,}"
    return forms.IntegerField(
        label=label, required=False, min_value=least, max_value=most, initial=initial,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), words),
    )  # fmt: skip


class ResharingForm(QueryForm):
    """The question, as it stands in an address; without one it is the usual question."""

    moves = _number("Most cases that move in all")
    per_person = _number("Most cases that one person gives and gets", least=1)
    held_weeks = _number("Keep cases held for less than this many weeks", most=520, initial=4)
    ends_weeks = _number("Keep cases that end within this many weeks", most=520, initial=4)
    high_least = _number("Fewest high-risk cases each")
    high_most = _number("Most high-risk cases each")
    leavers = forms.CharField(label="Codes of people who leave", required=False)

    def add_fields(self) -> None:
        """The goals, each with its place in the order, and waiting cases."""
        choices = [("none", "Nothing else"), *((str(goal), words) for goal, words in _GOALS.items())]
        for number, (place, goal) in enumerate(zip(_PLACES, GOALS, strict=True), 1):
            self.fields[f"goal{number}"] = OneOf(f"{place} goal", choices, str(goal))
        yes_no = [("no", "No, leave them waiting"), ("yes", "Yes, give them out too")]
        self.fields["waiting"] = OneOf("Cases that nobody holds", yes_no, "no")

    def _typed(self, name: str, query: Mapping[str, str]) -> str:
        if name != "leavers":
            return super()._typed(name, query)
        return " ".join(query.get(name, "").replace("\0", "").split())[:_CODES]

    def clean(self) -> dict[str, object]:
        """Goals are named once each; a least is no more than a most."""
        goals = self.goals
        if not goals:
            self.add_error("goal1", "Choose at least one goal")
        elif len(set(goals)) < len(goals):
            self.add_error("goal1", "Choose each goal once")
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
            leavers=tuple(dict.fromkeys(found["leavers"].split())),
            **{name: found[name] for name in numbers},
        )  # fmt: skip


def as_query(question: SharingQuestion) -> dict[str, str]:
    """A question as the form has it in an address, without what somebody keeps as it is."""
    goals = [*question.goals, *["none"] * len(_PLACES)][: len(_PLACES)]
    numbers = ("moves", "per_person", "held_weeks", "ends_weeks", "high_least", "high_most")
    found = {name: getattr(question, name) for name in numbers}
    return {
        "ask": "1",
        **{f"goal{number}": goal for number, goal in enumerate(goals, 1)},
        **{name: str(value) for name, value in found.items() if value is not None},
        "waiting": "yes" if question.waiting else "no",
        **({"leavers": " ".join(question.leavers)} if question.leavers else {}),
    }
