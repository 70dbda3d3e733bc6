"""The people supervised: one row each, with post, kind, dates and flags.

Columns are numbers where they can be: `location` 0 community, 1 custody, 2 licence; `tier` is the number
flag sheets use (0 untiered, 1 A3 … 16 D0); dates are days since 1970.
"""

from datetime import date

import numpy as np
import polars as pl

from wmt.demo import size
from wmt.demo.caseload import Caseloads
from wmt.demo.made_up_names import case_refs
from wmt.demo.mixes import (
    MIX_NAMES,
    MIXES,
    SPREAD_OF_LOCATION,
    SPREAD_OF_TIERS,
    SUSPENDED,
    TIER_ORDER,
)

#: Status words. `filtered` is filtered out upstream though on no inactive list (stand-alone orders).
ACTIVE, WARRANT, OVERDUE, LIFER, FILTERED, UNCOMMENCED = range(6)
STATUS_WORDS = ("active", "warrant", "overdue", "suspended_lifer", "filtered", "uncommenced")
STREAM_WORDS = ("standard", "t2a", "omic")
SHARE_OF_INACTIVE = (0.0, 0.60, 0.27, 0.08, 0.05)  # by status
SHARE_T2A = 0.007  # of active cases, roughly 1,400 young people
SHARE_UNPAID_WORK_BESIDE = 0.08  # of community cases that also have supervision
SHARE_STANDALONE = 0.012  # of active community cases: stand-alone suspended sentence orders
SHARE_IOM, SHARE_PPO = 0.03, 0.004
#: Shortest and longest by location: new community orders come to about 15 months on average (published: 15.4,
#: suspended sentence orders 19.5), licences to 14; of custody it is the whole sentence.
DAYS_OF_ORDER = {0: (300, 1095), 1: (200, 2600), 2: (240, 1300)}
COMMUNITY, CUSTODY, LICENCE = range(3)
NEVER = -1


def build_cases(
    seed: int, posts: pl.DataFrame, loads: Caseloads, day: date, *, suspended_tiers: bool = True
) -> pl.DataFrame:
    """All cases of the nation in order of post; `suspended_tiers` False for layouts before 2024."""
    rng = size.stream(seed, "cases")
    post = np.concatenate(
        [np.repeat(posts["post_no"].to_numpy(), n) for n in (loads.active, loads.inactive, loads.omic)]
    )
    parts = np.repeat([0, 1, 2], [loads.active.sum(), loads.inactive.sum(), loads.omic.sum()])
    status = np.where(parts == 1, rng.choice(5, len(post), p=SHARE_OF_INACTIVE), ACTIVE)
    # the number of the mix that fits each post: its grade, or what its team does
    name = pl.when(pl.col("kind").is_in(["omic", "unpaid"])).then("kind").otherwise("grade")
    numbers = {name: number for number, name in enumerate(MIX_NAMES)}
    mixes: size.Ints = (
        posts.select(name.replace_strict(numbers, return_dtype=pl.Int64)).to_series().to_numpy()
    )
    mix = mixes[post]
    is_t2a = (parts == 0) & (rng.random(len(post)) < SHARE_T2A) & np.isin(mix, _mix_numbers("PO", "PSO"))
    officers, services = _mix_numbers("t2a", "t2a of a services officer")
    mix = np.where(is_t2a, np.where(mix == MIX_NAMES.index("PSO"), services, officers), mix)
    stream_no = np.where(parts == 2, 2, np.where(is_t2a, 1, 0))
    location = _locations(rng, posts, post, mix, status)
    tier = _tiers(rng, len(posts), post, mix, location)
    cases = pl.DataFrame({"case_ref": case_refs(size.stream(seed, "case refs"), len(post)), "post_no": post})
    cases = cases.with_columns(
        location=pl.Series(location),
        tier=pl.Series(tier),
        suspended=pl.lit(False),
        stream=pl.Series(stream_no),
        status=pl.Series(status),
    )
    cases = cases.with_columns(_flags(rng, cases)).with_columns(_dates(rng, cases, day))
    reached = two_thirds_done(cases, (day - date(1970, 1, 1)).days)
    chosen = may_be_suspended(cases) & reached & stays_suspended(rng, tier)
    return cases.with_columns(suspended=pl.Series(chosen & suspended_tiers)).sort("post_no", "case_ref")


def _mix_numbers(*names: str) -> list[int]:
    return [MIX_NAMES.index(name) for name in names]


def _locations(
    rng: size.Rng, posts: pl.DataFrame, post: size.Ints, mix: size.Ints, status: size.Ints
) -> size.Ints:
    """Community, custody or licence. Nobody in custody is on warrant; lifers are on licence or inside."""
    shares = np.array([MIXES[name].locations for name in MIX_NAMES])
    tilt = rng.normal(0, SPREAD_OF_LOCATION, len(posts))[post]
    community, custody = shares[mix, 0], shares[mix, 1]
    mixed = (community > 0) & (custody > 0)
    community = np.where(mixed, np.clip(community + tilt, 0.02, 0.98), community)
    custody = np.where(mixed, (1 - community) * custody / (1 - shares[mix, 0]), custody)
    die = rng.random(len(post))
    location = np.where(die < community, COMMUNITY, np.where(die < community + custody, CUSTODY, LICENCE))
    location = np.where((status == LIFER) & (location == COMMUNITY), LICENCE, location)
    out_of_custody = np.isin(status, (WARRANT, OVERDUE)) & (location == CUSTODY)
    return np.where(out_of_custody, LICENCE, np.where(status == FILTERED, COMMUNITY, location))


def _tiers(rng: size.Rng, posts: int, post: size.Ints, mix: size.Ints, location: size.Ints) -> size.Ints:
    """A tier for each case: a throw on the shares of its mix and location, tilted a little by post."""
    bounds = np.array([MIXES[name].by_location().cumsum(axis=1) for name in MIX_NAMES])
    tilt = np.exp(rng.normal(0, SPREAD_OF_TIERS, posts))[post]
    die: size.Floats = rng.random(len(post))
    untiered = die < bounds[0, 0, 0]
    die = np.where(untiered, die, np.maximum(die**tilt, bounds[0, 0, 0]))
    tier = np.zeros(len(post), dtype=np.int64)
    for number in range(len(MIX_NAMES)):
        for where in range(3):
            here = (mix == number) & (location == where)
            tier[here] = np.searchsorted(bounds[number, where], die[here], side="right")
    return np.minimum(tier, len(TIER_ORDER) - 1)


def letters(tier: size.Ints) -> np.ndarray:
    """The first letter of each tier number; '0' for untiered."""
    return np.array([word[0] for word in TIER_ORDER])[tier]


def is_x0(tier: size.Ints) -> size.Bools:
    """Whether a tier number is one of A0, B0, C0, D0."""
    found: size.Bools = np.isin(tier, (4, 8, 12, 16))
    return found


def two_thirds_done(cases: pl.DataFrame, today: int) -> size.Bools:
    """Whether two thirds of an order or licence are over: from then on contact may be suspended."""
    done: size.Bools = (3 * (today - pl.col("starts")) >= 2 * (pl.col("ends") - pl.col("starts"))).pipe(
        lambda reached: cases.select(reached).to_series().to_numpy()
    )
    return done


def may_be_suspended(cases: pl.DataFrame) -> size.Bools:
    """Active cases of the standard stream in the community or on licence, with supervision to suspend."""
    can: size.Bools = (
        (cases["location"] != CUSTODY) & (cases["status"] == ACTIVE) & (cases["stream"] == 0)
    ).to_numpy() & ~is_x0(cases["tier"].to_numpy())
    return can


def stays_suspended(rng: size.Rng, tier: size.Ints) -> size.Bools:
    """A throw for each case whether its contact is suspended once it may be, by tier."""
    share = np.array([SUSPENDED.get(word[0], 0.0) for word in TIER_ORDER])[tier]
    chosen: size.Bools = rng.random(len(tier)) < share
    return chosen


def _flags(rng: size.Rng, cases: pl.DataFrame) -> list[pl.Series]:
    """Unpaid work, priority letter ('I', 'P' or '') and stand-alone suspended sentence order."""
    location, tier = cases["location"].to_numpy(), cases["tier"].to_numpy()
    active = (cases["status"] == ACTIVE).to_numpy() & (cases["stream"] == 0).to_numpy()
    die = rng.random((3, len(cases)))
    community = active & (location == COMMUNITY)
    unpaid = community & (is_x0(tier) | (die[0] < SHARE_UNPAID_WORK_BESIDE))
    priority = np.where(die[1] < SHARE_IOM, "I", np.where(die[1] < SHARE_IOM + SHARE_PPO, "P", ""))
    standalone = (community & ~unpaid & (die[2] < SHARE_STANDALONE)) | (
        cases["status"] == FILTERED
    ).to_numpy()
    return [
        pl.Series("unpaid_work", unpaid),
        pl.Series("priority", np.where(active, priority, "").tolist()),
        pl.Series("standalone", standalone),
    ]


def _dates(rng: size.Rng, cases: pl.DataFrame, day: date) -> list[pl.Series]:
    today = (day - date(1970, 1, 1)).days
    location = cases["location"].to_numpy()
    shortest, longest = (np.array([DAYS_OF_ORDER[where][end] for where in range(3)]) for end in (0, 1))
    length = shortest[location] + (rng.random(len(cases)) ** 2 * (longest - shortest)[location]).astype(
        np.int64
    )
    age = (rng.random(len(cases)) * length).astype(np.int64)
    starts = today - age
    overdue = (cases["status"] == OVERDUE).to_numpy()
    ends = np.where(overdue, today - 1 - rng.integers(0, 60, len(cases)), starts + length)
    starts = np.where(overdue, ends - length, starts)
    allocated = starts + ((today - starts) * rng.random(len(cases)) ** 2).astype(np.int64)
    return [
        pl.Series("starts", starts),
        pl.Series("ends", ends),
        pl.Series("allocated", allocated),
        pl.Series("event_no", 1 + rng.geometric(0.45, len(cases))),
    ]
