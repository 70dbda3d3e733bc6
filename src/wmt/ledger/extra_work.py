"""Work beside the points: what a case needs beyond the average, and recorded work on warrant cases.

Each note is a line of its own: minutes of an activity by the rules of the day, so many times in four weeks.
Lines are summed in hours. None of them is in any points, and no capacity moves by one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from wmt.rules import RuleSet, activities

_WEEKS = 4


@dataclass(frozen=True, slots=True)
class ExtraLine:
    """One note as a line: an activity, its minutes each time, and how often in four weeks, exact."""

    activity: str
    name: str
    minutes: Fraction
    times: Fraction
    is_of_warrant: bool

    @property
    def hours(self) -> Fraction:
        """Hours in a four-week month."""
        return self.minutes * self.times / 60


def extra_line(ruleset: RuleSet, activity_id: str, times_x100: int) -> ExtraLine | None:
    """The line of a note; None where the rules of the day have no minutes for the activity."""
    found = activities.library(ruleset).get(activity_id)
    if found is None or found.minutes is None:
        return None
    is_of_warrant = found.kind == activities.BESIDE
    return ExtraLine(found.id, found.name, found.minutes, Fraction(times_x100, 100), is_of_warrant)


def offered(ruleset: RuleSet, *, of_warrant: bool) -> dict[str, activities.Activity]:
    """The activities that can be noted on a case, by id: those with minutes. On a warrant case only work
    that is recorded beside the points, on others all but that."""
    return {
        each.id: each
        for each in activities.library(ruleset).values()
        if each.minutes is not None and (each.kind == activities.BESIDE) == of_warrant
    }


def hours_of(lines: Iterable[ExtraLine]) -> Fraction:
    """The hours in a four-week month of lines together."""
    return sum((line.hours for line in lines), Fraction(0))
