"""The nation a day later."""

from dataclasses import replace
from datetime import timedelta

import polars as pl

from wmt.demo import rolling
from wmt.demo.case_events import case_events
from wmt.demo.jump import commence
from wmt.demo.leave import time_left
from wmt.demo.size import stream
from wmt.demo.work import day_number
from wmt.demo.world import World


def next_night(world: World, number: int) -> tuple[World, pl.DataFrame]:
    """The world a day later, and the events between (night, ref, kind, before, after)."""

    def dice(part: str):  # type: ignore[no-untyped-def]
        return stream(world.seed, "night", number, part)

    as_at = world.as_at + timedelta(days=1)
    day, today, codes = as_at.date(), day_number(as_at.date()), world.post_codes()
    begun, spared = commence(world, number)
    cases, told_cases = case_events(
        dice("cases"), world.cases, world.posts, codes, today, commenced=begun, spared=spared
    )
    posts, contracts, told_hours = rolling.change_hours(
        dice("hours"), world.posts, world.contracts, codes, day, spared=spared
    )
    reductions, told_reductions = rolling.change_reductions(
        dice("reductions"), world.reductions, posts, codes, day, spared=spared
    )
    left = time_left(posts, reductions, day)
    reports, told_reports = rolling.roll_reports(
        dice("reports"), world.reports, posts, codes, left, today, spared=spared
    )
    contacts, told_contacts = rolling.roll_contacts(
        dice("contacts"), world.contacts, posts, cases, today, spared=spared
    )
    assessments, told_arms = rolling.roll_assessments(
        dice("arms"), world.assessments, posts, cases, today, spared=spared
    )
    events = pl.concat([told_cases, told_hours, told_reductions, told_reports, told_contacts, told_arms])
    later = replace(
        world,
        as_at=as_at,
        posts=posts,
        contracts=contracts,
        reductions=reductions,
        cases=cases,
        reports=reports,
        contacts=contacts,
        assessments=assessments,
    )
    return later, events.select(
        pl.lit(number, dtype=pl.Int64).alias("night"), "ref", "kind", "before", "after"
    )
