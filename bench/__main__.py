"""Run the whole bench and write docs/benchmarks.md."""

import argparse
import os
import platform
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import duckdb

from bench.balance import balance_part, balances
from bench.engines import EngineTime, engines, missing
from bench.history import history_part, measure
from bench.in_place import in_place_part
from bench.ledgers import LedgerTimes, facts_of, ledgers
from bench.loads import loads
from bench.marked import marked_part
from bench.nation import later_nights, national, tenfold
from bench.odds import odds, odds_part
from bench.site import live_alone, live_part, marked_alone, site, site_part
from bench.timing import Ran

PAGE = Path("docs/benchmarks.md")

HEAD = """# Benchmarks

Written by `make bench`; do not edit. The demonstration nation: {posts:,} posts, {cases:,} rows of cases,
on {cores} cores ({machine}, Python {python}, DuckDB {duckdb}), {day}.
"""


def main() -> None:
    """Measure and print: all of it, written to the page, or the parts that are named."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=main.__doc__)
    parser.add_argument("--part", action="append", choices=PARTS, help="only this; the page is left as it is")
    named = parser.parse_args().part
    night = national()
    if named:
        print("\n".join(line for part in named for line in PARTS[part](night)))
        return
    facts = facts_of(night)
    head = HEAD.format(
        posts=len(facts.post),
        cases=len(facts.caseload),
        cores=os.cpu_count(),
        machine=platform.machine(),
        python=platform.python_version(),
        duckdb=duckdb.__version__,
        day=date.today().isoformat(),
    )
    text = "\n".join([head, *(line for part in WHOLE for line in PARTS[part](night))])
    PAGE.write_text(text, encoding="utf-8")
    print(text)


def _pages_part(night: Path) -> Iterator[str]:
    """The pages with marks of their own alone: some minutes instead of the half hour of the whole site."""
    yield from marked_part(marked_alone(night, later_nights()))


def _verdict(value: float, limit: float) -> str:
    return "met" if value <= limit else "NOT met"


def _ledger_part(times: LedgerTimes) -> Iterator[str]:
    text, codes = times.all_levels / times.numpy_text, times.all_levels / times.numpy_codes
    tenfold_ratio = times.tenfold / times.all_levels
    yield "## The ledger alone, warm\n"
    yield "Medians. The ledger makes every line and sums it for every post, team, PDU, region and the nation;"
    yield "NumPy looks up the points of the cases and sums them by post, and does nothing else.\n"
    yield "| what | time | mark | |"
    yield "|---|---:|---:|---|"
    yield f"| all five levels | {times.all_levels:.1f} ms | 90 ms | {_verdict(times.all_levels, 90)} |"
    yield f"| posts only | {times.posts:.1f} ms | | |"
    yield f"| NumPy, from the case table as it stands (text codes) | {times.numpy_text:.1f} ms | | |"
    yield f"| ledger ÷ that | {text:.1f}× | 10× | {_verdict(text, 10)} |"
    yield f"| NumPy, when every case is two ready-made numbers | {times.numpy_codes:.1f} ms | | |"
    yield f"| ledger ÷ that | {codes:.0f}× | 10× | {_verdict(codes, 10)} |"
    twenty, tenfold_words = times.twenty_rule_sets_s, f"{times.tenfold:.1f} ms ({tenfold_ratio:.1f}×)"
    yield f"| twenty rule sets, repriced and summed | {twenty:.2f} s | 2 s | {_verdict(twenty, 2)} |"
    yield f"| ten times the cases, all levels | {tenfold_words} | 10× | {_verdict(tenfold_ratio, 10)} |"
    full = _verdict(times.full, 1000)
    yield f"| whether every PDU is full, from lines | {times.full:.0f} ms | 1000 ms | {full} |"
    ratio = times.responsive / times.one_more_rule_set
    yield f"| one more rule set, repriced and summed | {times.one_more_rule_set:.1f} ms | | |"
    yield f"| the responsive figure of every team, from lines | {times.responsive:.1f} ms | | |"
    yield f"| that ÷ one more rule set | {ratio:.2f}× | 1× | {_verdict(ratio, 1)} |\n"


def _load_part(runs: dict[str, Ran]) -> Iterator[str]:
    marks = {"tidy": 3.0, "workbook": 10.0, "tidy, ten times the cases": runs["tidy"].seconds * 10}
    yield "## A whole load\n"
    yield "`wmt load` in a fresh process, from its start to the results in the night's folder; best run.\n"
    yield "| input | time | mark | | peak memory | mark | |"
    yield "|---|---:|---:|---|---:|---:|---|"
    for name, run in runs.items():
        memory = f"{run.peak_mib:,.0f} MiB"
        memory_mark = "1,024 MiB" if "ten" not in name else ""
        verdict = _verdict(run.peak_mib, 1024) if memory_mark else ""
        time_verdict = _verdict(run.seconds, marks[name])
        yield (
            f"| {name} | {run.seconds:.2f} s | {marks[name]:.1f} s | {time_verdict} "
            f"| {memory} | {memory_mark} | {verdict} |"
        )
    yield ""


def _engine_part(times: list[EngineTime]) -> Iterator[str]:
    yield "## Engines side by side\n"
    yield "The same national night, the same expressions. 'Same bytes' compares the totals of all levels.\n"
    yield "| engine | facts put in | all totals, warm | same bytes as DuckDB |"
    yield "|---|---:|---:|---|"
    for time in times:
        same = "yes" if time.same else "NO"
        yield f"| {time.name} | {time.put_s:.2f} s | {time.totals_ms:,.0f} ms | {same} |"
    for words in missing():
        yield f"\n{words}."
    yield ""


#: Each part by itself. `pages` and `live` are pieces of `site`; `history`, of five years, stays out.
PARTS: Mapping[str, Callable[[Path], Iterator[str]]] = {
    "ledger": lambda night: _ledger_part(ledgers(night, facts_of(night))),
    "loads": lambda night: _load_part(loads(night, tenfold(night))),
    "balance": lambda night: balance_part(list(balances(night))),
    "engines": lambda night: _engine_part(list(engines(night))),
    "in_place": in_place_part,
    "odds": lambda _night: odds_part(odds()),
    "site": lambda night: site_part(list(site(night, later_nights()))),
    "pages": _pages_part,
    "live": lambda night: live_part(live_alone(night, later_nights())),
    "history": lambda night: history_part(measure(night)),
}
#: What the page has, in its order.
WHOLE = ("ledger", "loads", "balance", "engines", "in_place", "odds", "site")


if __name__ == "__main__":
    main()
