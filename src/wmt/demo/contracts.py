"""Contracted hours as people entered them: posts without an entry have the hours of their grade."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from wmt.demo.size import FULL_TIME, stream

SHARE_OF_FULL_TIMERS_ENTERED = 0.6
SHARE_WITH_AN_EARLIER_CONTRACT = 0.08


def build_contracts(seed: int, posts: pl.DataFrame, day: date) -> pl.DataFrame:
    """post_no, hours (hundredths) and the day from which they count; sometimes with an earlier entry."""
    rng = stream(seed, "contracts")
    hours = posts["hours"].to_numpy()
    is_default = (hours == FULL_TIME) & posts["grade"].is_in(["PO", "PSO", "TPO"]).to_numpy()
    entered = (hours > 0) & (~is_default | (rng.random(len(posts)) < SHARE_OF_FULL_TIMERS_ENTERED))
    rows = []
    for post in np.flatnonzero(entered).tolist():
        since = day - timedelta(days=int(rng.integers(0, 1500)))
        if rng.random() < SHARE_WITH_AN_EARLIER_CONTRACT:
            rows.append((post, FULL_TIME, since - timedelta(days=400)))
        rows.append((post, int(hours[post]), since))
    schema = {"post_no": pl.Int64, "hours": pl.Int64, "valid_from": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row")
