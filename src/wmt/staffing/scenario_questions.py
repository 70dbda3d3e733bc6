"""What a scenario asks back: changes that were cut, results that can hardly be, and work that is negative."""

from collections.abc import Iterator
from fractions import Fraction

from wmt.ledger.arithmetic import MINUS
from wmt.staffing import scenario
from wmt.staffing.need import Need

#: A need so many times that of today, or so small a part of it, is asked about.
_TIMES = 2


def questions(at: scenario.ScenarioMonth) -> list[str]:
    """What whoever reads a scenario should ask themselves, as sentences; none where nothing is odd."""
    now = at.scenario.now()
    found = [*_limits(at), *_sums(now, at), *_negative(now, at.ends), *_net(at)]
    return list(dict.fromkeys(found))


def _said(number: Fraction, decimals: int) -> str:
    return f"{float(number):,.{decimals}f}".replace("-", MINUS)


def _limits(at: scenario.ScenarioMonth) -> Iterator[str]:
    for path in at.paths:
        for said in path[-1].limits:
            yield f"{said[0].upper()}{said[1:]}."


def _sums(now: Need, at: scenario.ScenarioMonth) -> Iterator[str]:
    today = scenario.people_of(now)
    for people in at.people:
        if people < 0:
            yield (
                f"The need is {_said(people, 1)} people (FTE), below zero: the changes take away more "
                "work than there is. Check the numbers."
            )
        elif today > 0 and not 1 <= people / today * _TIMES <= _TIMES * _TIMES:
            yield (
                f"The need is {_said(people / today, 1)} times that of today. Are these the numbers that "
                "were meant?"
            )


def _negative(now: Need, ends: tuple[Need, Need]) -> Iterator[str]:
    """Work that is below zero only in the scenario: help with colleagues' cases may be so today."""
    today = {each.of[:5] for each in now.work if each.points < 0}
    for need in ends:
        for each in need.work:
            if each.points < 0 and each.of[:5] not in today:
                yield (
                    f"{_name(each.of.line)} come to {_said(each.points, 0)} points: less work than today, "
                    "told as a line below zero."
                )


def _name(line: str) -> str:
    return {"case": "Cases", "report": "Reports"}.get(line, line.replace("_", " ").capitalize())


def _net(at: scenario.ScenarioMonth) -> Iterator[str]:
    for path in at.paths:
        net = path[-1].rates.net
        if net < 0:
            yield (
                f"Non-effective time (NET) comes to {_said(net * 100, 1)}% of contracted time: people would "
                "work more than their hours. Check the days away."
            )
