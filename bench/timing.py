"""Timing helpers: medians in this process, whole commands in a child with its peak memory."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Ran(NamedTuple):
    """A command that was run: seconds from start to end, and the most memory it held, in MiB."""

    seconds: float
    peak_mib: float


def median_ms(work: Callable[[], object], times: int = 15) -> float:
    """The median of several runs, in milliseconds, after one that does not count."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000


def once(work: Callable[[], object]) -> float:
    """Seconds of a single run."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def wmt(*arguments: object) -> Ran:
    """Run a `wmt` command in a fresh process. Raises RuntimeError when it fails."""
    command: Sequence[str] = (sys.executable, "-m", "wmt", *(str(argument) for argument in arguments))
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}")
    return Ran(time.perf_counter() - start, usage.ru_maxrss / 1024)
