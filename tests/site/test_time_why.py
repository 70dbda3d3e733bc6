"""Why it moved: the causes are the change exactly, each opens into lines that are the cause exactly."""

# ruff: noqa: F811 - fixtures come by import, and some need only be there
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from django.test import Client
from exports_fixtures import rows
from tabs_fixtures import in_sight, links, table_of
from time_fixtures import Two, _loaded_two, two  # noqa: F401

from wmt.history import FIGURE, compact, open_history
from wmt.ledger import capacity_x100, decimal
from wmt.site.availability.change_requests import Change
from wmt.site.changes.actions import save
from wmt.site.links import unit_url
from wmt.site.workload.models import Current, Unit

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]
LEVELS = ("nation", "region", "pdu", "team", "post")


def amount(text: str) -> Decimal:
    """A change as the page writes it."""
    return Decimal(text.replace(",", "").replace("−", "-"))


def page_of(client: Client, unit: Any, **query: str) -> str:
    """The page of why a unit moved."""
    answer = client.get(unit_url(unit.level, unit.code, "why", **query))
    assert answer.status_code == 200
    return str(answer.text)


def days_of(two: Two) -> tuple[str, str]:
    """The days of the two nights as addresses have them."""
    first, last = (f"{night.manifest.as_at:%Y-%m-%d}" for night in two.nights)
    return first, last


def moved_most(two: Two, level: str) -> Any:
    """The unit of a level that is in both nights and has moved most."""
    usual = (pl.col("level") == level) & (pl.col("stream") == "sentence_management")
    before, after = (two.totals(at).filter(usual) for at in (0, 1))
    both = after.join(before, on="code", suffix="_before")
    moved = (pl.col("points_x100") - pl.col("points_x100_before")).abs()
    code = both.sort(moved, descending=True)["code"][0]
    return Unit.objects.get(load=two.load, level=level, code=code, whole=True)


@pytest.mark.parametrize("level", LEVELS)
def test_the_causes_are_the_difference_of_the_nights(two: Two, signed_in: SignIn, level: str) -> None:
    unit = moved_most(two, level)
    first, last = days_of(two)
    page = page_of(signed_in(), unit, **{"from": first, "to": last})
    *causes, whole = table_of(page, "causes")
    before, after = (two.total(at, level, unit.code) for at in (0, 1))
    for head, name in (("Points", "points_x100"), ("Available points", "available_x100")):
        assert sum(amount(row[head]) for row in causes) == amount(whole[head])
        assert amount(whole[head]) == decimal(after[name] - before[name])
    capacities = [capacity_x100(each["points_x100"], each["available_x100"]) for each in (before, after)]
    if None not in capacities:
        share = decimal((capacities[1] or 0) - (capacities[0] or 0))
        assert amount(whole["Percentage points"]) == share
        assert sum(amount(row["Percentage points"]) for row in causes) == share


@pytest.mark.parametrize("level", LEVELS)
def test_each_cause_opens_into_its_lines(two: Two, signed_in: SignIn, level: str) -> None:
    unit, client = moved_most(two, level), signed_in()
    first, last = days_of(two)
    page = page_of(client, unit, **{"from": first, "to": last})
    *causes, _ = table_of(page, "causes")
    opened = [href for href in links(page) if "cause=" in href and "from=" in href]
    assert len(set(opened)) == len(causes) > 0
    for href in sorted(set(opened)):
        address = unit_url(unit.level, unit.code, "why") + "lines.parquet" + href.partition("/why/")[2]
        query = href[href.index("?") :]
        answer = client.get(unit_url(unit.level, unit.code, "why") + "lines.parquet" + query)
        assert answer.status_code == 200, address
        found = rows(answer, "parquet")
        shown = client.get(unit_url(unit.level, unit.code, "why") + query).text
        assert not re.search(r"from \d{4}-", in_sight(shown)), "rules have their days as people write them"
        title = next(row for row in causes if f"{row['Cause']}: details" in in_sight(shown))
        assert len(found) == int(title["Items"].replace(",", ""))
        for head in ("Points", "Available points"):
            if found and head in found[0]:
                assert sum(row[head] for row in found) == amount(title[head])


@pytest.mark.both_databases
def test_until_now_ends_at_the_figure_of_the_overview(two: Two, signed_in: SignIn) -> None:
    """Hours that were entered since the load are in it, at every level."""
    post = two.unit("post", available_x100__gt=0, unmeasured_posts=0, stale_posts=0, points_x100__gt=0)
    key = post.team_code, post.staff_code
    day = Current.objects.get().day or two.load.as_at.date()
    changes = [
        Change(kind="hours", post=key, first_day=day, hours_micro=17_500_000),
        Change(kind="reduction", post=key, first_day=day, last_day=day + timedelta(20), reason="3",
               percent_x100=2_500),
    ]  # fmt: skip
    save(actor=None, who="a test", changes=changes, why="a test")
    first = days_of(two)[0]
    for level in LEVELS:
        code = post.code if level == "post" else getattr(post, f"{level}_code", "nation")
        unit = Unit.objects.get(load=two.load, level=level, code=code, whole=True)
        before = two.total(0, level, code)
        client = signed_in(email=f"{level}@example.org")
        *causes, whole = table_of(page_of(client, unit, **{"from": first}), "causes")
        assert amount(whole["Points"]) == decimal(unit.points_x100 - before["points_x100"])
        assert amount(whole["Available points"]) == decimal(unit.available_x100 - before["available_x100"])
        named = {row["Cause"] for row in causes}
        assert "Hours" in named
        assert "Reduction" in named or level != "post"


def test_nothing_moves_between_a_night_and_itself(two: Two, signed_in: SignIn) -> None:
    unit = two.unit("team")
    last = days_of(two)[1]
    page = page_of(signed_in(), unit, **{"from": last, "to": last})
    assert "No change" in in_sight(page)
    assert "wmt-chart" not in page.partition("<main")[2]


@pytest.mark.both_databases
def test_it_begins_with_the_night_before(two: Two, signed_in: SignIn) -> None:
    unit = two.unit("region")
    page = page_of(signed_in(), unit)
    first = two.nights[0].manifest.as_at
    assert f"{first:%-d %B %Y} to now" in in_sight(page)
    assert "Since yesterday" in in_sight(page)


def test_a_day_without_a_night_says_which_stands_for_it(two: Two, signed_in: SignIn) -> None:
    unit = two.unit("post")
    last = two.nights[1].manifest.as_at.date()
    page = page_of(signed_in(), unit, **{"from": "2019-05-05", "to": f"{last}"})
    assert "No data is kept for 5 May 2019 or for the 4 days before it." in in_sight(page)
    assert "There is a problem" not in page
    assert 'id="table-causes"' not in page


def test_days_of_an_archive_have_no_lines(two: Two, signed_in: SignIn, settings: Any, tmp_path: Any) -> None:
    """An archive's figures are shown over time, and it is said that nobody can tell why they moved."""
    import shutil

    from wmt.history.archive import keep

    settings.CONFIG = replace(settings.CONFIG, home=tmp_path)
    shutil.copytree(two.home / "nights", settings.CONFIG.nights)
    unit, old = two.unit("team"), date(2026, 10, 30)
    past = open_history(settings.CONFIG.nights)
    given = past.below("team", unit.code, "post", past.first, past.first)  # type: ignore[arg-type]
    given = given.with_columns(day=pl.lit(old), night=pl.lit("")).select(FIGURE.names())
    keep(settings.CONFIG.nights, given)
    compact(settings.CONFIG.nights)
    client = signed_in()
    over = client.get(unit_url("team", unit.code, "over-time")).text
    row = next(row for row in table_of(over, "days") if row["Day"] == f"{old:%-d %b %Y}")
    assert row["Source"] == "total only"
    assert ": we hold no details" in over.partition("wmt-key")[2]
    page = page_of(client, unit, **{"from": f"{old}"})
    assert "We hold only totals for" in in_sight(page)
    assert f"You can compare dates from {two.nights[0].manifest.as_at:%-d %B %Y}" in in_sight(page)
    assert "There is a problem" not in page


@pytest.mark.both_databases
def test_names_of_other_regions_are_not_given_away(two: Two, signed_in: SignIn, settings: Any) -> None:
    """Where reading is narrowed, who held a case elsewhere is a code at most."""
    settings.CONFIG = replace(settings.CONFIG, read_scope="region")
    team = two.unit("team")
    client = signed_in("manager", "team", team.code)
    outside = Unit.objects.filter(load=two.load, level="post", whole=True).exclude(
        region_code=team.region_code
    )
    names = set(outside.values_list("name", flat=True))
    names -= set(
        Unit.objects.filter(load=two.load, region_code=team.region_code).values_list("name", flat=True)
    )
    region = two.unit("region", code=team.region_code)
    page = page_of(client, region)
    for href in {href for href in links(page) if "cause=" in href}:
        shown = in_sight(client.get(unit_url("region", region.code, "why") + href[href.index("?") :]).text)
        assert not [name for name in names if name in shown]


@pytest.mark.parametrize("level", ["region", "pdu", "team"])
def test_units_are_listed_by_how_far_their_capacity_moved(two: Two, signed_in: SignIn, level: str) -> None:
    first, last = days_of(two)
    nation = Unit.objects.get(load=two.load, level="nation", whole=True)
    page = page_of(signed_in(), nation, **{"from": first, "to": last, "list": level})
    of_level = (
        (pl.col("level") == level) & (pl.col("stream") == "sentence_management") & (pl.col("posts") > 0)
    )
    capacity = [
        {
            row["code"]: Decimal(row["points_x100"] * 10_000) / row["available_x100"]
            for row in two.totals(at).filter(of_level, pl.col("available_x100") > 0).iter_rows(named=True)
        }
        for at in (0, 1)
    ]
    cents = [{code: exact.quantize(1, "ROUND_HALF_UP") for code, exact in side.items()} for side in capacity]
    moved = {code: (cents[1][code] - cents[0][code]) / 100 for code in cents[0].keys() & cents[1].keys()}
    listed = table_of(page, "units")
    shown = {
        row["Code"]: amount(row["Percentage points"]) for row in listed if row["Percentage points"] != "–"
    }
    assert len(listed) == min(100, two.totals(1).filter(of_level)["code"].n_unique())
    assert shown.items() <= moved.items()
    assert list(shown.values()) == sorted(moved.values(), reverse=True)[: len(shown)]
