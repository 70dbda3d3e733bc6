"""The work of the past as stays: each case, report and contact is with its post from a day to a day.

Those that are there on the first night are followed back to the day they came. Before them were others like
them, as many as make the work of every post come and go about the first night's, a little less the further
back. Days are counted backwards from the first night, which is 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from wmt.demo.case_events import GROWTH_A_YEAR
from wmt.demo.size import Ints, Rng
from wmt.ledger import SHARES

#: Days that a case is in a state, on average, as the events between nights have it: one by their rates.
STAYS = {"supervised": 330, "suspended": 150, "custody": 110, "omic": 330, "warrant": 167, "overdue": 25}
#: Days that a report and a contact count.
WINDOWS = {"report": 30, "contact": 7}
_KEYS = ("kind", "ref")


@dataclass(frozen=True)
class Stays:
    """Lines of work (`post`, `amounts` by measure), with the days on which each came and last was there."""

    post: Ints
    came: Ints
    last: Ints
    amounts: dict[str, Ints]

    def change(self, first: int, last: int, posts: int) -> dict[str, Ints]:
        """What each of some days has more than the day after it, by measure: days × posts."""
        days = last - first + 1
        change = {}
        for name, amount in self.amounts.items():
            found = np.zeros(days * posts)
            for day, sign in ((self.last, 1), (self.came + 1, -1)):
                here = (day >= max(first, 1)) & (day <= last) & (amount != 0)
                at = (day[here] - first) * posts + self.post[here]
                weights = sign * amount[here].astype(np.float64)
                found += np.bincount(at, weights=weights, minlength=days * posts)
            change[name] = np.rint(found).astype(np.int64).reshape(days, posts)
        return change


def stays_of(lines: pl.DataFrame, measures: Sequence[str], days: int, rng: Rng) -> Stays:
    """The stays behind the work of a night and of the days before it. `lines` have `at`, a post's place."""
    # what decides how long a line stays: a state of `STAYS`, or a kind of `WINDOWS`
    status, case = pl.col("status"), pl.col("kind").is_in(["case", "omic_licence"])
    state = (
        pl.when(pl.col("kind").is_in(list(WINDOWS)))
        .then("kind")
        .when(case & (pl.col("stream") == "omic"))
        .then(pl.lit("omic"))
        .when(case & status.is_in(["warrant", "overdue"]))
        .then("status")
        .when(case & (pl.col("suspended") == 1))
        .then(pl.lit("suspended"))
        .when(case & (pl.col("location") == "custody"))
        .then(pl.lit("custody"))
        .otherwise(pl.lit("supervised"))
    )
    lines = lines.filter(pl.col("side") == "work").with_columns(state=state).sort("kind", "ref", "at")
    # what concerns two posts, as help does, comes and goes with both
    things = lines.select(*_KEYS, "state").unique(list(_KEYS), maintain_order=True)
    things = things.with_row_index("thing").cast({"thing": pl.Int64})
    lines = lines.join(
        things.select(*_KEYS, "thing"), on=list(_KEYS), nulls_equal=True, maintain_order="left"
    )
    thing, came, last = _thrown(things["state"].to_list(), days, rng)
    stays = pl.DataFrame({"thing": thing, "came": came, "last": last})
    amounts = {name: _amount(name).alias(name) for name in measures}
    found = lines.select("thing", "at", **amounts).join(stays, on="thing", maintain_order="left")
    return Stays(
        found["at"].to_numpy(),
        found["came"].to_numpy(),
        found["last"].to_numpy(),
        {name: found[name].to_numpy() for name in measures},
    )


def _amount(measure: str) -> pl.Expr:
    """What a line adds to a measure: as the ledger sums it."""
    share = SHARES[measure]
    number = pl.col(share.column) * share.sign // share.scale
    if not share.where:
        return number
    fits = [
        pl.all_horizontal(
            pl.col(column).is_in(list(value)) if isinstance(value, tuple) else pl.col(column) == value
            for column, value in where.items()
        )
        for where in (share.where, *share.others)
    ]
    return pl.when(pl.any_horizontal(fits)).then(number).otherwise(0)


def _thrown(states: list[str], days: int, rng: Rng) -> tuple[Ints, Ints, Ints]:
    """Which thing, when it came and when it last was there: of the first night, and those before them."""
    state = np.array(states)
    found = []
    for name in sorted(set(states)):
        things = np.flatnonzero(state == name)
        count = len(things)
        if window := WINDOWS.get(name):
            age = rng.integers(0, window, count)
            stay = float(window)
        else:
            stay = float(STAYS[name])
            age = np.floor(rng.exponential(stay, count)).astype(np.int64)
        number = rng.poisson(days / stay, count)
        last = rng.integers(1, days + 1, int(number.sum()))
        # less and less of them further back, so that all of it together grows by so much a year
        growing = GROWTH_A_YEAR / 365
        kept = rng.random(len(last)) < 1 - growing * (last + (0 if window else stay))
        before, last = np.repeat(things, number)[kept], last[kept]
        length = np.full(len(last), stay) if window else np.ceil(rng.exponential(stay, len(last)))
        found += [
            (things, age, np.zeros(count, np.int64)),
            (before, last + length.astype(np.int64) - 1, last),
        ]
    thing, came, last = (np.concatenate(part) for part in zip(*found, strict=True))
    return thing, came, last
