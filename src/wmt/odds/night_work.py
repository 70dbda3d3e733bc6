"""What saved nights tell of the work of posts: on a day, and what happened to it over the weeks before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from wmt.history import History
from wmt.nights import Night, NightError, open_night
from wmt.odds import work_events
from wmt.odds.events import KnownAhead

_CASES = "input/case"
#: Work under OMiC is beside the figure that odds are about.
_BESIDE = "omic"
_POST = ("team_code", "staff_code")


@dataclass(frozen=True)
class TimeAhead:
    """What posts have available from each of some days on, and by how much their points change on days that
    bring other rules: by code, in hundredths. The first day is not after the first one ahead."""

    available_x100: Mapping[str, Sequence[tuple[date, int]]]
    steps_x100: Mapping[str, Sequence[tuple[date, int]]]


def known_on(past: History, day: date, time: TimeAhead) -> KnownAhead | None:
    """What was known of posts on a day of the history; None where the nights do not say enough.

    That is where a night is missing, has no single cases or no planned end, or where none is 91 days old.
    """
    days = [past.day_until(day - timedelta(back)) for back in range(work_events.DAYS, -1, -work_events.EVERY)]
    tables = [(each, _work_of(past, each)) for each in sorted({each for each in days if each})]
    if days[0] is None or any(work is None for _, work in (tables[0], tables[-1])):
        return None
    found = [(each, work) for each, work in tables if work is not None]
    now = found[-1][1]
    if not now.filter(kind="case")["ends"].is_not_null().any():
        return None
    events = [
        work_events.events_between(first, earlier, second, later)
        for (first, earlier), (second, later) in pairwise(found)
    ]
    figures = past.figures("post", day, day, ("code", "points_x100")).group_by("code").sum()
    return KnownAhead(
        day,
        dict(figures.select("code", "points_x100").iter_rows()),
        time.available_x100,
        now,
        work_events.rates_by_grade(events),
        work_events.arrivals_of(events),
        (found[-1][0] - found[0][0]).days,
        time.steps_x100,
    )


def _work_of(past: History, day: date) -> pl.DataFrame | None:
    name = past.night_of(day)
    try:
        return work_of(open_night(past.nights / name)) if name else None
    except (NightError, pl.exceptions.PolarsError):  # it is gone or damaged, or of a program that kept less
        return None


def work_of(night: Night) -> pl.DataFrame | None:
    """The work of a night that has points (columns `WORK`); None where it does not tell cases apart.

    Raises NightError where a table of it is damaged.
    """
    lines = night.table("results/lines").filter(
        pl.col("side") == "work", pl.col("points_x100") > 0, pl.col("stream").ne_missing(_BESIDE)
    )
    cases, reports = lines.filter(kind="case"), lines.filter(kind="report")
    if len(cases) and cases["ref"].is_null().any():
        return None
    rows = pl.concat(
        [
            cases.join(_planned_ends(night), on="ref", how="left").select(*_WANTED, "ends"),
            # reports that are only counted stay as many as they are: nobody knows when which of them leaves
            reports.join(_report_ends(night), on=["post_no", "ref"]).select(*_WANTED, "ends"),
        ]
    ).filter(pl.col("ref").is_not_null())
    posts = night.table("facts/post").select("post_no", "grade", code=pl.concat_str(*_POST, separator=":"))
    of_posts = (
        rows.join(posts, on="post_no")
        .group_by("code", "grade", "kind", "ref")
        .agg(pl.col("points_x100").sum(), pl.col("ends").max())
    )
    return of_posts.select(work_events.WORK.names()).cast(work_events.WORK)


_WANTED = ("post_no", "kind", "ref", "points_x100")


def _planned_ends(night: Night) -> pl.DataFrame:
    """Planned ends of cases that are there still, by reference; none where the night does not have them."""
    none = pl.DataFrame(schema={"ref": pl.String, "ends": pl.Date})
    if f"{_CASES}.parquet" not in night.manifest.files:
        return none
    rows = night.table(_CASES)
    if not {"case_ref", "ends_on"} <= set(rows.columns):
        return none
    ends = rows.select(ref="case_ref", ends="ends_on").cast({"ends": pl.Date}).drop_nulls()
    # what is past its planned end and has points all the same has no end that anybody knows
    later = ends.filter(pl.col("ends") > night.manifest.as_at.date())
    return later.group_by("ref").agg(pl.col("ends").max())


def _report_ends(night: Night) -> pl.DataFrame:
    """The first day on which single reports do not count any more, by the window of their kind."""
    rules, day = night.rules(), night.manifest.as_at.date()
    reports = night.table("facts/report").filter(pl.col("age_days") >= 0, pl.col("report_ref").is_not_null())
    windows = {
        kind: window.whole
        for kind in reports["report"].unique().to_list()
        if (window := rules.get(f"report_window_days.{kind}")) is not None
    }
    left = pl.col("report").replace_strict(windows, default=None, return_dtype=pl.Int64) - pl.col("age_days")
    ends = reports.select("post_no", ref="report_ref", ends=pl.lit(day) + pl.duration(days=left))
    return ends.group_by("post_no", "ref").agg(pl.col("ends").max())
