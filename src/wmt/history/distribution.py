"""How capacities are spread: how many units lie in each band, by grade, on a day or over each year."""

from datetime import date
from itertools import pairwise

import polars as pl

from wmt.history.figures import FIGURE
from wmt.history.index import HistoryError
from wmt.history.question_base import WORDS, Answer, Row, asked, said_day, said_stream
from wmt.history.reader import History
from wmt.ledger import HEADLINE

#: Upper ends of the bands in per cent; a band holds what is over the one before and not over its own.
BANDS = (80, 90, 100, 110, 120, 140)
_COLUMNS = ("day", "code", "grade", "points_x100", "available_x100")


def spread(
    history: History,
    level: str = "post",
    first: date | None = None,
    last: date | None = None,
    *,
    by: str = "day",
    grade: str = "",
    stream: str = HEADLINE,
) -> Answer:
    """How many units lie in each band of capacity, for each grade (posts) and for all of them.

    `by` 'day': on the last day of the range that has figures. `by` 'year': by the capacity of each year,
    Σ points ÷ Σ available over its days. Raises HistoryError for what cannot be asked.
    """
    if by not in ("day", "year"):
        raise HistoryError(f"there is no spread by '{by}'; choose day or year")
    span = asked(history, first, last, stream)
    if by == "day":
        day = history.day_until(span.last)
        assert day is not None
        periods = [(said_day(day), day, day)]
        span = asked(history, day, day, stream)
    else:
        periods = [(str(year), begin, end) for year, begin, end in span.years]
    rows = [
        row
        for said, begin, end in periods
        for row in _period(history, level, grade, stream, said, begin, end)
    ]
    beyond = ", ".join(
        f"{row[_key(110)] + row[_key(120)] + row['beyond']:,} of {row['units']:,} ({row['period']})"
        if row["days"]
        else f"no data ({row['period']})"
        for row in rows
        if row["grade"] == "all"
    )
    return Answer(
        title=f"How capacities are spread: {WORDS[level][1]}",
        sentence=f"{WORDS[level][1].capitalize()} over 110%{said_stream(stream)}: {beyond or 'none'}.",
        columns=(
            ("period", "Period"),
            ("grade", "Grade"),
            ("units", WORDS[level][1]),
            ("no_time", "no available hours on any day"),
            *band_headings(),
            ("days", "days with figures"),
        ),
        rows=rows,
        notes=(*span.notes, "A band holds what is over its lower end and not over its upper end."),
    )


def _key(lower: int) -> str:
    return f"over_{lower}"


def band_headings() -> tuple[tuple[str, str], ...]:
    """The bands by their keys, in words, the lowest first."""
    between = [(_key(low), f"{low} to {high}%") for low, high in pairwise(BANDS)]
    return (("lowest", f"up to {BANDS[0]}%"), *between, ("beyond", f"over {BANDS[-1]}%"))


def _period(
    history: History, level: str, grade: str, stream: str, said: str, first: date, last: date
) -> list[Row]:
    """The rows of a period, with the number of its days; where it has none, one row that says nothing."""
    days = sum(first <= day <= last for day in history.days)
    found = _rows(history, level, grade, stream, said, first, last)
    if not days:
        nothing = dict.fromkeys(("units", "no_time", *(key for key, _ in band_headings())))
        found = [{"period": said, "grade": "all", **nothing}]
    return [{**row, "days": days} for row in found]


def _rows(
    history: History, level: str, grade: str, stream: str, said: str, first: date, last: date
) -> list[Row]:
    # points and available points of each unit over the days, with its grade on the last of them
    frames = []
    for _, path in history.months(first, last):
        begin, end = max(first, date.fromisoformat(f"{path.stem}-01")), last
        following = date(begin.year + begin.month // 12, begin.month % 12 + 1, 1)
        month = history.figures(
            level, begin, min(end, date.fromordinal(following.toordinal() - 1)), _COLUMNS, grade, stream
        )
        frames.append(_added(month))
    if not frames:
        sums = pl.DataFrame(schema={name: FIGURE[name] for name in _COLUMNS})
    else:
        sums = _added(pl.concat(frames))
    if sums.is_empty():
        return []
    bands = in_bands(sums, "code", "grade")
    by_grade = bands.group_by("grade").agg(pl.len().alias("units"), pl.exclude("code", "units").sum())
    whole = bands.select(grade=pl.lit("all"), units=pl.len()).head(1)
    whole = whole.hstack(bands.select(pl.exclude("code", "grade")).sum())
    parts = by_grade.sort("grade") if level == "post" and not grade else by_grade.head(0)
    found = pl.concat([parts, whole.select(by_grade.columns).cast(by_grade.schema)])
    return [{"period": said, **row} for row in found.rows(named=True)]


def in_bands(sums: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Which band each unit lies in, by its exact value: columns of 0 and 1, `no_time` and those of
    `band_headings`, beside `keys`. `sums` has the columns `points_x100` and `available_x100`."""
    has_time = pl.col("available_x100") > 0
    over = [
        (pl.col("points_x100") * 10_000 > percent * 100 * pl.col("available_x100")) & has_time
        for percent in BANDS
    ]
    columns = {"no_time": ~has_time, "lowest": has_time & ~over[0]}
    for low, here, above in zip(BANDS, over, over[1:], strict=False):
        columns[_key(low)] = here & ~above
    columns["beyond"] = over[-1]
    return sums.select(*keys, *(expr.cast(pl.Int64).alias(name) for name, expr in columns.items()))


def _added(frame: pl.DataFrame) -> pl.DataFrame:
    ordered = frame.sort("day", maintain_order=True)
    return ordered.group_by("code").agg(
        pl.col("day").last(), pl.col("grade").last(), pl.col("points_x100", "available_x100").sum()
    )
