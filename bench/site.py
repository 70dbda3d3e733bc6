"""The site at national size: every kind of page on both databases, and 50 requests a second during a load."""

import random
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import requests

from bench.live import LiveTimes, live
from bench.marked import Marked, marked, marked_part
from bench.overload import Load, overload, overload_part
from bench.served import Served, pages, served

DATABASES = ("SQLite", "PostgreSQL")
PORT = 8790
RATE, SECONDS, CLIENTS = 50, 120, 8
QUIET_RATE, QUIET_SECONDS = 12, 60
HEADING = "\n## The site, two workers\n"
_TIMING = re.compile(r'total;dur=([\d.]+), db;dur=([\d.]+);desc="(\d+) queries"')


class Answer(NamedTuple):
    """One answer: the kind of page, the status, milliseconds in the server and as seen by the client."""

    kind: str
    status: int
    server_ms: float
    client_ms: float
    queries: int


class SiteTimes(NamedTuple):
    """What was measured on one database: seconds of a load, answers without and with a load under way."""

    database: str
    load_s: float
    marked: list[Marked]
    quiet: list[Answer]
    loading: list[Answer]
    live: list[LiveTimes]
    overload: tuple[Load, Load]


def site(night: Path, later: tuple[Path, Path], databases: Sequence[str] = DATABASES) -> Iterator[SiteTimes]:
    """Measure each database. Of the later nights the first stands when pages are asked for, and the other is
    loaded meanwhile."""
    then, second = later
    for database in databases:
        with served(night, then, database, PORT) as site:
            found = pages(site)
            alone = marked(site, found)
            _fetched(site)
            _once_each(site, found)
            quiet = drive(site, found, rate=QUIET_RATE, seconds=QUIET_SECONDS)
            changed = live(site, found["post: overview"], partial(_beside, site, found))
            busy = _during_a_load(site, found, second)
            yield SiteTimes(database, site.load_s, alone, quiet, busy, changed, overload(site, found))


def marked_alone(
    night: Path, later: tuple[Path, Path], databases: Sequence[str] = DATABASES
) -> dict[str, list[Marked]]:
    """The pages with marks of their own by database, and nothing else."""
    found = {}
    for database in databases:
        with served(night, later[0], database, PORT) as site:
            found[database] = marked(site, pages(site))
    return found


def live_alone(
    night: Path, later: tuple[Path, Path], databases: Sequence[str] = DATABASES
) -> dict[str, list[LiveTimes]]:
    """Live changes by database, and nothing else."""
    found = {}
    for database in databases:
        with served(night, later[0], database, PORT) as site:
            asked = pages(site)
            _once_each(site, asked)
            found[database] = live(site, asked["post: overview"], partial(_beside, site, asked))
    return found


def _beside(site: Served, found: dict[str, list[str]]) -> list[Answer]:
    return drive(site, found, rate=QUIET_RATE, seconds=QUIET_SECONDS // 2)


def _fetched(site: Served) -> None:
    """Wait until the first night, which is not shown any more, is brought back."""
    session = site.session()
    while session.get(f"{site.address}/on/2026-11-20/nation/").status_code == 202:
        time.sleep(0.5)


def _once_each(site: Served, found: dict[str, list[str]]) -> None:
    """Ask for one page of each kind, twice, so that both workers are warm."""
    session = site.session()
    for addresses in found.values():
        for _ in range(2):
            session.get(f"{site.address}{addresses[0]}")


def _during_a_load(site: Served, found: dict[str, list[str]], second: Path) -> list[Answer]:
    command = (sys.executable, "-m", "wmt", "load", second / "tidy", "--people", second / "people")
    loading = subprocess.Popen(command, env=site.environment, stdout=subprocess.DEVNULL)
    answers = drive(site, found, rate=RATE, seconds=SECONDS)
    if loading.wait(600):
        raise RuntimeError("the load beside the requests failed")
    return answers


def drive(site: Served, found: dict[str, list[str]], *, rate: int, seconds: int) -> list[Answer]:
    """Ask for pages of all kinds in a mixed order at a steady rate, from several connections."""
    turns = rate * seconds
    mixed = random.Random(2026)
    kinds = list(found)
    plan = [(kind, mixed.choice(found[kind])) for kind in (kinds[n % len(kinds)] for n in range(turns))]
    mixed.shuffle(plan)
    answers: list[Answer] = []
    start = time.perf_counter() + 0.2
    threads = [
        threading.Thread(target=_client, args=(site, plan, number, rate, start, answers))
        for number in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _client(
    site: Served, plan: list[tuple[str, str]], number: int, rate: int, start: float, answers: list[Answer]
) -> None:
    session = site.session()
    for turn in range(number, len(plan), CLIENTS):
        time.sleep(max(0.0, start + turn / rate - time.perf_counter()))
        answers.append(_ask(session, site.address, *plan[turn]))


def _ask(session: requests.Session, address: str, kind: str, path: str) -> Answer:
    asked = time.perf_counter()
    try:
        answer = session.get(f"{address}{path}", allow_redirects=False, timeout=60)
    except requests.RequestException:
        return Answer(kind, 0, 0.0, (time.perf_counter() - asked) * 1000, 0)
    taken = (time.perf_counter() - asked) * 1000
    timing = _TIMING.search(answer.headers.get("Server-Timing", ""))
    server, queries = (float(timing[1]), int(timing[3])) if timing else (0.0, 0)
    return Answer(kind, answer.status_code, server, taken, queries)


def quantile(values: list[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def site_part(times: list[SiteTimes]) -> Iterator[str]:
    """The site's part of the page of benchmarks."""
    yield HEADING
    yield f"Server time of every kind of page under a mixed load of {QUIET_RATE} requests a second"
    yield "(`Server-Timing`), in ms: half of the answers, 95 in 100 (mark 100), and the queries made.\n"
    yield "| page | " + " | ".join(f"{each.database} p50 | p95 | queries" for each in times) + " |"
    yield "|---|" + "---|---|---|" * len(times)
    by_kind = [_by_kind(each.quiet) for each in times]
    for kind in by_kind[0]:
        cells = [
            f"{statistics.median(ms):.0f} | {quantile(ms, 0.95):.0f} | {queries}"
            for ms, queries in (found[kind] for found in by_kind)
        ]
        yield f"| {kind} | " + " | ".join(cells) + " |"
    yield from marked_part({each.database: each.marked for each in times})
    yield from live_part({each.database: each.live for each in times})
    yield f"\n### {RATE} requests a second for {SECONDS} s while a national night is loaded\n"
    yield "| database | requests | errors | p50 server | p95 server | p95 client | national load alone |"
    yield "|---|---|---|---|---|---|---|"
    for each in times:
        server = [answer.server_ms for answer in each.loading]
        client = [answer.client_ms for answer in each.loading]
        errors = sum(answer.status != 200 for answer in each.loading)
        yield (
            f"| {each.database} | {len(each.loading):,} | {errors} | {statistics.median(server):.0f} ms | "
            f"{quantile(server, 0.95):.0f} ms | {quantile(client, 0.95):.0f} ms | {each.load_s:.1f} s |"
        )
    yield from overload_part({each.database: each.overload for each in times})


def live_part(by_database: Mapping[str, Sequence[LiveTimes]]) -> Iterator[str]:
    """The table of live changes."""
    yield "\n### Changes of hours and reductions, and cases given to others\n"
    yield "From a change sent to the API to the answer, its figures committed everywhere: server time, alone"
    yield "and while pages are asked for as above. The mark: 99 in 100 within 100 ms. A bare loop of Python,"
    yield "the same each time and timed between the changes, shows how evenly the machine itself works.\n"
    yield "| database | change | how many | errors | alone p50 | p99 | loop p50 | p99 | beside p50 | p99 |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for database, times in by_database.items():
        for change, alone, beside, errors, loop in times:
            yield (
                f"| {database} | {change} | {len(alone) + len(beside)} | {errors} "
                f"| {statistics.median(alone):.0f} ms | {quantile(alone, 0.99):.0f} ms "
                f"| {statistics.median(loop):.0f} ms | {quantile(loop, 0.99):.0f} ms "
                f"| {statistics.median(beside):.0f} ms | {quantile(beside, 0.99):.0f} ms |"
            )


def _by_kind(answers: list[Answer]) -> dict[str, tuple[list[float], int]]:
    found: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        found[answer.kind].append(answer)
    return {
        kind: ([answer.server_ms for answer in rows], max(answer.queries for answer in rows))
        for kind, rows in sorted(found.items())
    }


def main() -> None:
    """Measure the site alone and put its part into the page of benchmarks, which keeps the others.

    With names of databases: these alone, and the page stays as it is.
    """
    from bench.nation import later_nights, national

    asked = sys.argv[1:]
    part = "\n".join(site_part(list(site(national(), later_nights(), asked or DATABASES))))
    if asked:
        print(part)
        return
    page = Path("docs/benchmarks.md")
    others = page.read_text(encoding="utf-8").partition(HEADING)[0]
    page.write_text(others.rstrip("\n") + "\n" + part + "\n", encoding="utf-8")
    print(part)


if __name__ == "__main__":
    main()
