"""The published tables on the page, held against the rules' own files, read here without our code."""

from importlib.resources import files
from typing import Any

import pytest
import yaml
from django.test import Client
from django.urls import reverse
from rules_fixtures import Page, read, signed_in

from wmt.site.web.rules.published import TABLES

pytestmark = pytest.mark.one_database

OLD, NEW = "2023-01-05", "2026-01-01"
TIERS = [letter + number for letter in "ABCD" for number in "3210"]


@pytest.fixture
def reader(db: None) -> Client:  # noqa: ARG001
    return signed_in()


def groups(file: str, name: str) -> list[dict[str, Any]]:
    text = (files("wmt.rules") / "hmpps" / f"{file}.yaml").read_text(encoding="utf-8")
    return [entry for entry in yaml.safe_load(text) if entry.get("group") == name]


def cells(file: str, name: str) -> dict[str, list[Any]]:
    """Rows of all groups of a name with their values in order; bare values become lists of one."""
    found = {}
    for group in groups(file, name):
        for row, said in group["rows"].items():
            values = said["values"] if isinstance(said, dict) and "values" in said else said
            found[str(row)] = values if isinstance(values, list) else [values]
    return found


def shown(number: Any) -> str:
    return f"{number:,}"


def table(reader: Client, name: str, on: str = NEW) -> list[list[str]]:
    return read(reader, f"{reverse('rules-table', args=[name])}?on={on}").rows()


@pytest.mark.parametrize("location", ["community", "licence"])
def test_points_before_and_now_with_their_hours(reader, location) -> None:
    points = cells("tier-points", f"tier_points.pc16.{location}")
    annual = cells("tier-hours", f"annual_hours.pc16.{location}")
    monthly = cells("tier-hours", f"monthly_hours.pc16.{location}")
    rows = {row[0]: row for row in table(reader, location)}
    assert list(rows)[:16] == TIERS
    for tier in TIERS:
        row, values = rows[tier], points[tier]
        assert row[1:3] == [shown(values[0]), shown(values[1])], tier
        assert (row[5], row[6]) == (shown(annual[tier][0]), shown(monthly[tier][0])), tier


@pytest.mark.parametrize("location", ["community", "licence"])
def test_points_of_a_day_before_the_change(reader, location) -> None:
    points = cells("tier-points", f"tier_points.pc16.{location}")
    rows = {row[0]: row for row in table(reader, location, OLD)}
    assert {tier: rows[tier][2] for tier in TIERS} == {tier: shown(points[tier][0]) for tier in TIERS}
    assert {rows[tier][5] for tier in TIERS} == {"not published"}


def test_points_in_custody(reader) -> None:
    points = cells("tier-points", "tier_points.pc16.custody")
    rows = {row[0]: row for row in table(reader, "custody")}
    assert {tier: rows[tier][2] for tier in TIERS} == {tier: shown(points[tier][0]) for tier in TIERS}
    assert rows["untiered"][2] == rows["A3 suspended"][2] == "0"


def test_points_of_young_adults(reader) -> None:
    rows = {(row[0], row[1]): row for row in table(reader, "t2a")}
    for location in ("community", "licence", "custody"):
        points = cells("t2a-points", f"t2a_points.pc16.{location}")
        assert {tier: rows[location, tier][3] for tier in TIERS} == {
            tier: shown(points[tier][0]) for tier in TIERS
        }


def test_contacts_with_codes_minutes_and_points(reader) -> None:
    points, minutes = cells("cms-points", "cms_points"), cells("cms-minutes", "cms_minutes")
    activities = cells("cms-activities", "cms_activity")
    rows = [row for row in table(reader, "contacts") if row[1] != "–"]
    assert len(rows) == 12
    seen = set()
    for row in rows:
        for place in (1, 4, 7):
            code = row[place]
            seen.add(code)
            assert row[place + 1 : place + 3] == [shown(minutes[code][0]), shown(points[code][0])], code
            assert activities[code] == [row[0]]
        seen.add(row[10])
        assert row[11:13] == [shown(minutes[row[10]][-1]), shown(points[row[10]][-1])]
        assert activities[row[10]] == [row[0]]
    assert seen == {code for code in points if code.startswith("CMS")}


def test_reports(reader) -> None:
    points, days = cells("reports", "report_points"), cells("reports", "report_window_days")
    rows = table(reader, "reports")
    assert [row[2] for row in rows] == [shown(values[-1]) for values in points.values()]
    assert [row[3] for row in rows] == [
        shown(days[name][0]) if name in days else "not in force" for name in points
    ]


def test_reasons_for_reductions(reader) -> None:
    reasons = [
        said for group in groups("reduction-reasons", "reduction_reasons") for said in group["rows"].values()
    ]
    rows = table(reader, "reductions")
    assert len(rows) == len(reasons)
    for row, said in zip(rows, reasons, strict=True):
        assert row[:2] == [plain(said["name"]), plain(said["category"])]
        wanted = [plain(said[field]) for field in ("allowance_percent", "max_percent", "months_to_expiry")]
        assert row[2:5] == ["none" if value is None else shown(value) for value in wanted]
        assert row[5] == ("yes" if plain(said["enabled"]) else "no")


def plain(said: Any) -> Any:
    return said["value"] if isinstance(said, dict) and "value" in said else said


def test_grade_codes(reader) -> None:
    codes = cells("grade-codes", "grade_codes")
    rows = {row[0]: row[1] for row in table(reader, "grades")}
    assert {code: grade for code, grade in rows.items() if code in codes} == {
        " ".join(code.split()): values[0] for code, values in codes.items()
    }


def test_marks(reader) -> None:
    said = {row[0]: row for row in table(reader, "thresholds")}
    row = said["Excessive workload, over a consecutive four-week period."]
    assert row[1:4] == ["more than", "110", "28"]


@pytest.mark.parametrize("published", TABLES, ids=lambda published: published.name)
def test_every_table_stands_on_the_list_and_answers_on_any_day(reader, published) -> None:
    address = reverse("rules-table", args=[published.name])
    assert address in {href for href, _ in read(reader, reverse("rules")).links}
    for on in (NEW, OLD, "2017-05-01", "1995-01-01"):
        assert read(reader, f"{address}?on={on}").ids
    assert "no rule was in force" in read(reader, f"{address}?on=1995-01-01").text.lower()


def test_every_value_of_a_table_leads_to_a_rule(reader) -> None:
    for name in ("community", "contacts", "reductions"):
        page = read(reader, f"{reverse('rules-table', args=[name])}?on={NEW}")
        led_to = {href for href, _ in page.links if href.startswith("/rules/value/")}
        assert len(led_to) > 20
        for href in sorted(led_to)[:10]:
            read(reader, href)


def test_a_table_that_there_is_not(reader) -> None:
    assert reader.get(reverse("rules-table", args=["unicorns"])).status_code == 404


def test_the_page_says_the_day(reader) -> None:
    response = reader.get(reverse("rules-table", args=["licence"]), {"on": "2022-02-02"})
    assert "As it stands on 2 February 2022" in Page(response.content.decode()).text


def test_tables_say_what_is_not_in_force(reader) -> None:
    rows = read(reader, f"{reverse('rules-table', args=['thresholds'])}?on=2026-11-21").rows()
    said = {row[0]: row for row in rows}
    local = next(row for meaning, row in said.items() if "Cheshire" in meaning)
    assert local[-2:] == ["Local and historical, not in force", "date not published"]
    excessive = next(row for meaning, row in said.items() if meaning.startswith("Excessive workload"))
    assert excessive[-2:] == ["In force", "date not published"]
    activities = read(reader, f"{reverse('rules-table', args=['activities'])}?on=2026-11-21").rows()
    assert {row[3] for row in activities} == {
        "For information, prices nothing",
        "Local and historical, not in force",
    }
