"""Figures of one post or unit as a reader sees them: from the ledger, and from the reference calculator."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

import polars as pl

from wmt.ledger import COMPONENTS, STREAM_NAMES, is_over, reconciliation, shown_capacity, shown_points

OVER_X100 = 11_000

#: What a column shows → the figure of the reference calculator that it reads.
COMMON = {
    "points": "points",
    "available": "available",
    "cases": "cases",
    "all cases": "cases_all",
    **{part: part for part in COMPONENTS if part != "t2a"},
    "T2A": "t2a",
    "OMiC beside": "omic",
    "hours off": "reduction",
    "contracted hours": "contracted",
}
#: What only the ledger has: counts beside the figure.
COUNTS = {
    "OMiC cases": "omic_cases",
    "untiered": "untiered_cases",
    "suspended": "suspended_cases",
    "unpaid work only": "unpaid_only_cases",
    "posts": "posts",
    "posts without time": "posts_without_time",
    "without time or work": "idle_posts_without_time",
    "without time, hours not entered": "unentered_posts_without_time",
    "posts over 110": "posts_over",
}


@dataclass(frozen=True)
class Seen:
    """One post or unit, by one calculator. `row` and `lines` are there only when it is the ledger."""

    numbers: dict[str, Fraction]
    row: dict[str, Any] | None = None
    lines: pl.DataFrame | None = None
    stream: str | None = None  # None of the sum of posts of several

    @property
    def hundredths(self) -> tuple[int, int]:
        return int(self.numbers["points"] * 100), int(self.numbers["available"] * 100)


def of_ledger(row: dict[str, Any], lines: pl.DataFrame | None = None) -> Seen:
    """A total of the ledger, with the lines of the post if it is one."""
    columns = {name: f"{name}_x100" for name in ("points", "available", "omic", *COMPONENTS)}
    numbers = {name: Fraction(row[column], 100) for name, column in columns.items()}
    numbers |= {name: Fraction(row[name]) for name in ("cases", "cases_all")}
    numbers |= {n: Fraction(row[f"{n}_hours_micro"], 1_000_000) for n in ("contracted", "reduction")}
    return Seen(numbers, row, lines, row.get("stream"))


def of_reference(figures: Sequence[dict[str, Any]], stream: str | None) -> Seen:
    """The sum of some posts of the reference calculator."""
    names = figures[0] if figures else dict.fromkeys(COMMON.values(), 0)
    sums = {name: sum((Fraction(f[name]) for f in figures), Fraction(0)) for name in names}
    return Seen(sums, stream=stream)


def number(value: Fraction) -> str:
    """A number as people write it: commas, a true minus, no idle zeros."""
    size = abs(value)
    whole, rest = divmod(size, 1)
    decimals = "" if not rest else f"{float(rest):.6f}".rstrip("0")[1:]
    return ("−" if value < 0 else "") + f"{int(whole):,}" + decimals


def _half_up(value: Fraction) -> int:
    nearest = floor(abs(value) + Fraction(1, 2))
    return nearest if value >= 0 else -nearest


def _capacity(seen: Seen) -> str:
    if seen.row is not None:
        return shown_capacity(*seen.hundredths).replace("-", "−")
    if not seen.numbers["available"]:
        return "no available hours"
    tenths = _half_up(seen.numbers["points"] * 1000 / seen.numbers["available"])
    return ("−" if tenths < 0 else "") + f"{abs(tenths) // 10}.{abs(tenths) % 10}%"


def _exactly(seen: Seen) -> str:
    """Capacity cut (not rounded) after four decimals, with dots when more would follow."""
    cut, rest = divmod(abs(seen.numbers["points"]) * 1_000_000 / seen.numbers["available"], 1)
    sign = "−" if seen.numbers["points"] < 0 else ""
    if rest:
        return f"{sign}{cut // 10_000}.{cut % 10_000:04d}…"
    return sign + number(Fraction(cut, 10_000))


def _over(seen: Seen) -> str:
    if seen.row is not None:
        return "yes" if is_over(*seen.hundredths, OVER_X100) else "no"
    available = seen.numbers["available"]
    return "yes" if available and seen.numbers["points"] / available > Fraction(11, 10) else "no"


def _points_shown(seen: Seen) -> str:
    if seen.row is not None:
        return number(Fraction(shown_points(seen.hundredths[0])))
    return number(Fraction(_half_up(seen.numbers["points"])))


def _reasons(lines: pl.DataFrame) -> str:
    beside = pl.col("kind").is_in(["omic_licence", "unpaid_only"])
    found = lines.filter(~beside)["reason"].drop_nulls().unique().sort()
    return "; ".join(found) or "none"


def _since(lines: pl.DataFrame) -> str:
    return "; ".join(lines.filter(pl.col("side") == "work")["rule_from"].unique().sort())


def _by_reason(lines: pl.DataFrame) -> str:
    rows = reconciliation(lines)
    return "; ".join(f"{row['cases']} {'counted' if row['counted'] else row['reason']}" for row in rows)


_BY_ALL: dict[str, Callable[[Seen], str]] = {
    "capacity": _capacity,
    "exactly": _exactly,
    "over 110": _over,
    "points shown": _points_shown,
    "stream": lambda seen: STREAM_NAMES[seen.stream or ""],
}
_BY_LINES: dict[str, Callable[[pl.DataFrame], str]] = {
    "why": lambda lines: _reasons(lines.filter(pl.col("side") == "work")),
    "why the time": lambda lines: _reasons(lines.filter(pl.col("side") == "time")),
    "in force since": _since,
    "cases by reason": _by_reason,
}
#: What a column of totals may show, and what a column of situations may.
OF_UNITS = (*COMMON, *_BY_ALL, *COUNTS, "OMiC on licence")
SHOWS = (*OF_UNITS, *_BY_LINES, "change")


def read(seen: Seen, shows: str) -> str | None:
    """A figure as text, or None where this calculator has no such figure."""
    if shows in COMMON:
        return number(seen.numbers[COMMON[shows]])
    if shows in _BY_ALL:
        return _BY_ALL[shows](seen)
    if shows in _BY_LINES:
        return None if seen.lines is None else _BY_LINES[shows](seen.lines)
    if seen.row is None:
        return None
    if shows == "OMiC on licence":
        return number(Fraction(seen.row["omic_licence_x100"], 100))
    return number(Fraction(seen.row[COUNTS[shows]]))
