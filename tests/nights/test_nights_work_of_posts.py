"""The work of posts as odds by events read it out of saved nights."""

from pathlib import Path

import polars as pl
import pytest

from night_tools import Nation
from wmt.nights import Night, saved_nights
from wmt.odds.night_work import work_of
from wmt.odds.work_events import events_between


@pytest.fixture
def dated(named: Path) -> list[Night]:
    return saved_nights(named)[:2]


def test_a_night_tells_the_work_of_posts_with_its_planned_ends(dated: list[Night]) -> None:
    """Cases and reports with points are those of the lines, and end as the tables of the extract say."""
    night, work = dated[0], work_of(dated[0])
    assert work is not None
    lines = night.table("results/lines").filter(
        pl.col("kind").is_in(["case", "report"]), pl.col("points_x100") > 0
    )
    lines = lines.filter(pl.col("stream").is_null() | (pl.col("stream") != "omic"))
    for kind in ("case", "report"):
        assert work.filter(kind=kind)["points_x100"].sum() == lines.filter(kind=kind)["points_x100"].sum() > 0
    ends = dict(night.table("input/case").select("case_ref", "ends_on").iter_rows())
    cases = work.filter(kind="case").drop_nulls("ends")
    assert len(cases) > 100
    assert all(ends[row["ref"]] == row["ends"] for row in cases.iter_rows(named=True))
    # a report counts from the day it is completed (0 days old) for 30 days
    day = night.manifest.as_at.date()
    ages = dict(night.table("facts/report").select("report_ref", "age_days").iter_rows())
    reports = work.filter(kind="report")
    assert all((row["ends"] - day).days == 30 - ages[row["ref"]] > 0 for row in reports.iter_rows(named=True))


def test_what_happened_between_two_nights_is_what_the_nation_says_happened(
    dated: list[Night], nation: Nation
) -> None:
    works = [work_of(night) for night in dated]
    first, second = (night.manifest.as_at.date() for night in dated)
    assert works[0] is not None
    assert works[1] is not None
    found = events_between(first, works[0], second, works[1])
    told = pl.read_csv(nation.folder / "events.csv").filter(night=1)
    # a case that goes to a colleague leaves one post and comes to another; some earn no points
    kinds = ["allocated", "moved", "warrant_ended", "commenced"]
    refs = set(works[1].filter(kind="case")["ref"])
    came = [ref for ref in told.filter(pl.col("kind").is_in(kinds))["ref"] if ref in refs]
    assert len(found.came.filter(kind="case")) == len(came) > 40
    kinds = ["tier", "suspended", "released", "recalled"]
    changed = [ref for ref in told.filter(pl.col("kind").is_in(kinds))["ref"] if ref in refs]
    assert len(found.changed) == len(changed) > 0
