"""What duties are judged by: the thresholds of the rule, the figures day by day, and the posts shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import polars as pl

from wmt.site.duties.came_off import CameOff
from wmt.site.duties.due_dates import Clock


class DutyThreshold(Protocol):
    """A mark of the rule, as `wmt.history.Mark` is one."""

    @property
    def name(self) -> str: ...
    @property
    def percent_x100(self) -> int: ...
    @property
    def days(self) -> int: ...
    @property
    def longest_absence(self) -> int: ...
    @property
    def longest_pause(self) -> int: ...


class DailyFigures(Protocol):
    """Figures day by day, as `wmt.history.History` has them."""

    def series(self, level: str, code: str, first: date, last: date, grade: str = "") -> pl.DataFrame:
        """A row a day."""


@dataclass(frozen=True, kw_only=True)
class Post:
    """A post of the figures shown, for which a duty may open: no placeholder, and measured.

    `has_capacity`: its stream has one, which OMiC has not.
    """

    team_code: str
    staff_code: str
    name: str
    grade: str
    team_name: str
    pdu_code: str
    region_code: str
    has_capacity: bool = True


@dataclass(frozen=True)
class Undone:
    """That a night was withdrawn, or restored: what it brought is taken back, or stands again.

    `day` is that of the night.
    """

    day: date
    restored: bool


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What duties are judged by on the day `seen`, the last that has figures. `day` is today.

    `runs` are those of `wmt.history.RUN`. `came_off` says by the code of the post what took its workload
    down; `followed` gives the present code of a post by its former one. With `undone`, figures of an earlier
    day count too: duties go back to what they would be.
    """

    runs: pl.DataFrame
    day: date
    marks: Sequence[DutyThreshold]
    figures: DailyFigures
    posts: Mapping[str, Post]
    clock: Clock
    seen: date
    undone: Undone | None = None
    came_off: Mapping[str, CameOff] = field(default_factory=dict)
    followed: Mapping[str, str] = field(default_factory=dict)
