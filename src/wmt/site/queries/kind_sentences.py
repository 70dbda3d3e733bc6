"""'Full' in words: today, since when, and when. Days to come are estimates and said to be."""

from datetime import date, timedelta
from math import ceil

from wmt.days import written
from wmt.plan import full_ahead, full_history, full_runs, full_state
from wmt.text import counted

#: Fewer kept days than this are said not to be enough for an estimate.
_LONG = 3_650


def unit_today(found: full_state.FullState, outlook: full_history.FullOutlook | None) -> str:
    """Where a unit stands: full by the rule only where every kind has been for as many days as it asks."""
    if found.word not in (full_state.FULL, full_state.UNEVEN):
        return found.word
    runs = outlook.runs.values() if outlook else []
    by_rule = bool(runs) and all(run.full_since is not None for run in runs)
    return found.word if by_rule else _only_today(found.word)


def _only_today(word: str) -> str:
    """'full today', 'full today, but uneven': not for so many days yet as the rule asks."""
    return f"{full_state.FULL} today{word.removeprefix(full_state.FULL).replace(' but', ', but')}"


def today(each: full_state.KindState, run: full_runs.FullRun | None) -> str:
    """Where a kind stands: full by the rule only after as many days as it asks."""
    said = each.word
    if each.best.is_full and (run is None or run.full_since is None):
        said = _only_today(said)
    return f"{said}; over-full" if each.is_over_full else said


def since(run: full_runs.FullRun | None, past: full_history.FullPast | None, days: int) -> str:
    """Since when there has been no room, and what becomes of it."""
    if run is None or past is None:
        return "not known"
    if not run.length or run.since is None:
        return ""
    begun = f"{written(run.since)}{' or earlier' if past.reaches_back_to(run.since) else ''}"
    said = f"{begun} ({counted(run.length, 'day')} with data)"
    if run.full_since is None and run.full_on is not None:
        said += f"; {days} days are reached on {written(run.full_on)} if this continues"
    if run.of_totals:
        said += f"; {counted(run.of_totals, 'day')} known by totals only"
    return said


def until(ahead: full_ahead.FullAhead | None, day: date | None) -> str:
    """When a kind would be full: an estimate."""
    if ahead is None or day is None:
        return "not known"
    if ahead.days == 0:
        return "no room now"
    if ahead.rate is None:
        return "not known: not enough saved days"
    if ahead.days is None:
        return "not at the present net inflow" if ahead.complete else "not known: not enough saved days"
    if ahead.days > _LONG:
        return "more than ten years"
    sooner = " or sooner" if not ahead.complete else ""
    return f"{ahead.days:,.0f} days{sooner}, about {written(day + timedelta(ceil(ahead.days)))}"


def odds(ahead: full_ahead.FullAhead | None) -> str:
    """The odds of being full within some days; empty where no spread is known."""
    if ahead is None or not ahead.odds:
        return ""
    return ", ".join(f"{days} days: {_percent(share)}" for days, share in ahead.odds.items())


def interval(ahead: full_ahead.FullAhead | None) -> str:
    """The median and the days between which 8 of 10 outcomes lie."""
    if ahead is None or ahead.median is None:
        return ""
    low, high = (f"{days:,.0f}" if days is not None else "never" for days in ahead.interval)
    return f"half by day {ahead.median:,.0f}; 8 in 10 between {low} and {high}"


def _percent(share: float) -> str:
    if share < 0.01:
        return "under 1%"
    return "over 99%" if share > 0.99 else f"{share:.0%}"
