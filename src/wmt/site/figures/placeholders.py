"""Which posts are nobody: those of the case system for what is not allocated, as the night kept them."""

from functools import lru_cache
from pathlib import Path

import polars as pl
from django.conf import settings

from wmt.nights import open_night
from wmt.site.workload.state import State


def placeholders(state: State) -> frozenset[str]:
    """Their codes, of the figures shown. Raises NightError where the night is not there."""
    return _placeholders(state.night, settings.CONFIG.nights)


@lru_cache(maxsize=8)
def _placeholders(night: str, home: Path) -> frozenset[str]:
    posts = open_night(home / night).table("facts/post").filter(is_placeholder=1)
    return frozenset(posts.select(pl.concat_str("team_code", pl.lit(":"), "staff_code")).to_series())
