"""Nights of the demonstration's generator counted one by one, and a team whose tiers fall at once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from wmt.demo.events import next_night
from wmt.demo.mixes import TIER_ORDER
from wmt.demo.people_files import write_people
from wmt.demo.size import Size
from wmt.demo.tidy import write_tidy
from wmt.demo.world import DEFAULT_AS_AT, World, build_plain
from wmt.intake import read
from wmt.ledger import Ledger
from wmt.rules import load
from wmt.unusual.counts import NightSide, counts_of
from wmt.unusual.find import COUNTED, UNIT_FIGURE, Looks, find_unusual
from wmt.unusual.kinds import UNUSUAL

RULES = load()
#: A run of days over the threshold that is nearly full.
_NEAR = range(21, 28)


#: Tiers with more points than D1.
HIGHER = [place for place, tier in enumerate(TIER_ORDER) if tier[0] in "ABC" and tier[-1] in "123"]


@dataclass
class CountedNight:
    """What one night looks at, and what was found."""

    day: date
    counts: pl.DataFrame
    found: pl.DataFrame


def worlds(seed: int, posts: int, nights: int) -> Iterator[World]:
    """The nation of a seed, night after night."""
    world = build_plain(seed, Size(posts, 20 * posts), DEFAULT_AS_AT)
    for number in range(nights):
        yield world
        world, _ = next_night(world, number + 1)


def side_of(world: World) -> NightSide:
    """A night as the program reads it."""
    with TemporaryDirectory() as folder:
        tidy, people = Path(folder, "tidy"), Path(folder, "people")
        write_tidy(tidy, world)
        write_people(people, world)
        taken = read([tidy], people=people)
    assert taken.facts is not None, taken
    rules = RULES.at(taken.facts.day)
    ledger = Ledger(taken.facts, rules)
    lines = ledger.lines().filter(pl.col("kind") == "contact")
    totals = ledger.totals(["post"])
    return NightSide(taken.facts, taken.canonical, rules, lines, totals)


def lower(world: World, team_no: int, number: int) -> World:
    """The same with so many active community cases of a team, of tiers A to C with change, lowered to D1."""
    posts = world.posts.filter(pl.col("team_no") == team_no)["post_no"]
    cases = world.cases.with_row_index("place")
    able = cases.filter(
        pl.col("post_no").is_in(posts.implode()), pl.col("status") == 0, pl.col("stream") == 0,
        pl.col("location") == 0, ~pl.col("suspended"), pl.col("tier").is_in(HIGHER),
    )  # fmt: skip
    rows = able.head(number)["place"].to_list()
    assert len(rows) == number, f"only {len(rows)} cases can be lowered"
    low = TIER_ORDER.index("D1")
    changed = cases.with_columns(tier=pl.when(pl.col("place").is_in(rows)).then(low).otherwise("tier"))
    return replace(world, cases=changed.drop("place").cast(world.cases.schema))


class Watch:
    """Nights counted one after the other, as each load does it."""

    def __init__(self) -> None:
        self.counted: list[pl.DataFrame] = []
        self.nights: list[CountedNight] = []
        self.before: NightSide | None = None
        self.run: dict[tuple[str, str], int] = {}

    def take(self, side: NightSide) -> CountedNight:
        """Count a night beside the one before and find what is unusual."""
        day = side.facts.day
        if self.before is not None:
            near = [post for post, run in self.run.items() if run in _NEAR]
            counts = counts_of(self.before, side, near, 1)
            self.counted = [(frame, at) for frame, at in self.counted[-111:]] + [(counts, day)]  # type: ignore
        night = CountedNight(
            day, self.counted[-1][0] if self.counted else UNUSUAL.to_frame(), self._found(side)
        )
        self.nights.append(night)
        self.before = side
        self._step(side)
        return night

    def _found(self, side: NightSide) -> pl.DataFrame:
        frames = [
            frame.with_columns(ago=pl.lit(ago, pl.Int64), day=pl.lit(at)).select(COUNTED.names())
            for ago, (frame, at) in enumerate(reversed(self.counted))  # type: ignore[misc]
        ]
        before = [night.found for night in self.nights[-112:]]
        looks = Looks(
            side.facts.day, pl.concat([COUNTED.to_frame(), *frames]),
            side.facts.team.select("team_code", "pdu_code", "region_code"), UNIT_FIGURE.to_frame(),
            pl.concat([UNUSUAL.to_frame(), *before]), side.rules,
        )  # fmt: skip
        return find_unusual(looks)

    def _step(self, side: NightSide) -> None:
        over = (pl.col("available_x100") > 0) & (pl.col("points_x100") * 100 > 110 * pl.col("available_x100"))
        for team, staff, is_over in side.posts.select("team_code", "staff_code", over).iter_rows():
            self.run[team, staff] = self.run.get((team, staff), 0) + 1 if is_over else 0
