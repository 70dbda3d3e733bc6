"""The history as far as somebody may read it: the figures of some regions and no others."""

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from wmt.history import FIGURE, History
from wmt.site.accounts.access import scope
from wmt.site.accounts.models import User
from wmt.site.workload.state import State


class NarrowedHistory(History):
    """A history of which only some regions are there, on every day by where units were on that day."""

    def __init__(self, past: History, regions: Collection[str]) -> None:
        self.__dict__.update(past.__dict__)
        self.whole = False
        self._regions = sorted(regions)
        self.version = f"{past.version} {' '.join(self._regions)}"

    def table(self, path: Path, wanted: pl.Expr, columns: Sequence[str] = tuple(FIGURE)) -> pl.DataFrame:
        """Rows of one month file that satisfy a condition, of these regions."""
        return super().table(path, wanted & self._seen, columns)

    def _rows(
        self,
        level: str,
        low: str,
        high: str,
        first: date,
        last: date,
        columns: Sequence[str] = tuple(FIGURE),
    ) -> pl.DataFrame:
        return super()._rows(level, low, high, first, last, columns).filter(self._seen)

    @property
    def _seen(self) -> Any:
        own = (pl.col("level") == "region") & pl.col("code").is_in(self._regions)
        return own | pl.col("region_code").is_in(self._regions)


def seen_by(past: History, user: User, state: State) -> History:
    """The history as far as a person may read it."""
    narrowed = scope(user, state)
    return past if narrowed is None else NarrowedHistory(past, narrowed.regions)
