"""What a reading gives back: plain records, the same for both doors."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import polars as pl

from wmt.facts import Facts

Severity = Literal["refuse", "warn"]
Post = tuple[str, str]
"""Team code and staff code."""


@dataclass(frozen=True, kw_only=True)
class InputFault:
    """One thing wrong with the input.

    `row` counts from 1 as Excel shows it; `column` is the header as written, or the column's letters when
    it has none. `message` says what is wrong and what to do. `posts` is empty unless the fault can only
    touch the posts named. `rows` is how many rows it stands for; 0 where it is not of rows.
    """

    severity: Severity
    code: str
    message: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    posts: tuple[Post, ...] = ()
    rows: int = 0


@dataclass(frozen=True)
class SheetCount:
    """Rows that are not blank under the header, and how many of them stand without their keys."""

    rows: int
    orphan_rows: int


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """A post left out of a load because a fault is confined to it."""

    team_code: str
    staff_code: str
    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """A file that was read: its name, the sha256 of its bytes, its size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Import:
    """The outcome of `read`. When it is not accepted, `facts` is None and `canonical` is empty."""

    accepted: bool
    as_at: datetime | None = None
    layout: str | None = None
    tier_scheme: str | None = None
    sheets: dict[str, SheetCount] = field(default_factory=dict)
    faults: list[InputFault] = field(default_factory=list)
    facts: Facts | None = None
    set_aside: list[SetAside] = field(default_factory=list)
    sources: list[InputFile] = field(default_factory=list)
    canonical: dict[str, pl.DataFrame] = field(default_factory=dict)
