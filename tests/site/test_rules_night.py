"""The rules' pages beside loaded figures: the day of their rules, and what an overlay changed."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from rules_fixtures import read, signed_in

from wmt.site.workload.models import Current, Load, RuleValue

pytestmark = pytest.mark.one_database

A3 = "tier_points.pc16.community.A3"


@pytest.fixture
def reader(db: None) -> Client:  # noqa: ARG001
    return signed_in()


@pytest.fixture
def load(db: None) -> Load:  # noqa: ARG001
    """Figures under the rules of a day in 2022, without overlays."""
    moment = datetime(2022, 6, 14, 17, 30, tzinfo=UTC)
    made = Load.objects.create(
        state="loaded",
        who="A test",
        as_at=moment,
        rules_date=date(2022, 6, 14),
        tier_scheme="pc16",
        night="n",
    )
    Current.objects.create(load=made)
    return made


def lay(load: Load, path: str, value: str) -> None:
    RuleValue.objects.create(
        load=load, path=path, value=value, unit="points", description="d", source="Minute 7 of the board",
        status="overlay", overlay="Draft reform",
    )  # fmt: skip
    load.overlays = ["Draft reform"]
    load.save()


def test_values_are_those_of_the_rules_behind_the_figures(reader, load) -> None:
    page = read(reader, reverse("rule", args=[A3]))
    assert (
        f"206 points on 14 June {load.rules_date.year}, the date of the rules behind the figures" in page.text
    )
    assert read(reader, f"{reverse('rules')}?q={A3}").rows()[0][1] == "206"
    assert "As it stands on 14 June 2022" in read(reader, reverse("rules-table", args=["community"])).text


def test_the_number_is_explained_with_the_figures_of_those_rules(reader, load) -> None:
    assert "2,176 available points" in read(reader, reverse("the-number")).text
    load.rules_date = date(2019, 1, 1)
    load.save()
    assert "The rules have no points for this date" in read(reader, reverse("the-number")).text


@pytest.mark.both_databases
def test_what_an_overlay_changed_is_said_wherever_the_rule_is_shown(reader, load) -> None:
    lay(load, A3, "150")
    html = read(reader, reverse("rule", args=[A3])).html
    assert "150 points" in html
    assert "Draft reform" in html
    assert "Minute 7 of the board" in html
    assert "These figures used 150 (Draft reform)" in read(reader, f"{reverse('rules')}?q={A3}").html
    assert "Draft reform" in read(reader, reverse("rules-table", args=["community"])).html
    tier = read(reader, reverse("rules-tier", args=["community", "A3"])).html
    assert "used <strong>150 points</strong>" in tier
    others = (
        reverse("rule", args=["tier_points.pc16.community.A2"]),
        reverse("rules-table", args=["licence"]),
        reverse("rules-tier", args=["community", "A2"]),
    )
    for address in others:
        assert "Draft reform" not in read(reader, address).html.partition("<main")[2]


def test_a_list_of_another_day_says_nothing_of_the_overlay(reader, load) -> None:
    lay(load, A3, "150")
    assert "150 (Draft reform)" not in read(reader, f"{reverse('rules')}?q={A3}&on=2024-01-01").html


def test_pages_ask_the_database_only_a_little(reader, load, django_assert_max_num_queries) -> None:
    lay(load, A3, "150")
    addresses = [
        reverse("rules"),
        reverse("rule", args=[A3]),
        reverse("rules-compare"),
        reverse("the-number"),
    ]
    for address in addresses:
        with django_assert_max_num_queries(8):  # one asks what was approved, one what is proposed
            read(reader, address)
