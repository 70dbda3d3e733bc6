"""More than the site can answer: what it does at its goal, and at ten times that.

`python -m bench.overload` measures it alone, on the national nation or, with WMT_BENCH_SITE set to the folder
of a demonstration's home that shows figures, on that one.
"""

import asyncio
import os
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.served import Served, pages, serve_home

GOAL_RATE, GOAL_SECONDS = 50, 60
OVER_RATE, OVER_SECONDS = 500, 30
#: Before it is measured: in the first seconds after a start pages wait for what each process reads once.
WARM_RATE, WARM_SECONDS = 20, 30
HEALTH_EVERY = 0.25
#: A client gives up after so long, as people and proxies do.
GIVES_UP = 60.0
HEADING = "\n### At the goal, and at ten times that\n"


class Answered(NamedTuple):
    """One answer: its status (0: none), the milliseconds it took, and whether it was whole and right."""

    status: int
    ms: float
    is_right: bool


class Load(NamedTuple):
    """What came of a steady rate of requests, and of asking for /health meanwhile."""

    rate: int
    pages: list[Answered]
    health: list[Answered]


def overload(site: Served, found: dict[str, list[str]]) -> tuple[Load, Load]:
    """Ask at the goal's rate, then at ten times that, after some seconds that are not counted."""
    asyncio.run(_load(site, found, WARM_RATE, WARM_SECONDS))
    return (
        asyncio.run(_load(site, found, GOAL_RATE, GOAL_SECONDS)),
        asyncio.run(_load(site, found, OVER_RATE, OVER_SECONDS)),
    )


async def _load(site: Served, found: dict[str, list[str]], rate: int, seconds: int) -> Load:
    """Every request has a connection of its own and comes when it comes, whatever became of those before."""
    mixed, kinds = random.Random(2026), list(found)
    paths = [mixed.choice(found[kinds[turn % len(kinds)]]) for turn in range(rate * seconds)]
    mixed.shuffle(paths)
    start = time.perf_counter()

    async def at(when: float, path: str) -> Answered:
        await asyncio.sleep(max(0.0, start + when - time.perf_counter()))
        return await _ask(site, path)

    turns = [at(turn / rate, path) for turn, path in enumerate(paths)]
    asks = [at(turn * HEALTH_EVERY, "/health") for turn in range(int(seconds / HEALTH_EVERY))]
    both = await asyncio.gather(asyncio.gather(*turns), asyncio.gather(*asks))
    return Load(rate, list(both[0]), list(both[1]))


async def _ask(site: Served, path: str) -> Answered:
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(GIVES_UP):
            status, head, body = await _answer(site, path)
    except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
        return Answered(0, (time.perf_counter() - begun) * 1000, False)
    return Answered(status, (time.perf_counter() - begun) * 1000, _is_right(path, status, head, body))


async def _answer(site: Served, path: str) -> tuple[int, str, bytes]:
    place = urlsplit(site.address)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        lines = (f"GET {path} HTTP/1.1", f"Host: {place.netloc}", f"Cookie: sessionid={site.cookie}")
        writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        body = await reader.read()
    finally:
        writer.close()
    return int(head.split(" ", 2)[1]), head, body


def _is_right(path: str, status: int, head: str, body: bytes) -> bool:
    """Right is a whole page of what was asked for, or 503 with the time to try again. Nothing else is."""
    if path == "/health":
        return status == 200 and b'"status": "ok"' in body
    if status == 503:
        return "retry-after:" in head.lower() and b"busy" in body
    return status in (200, 202, 302) and (status != 200 or body.rstrip().endswith((b"</html>", b"}")))


def quantile(values: list[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def overload_part(loads: dict[str, tuple[Load, Load]]) -> Iterator[str]:
    """This part of the page of benchmarks."""
    yield HEADING
    yield "Mixed pages at a steady rate, each over a connection of its own, the client on the same two cores:"
    yield f"milliseconds as the client sees them. Goal: at {GOAL_RATE} a second 95 in 100 within 500 ms; at"
    yield f"{OVER_RATE} a second `/health` within a second, and every answer a right page or a 503 that says"
    yield f"when to try again. The first {WARM_SECONDS} seconds after the start are not counted.\n"
    columns = ("database", "a second", "pages", "busy", "wrong", "p50", "p95", "busy p95", "`/health` p95")
    yield "| " + " | ".join((*columns, "longest `/health`")) + " |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for database, both in loads.items():
        for load in both:
            yield f"| {database} | {load.rate} | " + " | ".join(_cells(load)) + " |"


def _cells(load: Load) -> Iterator[str]:
    shown = [answer.ms for answer in load.pages if answer.status not in (0, 503)]
    refused = [answer.ms for answer in load.pages if answer.status == 503]
    health = [answer.ms for answer in load.health]
    wrong = sum(not answer.is_right for answer in [*load.pages, *load.health])
    yield from (f"{len(shown):,}", f"{len(refused):,}", str(wrong))
    yield f"{statistics.median(shown):.0f} ms" if shown else "–"
    for values, share in ((shown, 0.95), (refused, 0.95), (health, 0.95), (health, 1.0)):
        yield f"{quantile(values, share):.0f} ms" if values else "–"


def main() -> None:
    """Measure and print."""
    home = os.environ.get("WMT_BENCH_SITE")
    if home is None:
        from bench.nation import later_nights, national
        from bench.served import served

        serving = served(national(), later_nights()[0], "SQLite", 8791)
    else:
        serving = serve_home(Path(home), 8791)
    with serving as site:
        found = pages(site)
        loads = overload(site, found)
    for load in loads:
        print(load.rate, Counter(answer.status for answer in load.pages))
    print("\n".join(overload_part({"here": loads})))


if __name__ == "__main__":
    main()
