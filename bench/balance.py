"""The best way to share again, beside the greedy answer alone and what no answer can go below, in one run.

`python -m bench.balance` measures it alone on the national night.
"""

import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polars as pl
from ortools.sat.python import cp_model

from bench.ledgers import facts_of
from bench.nation import national
from bench.timing import median_ms, once
from wmt import rules
from wmt.ledger import Ledger
from wmt.plan.balance.greedy import greedy
from wmt.plan.balance.pools import pooled, value
from wmt.plan.balance.problem import Limits, SharingProblem
from wmt.plan.balance.reading import Kept, Sharing, sharing
from wmt.plan.balance.solve import Solved, solve

#: What is shared, about so many posts and cases, the seconds it may take, the gap (hundredths of a per cent).
SIZES = (("team", 12, 400, 0.2, 0), ("PDU", 60, 2_000, 10.0, 100), ("region", 700, 20_000, 60.0, 500))


class Balanced(NamedTuple):
    """One unit: its size, the greedy answer (milliseconds, goals), and the best found with its seconds."""

    name: str
    posts: int
    cases: int
    mark_s: float
    gap_x100: int
    greedy_ms: float
    greedy_goals: list[int]
    seconds: float
    cpu_s: float
    solved: Solved
    peak_mib: float


def balances(night: Path) -> Iterator[Balanced]:
    """The three sizes on the national night, every case that earns points allowed to move."""
    facts = facts_of(night)
    found = Ledger(facts, rules.load().at(facts.day))
    cp_model.CpModel()  # imported once, before anything is timed
    for name, posts, cases, mark, gap in SIZES:
        shared = _nearest(found, facts.team, name, posts, cases)
        asked = shared.of_problem(Limits(over_x100=11_000))
        yield _measured(name, asked, mark, gap)


def _measured(name: str, asked: SharingProblem, mark: float, gap: int) -> Balanced:
    in_pools = pooled(asked)
    shift = greedy(in_pools)
    solved: list[Solved] = []
    start = time.process_time()
    seconds = once(lambda: solved.append(solve(pooled(asked))))
    cpu_s = time.process_time() - start
    return Balanced(
        name=name,
        posts=len(asked.posts),
        cases=len(asked.bundles),
        mark_s=mark,
        gap_x100=gap,
        greedy_ms=median_ms(lambda: greedy(pooled(asked)), 5),
        greedy_goals=[value(in_pools, shift, goal) for goal in asked.goals],
        seconds=seconds,
        cpu_s=cpu_s,
        solved=solved[0],
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _nearest(found: Ledger, team: pl.DataFrame, name: str, posts: int, cases: int) -> Sharing:
    """The unit whose posts and cases are nearest to a size; two teams of a PDU stand for a large team."""
    every = sharing(found, team["team_code"].to_list(), Kept())
    level = {"team": "pdu_code", "PDU": "pdu_code", "region": "region_code"}[name]
    units = team.filter(pl.col(level).is_not_null()).group_by(level).agg("team_code").sort(level)
    groups = [set(codes) for codes in units["team_code"]]
    if name == "team":
        groups = [set(pair) for group in groups for pair in zip(*[iter(sorted(group))] * 2, strict=False)]
    chosen = min(groups, key=lambda codes: _far(every, codes, posts, cases))
    return Sharing(
        [post for post in every.posts if post.team_code in chosen],
        [each for each in every.bundles if each.holder.partition(":")[0] in chosen],
        {},
    )


def _far(every: Sharing, codes: set[str], posts: int, cases: int) -> float:
    has = sum(post.team_code in codes for post in every.posts)
    holds = sum(each.holder.partition(":")[0] in codes for each in every.bundles)
    return abs(has / posts - 1) + abs(holds / cases - 1)


def balance_part(found: list[Balanced]) -> Iterator[str]:
    """This part of the page of benchmarks."""
    yield "\n## The best way to share cases again\n"
    yield "All cases that earn points may move. Goals in their order: people over 110%, points over it,"
    yield "waiting cases, spread, moves; points in steps of half a percentage point of everybody's time."
    yield "'At least' is what no answer can go below that is as good in the goals before. One worker;"
    yield "its work is limited, not its time. Seconds of a core do not count what others do on the machine.\n"
    yield "| unit | greedy | its goals | now | best | at least | proved | seconds | of a core | mark | |"
    yield "|---|---:|---|---|---|---|---|---:|---:|---:|---|"
    for each in found:
        goals = each.solved.reached
        is_met = each.seconds <= each.mark_s and all(goal.gap_x100 <= each.gap_x100 for goal in goals)
        met = "met" if is_met else "NOT met"
        yield (
            f"| {each.name}, {each.posts:,} posts, {each.cases:,} cases | {each.greedy_ms:.0f} ms "
            f"| {_row(each.greedy_goals)} | {_row([goal.before for goal in goals])} "
            f"| {_row([goal.value for goal in goals])} | {_row([goal.bound for goal in goals])} "
            f"| {', '.join(goal.goal for goal in goals if goal.is_proved)} "
            f"| {each.seconds:.2f} | {each.cpu_s:.2f} "
            f"| {each.mark_s:g}, gap {each.gap_x100 / 100:g}% | {met} |"
        )
    yield f"\nMost memory of the process, the ledger of the nation in it: {found[-1].peak_mib:,.0f} MiB.\n"


def _row(values: list[int]) -> str:
    return " · ".join(f"{value:,}" for value in values)


def main() -> None:
    """Measure and print."""
    print("\n".join(balance_part(list(balances(national())))))


if __name__ == "__main__":
    main()
