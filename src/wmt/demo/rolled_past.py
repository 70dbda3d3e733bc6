"""The nation night by night, by its own events: what a hindcast of odds is held against.

Nothing is written. Each night gives the figures of every post and, on the days asked for, the work behind
them with its planned ends, as one knew it that evening.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from wmt import rules
from wmt.demo import calibration, leave, work
from wmt.demo.events import next_night
from wmt.demo.size import Ints, Size
from wmt.demo.world import DEFAULT_AS_AT, World, build_plain

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class RolledNight:
    """A night: points and available points of every post in hundredths, by its place in `codes`.

    `work`: a row for each case and report that has points (code, grade, kind, ref, points_x100, ends).
    `ahead`: what each post has available on each day from the next on, by what is entered: days × posts.
    """

    day: date
    codes: list[str]
    points_x100: Ints
    available_x100: Ints
    work: pl.DataFrame | None
    ahead: Ints | None


def rolled_nights(seed: int, of: Size, days: int, told: Collection[int], ahead: int) -> Iterator[RolledNight]:
    """So many nights up to the usual last one. `told`: numbers of nights (0 the first) that tell their work,
    and what posts have time for so many days ahead."""
    world = build_plain(seed, of, DEFAULT_AS_AT - timedelta(days - 1))
    for number in range(days):
        if number:
            world, _ = next_night(world, number)
        wanted = number in told
        yield RolledNight(
            world.day,
            world.post_codes(),
            _points_x100(world),
            100 * calibration.available_points(world, rules.load().at(world.day)),
            work_of(world) if wanted else None,
            _ahead_x100(world, ahead) if wanted else None,
        )


def _points_x100(world: World) -> Ints:
    found = calibration.post_points(world, rules.load().at(world.day))
    return np.rint(100 * found).astype(np.int64)


def _ahead_x100(world: World, days: int) -> Ints:
    """By the hours of the day and reductions with their dates, priced by the rules of each day."""
    found = []
    for number in range(1, days + 1):
        day = world.day + timedelta(number)
        left = leave.time_left(world.posts, world.reductions, day)
        found.append(100 * calibration.available_of(world, rules.load().at(day), left))
    return np.stack(found)


def work_of(world: World) -> pl.DataFrame:
    """Cases and reports that have points: a row each."""
    rule_set = rules.load().at(world.day)
    codes, grades = pl.Series(world.post_codes()), world.posts["grade"]
    return pl.concat([_cases(world, rule_set), _reports(world, rule_set)]).select(
        code=pl.lit(codes).gather("post_no"),
        grade=pl.lit(grades).gather("post_no"),
        kind="kind",
        ref="ref",
        points_x100="points_x100",
        ends=pl.lit(_EPOCH) + pl.duration(days="ends"),
    )


def _cases(world: World, rule_set: rules.RuleSet) -> pl.DataFrame:
    cases = world.cases.filter(pl.col("status") == 0, pl.col("stream") < 2)
    each = calibration.each_case(cases, rule_set)
    rows = cases.select("post_no", kind=pl.lit("case"), ref="case_ref", ends=pl.col("ends"))
    found = rows.with_columns(points_x100=pl.Series(np.rint(100 * each).astype(np.int64)))
    return found.filter(pl.col("points_x100") > 0)


def _reports(world: World, rule_set: rules.RuleSet) -> pl.DataFrame:
    age = work.day_number(world.day) - pl.col("on_day")
    recent = world.reports.filter(age >= 0, age < work.WINDOW).filter(state="completed")
    worth = {
        kind: round(100 * float(str(rule_set[f"report_points.{kind}"].value)))
        for kind in sorted(set(recent["type"]))
    }
    rows = recent.select(
        "post_no", kind=pl.lit("report"), ref="report_id", ends=pl.col("on_day") + work.WINDOW
    )
    points = recent["type"].replace_strict(worth, return_dtype=pl.Int64)
    return rows.with_columns(points_x100=points).filter(pl.col("points_x100") > 0)
