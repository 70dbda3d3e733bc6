"""What happened at a unit in a month, counted from plain rows: excessive workload actions, moves of cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from wmt.site.duties.models import Step

_KIND = Step.Kind
#: Which deadline a step meets.
MEETS = {_KIND.ACKNOWLEDGED: "acknowledge", _KIND.DECIDED: "decide", _KIND.REVIEWED: "review"}
BEGINS = (_KIND.OPENED, _KIND.REOPENED, _KIND.RESUMED)


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


def duty_counts(steps: Iterable[DutyStep], first: date, last: date) -> DutyCounts:
    """The counts of some days. `steps` are in their order, from before these days too: what is done after
    its deadline passed is met late, whenever that was."""
    found = dict.fromkeys(DutyCounts.__dataclass_fields__, 0)
    late: set[tuple[int, str]] = set()
    for step in steps:
        name, what = "", MEETS.get(_KIND(step.kind), "")
        if step.kind in BEGINS:
            late = {each for each in late if each[0] != step.duty}
            name = "opened"
        elif step.kind == _KIND.CLOSED:
            name = "closed"
        elif step.kind == _KIND.ESCALATED and step.what in MEETS.values():
            late.add((step.duty, step.what))
            name = "overdue"
        elif what:
            name = "met_late" if (step.duty, what) in late else "met"
            late.discard((step.duty, what))
        if name and first <= step.day <= last:
            found[name] += 1
    return DutyCounts(**found)


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
