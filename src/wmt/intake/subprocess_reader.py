"""Reading apart: in a process of its own, whose memory is limited, so that whoever asked outlives any file.

The request goes in and the answer comes out as pickles: both ends are this program.
"""

import os
import pickle
import resource
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from wmt.intake.faults import Faults
from wmt.intake.limits import EXTRACT, MIB, PEOPLE, InputLimits, packaged, under
from wmt.intake.model import Import
from wmt.intake.people_files import read_people_tables
from wmt.intake.people_model import People
from wmt.intake.read import read

Progress = Callable[[str, float], None]


class ReadingEndedError(Exception):
    """The process that read ended without an answer: it was out of memory, or the file made a reader fail."""


@dataclass(frozen=True)
class _Request:
    """What is to be read: `extract` or `people`, its arguments, the limits by group, memory in MiB."""

    what: str
    arguments: Mapping[str, Any]
    limits: Mapping[str, InputLimits]
    memory_mib: int


def read_apart(
    paths: Sequence[Path],
    *,
    limits: Mapping[str, InputLimits],
    progress: Progress | None = None,
    **options: Any,
) -> Import:
    """As `read`. An input that needs more memory than its limit is refused by name."""
    memory = (limits.get(EXTRACT) or packaged()).memory_mib
    request = _Request("extract", {"paths": [*paths], **options}, limits, memory)
    try:
        found = _answer(request, progress)
    except ReadingEndedError:
        faults = Faults()
        names = ", ".join(path.name for path in paths)
        faults.refuse("TOO_LARGE", f"{names} needs more than {memory:,} MiB of memory to be read")
        return Import(accepted=False, faults=faults.items)
    assert isinstance(found, Import)
    return found


def read_people_apart(
    files: Sequence[tuple[str, bytes]], day: date, *, limits: Mapping[str, InputLimits], **options: Any
) -> tuple[People, Faults]:
    """As `read_people_tables`. Files that need more memory than their limit are refused by name."""
    memory = (limits.get(PEOPLE) or packaged(PEOPLE)).memory_mib
    request = _Request("people", {"given": list(files), "day": day, **options}, limits, memory)
    try:
        found: tuple[People, Faults] = _answer(request, None)
    except ReadingEndedError:
        faults = Faults()
        names = ", ".join(name for name, _ in files)
        faults.refuse("TOO_LARGE", f"{names} needs more than {memory:,} MiB of memory to be read")
        return People(), faults
    return found


def _answer(request: _Request, progress: Progress | None) -> Any:
    command = (sys.executable, "-c", "from wmt.intake.subprocess_reader import main; main()")
    quiet = {**os.environ, "RUST_BACKTRACE": "0"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=quiet) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            with child.stdin as pipe:
                pickle.dump(request, pipe)
            return _heard(child.stdout, progress)
        finally:
            child.kill()  # it has answered, or nobody waits for its answer any more


def _heard(pipe: IO[bytes], progress: Progress | None) -> Any:
    while True:
        try:
            kind, said = pickle.load(pipe)
        except (EOFError, pickle.UnpicklingError, OSError) as error:
            raise ReadingEndedError from error
        if kind == "progress" and progress:
            progress(*said)
        elif kind == "memory":
            raise ReadingEndedError
        elif kind == "error":
            raise RuntimeError(f"reading failed: {said}")
        elif kind == "done":
            return said


def main() -> None:
    """The process apart: one request from standard input, its answer to standard output."""
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever prints must not spoil the answer
    request: _Request = pickle.load(sys.stdin.buffer)
    most = request.memory_mib * MIB
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def tell(kind: str, said: Any) -> None:
        pickle.dump((kind, said), out, protocol=pickle.HIGHEST_PROTOCOL)
        out.flush()

    try:
        with under(request.limits):
            if request.what == "people":
                found: Any = read_people_tables(**request.arguments)
            else:
                found = read(progress=lambda *said: tell("progress", said), **request.arguments)
        tell("done", found)
    except MemoryError:
        tell("memory", None)
    except Exception:
        tell("error", traceback.format_exc())
