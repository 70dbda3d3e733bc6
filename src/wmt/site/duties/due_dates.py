"""The clock of a duty: its parameters, what is owed by when, what is late. All of it is derived."""

import logging
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db.models import Q

from wmt import rules
from wmt.nights import NightError
from wmt.site.duties import workdays
from wmt.site.duties.models import Duty
from wmt.site.duties.ordered import DutyInOrder
from wmt.site.workload.state import State, rules_of

log = logging.getLogger(__name__)

What = Literal["confirm", "acknowledge", "decide", "answer", "review"]
Stage = Literal[
    "to be confirmed", "to be acknowledged", "to be decided", "under review", "review due", "closed"
]
STAGES: tuple[Stage, ...] = (
    "to be confirmed", "to be acknowledged", "to be decided", "under review", "review due", "closed",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The days that the rules give, as of some day."""

    acknowledge_days: int
    decide_days: int
    answer_days: int
    review_days: int
    reopen_days: int


@dataclass(frozen=True)
class Deadline:
    """Something that is owed by a day, both as of the day it is looked at."""

    what: What
    by: date
    today: date

    @property
    def is_late(self) -> bool:
        """Whether the day has passed."""
        return self.by < self.today

    @property
    def is_due(self) -> bool:
        """Whether the day has come."""
        return self.by <= self.today

    @property
    def working_days_left(self) -> int:
        """Working days after today up to it; 0 on the day itself and where it is late."""
        return workdays.between(self.today, self.by)

    @property
    def working_days_late(self) -> int:
        """Working days that have passed since; 0 where it is not late."""
        return workdays.between(self.by, self.today)

    @property
    def key(self) -> str:
        """By which a duty knows whether somebody was told of it."""
        return f"{self.what} {self.by}"


def clock_of(ruleset: rules.RuleSet) -> Clock:
    """The clock of a set of rules. Raises NoRuleError where it has none."""
    names = Clock.__dataclass_fields__
    return Clock(**{name: int(ruleset[f"duties.{name}"].hundredths // 100) for name in names})


def clock_on(state: State) -> Clock:
    """The clock by the rules of the figures shown; where their night has none, by those of the day."""
    try:
        found = rules_of(state)
        if found.under("duties"):
            return clock_of(found)
    except NightError:
        log.warning("the rules of the night %s cannot be read: the clock is that of the rules", state.night)
    return clock_of(rules_on(state.day))


def rules_on(day: date) -> rules.RuleSet:
    """The packaged rules of a day, or the first there are."""
    tree = rules.load()
    return tree.at(max(day, min(tree.days)))


def stage_of(duty: Duty, day: date) -> Stage:
    if duty.closed_on is not None:
        return "closed"
    if duty.confirm_by is not None:
        return "to be confirmed"
    if duty.acknowledged_on is None:
        return "to be acknowledged"
    if duty.decided_on is None or duty.review_on is None:
        return "to be decided"
    return "review due" if duty.review_on <= day else "under review"


def deadlines(duty: Duty | DutyInOrder, day: date) -> list[Deadline]:
    """All that is owed on a duty, the most urgent first; where it is closed, the answer to a request."""
    found = _of_duty(duty, day) if duty.closed_on is None else []
    if duty.relief_by is not None:
        found.append(Deadline("answer", duty.relief_by, day))
    return sorted(found, key=lambda each: each.by)


def _of_duty(duty: Duty | DutyInOrder, day: date) -> list[Deadline]:
    if duty.confirm_by is not None:  # until somebody says whether it closes, nothing else is owed
        return [Deadline("confirm", duty.confirm_by, day)]
    found: list[Deadline] = []
    if duty.acknowledged_on is None:
        found.append(Deadline("acknowledge", duty.acknowledge_by, day))
    if duty.decided_on is None or duty.review_on is None:
        found.append(Deadline("decide", duty.decide_by, day))
    else:
        found.append(Deadline("review", duty.review_on, day))
    return found


def open_deadlines(duty: Duty | DutyInOrder, day: date) -> list[Deadline]:
    """What everybody may know to be owed: that relief was asked for is for those who may read the duty."""
    return [each for each in deadlines(duty, day) if each.what != "answer"]


def is_late(duty: Duty | DutyInOrder, day: date) -> bool:
    """Whether anything that everybody may know to be owed is late."""
    return any(each.is_late for each in open_deadlines(duty, day))


def late_on(day: date) -> Q:
    """The duties that are late on a day, for questions to the database; as `is_late`."""
    handled = Q(confirm_by__isnull=True) & (
        Q(acknowledged_on__isnull=True, acknowledge_by__lt=day)
        | Q(decided_on__isnull=True, decide_by__lt=day)
        | Q(decided_on__isnull=False, review_on__lt=day)
    )
    return Q(closed_on__isnull=True) & (handled | Q(confirm_by__lt=day))


def due_on(day: date) -> Q:
    """The duties of which something may have to be said on a day: something is late, or a review is due."""
    of_few = Q(decided_on__isnull=False, review_on__lte=day)
    return late_on(day) | (Q(closed_on__isnull=True) & of_few)
