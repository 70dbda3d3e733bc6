"""What happens to cases between two nights, and how it is told.

Every case has at most one event a night. An event gives the whole state of the case before and after, so that
one night and its events make the next night's cases exactly. T2A and OMiC cases stay as they are.

Orders and licences end on their planned day, or are overdue from it; contact may be suspended when two thirds
of them are over. As many cases come as go, and `GROWTH_A_YEAR` more; what leaves licence comes to it from
custody. Cases move from fuller colleagues to emptier ones.
"""

from collections.abc import Callable

import numpy as np
import polars as pl

from wmt.demo import size
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
    stays_suspended,
)
from wmt.demo.codes import word_of
from wmt.demo.made_up_names import case_refs
from wmt.demo.mixes import ONLY_LOW, TIER_ORDER
from wmt.facts import LOCATIONS

Columns = dict[str, np.ndarray]

#: Events of a night per 10,000 cases they could happen to, where nothing plans them. In balance: what becomes
#: overdue or goes on warrant in a night is as much as comes back from there.
RATES = {
    "terminated": 1.5,  # revoked, resentenced, transferred abroad
    "terminated_overdue": 400,
    "tier": 16,
    "recalled": 16,
    "warrant": 2.4,
    "warrant_ended": 60,
    "moved": 10,
}
#: Of cases that reach their planned end, those that nobody closes on the day.
SHARE_OVERDUE = 0.25
#: More cases after a year, as a share: England and Wales grew by two to four in a hundred.
GROWTH_A_YEAR = 0.03
HIGHEST_TIER, HIGHEST_LOW_TIER = 1, TIER_ORDER.index("C3")


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
        self, rng: size.Rng, cases: pl.DataFrame, posts: pl.DataFrame, today: int, spared: int | None
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
        self.grade, self.hours = posts["grade"].to_numpy(), posts["hours"].to_numpy()
        self.only_low = posts["grade"].is_in(ONLY_LOW).to_numpy()

    def happen(
        self,
        kind: str,
        eligible: size.Bools,
        change: Callable[[size.Ints], None] | None = None,
        number: int | None = None,
    ) -> size.Ints:
        """Choose cases that nothing has happened to yet, mark them and change them. Without a number, as
        many as the rate of the kind says."""
        can = np.flatnonzero(eligible & self.free)
        wanted = max(1, round(len(can) * RATES[kind] / 10_000)) if number is None else number
        wanted = min(len(can), wanted)
        rows: size.Ints = np.sort(self.rng.choice(can, wanted, replace=False)) if wanted else can[:0]
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

    def change_tier(self, rows: size.Ints) -> None:
        """One step up or down, as often as leaves the tiers of a location as common as they are; the untiered
        get C2. Services officers and trainees keep to C and D."""
        at, low = self.at, self.only_low
        common = np.zeros((3, 2, len(TIER_ORDER)))
        known = (at["status"] == ACTIVE) & (at["stream"] == 0) & ~at["suspended"].astype(bool)
        of_low = low[at["post_no"]].astype(np.int64)
        np.add.at(common, (at["location"][known], of_low[known], at["tier"][known]), 1)
        ordinary = np.flatnonzero([word[-1] != "0" for word in TIER_ORDER])
        place = np.searchsorted(ordinary, at["tier"][rows])
        beside = ordinary[np.clip(place + self.rng.choice((-1, 1), len(rows)), 0, len(ordinary) - 1)]
        where, which = at["location"][rows], of_low[rows]
        here, there = common[where, which, at["tier"][rows]], common[where, which, beside]
        least = np.where(which, HIGHEST_LOW_TIER, HIGHEST_TIER)
        moves = (self.rng.random(len(rows)) * np.maximum(here, 1) < there) & (beside >= least)
        new = np.where(moves, beside, at["tier"][rows])
        at["tier"][rows] = np.where(at["tier"][rows] == 0, TIER_ORDER.index("C2"), new)

    def release(self, rows: size.Ints) -> None:
        """Onto a licence that begins today."""
        licences = np.flatnonzero(self.at["location"] == LICENCE)
        self.at["location"][rows] = LICENCE
        self.at["starts"][rows] = self.at["allocated"][rows] = self.today
        # lengths of orders that begin. Long ones are met more often among those that run, so they weigh less.
        number = len(rows)
        length = (self.at["ends"] - self.at["starts"])[licences]
        found: size.Ints = (
            self.rng.choice(length, number, p=_each_as_it_begins(length))
            if len(licences)
            else np.full(number, 365)
        )
        self.at["ends"][rows] = self.today + found

    def put(self, column: str, value: int) -> Callable[[size.Ints], None]:
        """A change that sets a column of the chosen cases."""

        def change(rows: size.Ints) -> None:
            self.at[column][rows] = value

        return change

    def recall(self, rows: size.Ints) -> None:
        """Back to custody; supervision is not suspended there."""
        self.at["location"][rows] = CUSTODY
        self.at["suspended"][rows] = False

    def become_overdue(self, rows: size.Ints) -> None:
        """The order ended yesterday and nobody has closed it."""
        self.at["status"][rows] = OVERDUE
        self.at["suspended"][rows] = False
        self.at["ends"][rows] = self.today - 1

    def go_missing(self, rows: size.Ints) -> None:
        """In breach, and a warrant is out."""
        self.at["status"][rows] = WARRANT
        self.at["suspended"][rows] = False

    def move(self, rows: size.Ints) -> None:
        """To an emptier colleague of the same grade, in the same team where there is one."""
        held = np.bincount(self.at["post_no"][self.at["status"] == ACTIVE], minlength=len(self.hours))
        load = held / np.maximum(self.hours, 1)
        for row in rows.tolist():
            post = int(self.at["post_no"][row])
            alike = self.field & (self.grade == self.grade[post]) & (load < load[post])
            near = np.flatnonzero(alike & (self.team == self.team[post]))
            choice = near if len(near) else np.flatnonzero(alike)
            if len(choice):
                self.at["post_no"][row] = self.rng.choice(choice)


def case_events(
    rng: size.Rng,
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
    new = _allocated(rng, changed, today, spared, int(gone.sum()))
    kind = pl.Series(evening.kind, dtype=pl.String)
    state = case_states(changed, post_codes)["state"]
    became = pl.when(kind == "terminated").then(pl.lit("")).otherwise(state)
    had = case_states(cases, post_codes).select(ref="case_ref", kind=kind, before="state", after=became)
    came = {"kind": pl.lit("allocated"), "before": pl.lit(""), "after": pl.col("state")}
    told = pl.concat([had.filter(happened), case_states(new, post_codes).select(ref="case_ref", **came)])
    after = pl.concat([changed.filter(~gone), new]).sort("post_no", "case_ref")
    return after, told.filter(pl.col("before") != pl.col("after"))


def _each_as_it_begins(length: size.Ints) -> size.Floats:
    weights: size.Floats = (1 / np.maximum(length, 1)).astype(np.float64)
    shares: size.Floats = weights / weights.sum()
    return shares


def _throw(evening: _Evening) -> None:
    at, today = evening.at, evening.today
    active = at["status"] == ACTIVE
    custody, licence = at["location"] == CUSTODY, at["location"] == LICENCE
    supervised = active & ~at["suspended"].astype(bool)
    is_open = supervised & ~custody
    evening.happen("terminated_overdue", at["status"] == OVERDUE)
    # what has reached its planned end is closed, or is overdue from now on
    ended = active & ~custody & (at["ends"] <= today)
    late = ended & (evening.rng.random(len(ended)) < SHARE_OVERDUE)
    left = [
        evening.happen("overdue", late, evening.become_overdue, len(ended)),
        evening.happen("terminated", ended & ~late, None, len(ended)),
        evening.happen("terminated", is_open),
        evening.happen("recalled", is_open & licence, evening.recall),
    ]
    from_licence = sum(int(licence[rows].sum()) for rows in left)
    evening.happen("released", active & custody & ~is_x0(at["tier"]), evening.release, from_licence)
    if at["suspended"].any():
        # contact with some of those who have reached two thirds today is suspended
        able = is_open & (at["stream"] == 0) & ~is_x0(at["tier"])
        length, done = at["ends"] - at["starts"], today - at["starts"]
        reached = (3 * done >= 2 * length) & (3 * (done - 1) < 2 * length)
        chosen = able & reached & stays_suspended(evening.rng, at["tier"])
        evening.happen("suspended", chosen, evening.put("suspended", 1), len(chosen))
    evening.happen("tier", supervised & ~is_x0(at["tier"]), evening.change_tier)
    evening.happen("warrant", is_open, evening.go_missing)
    evening.happen("warrant_ended", at["status"] == WARRANT, evening.put("status", ACTIVE))
    evening.happen("moved", active & evening.field[at["post_no"]], evening.move)


def _allocated(rng: size.Rng, cases: pl.DataFrame, today: int, spared: int | None, gone: int) -> pl.DataFrame:
    """New cases, as many as are gone and a little more, each like one that is there: same post and tier.

    Where that one is on licence, the new one begins in custody.
    """
    plain = cases.filter(
        pl.col("status") == ACTIVE,
        pl.col("stream") == 0,
        pl.col("location") != CUSTODY,
        pl.col("ends") > today,
    )
    plain = plain if spared is None else plain.filter(pl.col("post_no") != spared)
    more = len(cases.filter(pl.col("stream") == 0)) * GROWTH_A_YEAR / 365
    number = max(1, gone + int(more + rng.random()))
    at = {name: plain[name].to_numpy() for name in ("starts", "ends")}
    rows = rng.choice(len(plain), number, p=_each_as_it_begins(at["ends"] - at["starts"]))
    like = plain[np.sort(rows)]
    known = set(cases["case_ref"].to_list())
    fresh = [ref for ref in case_refs(rng, number * 3 + 20) if ref not in known][:number]
    into_custody = pl.col("location") == LICENCE
    # a licence is half of a sentence or so
    length = (
        pl.when(into_custody)
        .then(2 * (pl.col("ends") - pl.col("starts")))
        .otherwise(pl.col("ends") - pl.col("starts"))
    )
    return like.with_columns(
        case_ref=pl.Series(fresh),
        location=pl.when(into_custody)
        .then(pl.lit(CUSTODY))
        .otherwise("location")
        .cast(like.schema["location"]),
        suspended=pl.lit(False),
        starts=pl.lit(today, dtype=pl.Int64),
        allocated=pl.lit(today, dtype=pl.Int64),
        ends=length + today,
        event_no=pl.lit(1, dtype=pl.Int64),
        standalone=pl.lit(False),
    )
