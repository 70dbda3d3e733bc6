"""A month once more, as the stepping reads it: a row for every unit, points and available points by the day.

Beside the month itself, because a level of all units is then read in hundredths of a second.
"""

from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from wmt.history import index
from wmt.history.day_steps import Ints
from wmt.history.figures import in_stream, summed
from wmt.ledger import STREAMS

MOST_DAYS = 31
#: Available points of a day on which a unit has no figure.
ABSENT = -1
_POINTS = [f"points_{day}" for day in range(1, MOST_DAYS + 1)]
_AVAILABLE = [f"available_{day}" for day in range(1, MOST_DAYS + 1)]
_MEASURES = ("points_x100", "available_x100")


def wide_path(nights: Path, month: str) -> Path:
    return index.folder_of(nights) / f"{month}.wide.parquet"


def wide_bytes(figures: pl.DataFrame) -> bytes:
    """The file of a month, from its figures in their order (`figures.ordered`). People are there too."""
    units = figures.filter((pl.col("level") == "post") | (pl.col("grade") == ""))
    units = units.select("level", "code", "stream", "day", "name", *_MEASURES)
    posts = figures.filter(pl.col("level") == "post")
    persons = summed(posts, "person", measures=_MEASURES).select(units.columns).sort("code", "day")
    # one stream after the other: figures are in the order of units and days within each
    parts = [part.filter(pl.col("stream") == name) for part in (persons, units) for name in ("", *STREAMS)]
    frames = []
    for rows in parts:  # from rows of units and days, in this order, to a row for each unit
        begins = (pl.col("level") != pl.col("level").shift()) | (pl.col("code") != pl.col("code").shift())
        number = rows.select(begins.fill_null(True).cum_sum() - 1).to_series().to_numpy()
        is_last = np.append(number[1:] != number[:-1], [True])[: len(rows)]
        last = rows.select("level", "code", "stream", "name").filter(is_last)
        days = rows["day"].dt.day().to_numpy().astype(np.int64) - 1
        columns = []
        for measure, names, nothing in (("points_x100", _POINTS, 0), ("available_x100", _AVAILABLE, ABSENT)):
            matrix = np.full((MOST_DAYS, len(last)), nothing, np.int64)
            matrix[days, number] = rows[measure].to_numpy()
            columns += [pl.Series(name, matrix[place]) for place, name in enumerate(names)]
        frames.append(last.with_columns(columns))
    content = BytesIO()
    pl.concat(frames).write_parquet(
        content, compression="zstd", compression_level=3, statistics=True, row_group_size=_UNITS
    )
    return content.getvalue()


_UNITS = 20_000


def read_wide(
    path: Path, level: str, first: date, last: date, stream: str | None = None
) -> tuple[list[str], list[str | None], Ints, Ints]:
    """Codes and names of the units of a level, and two matrices of days × units: points, available points.

    `stream` as in `figures.in_stream`; a unit that changes its stream is there more than once, each time with
    its days in it. Raises HistoryError when the file is damaged.
    """
    days = slice(first.day - 1, last.day)
    wanted = ["level", "code", "stream", "name", *_POINTS[days], *_AVAILABLE[days]]
    try:
        frame = pl.DataFrame(
            pl.from_arrow(pq.read_table(path, columns=wanted, use_threads=False, memory_map=True))
        )
    except (OSError, pa.ArrowException) as error:
        raise index.HistoryError(f"{path} cannot be read ({type(error).__name__}); {index.REMEDY}") from error
    frame = frame.filter((pl.col("level") == level) & in_stream(level, stream))
    points, available = (
        np.stack([frame[name].to_numpy() for name in names[days]]) for names in (_POINTS, _AVAILABLE)
    )
    return frame["code"].to_list(), frame["name"].to_list(), points, available
