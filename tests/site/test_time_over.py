"""Figures over time: those of the page are the nights' own, by day, week and month, and in every file."""

# ruff: noqa: F811 - fixtures come by import, and some need only be there
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from exports_fixtures import rows
from tabs_fixtures import in_sight, links, number, table_of
from time_fixtures import Two, _loaded_two, two  # noqa: F401

from wmt.ledger import capacity_x100, decimal, shown_capacity, shown_points
from wmt.ledger.arithmetic import divide_half_up
from wmt.site.links import unit_url

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]
LEVELS = ("nation", "region", "pdu", "team", "post")
TAB = "over-time"


def page_of(client: Client, unit: Any, **query: str) -> str:
    """The page of a unit over time."""
    answer = client.get(unit_url(unit.level, unit.code, TAB, **query))
    assert answer.status_code == 200
    return str(answer.text)


def days_of(two: Two) -> list[date]:
    """The days of the two nights."""
    return [night.manifest.as_at.date() for night in two.nights]


@pytest.mark.parametrize("level", LEVELS)
def test_each_day_has_the_figures_of_its_night(two: Two, signed_in: SignIn, level: str) -> None:
    unit = two.unit(level)
    *found, whole = table_of(page_of(signed_in(), unit), "days")
    assert [row["Day"] for row in found] == [f"{day:%-d %b %Y}" for day in reversed(days_of(two))]
    totals = [two.total(at, level, unit.code) for at in (1, 0)]
    for row, total in zip(found, totals, strict=True):
        words = shown_capacity(total["points_x100"], total["available_x100"])
        assert row["Capacity"].removesuffix(" over 110%") == words
        assert number(row["Points"]) == shown_points(total["points_x100"])
        assert number(row["Available points"]) == shown_points(total["available_x100"])
        assert number(row["Active cases"]) == total["cases"]
        assert Decimal(row["Reductions"].replace(",", "")) * 1_000_000 == total["reduction_hours_micro"]
        assert Decimal(row["Contracted hours"].replace(",", "")) * 10**6 == total["contracted_hours_micro"]
    sums = [sum(total[name] for total in totals) for name in ("points_x100", "available_x100")]
    assert whole["Capacity"].removesuffix(" over 110%") == shown_capacity(*sums)
    assert number(whole["Points"]) == shown_points(divide_half_up(sums[0], 2))


@pytest.mark.parametrize("step", ["week", "month"])
@pytest.mark.parametrize("level", ["post", "region"])
def test_weeks_and_months_are_sums_over_their_days(
    two: Two, signed_in: SignIn, level: str, step: str
) -> None:
    unit = two.unit(level)
    found = rows_of_file(signed_in(), unit, "days", by=step)
    expected: dict[date, list[dict[str, Any]]] = {}
    for at, day in enumerate(days_of(two)):
        begins = day.replace(day=1) if step == "month" else day - timedelta(day.weekday())
        expected.setdefault(begins, []).append(two.total(at, level, unit.code))
    assert len(found) == len(expected)
    assert sum(row["Days with data"] for row in found) == 2
    for row, of_period in zip(found, [expected[key] for key in sorted(expected, reverse=True)], strict=True):
        sums = [sum(each[name] for each in of_period) for name in ("points_x100", "available_x100")]
        assert row["Days with data"] == len(of_period)
        assert row["Capacity (%)"] == decimal(capacity_x100(*sums))
        assert row["Average points"] == decimal(divide_half_up(sums[0], len(of_period)))


def rows_of_file(
    client: Client, unit: Any, table: str, kind: str = "parquet", **query: str
) -> list[dict[str, Any]]:
    """The rows of a table of the page as a file."""
    address = unit_url(unit.level, unit.code, TAB) + f"{table}.{kind}"
    answer = client.get(address, query)
    assert answer.status_code == 200
    return rows(answer, kind)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_files_have_the_figures_of_the_page(two: Two, signed_in: SignIn, kind: str) -> None:
    unit = two.unit("pdu")
    found = rows_of_file(signed_in(), unit, "days", kind)
    if kind == "xlsx":  # a row of totals is in Excel only
        assert found.pop()["Day"] == "All days"
    assert len(found) == 2
    for row, at in zip(found, (1, 0), strict=True):
        total = two.total(at, "pdu", unit.code)
        assert Decimal(str(row["Points"])) == decimal(total["points_x100"])
        assert Decimal(str(row["Available points"])) == decimal(total["available_x100"])
        assert Decimal(str(row["Capacity (%)"])) == decimal(
            capacity_x100(total["points_x100"], total["available_x100"])
        )


@pytest.mark.parametrize(("level", "below"), [("nation", "region"), ("region", "pdu"), ("team", "post")])
def test_averages_drop_no_day_and_are_the_sums_of_the_nights(
    two: Two, signed_in: SignIn, level: str, below: str
) -> None:
    unit = two.unit(level)
    found = rows_of_file(signed_in(), unit, "averages", mean="range")
    expected: dict[str, list[dict[str, Any]]] = {}
    for at in (0, 1):
        for total in two.totals(at).iter_rows(named=True):
            inside = level == "nation" or total[f"{level}_code"] == unit.code
            if total["level"] == below and inside and not (below == "post" and total["unmeasured_posts"]):
                expected.setdefault(total["code"], []).append(total)
    assert sorted(row["Code"] for row in found) == sorted(expected)
    for row in found:
        of_unit = expected[row["Code"]]
        sums = {
            name: sum(each[name] for each in of_unit)
            for name in ("points_x100", "available_x100", "cases", "contacts_x100")
        }
        assert row["Days"] == len(of_unit)
        assert row["Capacity (%)"] == decimal(capacity_x100(sums["points_x100"], sums["available_x100"]))
        assert row["Average points"] == decimal(divide_half_up(sums["points_x100"], len(of_unit)))
        assert row["Average cases"] == decimal(divide_half_up(sums["cases"] * 100, len(of_unit)))
        assert row["Average CMS points"] == decimal(divide_half_up(sums["contacts_x100"], len(of_unit)))


@pytest.mark.both_databases
def test_averages_by_officer_are_for_any_unit(two: Two, signed_in: SignIn) -> None:
    unit = two.unit("region")
    found = table_of(page_of(signed_in(), unit, list="post", mean="7"), "averages")
    posts = {row["Code"] for row in found}
    assert posts == {
        row["code"]
        for at in (0, 1)
        for row in two.totals(at).iter_rows(named=True)
        if row["level"] == "post" and row["region_code"] == unit.code and not row["unmeasured_posts"]
    }
    assert all(row["Grade"] for row in found)


def test_lines_by_grade_are_the_sums_of_posts_of_the_grade(two: Two, signed_in: SignIn) -> None:
    unit = two.unit("nation")
    page = page_of(signed_in(), unit, grades="1")
    for row, at in zip(table_of(page, "grades"), (1, 0), strict=True):
        posts = two.posts(at).to_dicts()
        for grade in ("PO", "PSO"):
            points = sum(each["points_x100"] for each in posts if each["grade"] == grade)
            available = sum(each["available_x100"] for each in posts if each["grade"] == grade)
            assert row[grade].removesuffix(" over 110%") == shown_capacity(points, available)
            assert number(row[f"{grade} points"]) == shown_points(points)


def test_a_day_leads_to_itself_and_to_why_it_moved(two: Two, signed_in: SignIn) -> None:
    unit = two.unit("post")
    first, last = days_of(two)
    found = links(page_of(signed_in(), unit))
    assert f"/on/{last:%Y-%m-%d}{unit_url('post', unit.code)}" in found
    why = unit_url("post", unit.code, "why", **{"from": f"{first}", "to": f"{last}"})
    assert why in found
    assert signed_in(email="other@example.org").get(why).status_code == 200


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ({"from": "yesterday-ish"}, "from", "must be a real date"),
        ({"to": "31 February 2026"}, "to", "must be a real date"),
        ({"from": "2026-11-21", "to": "2026-11-20"}, "to", "the first day or later"),
        ({"from": "1 May 1066"}, "from", "between 1990 and 2100"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_kept(
    two: Two, signed_in: SignIn, query: dict[str, str], field: str, said: str
) -> None:
    page = page_of(signed_in(), two.unit("team"), **query)
    assert "There is a problem" in page
    assert f'href="#{field}"' in page
    assert said in page
    assert 'id="table-days"' not in page
    for typed in query.values():
        assert f'value="{typed}"' in page


def test_days_without_figures_are_no_fault(two: Two, signed_in: SignIn) -> None:
    page = page_of(signed_in(), two.unit("team"), **{"from": "2019-01-01", "to": "2019-12-31"})
    assert "There is a problem" not in page
    assert "has no figures from 1 January 2019 to 31 December 2019" in in_sight(page)
    assert 'id="table-days"' not in page


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '"><img src=x>', "\0", "٣" * 30, "9" * 5_000])
def test_nothing_unsafe_comes_back(two: Two, signed_in: SignIn, evil: str) -> None:
    unit = two.unit("post")
    client = signed_in()
    for tab in (TAB, "why", "archive"):
        for name in ("from", "to", "by", "mean", "cause", "status"):
            answer = client.get(unit_url("post", unit.code, tab), {name: evil})
            assert answer.status_code == 200
            assert evil not in answer.text or not re.search('[<>"]', evil)


@pytest.mark.both_databases
def test_a_unit_that_may_not_be_seen_has_no_history(two: Two, signed_in: SignIn, settings: Any) -> None:
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, read_scope="region")
    own = two.unit("region")
    other = next(
        unit
        for unit in [two.unit("region", code=code, posts__gt=-1) for code in codes(two, "region")]
        if unit != own
    )
    client = signed_in("manager", "team", two.unit("team", region_code=own.code).code)
    for tab in (TAB, "why", "archive"):
        assert client.get(unit_url("region", own.code, tab)).status_code == 200
        assert client.get(unit_url("region", other.code, tab)).status_code == 404
        assert client.get(unit_url("nation", "nation", tab)).status_code == 404


def codes(two: Two, level: str) -> list[str]:
    """The codes of the units of a level that both nights have."""
    both = [set(two.totals(at).filter(two.totals(at)["level"] == level)["code"]) for at in (0, 1)]
    return sorted(both[0] & both[1])


def test_a_history_that_is_damaged_says_what_to_do(two: Two, signed_in: SignIn) -> None:
    index = two.home / "nights" / "history" / "index.json"
    whole = index.read_bytes()
    index.write_bytes(b"no index")
    try:
        page = page_of(signed_in(), two.unit("post"))
    finally:
        index.write_bytes(whole)
    assert "wmt nights compact" in page
