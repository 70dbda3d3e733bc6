"""OMiC over time: cases and points, never a percentage; and the runs of posts with what ended each."""

# ruff: noqa: F811 - fixtures come by import, and some need only be there
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from django.test import Client
from tabs_fixtures import in_sight, number, table_of
from time_fixtures import Two, _loaded_two, two  # noqa: F401

from wmt.ledger import HEADLINE, OMIC
from wmt.site.links import unit_url
from wmt.site.workload.models import Unit

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]


def in_omic(two: Two, night: int, level: str, code: str) -> dict[str, Any]:
    totals = pl.read_parquet(two.nights[night].path / "results" / "totals.parquet")
    wanted = (pl.col("level") == level) & (pl.col("code") == code) & (pl.col("stream") == OMIC)
    return totals.filter(wanted).row(0, named=True)


@pytest.mark.both_databases
@pytest.mark.parametrize("level", ["nation", "team", "post"])
def test_omic_has_cases_and_no_percentage(two: Two, signed_in: SignIn, level: str) -> None:
    units = Unit.objects.filter(load=two.load, level=level, stream=OMIC).order_by("-omic_cases", "code")
    unit = next(each for each in units if each.level == "post" or not each.grade)
    query = {} if level == "post" else {"stream": OMIC}
    page = signed_in().get(unit_url(level, unit.code, "over-time", **query)).text
    last, first, _whole = table_of(page, "days")
    assert unit.omic_cases > 0
    for row, night in ((last, 1), (first, 0)):
        wanted = in_omic(two, night, level, unit.code)
        assert number(row["OMiC cases"]) == wanted["omic_cases"]
        assert "Capacity" not in row
    assert "OMiC work is not measured against hours" in in_sight(page)
    main = in_sight(page.partition("<main")[2])
    assert "%" not in main.replace("Over 110%", "")
    means = signed_in(email="m@example.org").get(
        unit_url(level, unit.code, "over-time", mean="range", **query)
    )
    assert "Capacity" not in table_of(means.text, "averages")[0]


@pytest.mark.parametrize("level", ["nation", "team", "post"])
def test_a_change_of_omic_is_no_change_of_capacity(two: Two, signed_in: SignIn, level: str) -> None:
    unit = Unit.objects.filter(load=two.load, level=level, stream=OMIC, grade="", omic_cases__gt=0).first()
    unit = unit or Unit.objects.filter(load=two.load, level=level, stream=OMIC, omic_cases__gt=0)[0]
    query = {} if level == "post" else {"stream": OMIC}
    page = signed_in().get(unit_url(level, unit.code, "why", **query)).text
    before, after = (in_omic(two, night, level, unit.code)["available_x100"] for night in (0, 1))
    main = in_sight(page.partition("<main")[2])
    assert "has no capacity" in main
    assert ("Available points did not change" in main) is (before == after)
    assert "%" not in main
    assert "ercentage points" not in main


@pytest.mark.both_databases
def test_a_run_that_ended_says_why(two: Two, signed_in: SignIn) -> None:
    """Posts over 110% on the first night and not on the second, and those that still are."""
    nights = [two.posts(at).select("code", "points_x100", "available_x100") for at in (0, 1)]
    both = nights[0].join(nights[1], on="code", suffix="_after").filter(pl.col("available_x100") > 0)
    was = pl.col("points_x100") * 100 > 110 * pl.col("available_x100")
    timed = pl.col("available_x100_after") > 0
    still = pl.col("points_x100_after") * 100 > 110 * pl.col("available_x100_after")
    shown = set(
        Unit.objects.filter(load=two.load, level="post", stream=HEADLINE).values_list("code", flat=True)
    )
    days = [night.manifest.as_at.date() for night in two.nights]
    for wanted, ended, why in (
        (was & timed & ~still, f"{days[1]:%-d %b %Y}", "A day at or under the threshold"),
        (was & timed & still, "", f"Not ended on {days[1]:%-d %B %Y}"),
    ):
        code = next(code for code in both.filter(wanted)["code"].sort() if code in shown)
        (row,) = table_of(
            signed_in(email=f"{len(ended)}@x.org").get(unit_url("post", code, "over-time")).text, "runs"
        )
        assert row["Over since"] == f"{days[0]:%-d %b %Y}"
        assert (row["Ended"], row["Why it ended"]) == (ended, why)
        assert number(row["Days over"]) == (1 if ended else 2)


def test_who_was_never_over_has_no_table_of_runs(two: Two, signed_in: SignIn) -> None:
    under = (pl.col("available_x100") > 0) & (pl.col("points_x100") * 100 <= 110 * pl.col("available_x100"))
    codes = [set(two.posts(at).filter(under)["code"]) for at in (0, 1)]
    page = signed_in().get(unit_url("post", min(codes[0] & codes[1]), "over-time"))
    assert (page.status_code, "table-runs" in page.text) == (200, False)
