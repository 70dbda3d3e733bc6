"""A second officer worth looking at: forty cases whose requirements are not commenced, until they are.

On the first night the officer stands at about 77%: forty of the cases are listed and earn nothing. By the
second night all forty have commenced, nothing else has happened to the officer, and they stand at about 111%.
Where nights were made before the first, nothing has happened to the officer on them either.
"""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl

from wmt import rules
from wmt.demo import calibration, size
from wmt.demo.cases import ACTIVE, COMMUNITY, FILTERED, UNCOMMENCED, WARRANT
from wmt.demo.leave import in_force
from wmt.demo.mixes import TIER_ORDER
from wmt.demo.story import Story
from wmt.demo.work import WINDOW, day_number
from wmt.demo.world import World

CASES = 40
#: Tiers of the forty, six not tiered yet. By the rules of 2023 they are worth 748 points.
TIERS = ("D0",) * 28 + ("C0",) + ("B0",) * 5 + ("0",) * 6
WANTED = 0.77
CONTACTS_COUNT = 7  # days that help counts
TITLE = "An officer whose figure jumps overnight, because forty cases that were not commenced now count"
TO_SEE = (
    "on the first night forty cases whose requirements are not commenced, listed and worth nothing yet",
    "on the second night all forty have commenced and count: from about 77% to about 111%",
    "why did it move: one cause, forty lines",
)


def with_jump(world: World) -> World:
    """The nation with the story in it. A nation without an officer who can carry it stays as it is.

    Cases on warrant of other officers become the forty, so that there are as many of everything as before.
    """
    # forty cases on warrant, from all over the nation and not from the first story
    cases = world.cases
    free = (cases["status"] == WARRANT) & (cases["stream"] == 0) & (cases["post_no"] != _of_story(world))
    found = np.flatnonzero(free.to_numpy())
    taken: size.Ints = (
        found[np.linspace(0, len(found) - 1, CASES).astype(np.int64)] if len(found) >= CASES else found
    )
    post = _choose(world)
    if post is None or len(taken) < CASES:
        return world
    world = _quietened(world, post) if post in _busy(world) else world
    columns = {
        name: world.cases[name].to_numpy().copy() for name in world.cases.columns if name != "case_ref"
    }
    _level(world, columns, post)
    for row, tier in zip(taken.tolist(), TIERS, strict=True):
        columns["post_no"][row], columns["status"][row] = post, UNCOMMENCED
        columns["location"][row], columns["tier"][row] = COMMUNITY, TIER_ORDER.index(tier)
    cases = world.cases.with_columns(
        pl.Series(name, values, world.cases.schema[name]) for name, values in columns.items()
    )
    jump = Story(post, TITLE, TO_SEE)
    return replace(world, jump=jump, cases=cases.sort("post_no", "case_ref"))


def _of_story(world: World) -> int:
    """The post of the first story; -1 before it is told."""
    return -1 if world.story is None else world.story.post_no


def _choose(world: World) -> int | None:
    """The full-time field officer nearest to the mark for whom nothing else comes or goes by tomorrow.

    In a small nation there may be none: then the one nearest to the mark whatever else they have.
    """
    rule_set = rules.load().at(world.day)
    share = calibration.post_points(world, rule_set) / np.maximum(
        calibration.available_points(world, rule_set), 1
    )
    odd = world.cases.filter((pl.col("status") >= FILTERED) | (pl.col("stream") != 0))["post_no"]
    posts = world.posts
    able = posts.filter(
        posts["staff_code"].is_unique(),
        pl.col("grade") == "PO",
        pl.col("kind") == "field",
        pl.col("hours") == size.FULL_TIME,
        ~pl.col("post_no").is_in(list({_of_story(world), *odd.to_list()})),
    )["post_no"].to_list()
    busy = _busy(world)
    quiet = [post for post in able if post not in busy] or able
    return min(quiet, key=lambda post: (abs(share[post] - WANTED), post)) if quiet else None


def _busy(world: World) -> set[int]:
    """Posts with reductions, with help that counts, with reports or assessments that leave their window."""
    tomorrow = in_force(world.reductions, world.day + timedelta(days=1))
    coming = (_passing_contacts(world), _passing_reports(world), _passing_assessments(world))
    found = [
        in_force(world.reductions, world.day)["post_no"],
        tomorrow["post_no"],
        *(
            rows[name]
            for rows in coming
            for name in ("post_no", "by_post", "om_post")
            if name in rows.columns
        ),
    ]
    return {int(post) for posts in found for post in posts.to_list()}


def _passing_contacts(world: World) -> pl.DataFrame:
    return world.contacts.filter(day_number(world.day) - pl.col("on_day") < CONTACTS_COUNT)


def _passing_reports(world: World) -> pl.DataFrame:
    age = day_number(world.day) - pl.col("on_day")
    return world.reports.filter((pl.col("state") == "due") | (age == WINDOW - 1))


def _passing_assessments(world: World) -> pl.DataFrame:
    return world.assessments.filter(day_number(world.day) - pl.col("assessed") == WINDOW - 1)


def _quietened(world: World, post: int) -> World:
    """The nation without what would come or go for a post overnight; nothing where the post is quiet."""

    def others(rows: pl.DataFrame, passing: pl.DataFrame, *names: str) -> pl.DataFrame:
        mine = passing.filter(pl.any_horizontal(pl.col(name) == post for name in names))
        return rows.join(mine, on=rows.columns, how="anti", nulls_equal=True, maintain_order="left")

    # a reduction goes to a colleague, for their ids go by how many there are
    holder = pl.when(pl.col("post_no") == post).then(pl.lit(_least_busy(world, post)[0])).otherwise("post_no")
    return replace(
        world,
        reductions=world.reductions.with_columns(holder.cast(pl.Int64).alias("post_no")),
        contacts=others(world.contacts, _passing_contacts(world), "by_post", "om_post"),
        reports=others(world.reports, _passing_reports(world), "post_no"),
        assessments=others(world.assessments, _passing_assessments(world), "post_no"),
    )


def _level(world: World, columns: dict[str, np.ndarray], post: int) -> None:
    """Bring the officer's own cases to the mark: hand on what is too much, then re-tier a few."""
    rule_set = rules.load().at(world.day)
    worth: size.Floats = calibration.case_points(rule_set, "tier_points")[:, :, 0]
    gap = (
        WANTED * calibration.available_points(world, rule_set)[post]
        - calibration.post_points(world, rule_set)[post]
    )
    mine = (columns["post_no"] == post) & (columns["status"] == ACTIVE)
    rows = np.flatnonzero(mine & ~columns["suspended"].astype(bool) & ~columns["unpaid_work"].astype(bool))
    others = _least_busy(world, post)
    handed = 0
    for row in rows.tolist():
        if gap >= 0:
            break
        gap += worth[columns["location"][row], columns["tier"][row]]
        columns["post_no"][row] = others[handed % len(others)]
        handed += 1
    plain = rows[handed:][columns["location"][rows[handed:]] == COMMUNITY]
    ordinary = np.array([tier[-1] != "0" for tier in TIER_ORDER])
    for row in plain.tolist():
        steps = np.where(ordinary, worth[COMMUNITY] - worth[COMMUNITY, columns["tier"][row]], np.inf)
        best = int(np.argmin(np.abs(gap - steps)))
        if abs(gap - steps[best]) >= abs(gap):
            break
        columns["tier"][row], gap = best, gap - steps[best]


def _least_busy(world: World, post: int) -> list[int]:
    """Other officers in the field, those with the least to do first."""
    rule_set = rules.load().at(world.day)
    share = calibration.post_points(world, rule_set) / np.maximum(
        calibration.available_points(world, rule_set), 1
    )
    others = world.posts.filter(
        pl.col("kind") == "field",
        pl.col("grade") == "PO",
        pl.col("hours") > 0,
        ~pl.col("post_no").is_in([post, _of_story(world)]),
    )["post_no"].to_list()
    return sorted(others, key=lambda other: (share[other], other))[:20]


def commence(world: World, number: int) -> tuple[pl.DataFrame, int | None]:
    """The cases with the forty commenced on the second night, and the post that is spared until then."""
    if world.jump is None or number > 1:
        return world.cases, None
    post = world.jump.post_no
    if number < 1:
        return world.cases, post
    mine = (pl.col("post_no") == post) & (pl.col("status") == UNCOMMENCED)
    status = pl.when(mine).then(pl.lit(ACTIVE)).otherwise("status").cast(world.cases.schema["status"])
    return world.cases.with_columns(status.alias("status")), post
