"""Records what two commits say and do, and prints where they differ.

`make same BEFORE=<commit> [AFTER=<commit>] [MARKUP=1]`. Without AFTER the working tree is
compared, as it is now. What a commit said is kept in .bench/same.
"""

import argparse
import gzip
import hashlib
import json
import shutil
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import date
from pathlib import Path

from . import commands, difference, visits
from .plain import lines_of_folder, same_each_time
from .site import Place, build
from .source import ROOT, commit_of, source_of, texts

KEPT = ROOT / ".bench/same"


def record(commit: str, ways: dict[str, list[str]] | None) -> visits.Recording:
    """All that the source of a commit says: crawled, or asked along the ways of another recording."""
    work = Path(tempfile.mkdtemp(prefix="wmt-same-"))
    place = Place(source_of(commit, work / "tree"), work)
    recording = visits.Recording(said=texts(place.source))
    _tell(f"{commit[:12] or 'the working tree'}: building")
    try:
        recording.said |= {name: same_each_time(text) for name, text in build(place).items()}
        recording.said |= lines_of_folder(place.home / "nights")
        _tell("serving")
        with place.served() as address:
            _tell("served")
            _visit(visits.people(address), ways, recording)
        _tell("commands")
        recording.said |= commands.said(place)
        log = (work / "serve.log").read_text(encoding="utf-8")
        recording.said["what the site logged"] = same_each_time(log.replace(str(work), "WORK"))
        _tell("done")
    finally:
        shutil.rmtree(work)
    return recording


def _visit(
    people: list[visits.Person], ways: dict[str, list[str]] | None, recording: visits.Recording
) -> None:
    for person in people:
        if ways is None:
            visits.crawl(person, recording)
        else:
            visits.follow(person, ways.get(person.name, []), recording)
        _tell(person.name)
        visits.ask_api(person, recording.visited[person.name], recording)
    for person in people:  # forms change things: when everybody has read
        for form in sorted(person.forms):
            person.submit(form, recording)
    for path in ("/audit/", "/duties/", "/nation/", "/nation/duties/", "/nation/hours/", "/requests/"):
        people[-1].get(f"{path}?after=forms", recording)


def _tell(what: str) -> None:
    print(time.strftime("%X"), what, file=sys.stderr)


def before(commit: str) -> visits.Recording:
    """What a commit said, kept from an earlier run of the same day if there was one."""
    code = hashlib.sha256(b"".join(p.read_bytes() for p in sorted(Path(__file__).parent.glob("*.py"))))
    kept = KEPT / f"{commit[:12]}-{date.today()}-{code.hexdigest()[:8]}.json.gz"
    if kept.exists():
        return visits.Recording(**json.loads(gzip.decompress(kept.read_bytes())))
    recording = record(commit, None)
    KEPT.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(gzip.compress(json.dumps(asdict(recording)).encode(), 3))
    return recording


def main() -> int:
    """0 where nothing differs, else 1."""
    parser = argparse.ArgumentParser(prog="make same", description=__doc__)
    parser.add_argument("before")
    parser.add_argument("after", nargs="?", default="")
    parser.add_argument(
        "--markup", action="store_true", help="compare the markup of pages too, not only their text"
    )
    parser.add_argument("--most", type=int, default=40, help="print so many differences (0: all)")
    given = parser.parse_args()
    start = time.perf_counter()
    first = before(commit_of(given.before))
    then = record(commit_of(given.after) if given.after else "", first.visited)
    found = difference.report(first.said, then.said, given.most)
    if given.markup:
        found += difference.report(first.markup, then.markup, given.most)
    counted = (
        f"{len(first.said)} pages, answers, files and outputs compared in {time.perf_counter() - start:.0f} s"
    )
    print(f"{counted}: {found or 'no'} differences")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
