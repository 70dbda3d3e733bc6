"""What is known of somebody who could be chosen, in words: the run over the threshold, the weeks ahead."""

from collections.abc import Mapping
from datetime import date

from wmt.allocation.limits import CaseLimits
from wmt.history.runs_ahead import RunAhead
from wmt.site import tables
from wmt.site.queries.choosing import Choice
from wmt.text import counted


def run(choice: Choice, days: int) -> tables.Value:
    """For how many days they have been over the threshold, as far as the rule asks; what becomes of it."""
    if choice.with_it is None:
        return tables.Value(None, "not known")
    length = min(int(choice.run["length"]), days) if choice.run else 0
    said = f"{days} or more" if length == days else f"{length}"
    then = run_then(choice, days)
    return tables.Value(length, said, note=f"with it: {then}" if then else "")


def run_then(choice: Choice, days: int) -> str:
    """What becomes of the run with the case, and of what would have become of it without; '' for none."""
    without, then = choice.without, choice.with_it
    if without is None or then is None:
        return ""
    is_full = choice.run is not None and choice.run["length"] >= days
    full = f", {days} days on {_day(then.full_on)}" if then.full_on and not is_full else ""
    if choice.run is not None:
        if then.ends is None:
            return f"goes on{full}" + (f"; without it, {_ends(without)}" if without.ends else "")
        return f"goes on{full}, {_ends(then)}" if full else _ends(then)
    if then.begins is None:
        return ""
    also = "; also without it" if without.begins == then.begins else ""
    if also and without.ends != then.ends:
        also += f", but ends {_day(without.ends)}" if without.ends else ", but goes on"
    return f"begins {_day(then.begins)}{full}" + (f", ends {_day(then.ends)}" if then.ends else "") + also


def _ends(ahead: RunAhead) -> str:
    again = f", begins again {_day(ahead.begins)}" if ahead.begins else ""
    return f"ends {_day(ahead.ends)}{again}" if ahead.ends else ""


def coming(choice: Choice, *, reads: bool) -> str:
    """What is known to come: available points by day, and work that goes by itself, for those who read cases.

    Figures only. Why somebody has more or less time is for fewer people.
    """
    said, (now, *later) = [], choice.available
    before = now[1]
    for day, x100 in later:
        change = tables.exact(x100 - before).text
        if not x100:
            said.append(f"no available hours from {_day(day)}")
        elif not before:
            said.append(f"no available hours until {_day(day)}, then {change} points")
        else:
            said.append(f"{'+' if x100 > before else ''}{change} points available from {_day(day)}")
        before = x100
    for each in choice.leaving if reads else ():
        what = "planned to end" if each.kind == "case" else "will stop counting"
        points = tables.exact(-each.points_x100).text
        said.append(f"{counted(each.number, each.kind)} {what} by {_day(each.last)} ({points} points)")
    return "; ".join(said)


def protected(limits: CaseLimits | None, refused: str, *, reads: bool) -> str:
    """That a post is protected, and for those who may read it also why it is not to get the case, or what it
    may get; '' where it is not."""
    if limits is None:
        return ""
    return f"{limits.title}: {refused or ', '.join(limits.words)}" if reads else limits.title


def letters(kinds: Mapping[tuple[str, str], int], location: str) -> str:
    """The cases of a type by the letter of their tier: 'A 2, B 12, BS 1, untiered 1'."""
    found = {letter: cases for (where, letter), cases in kinds.items() if where == location}
    order = sorted(found, key=lambda each: (each == "untiered", each))
    return ", ".join(f"{each}\N{NO-BREAK SPACE}{found[each]}" for each in order)


def _day(day: date) -> str:
    """A day of the weeks around today: its year is plain."""
    return f"{day:%-d %b}"
