"""How good odds are on a nation whose work moves by events, and how long they take."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from bench.hindcast import MARKS, RolledYear, rolled_year
from wmt.demo import Size
from wmt.odds import WEEKS, Hindcast, by_events, hindcast
from wmt.odds.analogue import Analogues

#: A year that odds by events are looked back over, after the 91 days they need and before eight weeks more.
NIGHTS = 400
BETTER_PERCENT, WITHIN_POINTS, BY_ANALOGY_S, BY_EVENTS_S = 20, 10, 2.0, 6.0
#: A tenth counts as populated with so many probabilities.
POPULATED = 100


@dataclass(frozen=True)
class OddsMeasured:
    """Odds some weeks ahead: looked back at, and the seconds of a core that those of one day take."""

    past: Hindcast
    analogy: Hindcast
    analogy_s: float
    events_s: float
    uncertain: int


def odds(scale: float = 1.0, nights: int = NIGHTS) -> list[OddsMeasured]:
    """Everything, on a nation rolled night by night: about ten minutes for the whole one."""
    year = rolled_year(Size.of(scale), nights)
    return [_measured(year, weeks) for weeks in WEEKS]


def _measured(year: RolledYear, weeks: int) -> OddsMeasured:
    row = len(year.ratios.days) - 1
    analogy_s = _core_seconds(lambda: Analogues(year.ratios, weeks).stated(row))
    raw = Analogues(year.ratios, weeks).stated(row)[0]
    known = year.known(row)
    assert known is not None
    found = by_events(year.ratios, row, weeks, raw, known, MARKS)
    events_s = _core_seconds(lambda: by_events(year.ratios, row, weeks, raw, known, MARKS))
    return OddsMeasured(
        year.looked_back(weeks),
        hindcast(year.ratios, weeks),
        analogy_s,
        events_s,
        int((~np.isnan(found)).sum()),
    )


def _core_seconds(work: Callable[[], object]) -> float:
    """What others do on the machine meanwhile does not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def odds_part(found: list[OddsMeasured]) -> Iterator[str]:
    """This part of the page of benchmarks."""
    first = found[0].past
    yield "## How likely four weeks over the threshold are\n"
    yield f"The nation rolled night by night by its own events, {NIGHTS} nights: cases keep their planned"
    yield "ends, it grows by 3% a year, a quarter is suspended. What happened is what the four-week rule"
    yield f"says. Looked back on every 14th day up to {first.days[-1]:%-d %B %Y}, as it would have been said"
    yield "on it with what was known then, for posts whose four weeks were not full. Errors: Brier scores."
    yield "'Where it was open' is of the posts that odds by events were worked out for, on the same days.\n"
    yield "| weeks ahead | stated | same as today | by analogy | as stated | better by | mark | |"
    yield "|---|---:|---:|---:|---:|---:|---:|---|"
    for each in found:
        yield from _scores(each)
    yield "\n| weeks ahead | where it was open | same as today | by analogy | by events | put right |"
    yield "|---|---:|---:|---:|---:|---:|"
    for each in found:
        yield _open(each)
    yield "\nWhat was stated beside what happened, by tenths; a populated one has a hundred or more.\n"
    yield "| weeks ahead | said | how often | said on average | happened | apart by | mark | |"
    yield "|---|---|---:|---:|---:|---:|---:|---|"
    for each in found:
        yield from _tenths(each.past)
    yield "\n| odds of one day | posts | seconds of a core | mark | |"
    yield "|---|---:|---:|---:|---|"
    for each in found:
        weeks, posts = each.past.weeks, len(each.past.raw) // max(len(each.past.days), 1)
        yield _time(f"{weeks} weeks, by analogy, all (with the paths)", posts, each.analogy_s, BY_ANALOGY_S)
        yield _time(f"{weeks} weeks, by events, where it is open", each.uncertain, each.events_s, BY_EVENTS_S)
    yield ""


def _scores(each: OddsMeasured) -> Iterator[str]:
    past, better = each.past, 100 * (each.past.better_by or 0)
    yield (
        f"| {past.weeks} | {len(past.row):,} | {past.brier_same_as_today:.4f} | {each.analogy.brier:.4f} "
        f"| {past.brier:.4f} | {better:.0f}% | {BETTER_PERCENT}% | {_verdict(better >= BETTER_PERCENT)} |"
    )


def _open(each: OddsMeasured) -> str:
    past, own = each.past, each.past.by_events

    def error(stated: np.ndarray) -> str:
        return f"{np.mean((stated[own] - past.happened[own]) ** 2):.4f}"

    errors = (past.same_as_today, each.analogy.stated, past.raw, past.stated)
    return f"| {past.weeks} | {own.sum():,} | " + " | ".join(error(stated) for stated in errors) + " |"


def _tenths(past: Hindcast) -> Iterator[str]:
    for row in past.deciles().iter_rows(named=True):
        apart = 100 * abs(row["stated"] - row["happened"])
        met = _verdict(apart <= WITHIN_POINTS) if row["count"] >= POPULATED else "few"
        yield (
            f"| {past.weeks} | {row['from_percent']} to {row['from_percent'] + 10}% | {row['count']:,} "
            f"| {row['stated']:.1%} | {row['happened']:.1%} | {apart:.1f} | {WITHIN_POINTS} | {met} |"
        )


def _time(what: str, posts: int, seconds: float, mark: float) -> str:
    return f"| {what} | {posts:,} | {seconds:.2f} s | {mark:g} s | {_verdict(seconds < mark)} |"


def _verdict(met: bool) -> str:
    return "met" if met else "NOT met"
