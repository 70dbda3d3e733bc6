"""Writing a nation to a folder: one folder per night, and beside them what is true of it all."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

import polars as pl

from wmt import rules
from wmt.demo import calibration
from wmt.demo import faults as planting
from wmt.demo.events import next_night
from wmt.demo.jump import with_jump
from wmt.demo.older_sheets import older_sheets
from wmt.demo.people_files import write_people
from wmt.demo.sheets import LAYOUTS, build_sheets
from wmt.demo.size import Size, stream
from wmt.demo.tidy import write_tidy
from wmt.demo.truth import DemoNight, Truth, counted, stories_of
from wmt.demo.workbook import write_workbook
from wmt.demo.world import DEFAULT_AS_AT, World, build_plain, build_world, with_story

EARLIER = "earlier"  # the folder of nights before the first
FORMATS = ("workbook", "tidy", "people")
Progress = Callable[[str, float], None]


def write_nation(
    folder: Path,
    *,
    seed: int = 2026,
    scale: float = 1.0,
    posts: int | None = None,
    cases: int | None = None,
    nights: int = 1,
    earlier: int = 0,
    as_at: datetime = DEFAULT_AS_AT,
    formats: Sequence[str] = FORMATS,
    faults: bool | Mapping[int, Sequence[str]] = False,
    layout: str = "L2024",
    tidy_as: Literal["parquet", "csv"] = "parquet",
    progress: Progress | None = None,
    before: int = 0,
    take: Callable[[Path], None] | None = None,
) -> Truth:
    """Write a nation and return what is true of it.

    `posts` and `cases` overrule the scale. `earlier` writes so many nights before the first into a folder of
    that name, as tidy tables and people alone. `faults` plants faults in workbooks: True by the usual plan,
    or kinds by night number (0 is the first). `progress` is called with a word and a share from 0 to 1.
    `before` rolls so many nights more before the earlier ones; `take` is given each as a folder that is gone
    afterwards. Raises ValueError for an unknown layout, format or fault, or a nation too small.
    """
    _check(layout, formats, tidy_as, nights, min(earlier, before))
    size = Size.of(scale, posts, cases)
    tell = progress or (lambda _word, _share: None)
    tell("building the nation", 0.0)
    spec = NationSpec(seed, size, as_at, layout == "L2024", earlier, tidy_as, before, take)
    world = _first_night(folder, spec, tell)
    truth = Truth(
        seed, scale, size.posts, size.cases, layout, tidy_as, calibration.calibrate(world), stories_of(world)
    )
    plan = planting.schedule(nights) if faults is True else (faults or {})
    for number in range(nights):
        if number:
            world, events = next_night(world, number)
            truth.events = pl.concat([truth.events, events])
        night = _night(number, world)

        def tell_night(word: str, share: float, number: int = number) -> None:
            tell(word, (number + share) / nights)

        _write_night(folder, world, night, formats, layout, tidy_as, plan.get(number, ()), tell_night)
        truth.nights.append(night)
    truth.write(folder)
    tell("done", 1.0)
    return truth


class NationSpec(NamedTuple):
    """Which nation, and how many nights of it before the first: to be kept, and before them to be taken."""

    seed: int
    size: Size
    as_at: datetime
    suspended_tiers: bool
    earlier: int
    tidy_as: str
    before: int
    take: Callable[[Path], None] | None


def _first_night(folder: Path, wanted: NationSpec, tell: Progress) -> World:
    """The nation on its first night. Nights before it are written as they pass."""
    seed, size, as_at, suspended, earlier, tidy_as, before, take = wanted
    if not earlier + before:
        return with_jump(build_world(seed, size, as_at, suspended_tiers=suspended))
    begins = as_at - timedelta(days=earlier + before)
    world = with_jump(build_plain(seed, size, begins, suspended_tiers=suspended))
    for number in range(1 - earlier - before, 1):
        tell(f"{_name(world)}: an earlier night", 0.0)
        if number > -earlier:
            _write_earlier(folder / EARLIER / _name(world), world, tidy_as)
        elif take is not None:
            with TemporaryDirectory() as place:
                _write_earlier(Path(place), world, tidy_as)
                take(Path(place))
        world, _ = next_night(world, number)
    return with_story(world, suspended_tiers=suspended)


def _write_earlier(place: Path, world: World, tidy_as: str) -> None:
    place.mkdir(parents=True, exist_ok=True)
    write_tidy(place / "tidy", world, tidy_as)
    write_people(place / "people", world)


def _name(world: World) -> str:
    return f"{world.as_at:%Y-%m-%dT%H%M%S}"


def _check(layout: str, formats: Sequence[str], tidy_as: str, nights: int, earlier: int) -> None:
    for what, given, known in (
        ("layout", [layout], LAYOUTS),
        ("format", formats, FORMATS),
        ("tidy file type", [tidy_as], ("parquet", "csv")),
    ):
        for word in given:
            if word not in known:
                raise ValueError(f"no {what} '{word}'; known are {', '.join(known)}")
    if nights < 1:
        raise ValueError(f"a nation needs at least one night, not {nights}")
    if earlier < 0:
        raise ValueError(f"nights before the first cannot be {earlier}")


def _night(number: int, world: World) -> DemoNight:
    rule_set = rules.load().at(world.day)
    streams = calibration.by_stream(
        world, calibration.post_points(world, rule_set), calibration.available_points(world, rule_set)
    )
    return DemoNight(number, world.as_at, _name(world), counted(world), streams)


def _write_night(
    folder: Path,
    world: World,
    night: DemoNight,
    formats: Sequence[str],
    layout: str,
    tidy_as: str,
    kinds: Sequence[str],
    tell: Progress,
) -> None:
    place = folder / night.folder
    place.mkdir(parents=True, exist_ok=True)
    tell(f"{night.folder}: tidy tables and people", 0.02)
    if "tidy" in formats:
        night.tidy_rows = write_tidy(place / "tidy", world, tidy_as)
    if "people" in formats:
        night.people_rows = write_people(place / "people", world)
    if "workbook" in formats:
        sheets = build_sheets(world, layout, older_sheets)
        night.faults = planting.plant(sheets, kinds, stream(world.seed, "faults", night.number))
        # all rows with something in them, and which of them belong to nobody
        for name, sheet in sheets.items():
            strays = {f"{kind}_rows": [row for sort, row in sheet.strays if sort == kind]
                      for kind in ("orphan", "placeholder")}  # fmt: skip
            night.sheets[name] = {"rows": len(sheet.rows), **strays}
        cells = sum(len(sheet.rows) for sheet in sheets.values())
        done = 0

        def tell_sheet(name: str) -> None:
            nonlocal done
            tell(f"{night.folder}: {name}", 0.05 + 0.95 * done / cells)
            done += len(sheets[name].rows)

        write_workbook(place / "extract.xlsx", sheets.values(), tell_sheet)
