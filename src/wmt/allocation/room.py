"""Room for a kind of case: how many people who may hold it would stay at or under the threshold, who is
nearest where nobody would, and what would free some."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from wmt import ledger
from wmt.allocation.candidates import Candidate, CaseEffect


@dataclass(frozen=True)
class CaseRoom:
    """Of some people: how many may hold a case, and how many of these have room for it.

    `nearest` would be over by least of those who may hold it; `over_x100` are the points it would be over by.
    `others` have time for it and are of a grade that may not hold it, by grade.
    """

    with_room: int
    may_hold: int
    nearest: Candidate | None
    over_x100: int
    others: Mapping[str, int]


def has_room(one: Candidate, effect: CaseEffect) -> bool:
    """Whether somebody may hold a case, does not yet, and would stay at or under the threshold with it."""
    return _may(one, effect) and not ledger.is_over(*effect.after, one.over_x100)


def room_for(found: Iterable[Candidate], place: int = 0) -> CaseRoom:
    """The room that some people have for one of the cases they were asked about, the first or another."""
    pairs = [(one, one.effects[place]) for one in found]
    able = [(one, effect) for one, effect in pairs if _may(one, effect)]
    others = Counter(
        one.grade
        for one, effect in pairs
        if not (one.why_not or effect.holds or effect.eligibility.eligible)
        and not ledger.is_over(*effect.after, one.over_x100)
    )
    near = min(able, key=lambda pair: (Fraction(*pair[1].after), pair[0].code), default=None)
    over_x100 = 0
    if near is not None:
        (points_x100, available_x100), at_x100 = near[1].after, near[0].over_x100
        # so many points would have to go for it to be at the threshold: hundredths rounded up
        over_x100 = max(0, -((at_x100 * available_x100 - 10_000 * points_x100) // 10_000))
    with_room = sum(has_room(*pair) for pair in able)
    return CaseRoom(with_room, len(able), near[0] if near else None, over_x100, others)


def _may(one: Candidate, effect: CaseEffect) -> bool:
    return not one.why_not and effect.may_get and not effect.holds
