"""The sentence a person would say about why a figure moved."""

from collections.abc import Sequence

from wmt.ledger import arithmetic
from wmt.ledger.enums import Cause
from wmt.ledger.explain_change import UnitMove, Why

#: How many causes are told one by one; the others are summed up.
LEADING = 3

#: A cause as half a sentence: of one, and of several.
_PHRASES: dict[Cause, tuple[str, str]] = {
    Cause.NEW_CASE: ("1 new case", "{n} new cases"),
    Cause.ALLOCATED_IN: ("1 case allocated in", "{n} cases allocated in"),
    Cause.MOVED_OUT: ("1 case moved out", "{n} cases moved out"),
    Cause.ENDED: ("1 case ended", "{n} cases ended"),
    Cause.CASES_IN: ("1 more case is counted", "{n} more cases are counted"),
    Cause.CASES_OUT: ("1 fewer case is counted", "{n} fewer cases are counted"),
    Cause.RETIERED: ("1 case was re-tiered", "{n} cases were re-tiered"),
    Cause.SUSPENDED: ("supervision of 1 case was suspended", "supervision of {n} cases was suspended"),
    Cause.RESUMED: (
        "supervision of 1 case is no longer suspended",
        "supervision of {n} cases is no longer suspended",
    ),
    Cause.CUSTODY_TO_LICENCE: (
        "1 case went from custody to licence",
        "{n} cases went from custody to licence",
    ),
    Cause.RECALLED: ("1 case was recalled", "{n} cases were recalled"),
    Cause.TYPE_CHANGED: ("1 case changed its type", "{n} cases changed their type"),
    Cause.ON_WARRANT: ("1 case went on warrant", "{n} cases went on warrant"),
    Cause.BACK_FROM_WARRANT: ("1 case is back from warrant", "{n} cases are back from warrant"),
    Cause.OVERDUE: ("1 case became overdue for termination", "{n} cases became overdue for termination"),
    Cause.NO_LONGER_OVERDUE: ("1 case is no longer overdue", "{n} cases are no longer overdue"),
    Cause.COMMENCED: (
        "1 case whose requirement had not been commenced now counts",
        "{n} cases whose requirements had not been commenced now count",
    ),
    Cause.NOT_COMMENCED: (
        "1 case no longer counts, as its requirement is not commenced",
        "{n} cases no longer count, as their requirements are not commenced",
    ),
    Cause.STATUS_CHANGED: ("1 case changed its status", "{n} cases changed their status"),
    Cause.REPORTS: ("reports changed", "reports changed"),
    Cause.HELP_GIVEN: ("help given to colleagues changed", "help given to colleagues changed"),
    Cause.HELP_RECEIVED: ("help received from colleagues changed", "help received from colleagues changed"),
    Cause.HOURS: ("contracted hours changed", "contracted hours changed"),
    Cause.REDUCTION: ("a reduction changed", "reductions changed"),
    Cause.STREAM: (
        "1 post moved to or from another stream",
        "{n} posts moved to or from another stream",
    ),
    Cause.GRADE: ("a grade changed", "grades changed"),
    Cause.RULE: ("the rules changed", "the rules changed"),
}


def say(why: Why, name: str) -> str:
    """Why a unit moved, in one sentence; `name` is what the unit is called."""
    if not why.was_there and not why.is_there:
        return f"{name} is not in the figures for either date."
    if not why.was_there:
        because = f": {_reasons(why.causes)}" if why.causes else ""
        return f"{name} is new, at {_standing(why.after)}{because}."
    if not why.is_there:
        because = f": {_reasons(why.causes)}" if why.causes else ""
        return f"{name} is no longer in the figures (was {_standing(why.before)}){because}."
    if not why.causes:
        capacity = "capacity is " if why.after.available_x100 else ""
        return f"No change: {capacity}still {_standing(why.after)}."
    reasons = _reasons(why.causes)
    return f"{_how_far(why)}: {reasons}."


def _standing(moment: arithmetic.Moment) -> str:
    """Where a unit stands, in percent or, without available time, in points."""
    if moment.available_x100 == 0:
        return f"{_points(moment.points_x100)} with no available hours"
    return arithmetic.shown_capacity(*moment)


def _how_far(why: Why) -> str:
    """Up or down by how much; in points where there is no percentage on one side."""
    start, end = arithmetic.capacity_x100(*why.before), arithmetic.capacity_x100(*why.after)
    if start is not None and end is not None:
        moved = end - start
        if moved == 0:
            return (
                f"Unchanged at {arithmetic.shown_capacity(*why.after)}, although some work or hours changed"
            )
        far, explained = arithmetic.shown_difference(why.before, why.after)
        why_so = f" ({explained})" if explained else ""
        return f"{'Up' if moved > 0 else 'Down'} {far} percentage point{'' if far == '1.0' else 's'}{why_so}"
    missing = {
        (True, True): "there were and are no available hours",
        (True, False): "there were no available hours before",
        (False, True): "there are no available hours now",
    }[start is None, end is None]
    points = why.after.points_x100 - why.before.points_x100
    if points == 0:
        return f"No change in points, and no percentage as {missing}"
    return f"{'Up' if points > 0 else 'Down'} {_points(abs(points))} (no percentage, as {missing})"


def _reasons(causes: Sequence[UnitMove]) -> str:
    # what did nothing is told where it is all there is
    causes = [moved for moved in causes if moved.points_x100 or moved.available_x100] or causes
    leading, rest = causes[:LEADING], causes[LEADING:]
    told = []
    for moved in leading:
        one, several = _PHRASES[moved.cause]
        phrase = one if moved.number == 1 else several.format(n=f"{moved.number:,}")
        told.append(f"{phrase} ({_effect([moved])})")
    if rest:
        told.append(f"and {len(rest)} smaller cause{'' if len(rest) == 1 else 's'} ({_effect(rest)})")
    elif len(told) > 1:
        told[-1] = f"and {told[-1]}"
    return "; ".join(told)


def _effect(causes: Sequence[UnitMove]) -> str:
    """What causes did together: points, available points, or both."""
    points = sum(moved.points_x100 for moved in causes)
    available = sum(moved.available_x100 for moved in causes)
    said = []
    if points or not available:
        said.append(_signed(points, "point"))
    if available:
        said.append(_signed(available, "available point"))
    return ", ".join(said)


def _points(hundredths: int) -> str:
    return _counted(hundredths, "point")


def _signed(hundredths: int, unit: str) -> str:
    sign = "+" if hundredths > 0 else "−" if hundredths < 0 else ""
    return f"{sign}{_counted(abs(hundredths), unit)}"


def _counted(hundredths: int, unit: str) -> str:
    whole, rest = divmod(abs(hundredths), 100)
    sign = "−" if hundredths < 0 else ""
    number = f"{whole:,}" + (f".{rest:02d}".rstrip("0") if rest else "")
    return f"{sign}{number} {unit}{'' if number == '1' else 's'}"
