"""The run of a post over the marks, as its page says it: what the history’s own rule gives."""

# ruff: noqa: F811 - fixtures come by import, and some need only be there
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from django.test import Client
from tabs_fixtures import in_sight
from time_fixtures import Two, _loaded_two, two  # noqa: F401

from wmt.days import written
from wmt.history import runs_on
from wmt.site.duties.came_off import all_of, came_off
from wmt.site.links import unit_url
from wmt.site.queries.movement import marks_on
from wmt.site.queries.periods import KeyedHistory
from wmt.site.queries.runs import _runs, runs_of_posts
from wmt.site.workload.models import Unit

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]


def test_every_post_has_the_run_of_the_rule(two: Two) -> None:
    """Asked for one post, from the day that broke it, a run is what stepping through everything gives."""
    past = two.history
    day = past.last
    assert day is not None
    expected = runs_on(past, marks_on, day=day, level="post")
    assert expected.filter(pl.col("length") > 1).height > 0
    for (code,), of_post in expected.group_by("code"):
        found = _runs(KeyedHistory(past), str(code), day)
        names = ["mark", "over", "length", "since", "excess_since", "full_on", "paused", "missing"]
        assert found.select(names).rows() == of_post.select(names).rows(), code


def test_many_posts_at_once_have_the_same_runs(two: Two) -> None:
    past = two.history
    expected = runs_on(past, marks_on, level="post")
    expected = expected.filter(pl.col("length") > 0, pl.col("mark") == "excessive_workload")
    codes = expected["code"].to_list()[1:]
    assert past.last is not None
    found = runs_of_posts(past, past.last + timedelta(3), codes)
    assert list(found.values()) == expected.filter(pl.col("code").is_in(codes)).rows(named=True)
    assert runs_of_posts(past, past.days[0] - timedelta(1), codes) == {}


@pytest.mark.parametrize("days", [1, 2])
def test_the_page_says_since_when_and_when_four_weeks_are_full(
    two: Two, signed_in: SignIn, days: int
) -> None:
    day = two.nights[1].manifest.as_at.date()
    found = runs_on(two.history, marks_on, day=day, level="post")
    found = found.filter((pl.col("mark") == "excessive_workload") & (pl.col("length") == days))
    if found.is_empty():
        pytest.fail("the nation has no such post")
    row: dict[str, Any] = found.row(0, named=True)
    assert Unit.objects.filter(load=two.load, level="post", code=row["code"]).exists()
    page = in_sight(signed_in().get(unit_url("post", row["code"], "over-time")).text)
    since = written(day - timedelta(days - 1))
    assert two.history.first is not None
    before = " or earlier" if day - timedelta(days - 1) == two.history.first else ""
    assert f"over 110% since {since}{before}, on {days} of {days} day" in page
    assert f"28 days are full on {written(day + timedelta(28 - days))}" in page


def test_what_came_off_is_the_same_asked_of_one_post_or_of_all(two: Two) -> None:
    past, nights = two.history, two.home / "nights"
    first, last = past.first, past.last
    assert first is not None
    assert last is not None
    codes = past.figures("post", last, last, ("code",))["code"].to_list()[:16]
    alone = {code: came_off(past, nights, code, first, last) for code in codes}
    known = {code: each for code, each in alone.items() if each is not None}
    assert all_of(past, nights, [(code, first) for code in codes], last) == known
    assert {each.since for each in known.values()} == {first}  # the others were highest on the last day
    assert any(each.work_x100 > 0 for each in known.values())
