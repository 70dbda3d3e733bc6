"""What posts have time for after a night, by all that is entered: what odds by events are worked out from."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl
from django.conf import settings

from wmt import odds, rules
from wmt.history import History
from wmt.ledger import Ledger
from wmt.nights import open_night
from wmt.site.changes.weeks_ahead import available_ahead
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, rules_of, state_if_any

_DAYS = 7 * max(odds.WEEKS)
#: Points and available points of posts under some rules, by code, in hundredths.
_Sums = Mapping[str, tuple[int, int]]
_Steps = Mapping[str, Sequence[tuple[date, int]]]


def time_ahead(past: History, day: date) -> odds.TimeAhead | None:
    """What posts have available from a day of the history on; None where the figures shown are of another
    night.

    Where other rules begin within the weeks, all is priced by those from their day on; None where something
    was laid over the rules of the night, which nobody can lay over those to come. Raises NightError where the
    night cannot be read.
    """
    state = state_if_any()
    if state is None or state.night != past.night_of(day):
        return None
    last = day + timedelta(_DAYS)
    turns = [turn for turn in rules.load().days if state.day < turn <= last]
    if turns and state.overlays:
        return None
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True)
    available = available_ahead(state, list(posts), last)
    return repriced(available, _sums_by_day(state, turns)) if turns else odds.TimeAhead(available, {})


def repriced(available: _Steps, sums: Mapping[date, _Sums]) -> odds.TimeAhead:
    """What is available by the rules of each day, and by how much points change on the days of other rules.

    `sums`: the same night under the rules of now, by the first day, and under others by the day they begin.
    """
    first, *turns = sorted(sums)
    steps: dict[str, list[tuple[date, int]]] = {}
    for before, day in zip([first, *turns], turns, strict=False):
        for code, (points, _) in sorted(sums[day].items()):
            if code in sums[before] and points != sums[before][code][0]:
                steps.setdefault(code, []).append((day, points - sums[before][code][0]))
    found = {}
    for code, entries in available.items():
        worth = [(day, sums[day].get(code, (0, 0))[1]) for day in (first, *turns)]
        days, base = sorted({each for each, _ in entries} | set(turns)), worth[0][1]
        plain = [(day, _last(entries, day)) for day in days]
        found[code] = [(day, x100 * _last(worth, day) // base if base else x100) for day, x100 in plain]
    return odds.TimeAhead(found, steps)


def _last(entries: Sequence[tuple[date, int]], day: date) -> int:
    """The value of the last entry not after a day, else of the first."""
    return next((value for since, value in reversed(entries) if since <= day), entries[0][1])


def _sums_by_day(state: State, turns: Sequence[date]) -> dict[date, _Sums]:
    facts, tree = open_night(settings.CONFIG.nights / state.night).facts(), rules.load()
    sets = {state.day: rules_of(state), **{day: tree.at(day) for day in turns}}
    found: dict[date, _Sums] = {}
    for day, rule_set in sets.items():
        totals = Ledger(facts, rule_set).totals().filter(level="post")
        sums = totals.group_by("code").agg(pl.col("points_x100", "available_x100").sum())
        found[day] = {code: (points, time) for code, points, time in sums.iter_rows()}
    return found
