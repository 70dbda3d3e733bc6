"""The past of a unit: its daily figures, and why its figures moved between two days or since one.

'Now' is the night that is shown with everything entered since: what the unit's own page has.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings

from wmt import history
from wmt.ledger import NAMED_LINE, Cause, explain_change
from wmt.nights import Night, open_night
from wmt.nights.unit_slice import sides_of
from wmt.rules import Tree, load
from wmt.site.accounts import limited_access, visibility
from wmt.site.audit.reads import note_read
from wmt.site.availability.queries import plans_of
from wmt.site.changes.contact_deltas import contacts_now
from wmt.site.changes.reconcile import facts_now, facts_with_given
from wmt.site.changes.time_lines import time_lines
from wmt.site.figures import units
from wmt.site.figures.line_queries import pricing_of
from wmt.site.loads.past_nights import days_back
from wmt.site.queries import moved_cases
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.state import State

#: Explanations that are kept: who opens a cause, its pages and its files has them at once.
_KEPT = 24


class NoLines(Exception):  # noqa: N818 - nothing went wrong
    """No lines are kept of a day. `day` is the day; `first` the first that has some, None where none has."""

    def __init__(self, day: date, first: date | None, *, archived: bool) -> None:
        super().__init__(f"no details are kept for {day}")
        self.day, self.first, self.archived = day, first, archived


@dataclass(frozen=True)
class NightOnDay:
    """The night that a day stands on, and the day of that night: the same or an earlier one."""

    asked: date
    day: date
    night: str


def moves_of(
    found: explain_change.Why, cause: Cause, state: State, user: Any, unit: Unit
) -> list[dict[str, Any]]:
    """The lines behind a cause as far as somebody may read them: references only where one who holds or held
    the line is within their reach; `withheld` says where one was left out."""
    note_read(user, unit)
    cases = visibility.ReachOfPosts(visibility.cases_in_bulk(user, state, unit), state)
    reasons = visibility.reasons_of_posts(user, state)
    hidden = limited_access.hidden_from(user)
    moves = list(found.lines_of(cause).iter_rows(named=True))
    for move in moves:
        move["withheld"] = False
        if move["kind"] == "contracted_hours":
            continue
        reach = reasons if move["kind"] == "reduction" else cases
        posts = [move[name].split(":", 1) for name in ("post_before", "post_after") if move[name]]
        move["withheld"] = bool(move["ref"]) and (
            move["ref"].upper() in hidden or not any(reach((team, staff)) for team, staff in posts)
        )
        move["ref"] = None if move["withheld"] else move["ref"]
    return moves


def marks_on(day: date) -> Sequence[history.RunThreshold]:
    """The marks of excessive workload that the published rules have on a day."""
    return _marks(load())(day)


@lru_cache(maxsize=2)
def _marks(tree: Tree) -> history.MarksOf:
    return history.dated_marks(tree=tree)


def stood_on(past: history.History, day: date) -> NightOnDay:
    """The night that stands for a day: its own, or one that is not older than the policy `asof.days_back`.

    Raises NoLines where there is none, or only an archive's figures.
    """
    until = past.day_until(day)
    if until is not None and (day - until).days > days_back(day):
        raise NoLines(day, first_with_lines(past), archived=False)
    night = past.night_of(day) if until else None
    if not night or until is None:
        raise NoLines(day, first_with_lines(past), archived=night == "")
    return NightOnDay(day, until, night)


def first_with_lines(past: history.History) -> date | None:
    """The first day of which lines are kept."""
    return next((day for day in past.days if (stood := past.standing(day)) and stood.night), None)


def why_between(state: State, unit: Unit, first: NightOnDay, last: NightOnDay | None) -> explain_change.Why:
    """Why a unit's figures moved between two days, or from one until now (None). Raises NightError."""
    nights = settings.CONFIG.nights
    if last is not None:
        folders = _Folder(nights / first.night), _Folder(nights / last.night)
        return _between(unit.level, unit.code, unit.stream, *folders)
    return _until_now(unit.level, unit.code, unit.stream, _Folder(nights / first.night), _Held(state))


@lru_cache(maxsize=_KEPT)
def _between(level: str, code: str, stream: str, first: "_Folder", last: "_Folder") -> explain_change.Why:
    before, after = sides_of(open_night(first.path), open_night(last.path), level, code)
    return explain_change.why(before, after, level, code, stream)


class _Folder:
    """A night's folder as part of a key: one whose personal data were forgotten meanwhile is another."""

    def __init__(self, path: Path) -> None:
        self.path = path
        manifest = path / "manifest.json"
        self._key = path, manifest.stat().st_mtime_ns if manifest.exists() else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Folder) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


class _Held:
    """A state as part of a key: two are the same when what they show is."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._key = state.of_load, state.day, state.revision

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=_KEPT)
def _until_now(level: str, code: str, stream: str, first: _Folder, held: _Held) -> explain_change.Why:
    state = held.state
    shown = open_night(settings.CONFIG.nights / state.night)
    before, after = sides_of(open_night(first.path), shown, level, code)
    before, after = moved_cases.with_given(state, shown, open_night(first.path), before, after)
    reprices = before.rules.key != after.rules.key
    now = _with_entered(state, shown, level, code, after, reprices=reprices)
    return explain_change.why(before, now, level, code, stream)


def _with_entered(
    state: State, shown: Night, level: str, code: str, side: explain_change.Side, *, reprices: bool
) -> explain_change.Side:
    """The side of a night with the time of those posts that something was entered about since, and with what
    a stage of PQiP that was entered makes of contacts, whoever's they are.

    `reprices`: what happened is worked out under other rules than its own, so its facts are needed too.
    """
    changed = list(
        units.everybody(state, Unit(level=level, code=code)).filter(touched__gt=0)
        if level != "post"
        else units.of_level(state, "post").filter(code=code, touched__gt=0)
    )
    side = replace(side, day=state.day)
    contacts = contacts_now(state)
    if not changed and not contacts:
        return side
    posts = [(unit.team_code, unit.staff_code) for unit in changed]
    plans = plans_of(posts)
    fresh = [unit for unit in changed if unit.stale_since is None and not unit.unmeasured_posts]
    lines = _with_contacts(state, side.given(), contacts)
    if fresh:
        # the time lines of posts as they stand, under the numbers of the night
        found = time_lines(state, fresh, plans, state.day)
        rows = [
            {**line, "post_no": unit.number}
            for unit in fresh
            for line in found[unit.team_code, unit.staff_code]
        ]
        lines = pl.concat([_without_time(lines, fresh), pl.DataFrame(rows, NAMED_LINE)])
    facts = side.facts
    if reprices:
        every = list(facts.post.select("team_code", "staff_code").iter_rows())
        facts = facts_now(shown, state, plans_of(every), facts_with_given(state, shown, facts))
    return replace(side, facts=facts, lines=lines)


def _with_contacts(state: State, lines: pl.DataFrame, contacts: Sequence[Line]) -> pl.DataFrame:
    if not contacts:
        return lines
    pricing = pricing_of(state)
    rows = []
    for line in contacts:
        by = pricing[line.pricing]
        words = (by.reason or None, by.rule or None, by.rule_from or None)
        rows.append(
            (line.post_no, by.kind, line.ref, by.each_x100, line.points_x100, int(by.counted), *words)
        )
    keys, given = (
        ("post_no", "kind", "ref", "each_x100"),
        ("points_x100", "counted", "reason", "rule", "rule_from"),
    )
    shape = {name: NAMED_LINE[name] for name in (*keys, *given)}
    now = pl.DataFrame(rows, shape, orient="row").unique(keys, maintain_order=True)
    found = lines.join(now, on=keys, how="left", suffix="_now", maintain_order="left")
    is_there = pl.col("counted_now").is_not_null()
    priced = [pl.when(is_there).then(f"{name}_now").otherwise(name).alias(name) for name in given]
    return found.with_columns(priced).select(lines.columns)


def _without_time(lines: pl.DataFrame, posts: Sequence[Unit]) -> pl.DataFrame:
    keys = ["team_code", "staff_code"]
    codes = pl.DataFrame([(unit.team_code, unit.staff_code) for unit in posts], keys, orient="row")
    time = pl.col("side") == "time"
    return pl.concat([lines.filter(~time), lines.filter(time).join(codes, on=keys, how="anti")])
