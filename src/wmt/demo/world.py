"""The nation on one evening, as tables."""

from dataclasses import dataclass, replace
from datetime import date, datetime

import polars as pl

from wmt.demo import work
from wmt.demo.caseload import build_caseloads
from wmt.demo.cases import build_cases
from wmt.demo.contracts import build_contracts
from wmt.demo.leave import build_reductions, time_left
from wmt.demo.organisation import build_teams
from wmt.demo.posts import build_posts
from wmt.demo.size import Ints, Size
from wmt.demo.story import Story, tell_story

DEFAULT_AS_AT = datetime(2026, 11, 20, 18, 30)


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything the extract and the people files of one night are written from.

    Tables refer to each other by `post_no` and `team_no`, the row numbers of `posts` and `teams`.
    """

    seed: int
    size: Size
    as_at: datetime
    teams: pl.DataFrame
    posts: pl.DataFrame
    contracts: pl.DataFrame
    reductions: pl.DataFrame
    cases: pl.DataFrame
    reports: pl.DataFrame
    contacts: pl.DataFrame
    assessments: pl.DataFrame
    #: the officer whose figures are worth explaining; None before the night on which the story is told
    story: Story | None
    #: the officer whose forty cases commence on the second night, where the nation has one
    jump: Story | None = None

    @property
    def day(self) -> date:
        return self.as_at.date()

    def time_left(self) -> Ints:
        """Hours left to each post today after reductions, in ten-thousandths of an hour."""
        return time_left(self.posts, self.reductions, self.day)

    def post_codes(self) -> list[str]:
        """TEAM:STAFF of every post, by post number."""
        return (self.posts["team_code"] + ":" + self.posts["staff_code"]).to_list()


def build_world(
    seed: int, size: Size, as_at: datetime = DEFAULT_AS_AT, *, suspended_tiers: bool = True
) -> World:
    """The nation of a seed, the same every time."""
    world = build_plain(seed, size, as_at, suspended_tiers=suspended_tiers)
    return with_story(world, suspended_tiers=suspended_tiers)


def build_plain(seed: int, size: Size, as_at: datetime, *, suspended_tiers: bool = True) -> World:
    """The nation without a story in it."""
    day = as_at.date()
    teams = build_teams(seed, size)
    posts = build_posts(seed, size, teams)
    reductions = build_reductions(seed, posts, day)
    left = time_left(posts, reductions, day)
    cases = build_cases(
        seed, posts, build_caseloads(seed, size, posts, left), day, suspended_tiers=suspended_tiers
    )
    return World(
        seed=seed,
        size=size,
        as_at=as_at,
        teams=teams,
        posts=posts,
        contracts=build_contracts(seed, posts, day),
        reductions=reductions,
        cases=cases,
        reports=work.build_reports(seed, posts, left, day),
        contacts=work.build_contacts(seed, posts, cases, day),
        assessments=work.build_assessments(seed, posts, cases, day),
        story=None,
    )


def with_story(world: World, *, suspended_tiers: bool = True) -> World:
    """The nation with an officer in it whose figures are worth explaining on this night."""
    told = tell_story(
        world.posts,
        world.reductions,
        world.cases,
        world.reports,
        world.contacts,
        world.day,
        suspended_tiers=suspended_tiers,
        spared=None if world.jump is None else world.jump.post_no,
    )
    return replace(
        world,
        reductions=told.reductions,
        cases=told.cases,
        reports=told.reports,
        contacts=told.contacts,
        story=told.story,
    )
