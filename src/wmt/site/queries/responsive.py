"""The responsive figure: what the lines of a unit are worth at the priority level of each PDU.

The lines are those of business as usual; the rules of a level price them again, and only the difference is
summed. Rows are read once for each state of the figures and the levels. Runs and duties know nothing of it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from django.db.models import Sum

from wmt.ledger import OMIC, LedgerError
from wmt.ledger.level_prices import LevelPrices, difference_x100, level_prices
from wmt.nights import NightError
from wmt.rules import priorities
from wmt.site.priorities import levels
from wmt.site.priorities.models import PriorityLevel
from wmt.site.queries import other_rules
from wmt.site.workload.models import Cell, Line, Unit
from wmt.site.workload.state import State, rules_of


@dataclass(frozen=True)
class Responsive:
    """The responsive figures of one state: the levels of PDUs that are not at green, by code."""

    state: State
    not_green: Mapping[str, PriorityLevel]

    @classmethod
    def of(cls, state: State) -> "Responsive":
        """Those of the figures that are shown, on their day."""
        return cls(state, levels.not_green(state))

    def level_of(self, unit: Unit) -> PriorityLevel | None:
        """The level of the PDU that a unit is or lies in; None at green, and above PDUs."""
        return self.not_green.get(levels.pdu_of(unit))

    @cached_property
    def _moved(self) -> dict[str, str]:
        """The PDUs whose figures a level may move, with their level."""
        used = {row.level for row in self.not_green.values()}
        differing = {level for level in used if _prices(self.state, level)}
        return {code: row.level for code, row in self.not_green.items() if row.level in differing}

    def differs(self, unit: Unit) -> bool:
        """Whether a unit has a responsive figure of its own: it has work in a PDU whose level moves some."""
        if not self._moved or unit.stream == OMIC:
            return False
        pdu = levels.pdu_of(unit)
        return pdu in self._moved if pdu else any(self.holds(unit, code) for code in self._moved)

    def points_x100(self, unit: Unit) -> int:
        """The points of a unit, of its stream and grade, as they are at the levels of today."""
        return unit.points_x100 + (self._difference_x100(unit) if self.differs(unit) else 0)

    def _difference_x100(self, unit: Unit) -> int:
        pdu = levels.pdu_of(unit)
        if unit.level in ("post", "team"):
            posts = _posts(self.state, pdu, self._moved[pdu])
            if unit.level == "post":
                own = posts.get(unit.number or 0)
                return own.difference_x100 if own else 0
            return sum(
                post.difference_x100
                for post in posts.values()
                if (post.team_code, post.stream) == (unit.code, unit.stream)
                and unit.grade in ("", post.grade)
            )
        found = _pdus(self.state, tuple(sorted(self._moved.items())))
        return sum(
            difference
            for (code, stream, grade), difference in found.items()
            if stream == unit.stream and unit.grade in ("", grade) and self.holds(unit, code)
        )

    def holds(self, unit: Unit, code: str) -> bool:
        """Whether a PDU is a unit, or lies in it."""
        if unit.level in ("pdu", "nation"):
            return unit.level == "nation" or unit.code == code
        return unit.level == "region" and _regions(self.state).get(code) == unit.code


def why_same(state: State, level: str) -> str:
    """Why the responsive figure at a level is that of business as usual; empty where it need not be."""
    try:
        if priorities.is_neutral(rules_of(state), level):
            return f"nobody has set what is put aside at {level}"
        level_prices(rules_of(state), level, state.tier_scheme, state.day)
    except (LedgerError, NightError) as fault:
        return f"it cannot be worked out: {fault}"
    return ""


def is_known(state: State, level: str) -> bool:
    """Whether there are prices of a level, others than business as usual or the same."""
    return _prices(state, level) is not None


def differences(state: State, level: str) -> dict[int, int]:
    """By how many hundredths of a point a case differs at a level, by what it was priced by; none of 0."""
    prices = _prices(state, level)
    return other_rules.differences(state, prices) if prices else {}


def _prices(state: State, level: str) -> LevelPrices | None:
    """The prices of a level beside those of business as usual; None where there are none."""
    try:
        return level_prices(rules_of(state), level, state.tier_scheme, state.day)
    except (LedgerError, NightError):
        return None


@lru_cache(maxsize=8)
def _pdus(state: State, moved: tuple[tuple[str, str], ...]) -> dict[tuple[str, str, str], int]:
    """What PDUs differ by, in hundredths of a point, by code, stream and grade."""
    of_level, found = dict(moved), defaultdict[tuple[str, str, str], int](int)
    by_level = {level: differences(state, level) for level in set(of_level.values())}
    wanted = {number for each in by_level.values() for number in each}
    cells = Cell.objects.filter(load_id=state.load_id, level="pdu", code__in=of_level, pricing__in=wanted)
    rows = cells.values_list("code", "post_stream", "grade", "pricing", "quantity_micro")
    for code, stream, grade, number, quantity in rows:
        each = by_level[of_level[code]].get(number, 0)
        found[code, stream, grade] += difference_x100([(each, quantity)])
    return dict(found)


class _PostDifference(NamedTuple):
    """What a post differs by, in hundredths of a point, and where it counts."""

    team_code: str
    stream: str
    grade: str
    difference_x100: int


@lru_cache(maxsize=128)
def _posts(state: State, pdu: str, level: str) -> Mapping[int, _PostDifference]:
    """The posts of a PDU that differ at a level, by their numbers."""
    differing, found = differences(state, level), Counter[int]()
    there = Unit.objects.filter(load_id=state.load_id, whole=True, pdu_code=pdu)
    teams = there.filter(level="team").values_list("number", flat=True)
    lines = Line.objects.filter(load_id=state.load_id, team_no__in=list(teams), pricing__in=list(differing))
    for post, number, quantity in lines.values_list("post_no", "pricing").annotate(sum=Sum("quantity_micro")):
        found[post] += difference_x100([(differing[number], int(quantity))])
    posts = there.filter(level="post").values_list("number", "team_code", "stream", "grade")
    return {
        number or 0: _PostDifference(team, stream, grade, found[number or 0])
        for number, team, stream, grade in posts
        if found[number or 0]
    }


@lru_cache(maxsize=8)
def _regions(state: State) -> dict[str, str]:
    """The region of each PDU."""
    pdus = Unit.objects.filter(load_id=state.load_id, level="pdu", whole=True)
    return dict(pdus.values_list("code", "region_code"))
