"""What happens between two nights."""

import polars as pl

from wmt.demo.world import World


def next_night(world: World, number: int) -> tuple[World, pl.DataFrame]:
    """The world a day later and the events that led there."""
    raise NotImplementedError
