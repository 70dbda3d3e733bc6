"""What happens to cases between two nights, and how it is told.

Every case has at most one event a night. An event gives the whole state of the case before and after, so that
one night and its events make the next night's cases exactly. T2A and OMiC cases stay as they are.
"""

from collections.abc import Callable

import numpy as np
import polars as pl

from wmt.demo.cases import (
    ACTIVE,
    COMMUNITY,
    CUSTODY,
    LICENCE,
    OVERDUE,
    STATUS_WORDS,
    STREAM_WORDS,
    WARRANT,
    is_x0,
)
from wmt.demo.codes import word_of
from wmt.demo.mixes import TIER_ORDER
from wmt.demo.size import Bools, Ints, Rng
from wmt.demo.words import case_refs
from wmt.facts import LOCATIONS

Columns = dict[str, np.ndarray]

#: Events of a night per 10,000 cases they could happen to.
RATES = {
    "terminated": 20,
    "terminated_overdue": 300,
    "tier": 16,
    "recalled": 12,
    "released": 14,
    "warrant": 5,
    "warrant_ended": 60,
    "overdue": 3,
    "suspended": 3,
    "moved": 10,
    "allocated": 32,
}


def case_states(cases: pl.DataFrame, post_codes: list[str]) -> pl.DataFrame:
    """case_ref and its state in words: 'TEAM:STAFF location tier[S] stream status flags'."""
    flags = pl.concat_str(
        pl.when("unpaid_work").then(pl.lit("U")).otherwise(pl.lit("")),
        "priority",
        pl.when("standalone").then(pl.lit("S")).otherwise(pl.lit("")),
    )
    return cases.select(
        "case_ref",
        pl.format(
            "{} {} {}{} {} {} {}",
            pl.lit(pl.Series(post_codes)).gather("post_no"),
            word_of("location", LOCATIONS),
            word_of("tier", TIER_ORDER),
            pl.when("suspended").then(pl.lit("S")).otherwise(pl.lit("")),
            word_of("stream", STREAM_WORDS),
            word_of("status", STATUS_WORDS),
            pl.when(flags == "").then(pl.lit("-")).otherwise(flags),
        ).alias("state"),
    )


class _Evening:
    """The cases of one night while events are thrown over them."""

    def __init__(
        self, rng: Rng, cases: pl.DataFrame, posts: pl.DataFrame, today: int, spared: int | None
    ) -> None:
        self.rng, self.today = rng, today
        self.at: Columns = {
            name: cases[name].to_numpy().copy()
            for name in cases.columns
            if name not in ("case_ref", "priority")
        }
        self.priority = cases["priority"].to_list()
        self.kind: list[str | None] = [None] * len(cases)
        nobody = -1 if spared is None else spared
        self.free = (self.at["stream"] == 0) & (self.at["post_no"] != nobody)
        self.field = posts["kind"].is_in(["field"]).to_numpy() & (posts["hours"] > 0).to_numpy()
        self.field &= (posts["post_no"] != nobody).to_numpy()
        self.team = posts["team_no"].to_numpy()
        self.grade = posts["grade"].to_numpy()

    def happen(self, kind: str, eligible: Bools, change: Callable[[Ints], None] | None = None) -> Ints:
        """Choose cases that nothing has happened to yet, mark them and change them."""
        can = np.flatnonzero(eligible & self.free)
        number = min(len(can), max(1, round(len(can) * RATES[kind] / 10_000)))
        rows: Ints = np.sort(self.rng.choice(can, number, replace=False)) if number else can
        self.free[rows] = False
        for row in rows.tolist():
            self.kind[row] = "terminated" if kind == "terminated_overdue" else kind
        if change:
            change(rows)
        return rows

    def tidy_flags(self) -> None:
        """Unpaid work and stand-alone orders belong to active community cases, priority to active ones."""
        active = self.at["status"] == ACTIVE
        outside = ~self.free & ~(active & (self.at["location"] == COMMUNITY))
        self.at["unpaid_work"][outside] = False
        self.at["standalone"][outside & (self.at["stream"] == 0)] = False
        for row in np.flatnonzero(~self.free & ~active).tolist():
            self.priority[row] = ""

    def change_tier(self, rows: Ints) -> None:
        """One step up or down among the sixteen; the untiered get a tier of letter C."""
        step = self.rng.choice((-1, 1), len(rows))
        old = self.at["tier"][rows]
        new = np.where(old == 0, 10, np.clip(old + step, 1, 16))
        self.at["tier"][rows] = np.where(new == old, old - step, new)

    def put(self, column: str, value: int) -> Callable[[Ints], None]:
        """A change that sets a column of the chosen cases."""

        def change(rows: Ints) -> None:
            self.at[column][rows] = value

        return change

    def recall(self, rows: Ints) -> None:
        """Back to custody; supervision is not suspended there."""
        self.at["location"][rows] = CUSTODY
        self.at["suspended"][rows] = False

    def become_overdue(self, rows: Ints) -> None:
        """The order ended yesterday and nobody has closed it."""
        self.at["status"][rows] = OVERDUE
        self.at["suspended"][rows] = False
        self.at["ends"][rows] = self.today - 1

    def go_missing(self, rows: Ints) -> None:
        """In breach, and a warrant is out."""
        self.at["status"][rows] = WARRANT
        self.at["suspended"][rows] = False

    def move(self, rows: Ints) -> None:
        """To a colleague of the same grade, in the same team where there is one."""
        for row in rows.tolist():
            post = int(self.at["post_no"][row])
            alike = self.field & (self.grade == self.grade[post])
            alike[post] = False
            near = np.flatnonzero(alike & (self.team == self.team[post]))
            choice = near if len(near) else np.flatnonzero(alike)
            if len(choice):
                self.at["post_no"][row] = self.rng.choice(choice)


def case_events(
    rng: Rng,
    cases: pl.DataFrame,
    posts: pl.DataFrame,
    post_codes: list[str],
    today: int,
    *,
    commenced: pl.DataFrame | None = None,
    spared: int | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The cases a night later, and the events (ref, kind, before, after).

    `commenced` are the cases with those active whose requirements have commenced tonight. To the post that is
    `spared` nothing else happens.
    """
    begun = cases if commenced is None else commenced
    evening = _Evening(rng, begun, posts, today, spared)
    for row in np.flatnonzero((begun["status"] != cases["status"]).to_numpy()).tolist():
        evening.kind[row] = "commenced"
    _throw(evening)
    evening.tidy_flags()
    changed = begun.with_columns(
        *(pl.Series(name, values, cases.schema[name]) for name, values in evening.at.items()),
        pl.Series("priority", evening.priority),
    )
    happened = pl.Series([kind is not None for kind in evening.kind])
    gone = pl.Series([kind == "terminated" for kind in evening.kind])
    new = _allocated(rng, changed, today, spared)
    told = pl.concat(
        [
            _told(case_states(cases, post_codes), case_states(changed, post_codes), evening.kind).filter(
                happened
            ),
            _arrivals(case_states(new, post_codes)),
        ]
    )
    after = pl.concat([changed.filter(~gone), new]).sort("post_no", "case_ref")
    return after, told.filter(pl.col("before") != pl.col("after"))


def _throw(evening: _Evening) -> None:
    at = evening.at
    active = at["status"] == ACTIVE
    community, custody = at["location"] == COMMUNITY, at["location"] == CUSTODY
    licence = at["location"] == LICENCE
    supervised = active & ~at["suspended"]
    evening.happen("terminated_overdue", at["status"] == OVERDUE)
    evening.happen("terminated", active)
    evening.happen("tier", supervised, evening.change_tier)
    evening.happen("recalled", active & licence, evening.recall)
    evening.happen("released", active & custody & ~is_x0(at["tier"]), evening.put("location", LICENCE))
    evening.happen("warrant", active & (community | licence), evening.go_missing)
    evening.happen("warrant_ended", at["status"] == WARRANT, evening.put("status", ACTIVE))
    evening.happen("overdue", active & community, evening.become_overdue)
    if at["suspended"].any():
        able = supervised & licence & (at["tier"] > 4) & ~is_x0(at["tier"])
        evening.happen("suspended", able, evening.put("suspended", 1))
    evening.happen("moved", active & evening.field[at["post_no"]], evening.move)


def _allocated(rng: Rng, cases: pl.DataFrame, today: int, spared: int | None) -> pl.DataFrame:
    """New cases, each like one that is there already: same post, location and tier."""
    plain = cases.filter(pl.col("status") == ACTIVE, pl.col("stream") == 0, ~pl.col("suspended"))
    plain = plain if spared is None else plain.filter(pl.col("post_no") != spared)
    number = max(1, round(len(plain) * RATES["allocated"] / 10_000))
    like = plain[np.sort(rng.integers(0, len(plain), number))]
    known = set(cases["case_ref"].to_list())
    fresh = [ref for ref in case_refs(rng, number * 3 + 20) if ref not in known][:number]
    length = like["ends"] - like["starts"]
    return like.with_columns(
        case_ref=pl.Series(fresh),
        starts=pl.lit(today, dtype=pl.Int64),
        allocated=pl.lit(today, dtype=pl.Int64),
        ends=length + today,
        event_no=pl.lit(1, dtype=pl.Int64),
        standalone=pl.lit(False),
    )


def _told(before: pl.DataFrame, after: pl.DataFrame, kinds: list[str | None]) -> pl.DataFrame:
    kind = pl.Series(kinds, dtype=pl.String)
    return before.select(
        pl.col("case_ref").alias("ref"),
        kind.alias("kind"),
        pl.col("state").alias("before"),
        pl.when(kind == "terminated").then(pl.lit("")).otherwise(after["state"]).alias("after"),
    )


def _arrivals(states: pl.DataFrame) -> pl.DataFrame:
    return states.select(
        pl.col("case_ref").alias("ref"),
        pl.lit("allocated").alias("kind"),
        pl.lit("").alias("before"),
        pl.col("state").alias("after"),
    )
