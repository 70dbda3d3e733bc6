"""Five years of history: 1,826 days of 8,000 posts, generated once; how large, how quick, how much memory."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from bench.ledgers import facts_of
from bench.nation import FOLDER, national
from bench.timing import Ran, median_ms, once, wmt
from wmt import rules
from wmt.demo.past import write_past
from wmt.history import compact, dated_marks, open_history, runs_on
from wmt.history.archive import keep
from wmt.ledger import Ledger

DAYS = 1826
NIGHTS = FOLDER / "history"


@dataclass(frozen=True)
class Measured:
    """What was measured. Times in seconds or, where named so, milliseconds; sizes in MB."""

    days: int
    months_mb: float
    archives_mb: float
    question: Ran
    days_over: Ran
    post_year_ms: float
    post_run_ms: float
    region_year_ms: float
    region_teams_ms: float
    region_posts_ms: float
    one_night_s: float


def five_years(night: Path) -> Path:
    """The folder of the history, made when it is not there; it takes some minutes."""
    if (NIGHTS / "history/index.json").is_file():
        return NIGHTS
    facts = facts_of(night)
    ledger = Ledger(facts, rules.load().at(facts.day))
    NIGHTS.mkdir(parents=True, exist_ok=True)
    for path in write_past(FOLDER / "past", ledger.totals(), ledger.lines(), facts.day, DAYS, 2026):
        keep(NIGHTS, pl.read_parquet(path))
    shutil.rmtree(FOLDER / "past")
    compact(NIGHTS)
    return NIGHTS


def measure(night: Path) -> Measured:
    """Everything, on the history of five years."""
    nights = five_years(night)
    history = open_history(nights)
    assert history.first
    assert history.last
    end = history.last
    begin = end - timedelta(365)
    posts = history.figures("post", end, end, ("code", "region_code"))
    post, region = posts.row(len(posts) // 2)
    return Measured(
        days=len(history.days),
        months_mb=_megabytes(nights, "????-??*.parquet"),
        archives_mb=_megabytes(nights, "archive-*.parquet"),
        question=_best("ask", "over", "--percent", 120, "--weeks", 4, "--nights", nights),
        days_over=_best("ask", "days-over", "--percent", 110, "--level", "post", "--nights", nights),
        post_year_ms=median_ms(lambda: history.series("post", post, begin, end)),
        post_run_ms=median_ms(lambda: runs_on(history, dated_marks(), codes=[post])),
        region_year_ms=median_ms(lambda: history.series("region", region, begin, end)),
        region_teams_ms=median_ms(lambda: history.below("region", region, "team", begin, end), 5),
        region_posts_ms=median_ms(lambda: history.below("region", region, "post", begin, end), 5),
        one_night_s=_one_more_night(nights, night),
    )


def _best(*command: object) -> Ran:
    return min(wmt(*command) for _ in range(3))


def _megabytes(nights: Path, pattern: str) -> float:
    return sum(path.stat().st_size for path in (nights / "history").glob(pattern)) / 1e6


def _one_more_night(nights: Path, night: Path) -> float:
    """Seconds that the history takes up a night in, at the end of its month."""
    for path in nights.glob("2*"):
        shutil.rmtree(path)
    wmt("load", night / "tidy", "--people", night / "people", "--nights", nights)
    last_months = sorted((nights / "history").glob("????-??.parquet"))[-1:]
    for path in last_months:
        path.unlink()  # whether or not the load has made it already
    return once(lambda: compact(nights))


def history_part(found: Measured) -> Iterator[str]:
    """The part of the page."""
    question, seconds = found.question, found.question.seconds
    whole = found.months_mb + found.archives_mb
    yield "## History\n"
    yield f"{found.days:,} days of the nation's posts, generated backwards from its night by `wmt.demo.past`."
    yield "The questions are whole commands in a fresh process; the rest is warm, medians.\n"
    yield "| what | | mark | |"
    yield "|---|---:|---:|---|"
    yield f"| who was over 120% for four weeks, five years | {seconds:.2f} s | 5 s | {_met(seconds, 5)} |"
    yield f"| its peak memory | {question.peak_mib:,.0f} MiB | 1,024 MiB | {_met(question.peak_mib, 1024)} |"
    yield (
        f"| days over 110% of every post, five years | {found.days_over.seconds:.2f} s, "
        f"{found.days_over.peak_mib:,.0f} MiB | | |"
    )
    yield f"| a post's year | {found.post_year_ms:.1f} ms | 50 ms | {_met(found.post_year_ms, 50)} |"
    yield f"| a post's run today | {found.post_run_ms:.1f} ms | | |"
    yield f"| a region's year | {found.region_year_ms:.1f} ms | 50 ms | {_met(found.region_year_ms, 50)} |"
    yield f"| the year of all teams of a region | {found.region_teams_ms:.0f} ms | | |"
    yield f"| the year of all posts of a region | {found.region_posts_ms:.0f} ms | | |"
    yield f"| taking up one more night | {found.one_night_s:.2f} s | | |"
    yield f"| on disk: months | {found.months_mb:,.0f} MB | | |"
    yield f"| on disk: archives they were made from | {found.archives_mb:,.0f} MB | | |"
    yield f"| on disk: a day | {whole * 1000 / found.days:,.0f} kB | | |\n"


def _met(value: float, limit: float) -> str:
    return "met" if value <= limit else "NOT met"


if __name__ == "__main__":
    print(date.today(), *history_part(measure(national())), sep="\n")
