"""What happened at a unit in a month, counted from plain rows: excessive workload actions, moves, plans."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from wmt.site.duties.models import Step

_KIND = Step.Kind
#: Which deadlines a step meets, as `duties.projection` has it: who decides, or keeps an action open, has
#: taken it up, also where nobody said so before.
MEETS: dict[Step.Kind, tuple[str, ...]] = {
    _KIND.ACKNOWLEDGED: ("acknowledge",),
    _KIND.KEPT: ("acknowledge",),
    _KIND.DECIDED: ("acknowledge", "decide"),
    _KIND.REVIEWED: ("review",),
}
DEADLINES = ("acknowledge", "decide", "review")
#: An action that opens again has a new clock; one that is resumed goes on with the clock it had.
ANEW = (_KIND.OPENED, _KIND.REOPENED)
BEGINS = (*ANEW, _KIND.RESUMED)


class DutyStep(NamedTuple):
    """A step of a duty; `what` is the deadline that passed, where it says that one did."""

    duty: int
    kind: str
    day: date
    what: str


@dataclass(frozen=True)
class DutyCounts:
    """Actions that opened (or opened again) and closed, and deadlines that were met, met late and missed."""

    opened: int
    closed: int
    met: int
    met_late: int
    overdue: int


class TeamMove(NamedTuple):
    """A case that was given, by the teams it left and came to."""

    from_team: str
    to_team: str
    was_waiting: bool
    undone: bool


@dataclass(frozen=True)
class MoveCounts:
    """Allocations at a unit: first ones, those within it, from and to other units, and those undone."""

    allocated: int
    within: int
    came: int
    given_up: int
    undone: int


class PlanStep(NamedTuple):
    """A step of a plan that was applied: at which posts ('TEAM:STAFF') and PDUs it changed something."""

    plan: int
    places: Collection[str]
    put_back: bool


@dataclass(frozen=True)
class PlanCounts:
    """Plans of which steps were applied, how many steps, and how many of these were put back since."""

    plans: int
    steps: int
    put_back: int


def duty_counts(steps: Iterable[DutyStep], first: date, last: date) -> DutyCounts:
    """The counts of some days. `steps` are in their order, from before these days too: what is done after
    its deadline passed is met late, whenever that was, and a deadline is met once."""
    found = dict.fromkeys(DutyCounts.__dataclass_fields__, 0)
    clocks: dict[int, _DutyClock] = {}
    for step in steps:
        if step.duty not in clocks or step.kind in ANEW:
            clocks[step.duty] = _DutyClock()
        if first <= step.day <= last:
            for name in clocks[step.duty].take(step):
                found[name] += 1
        else:
            clocks[step.duty].take(step)
    return DutyCounts(**found)


@dataclass
class _DutyClock:
    """The deadlines of an action since it opened: those that passed unmet, and those that were met."""

    late: set[str] = field(default_factory=set)
    met: set[str] = field(default_factory=set)

    def take(self, step: DutyStep) -> list[str]:
        """What a step counts as: names of `DutyCounts`."""
        if step.kind in BEGINS:
            return ["opened"]
        if step.kind == _KIND.CLOSED:
            return ["closed"]
        if step.kind == _KIND.ESCALATED:
            if step.what not in DEADLINES:
                return []
            self.late.add(step.what)
            return ["overdue"]
        return [name for what in MEETS.get(_KIND(step.kind), ()) for name in self._meet(what, step.kind)]

    def _meet(self, what: str, kind: str) -> list[str]:
        if what in self.met:
            # decided once more: of a review that was late this is the answer
            names = ["met_late"] if what == "decide" and "review" in self.late else []
            self.late -= {"review"} if names else set()
            return names
        name = "met_late" if what in self.late else "met"
        self.late.discard(what)
        if kind != _KIND.REVIEWED:  # each review has the next one to follow
            self.met.add(what)
        return [name]


def plan_counts(steps: Iterable[PlanStep], teams: set[str] | None, pdus: Collection[str]) -> PlanCounts:
    """The counts of a unit that has these teams and PDUs; None: all of them."""
    here = [
        step
        for step in steps
        if teams is None or any(place.partition(":")[0] in teams or place in pdus for place in step.places)
    ]
    return PlanCounts(len({step.plan for step in here}), len(here), sum(step.put_back for step in here))


def move_counts(moves: Iterable[TeamMove], teams: set[str] | None) -> MoveCounts:
    """The counts of a unit that has these teams; None: all of them. An allocation that was undone is in no
    other count."""
    found = dict.fromkeys(MoveCounts.__dataclass_fields__, 0)
    for move in moves:
        left, came = (teams is None or team in teams for team in (move.from_team, move.to_team))
        if not left and not came:
            continue
        if move.undone:
            found["undone"] += 1
        elif not came:
            found["given_up"] += 1
        elif move.was_waiting:
            found["allocated"] += 1
        else:
            found["within" if left else "came"] += 1
    return MoveCounts(**found)
