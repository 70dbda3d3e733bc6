"""The time lines of posts, made by the ledger from what people entered: as it stands, or as it would be."""

import atexit
import os
import threading
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from wmt.facts import SCHEMAS
from wmt.facts.enums import MENTIONED
from wmt.ledger import CaseSide, TimeSide
from wmt.site.availability.records import Post, PostRecords
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, rules_of

#: So many posts are named in a question to the database; of more, all are read and sorted here.
_NAMED = 300

_kept = threading.local()
# or the engine complains at the end of the process that it was left behind
atexit.register(_kept.__dict__.clear)


def case_side(state: State) -> CaseSide:
    """What prices cases in the figures shown: one for each process and thread, as for the time of posts."""
    key = *state.of_load, os.getpid()
    if getattr(_kept, "case_key", None) != key:
        # made before the key is kept: what cannot be made must not leave the former night's side under it
        made = CaseSide(rules_of(state), state.tier_scheme, state.as_at.date())
        _kept.case_key, _kept.cases = key, made
    side: CaseSide = _kept.cases
    return side


def time_lines(
    state: State, units: Sequence[Unit], plans: Mapping[Post, PostRecords], day: date
) -> dict[Post, list[dict[str, Any]]]:
    """The time lines of posts under their plans on a day, as the ledger makes them (columns `NAMED_LINE`)."""
    posts = [(unit.team_code, unit.staff_code) for unit in units]
    asked = [(unit, plans.get(post, PostRecords()), day) for unit, post in zip(units, posts, strict=True)]
    return dict(zip(posts, lines_on(state, asked), strict=True))


def lines_on(state: State, asked: Sequence[tuple[Unit, PostRecords, date]]) -> list[list[dict[str, Any]]]:
    """The time lines of each post under a plan on a day of its own, in one run of the ledger."""
    found: list[list[dict[str, Any]]] = [[] for _ in asked]
    if asked:
        # the ledger's time side under the rules of the figures shown. An engine is of one process and thread.
        key = *state.of_load, os.getpid()
        if getattr(_kept, "key", None) != key:
            _kept.key, _kept.side = key, TimeSide(rules_of(state))
        side: TimeSide = _kept.side
        # reductions, their days moved by as much as the day asked for lies from the one the ledger judges
        rows = []
        for number, (_, plan, asked_day) in enumerate(asked):
            by = state.day - asked_day
            for cut in plan.reductions:
                last = cut.last_day + by if cut.last_day else None
                rows.append(
                    (number, cut.key, cut.reason, cut.hours_micro, cut.percent_x100, cut.first_day + by, last)
                )
        reductions = pl.DataFrame(rows, SCHEMAS["reduction"], orient="row")
        lines = side.lines(_post_frame(asked), reductions, state.day)
        for line in lines.iter_rows(named=True):
            found[line["post_no"]].append(line)
    return found


def grade_of(unit: Unit, plan: PostRecords, day: date) -> str:
    """The grade of a post on a day: as corrected, else as the extract has it."""
    corrected = plan.grade_on(day)
    return corrected.grade if corrected else unit.supplied_grade or unit.grade


def _post_frame(asked: Sequence[tuple[Unit, PostRecords, date]]) -> pl.DataFrame:
    rows = []
    for number, (unit, plan, day) in enumerate(asked):
        entered = plan.hours_on(day)
        hours = entered.hours_micro if entered else unit.supplied_micro
        source = MENTIONED if unit.is_only_mentioned else None if hours is None else "supplied"
        stale = unit.stale_since.replace(tzinfo=None) if unit.stale_since else None
        grade, unmeasured = grade_of(unit, plan, day), unit.unmeasured_posts
        codes = unit.team_code, unit.staff_code
        rows.append(
            (
                number,
                0,
                *codes,
                None,
                None,
                grade,
                hours,
                "entered" if entered else source,
                0,
                stale,
                unmeasured,
            )
        )
    return pl.DataFrame(rows, SCHEMAS["post"], orient="row")


def posts_in(state: State, posts: Collection[Post]) -> list[Unit]:
    """The posts as the figures have them, by code; those they do not have are left out."""
    units = Unit.objects.filter(load_id=state.load_id, level="post", whole=True).order_by("code")
    if len(posts) <= _NAMED:
        return list(units.filter(code__in=[":".join(post) for post in posts]))
    wanted = set(posts)
    return [unit for unit in units if (unit.team_code, unit.staff_code) in wanted]
