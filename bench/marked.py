"""Pages that have a mark of their own: why figures moved, a year as a chart, a team's next twelve weeks."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bench.served import Served

UNITS = 6
AGAIN = 5
#: Until then a server reads what it needs (`wmt.site.serving.warm_up`), beside whoever asks it meanwhile.
WARM_S = 10
_TIMING = re.compile(r"total;dur=([\d.]+)")


class Marked(NamedTuple):
    """A kind of page, its mark, and the milliseconds it takes a server that is asked for nothing else.

    `first_ms` is of units nobody asked for before, the best of several; of the nation, of which there is one,
    the very first. `again_ms` is the best of asking again.
    """

    page: str
    mark_ms: int | None
    first_ms: float
    again_ms: float


#: Kinds of `served.pages`, and their marks in milliseconds.
MARKS: Mapping[str, int | None] = {
    "nation: why": 2000,
    "region: why": 1000,
    "pdu: why": 1000,
    "post: why": 150,
    "nation: over-time": 100,
    "region: over-time": 100,
    "team: over-time": 100,
    "post: over-time": 100,
    "team: look-ahead": 100,
    "pdu: candidates": 100,
    "pdu: waiting": 100,
    "pdu: allocations": 100,
    "post: supervision sheet": 100,
    "nation: duties": 100,
    "requests": 100,
    "average cases per officer": None,
}


def marked(site: Served, found: Mapping[str, Sequence[str]]) -> list[Marked]:
    """Ask a server that has started and read what it needs, one page after the other."""
    session = site.session()
    time.sleep(WARM_S)

    def taken(path: str) -> float:
        answer = session.get(f"{site.address}{path}", timeout=120)
        answer.raise_for_status()
        timing = _TIMING.search(answer.headers["Server-Timing"])
        assert timing is not None
        return float(timing[1])

    times = []
    for page, mark in MARKS.items():
        addresses = found[page][:UNITS]
        first = min(taken(address) for address in addresses)
        again = min(taken(addresses[0]) for _ in range(AGAIN))
        times.append(Marked(page, mark, first, again))
    return times


def marked_part(by_database: Mapping[str, Sequence[Marked]]) -> Iterator[str]:
    """The table of these pages."""
    yield "\n### Pages with marks of their own\n"
    yield "Server time of a page asked for alone, of units that nobody asked for before (the best of"
    yield f"{UNITS}; of the nation the first after the {WARM_S} seconds in which a server that started"
    yield "reads what it needs), and then again. The mark is for the first.\n"
    yield "| page | mark | " + " | ".join(f"{name} first | | again" for name in by_database) + " |"
    yield "|---|---:|" + "---:|---|---:|" * len(by_database)
    for number, (page, mark) in enumerate(MARKS.items()):
        cells = []
        for times in by_database.values():
            first, again = times[number].first_ms, times[number].again_ms
            verdict = "" if mark is None else "met" if first <= mark else "NOT met"
            cells.append(f"{first:,.0f} ms | {verdict} | {again:,.0f} ms")
        yield f"| {page} | {f'{mark:,} ms' if mark else ''} | " + " | ".join(cells) + " |"
