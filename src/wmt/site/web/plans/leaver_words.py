"""What it comes to if people leave, in sentences."""

from collections.abc import Sequence
from datetime import date

from wmt import ledger
from wmt.days import written
from wmt.plan.balance.leavers import Binds
from wmt.text import counted

#: Of more people who leave the number alone is said.
MOST_NAMED = 20
#: Which limit binds, of cases that fit with nobody.
WHY = {
    Binds.RULES: "Nobody else there with hours may hold them, by grade, training or access",
    Binds.PROTECTED: "Those who may hold them get no new cases: they are protected or have no figures",
    Binds.MARK: "Those who may hold them would go over {over}",
    Binds.SHARED: "Somebody else has a part in them, so it is not clear who would hold them",
    Binds.NOT_YOURS: "You cannot give them to anybody",
}


def joined(names: Sequence[str]) -> str:
    """'A', 'A and B', 'A, B and C'."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def answered(
    names: Sequence[str], day: date | None, cases: int, points_x100: int, fit: int, where: str, over: str
) -> str:
    """Who leaves when (None: not said), how many cases need somebody, and how many of them fit."""
    who = joined(names) if len(names) <= MOST_NAMED else f"{len(names)} people"
    begins = f"If {who} {'leaves' if len(names) == 1 else 'leave'}"
    begins += f" on {written(day)}" if day else ""
    if not cases:
        return f"{begins}, no case needs another practitioner."
    points = counted(ledger.shown_points(points_x100), "point")
    need = f"{counted(cases, 'case')} ({points}) {'needs' if cases == 1 else 'need'} another practitioner"
    return f"{begins}, {need}. {_fitting(cases, fit, where, over)}"


def _fitting(cases: int, fit: int, where: str, over: str) -> str:
    stay = f"in {where} who stay at or under {over}"
    if fit == cases:
        return (
            f"It fits with a colleague {stay}." if cases == 1 else f"All of them fit with colleagues {stay}."
        )
    if not fit:
        one = f"with a colleague in {where} who would stay at or under {over}"
        return f"It does not fit {one}." if cases == 1 else f"None of them fits {one}."
    rest = cases - fit
    fits, do = ("fits" if fit == 1 else "fit"), ("does" if rest == 1 else "do")
    return f"{fit:,} of them {fits} with colleagues {stay}; {rest:,} {do} not."


def moved(unit: str, before: ledger.Moment, after: ledger.Moment) -> str:
    """From which to which capacity a unit goes."""
    was, then = ledger.shown_capacity(*before), ledger.shown_capacity(*after)
    if was == then:
        return f"The capacity of {unit} stays at {was}."
    if not (before.available_x100 and after.available_x100):
        return f"The capacity of {unit} is {was} now, and {then} then."
    return f"The capacity of {unit} goes from {was} to {then}."


def left_behind(points_x100: int) -> str:
    """What stays with those who leave: no case, but work in the figures of their team; empty for nothing."""
    if not points_x100:
        return ""
    points = counted(abs(ledger.shown_points(points_x100)), "point")
    if points_x100 < 0:  # contacts that others do on one's cases are taken off one's own
        return (
            "Reports and contacts do not move with cases: those of the people who leave still take "
            f"{points} off the figures of their team."
        )
    return (
        f"Reports and contacts do not move with cases: {points} of those who leave stay in the figures of "
        "their team."
    )
