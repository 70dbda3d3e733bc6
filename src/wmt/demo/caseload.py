"""How many cases each post holds.

Two published figures are met by construction: active cases per full-time probation officer are shared out
to sum to 32.5 × FTE, and the spread between officers is the one at which 2% of them hold over 50. The rest
of the nation's cases go to everyone else in proportion to what such posts hold.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from wmt.demo.size import (
    CASES_PER_FTE_PO,
    FULL_TIME,
    OVER_50,
    SHARE_OF_POS_OVER_50,
    Bools,
    Floats,
    Ints,
    Rng,
    Size,
    apportion,
    stream,
)

#: Shares of all 250,000 people that no community team works with today.
SHARE_OMIC = 0.080  # prison offender managers hold them
SHARE_INACTIVE = 0.040  # on warrant, overdue, suspended lifers, filtered out upstream
#: Active cases per full-time post that is there all week; probation services officers in field teams take
#: what is left of the nation.
CASES_PER_FTE = {"TPO": 48.0, "SPO": 22.0}
SHARE_UNPAID_WORK_TEAMS = 0.035  # of all cases: people who do unpaid work and nothing else, mostly
CASES_OF_A_DUMMY = 9.0
#: A part of the caseload stays when its officer is away: nobody has moved it yet.
STAYS_WHEN_AWAY = {"reduced": 0.30, "gone": 0.12}
SPREAD_OF_OTHERS = 0.22
SPREAD_OF_OFFICERS = 0.17  # before it is stretched to the published share over 50
SPREAD_OF_INACTIVE = 0.6


@dataclass(frozen=True)
class Caseloads:
    """Cases per post: `active` (T2A among them), `inactive` and `omic`."""

    active: Ints
    inactive: Ints
    omic: Ints


def build_caseloads(seed: int, size: Size, posts: pl.DataFrame, time_left: Ints) -> Caseloads:
    """Whole cases per post, summing to the cases of the nation exactly."""
    rng = stream(seed, "caseloads")
    # every post of an OMiC team holds one case at least: nothing but its cases shows it in a workbook
    total = round(size.cases * SHARE_OMIC)
    omic = np.zeros(len(posts), dtype=np.int64)
    here = _is(posts, kind="omic")
    omic[here] = apportion(rng.lognormal(0, 0.3, int(here.sum())), total, at_least=1)
    inactive_total = round(size.cases * SHARE_INACTIVE)
    active = _active(rng, size, posts, time_left, size.cases - inactive_total - int(omic.sum()))
    weights = active * rng.lognormal(0, SPREAD_OF_INACTIVE, len(posts))
    return Caseloads(active, apportion(weights, inactive_total), omic)


def _is(posts: pl.DataFrame, *, grade: str | None = None, kind: str | None = None) -> Bools:
    here = np.ones(len(posts), dtype=np.bool_)
    if grade:
        here &= (posts["grade"] == grade).to_numpy()
    if kind:
        here &= (posts["kind"] == kind).to_numpy()
    return here


def _load_share(posts: pl.DataFrame, time_left: Ints) -> Floats:
    """What a post can be asked to carry: its hours, less most of what reductions take."""
    hours = posts["hours"].to_numpy() / FULL_TIME
    present = np.divide(time_left / 100, posts["hours"].to_numpy(), out=np.zeros(len(posts)), where=hours > 0)
    stays = STAYS_WHEN_AWAY["reduced"]
    share: Floats = hours * np.where(present > 0, stays + (1 - stays) * present, STAYS_WHEN_AWAY["gone"])
    return share


def _active(rng: Rng, size: Size, posts: pl.DataFrame, time_left: Ints, total: int) -> Ints:
    crowd = size.cases_a_post
    demand = posts["demand"].to_numpy()
    carried = _load_share(posts, time_left) * demand
    person = rng.normal(0, 1, len(posts))
    weights = carried * np.exp(SPREAD_OF_OTHERS * person)
    active = np.zeros(len(posts), dtype=np.int64)

    officers = _is(posts, grade="PO")
    fte = posts["hours"].to_numpy()[officers].sum() / FULL_TIME
    in_field = officers & _is(posts, kind="field")
    deviation = np.log(demand) + SPREAD_OF_OFFICERS * person
    active[in_field] = _officers(
        _load_share(posts, time_left)[in_field],
        deviation[in_field],
        round(CASES_PER_FTE_PO * crowd * fte),
        round(SHARE_OF_POS_OVER_50 * int(officers.sum())),
    )
    wanted = {
        "TPO": (_is(posts, grade="TPO"), time_left / 100 / FULL_TIME * demand * np.exp(0.15 * person)),
        "SPO": (_is(posts, grade="SPO", kind="field"), weights),
    }
    for name, (here, load) in wanted.items():
        active[here] = apportion(load[here], round(CASES_PER_FTE[name] * crowd * load[here].sum()))
    unpaid = _is(posts, kind="unpaid")
    active[unpaid] = apportion(weights[unpaid], round(size.cases * SHARE_UNPAID_WORK_TEAMS))
    dummies = _is(posts, grade="DMY")
    active[dummies] = rng.poisson(CASES_OF_A_DUMMY * crowd, int(dummies.sum()))
    rest = _is(posts, grade="PSO", kind="field")
    active[rest] = apportion(weights[rest], max(0, total - int(active[~rest].sum())))
    return active


def _officers(share: Floats, deviation: Floats, total: int, over_50: int) -> Ints:
    """Caseloads of field officers: a fixed sum, and the spread that puts so many of them over 50."""
    low, high = 0.0, 2.0
    best, best_miss = apportion(share, total), len(share)
    for _ in range(24):
        spread = (low + high) / 2
        cases = apportion(share * np.exp(spread * deviation), total)
        over = int((cases >= OVER_50).sum())
        if abs(over - over_50) < best_miss:
            best, best_miss = cases, abs(over - over_50)
        low, high = (spread, high) if over < over_50 else (low, spread)
    return best
