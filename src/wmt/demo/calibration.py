"""The figures the nation was built to, worked out from its tables by lookup and sum.

This is the truth that the ledger's figures are checked against, so it is a second calculation on purpose.
Help on colleagues' cases is left out: over the nation it sums to zero.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from wmt import rules
from wmt.demo import size
from wmt.demo.cases import CUSTODY
from wmt.demo.mixes import TIER_ORDER
from wmt.demo.work import WINDOW, day_number
from wmt.demo.world import World
from wmt.facts import GRADES, LOCATIONS

#: Streams of posts, the headline first. In words of its own: the ledger is what this checks.
STREAMS = ("sentence_management", "courts", "omic")
OLD_RULES, NEW_RULES = date(2022, 6, 1), date(2023, 6, 1)


@dataclass(frozen=True)
class Stream:
    """What the posts of a stream come to together. Their help for one another sums to nothing."""

    posts: int
    points: int
    available: int


@dataclass(frozen=True)
class Calibration:
    """The figures of one night. `change` is new ÷ old capacity; capacities are shares, not percent.

    `capacity_2023` is of sentence management alone, as it is published; `streams` has all three.
    """

    change: float
    change_without_parole_and_arms: float
    capacity_2021: float
    capacity_2023: float
    streams: dict[str, Stream]
    suspended_in_the_community: float
    high_risk: float
    cases_per_fte_po: float
    share_of_pos_over_50: float
    active_cases: int
    points_2023: int
    available_2023: int


def calibrate(world: World) -> Calibration:
    """Measure the nation with the rules of 2021 and of 2023."""
    old, new = rules.load().at(OLD_RULES), rules.load().at(NEW_RULES)
    work, available = post_points(world, new), available_points(world, new)
    before, time_before = post_points(world, old), available_points(world, old)
    plain = post_points(world, old, without=("parom", "arms"))
    shrink = time_before.sum() / available.sum()
    headline = stream_of(world) == STREAMS[0]
    active = active_cases(world)
    officers = (world.posts["grade"] == "PO").to_numpy()
    fte = world.posts["hours"].to_numpy()[officers].sum() / size.FULL_TIME
    held = world.cases.filter((pl.col("status") == 0) & (pl.col("stream") < 2))
    outside = held.filter((pl.col("location") != CUSTODY) & (pl.col("stream") == 0))
    return Calibration(
        change=float(work.sum() / before.sum() * shrink),
        change_without_parole_and_arms=float(work.sum() / plain.sum() * shrink),
        capacity_2021=float(before[headline].sum() / time_before[headline].sum()),
        capacity_2023=float(work[headline].sum() / available[headline].sum()),
        streams=by_stream(world, work, available),
        suspended_in_the_community=float(outside["suspended"].to_numpy().mean()),
        high_risk=float(held["tier"].is_between(1, 8).to_numpy().mean()),
        cases_per_fte_po=float(active[officers].sum() / fte),
        share_of_pos_over_50=float((active[officers] >= size.OVER_50).mean()),
        active_cases=int(active.sum()),
        points_2023=int(work.sum()),
        available_2023=int(available.sum()),
    )


def stream_of(world: World) -> np.ndarray:
    """The stream of each post by what it does: prison teams, posts with reports and no case, all others."""
    posts = world.posts["post_no"]
    holds = posts.is_in(world.cases["post_no"].implode()).to_numpy()
    reports = posts.is_in(world.reports.filter(pl.col("type") != "parom")["post_no"].implode()).to_numpy()
    in_prison = (world.posts["kind"] == "omic").to_numpy()
    return np.select([in_prison, ~holds & reports], [STREAMS[2], STREAMS[1]], STREAMS[0])


def by_stream(world: World, work: size.Floats, available: size.Ints) -> dict[str, Stream]:
    """Posts, points and available points of each stream."""
    found = stream_of(world)
    return {
        name: Stream(int(here.sum()), int(work[here].sum()), int(available[here].sum()))
        for name, here in ((name, found == name) for name in STREAMS)
    }


def active_cases(world: World) -> size.Ints:
    """Active cases per post: T2A among them, OMiC not."""
    counted = (world.cases["status"] == 0) & (world.cases["stream"] < 2)
    return np.bincount(world.cases["post_no"].to_numpy()[counted.to_numpy()], minlength=len(world.posts))


def available_points(world: World, rule_set: rules.RuleSet) -> size.Ints:
    """Available points per post: target × hours left ÷ full-time hours, cut to a whole number."""
    return available_of(world, rule_set, world.time_left())


def available_of(world: World, rule_set: rules.RuleSet, time_left: size.Ints) -> size.Ints:
    """The same of hours left on another day, in ten-thousandths."""
    by_grade = {grade: round(_worth(rule_set, f"nominal_target.{grade}")) for grade in GRADES}
    target = np.array([by_grade[grade] for grade in world.posts["grade"].to_list()])
    available: size.Ints = target * time_left // (size.FULL_TIME * 100)
    return available


def case_points(rule_set: rules.RuleSet, table: str) -> size.Floats:
    """Points by location, tier number and suspended (0 or 1)."""
    points = np.zeros((len(LOCATIONS), len(TIER_ORDER), 2))
    for place, location in enumerate(LOCATIONS):
        for number, tier in enumerate(TIER_ORDER):
            for suspended, suffix in enumerate(("", "S")):
                path = f"{table}.pc16.{location}.{tier}{suffix}"
                points[place, number, suspended] = _worth(rule_set, path) if path in rule_set else 0.0
    return points


def each_case(cases: pl.DataFrame, rule_set: rules.RuleSet) -> size.Floats:
    """What each of some active cases earns; those of OMiC nothing in the figure."""
    at = (
        cases["location"].to_numpy(),
        cases["tier"].to_numpy(),
        cases["suspended"].to_numpy().astype(np.int64),
    )
    stream = cases["stream"].to_numpy()
    return np.where(
        stream == 0,
        case_points(rule_set, "tier_points")[at],
        np.where(stream == 1, case_points(rule_set, "t2a_points")[at], 0.0),
    )


def post_points(world: World, rule_set: rules.RuleSet, without: tuple[str, ...] = ()) -> size.Floats:
    """Points per post from cases, reports and assessments."""
    cases = world.cases.filter(status=0)
    each = each_case(cases, rule_set)
    age = day_number(world.day) - world.reports["on_day"].to_numpy()
    recent = world.reports.filter((age >= 0) & (age < WINDOW)).filter(state="completed")
    kinds = ("sdr", "fdr", "oral", "parom")
    worth = {kind: _worth(rule_set, f"report_points.{kind}") for kind in kinds if kind not in without}
    of_reports = np.array([worth.get(kind, 0.0) for kind in recent["type"].to_list()])
    reports = _by_post(world, recent["post_no"], of_reports)
    if "arms" not in without:
        sorts = ("arms_community", "arms_community", "arms_licence")
        arms = np.array([_worth(rule_set, f"report_points.{sort}") for sort in sorts])
        found = world.assessments
        reports = reports + _by_post(world, found["post_no"], arms[found["location"].to_numpy()])
    return _by_post(world, cases["post_no"], each) + reports


def _worth(rule_set: rules.RuleSet, path: str) -> float:
    return float(str(rule_set[path].value))


def _by_post(world: World, post: pl.Series, each: size.Floats) -> size.Floats:
    """Points of single things summed per post."""
    return np.bincount(post.to_numpy(), weights=each, minlength=len(world.posts)).astype(np.float64)
