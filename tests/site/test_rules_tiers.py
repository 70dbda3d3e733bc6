"""The pages of what points are for: 'what are the 128 points for?' and 'what changed for A cases?'."""

import pytest
from django.test import Client
from django.urls import reverse
from rules_fixtures import Page, read, signed_in

pytestmark = pytest.mark.one_database

ON = "?on=2026-11-20"


@pytest.fixture
def reader(db: None) -> Client:  # noqa: ARG001
    return signed_in()


def tier(reader: Client, case_type: str, name: str, on: str = ON) -> Page:
    return read(reader, reverse("rules-tier", args=[case_type, name]) + on)


def test_what_the_128_points_are_for(reader: Client) -> None:
    page = tier(reader, "community", "A3")
    assert "128 points are 95.5 hours of case time a year, or 7.32 hours in a four-week month" in page.text
    assert "69.9 of the points are planned supervision: 52.14 hours a year" in page.text
    rows = page.tables[0]
    assert rows[1][0].startswith("Planned supervision contact")
    assert rows[1][1:] == ["69.9", "52.14", "4.00", "60", "52.14", "100%", "Published"]
    assert rows[-2][0] == "Remainder, not published"
    assert rows[-1][:4] == ["All together", "128.0", "95.50", "7.32"]
    for column, whole in ((1, 128.0), (2, 95.5), (3, 7.32)):
        assert round(sum(float(row[column]) for row in rows[1:-1]), 2) == whole


def test_before_and_since_is_explained_as_far_as_known(reader: Client) -> None:
    change = tier(reader, "community", "A3").tables[1]
    assert [row[:2] for row in change[1:]] == [
        ["Points before 6 January 2023", "206"],
        ["ARMS-informed assessment and home visit for the first OASys sentence plan", "+2.2"],
        ["Responsive activities", "+21.3"],
        ["Everything else, unknown", "−101.5"],
        ["Points since", "128"],
    ]


def test_a_working_week_and_what_varies(reader: Client) -> None:
    page = tier(reader, "licence", "A3")
    assert "14% of it (5.18 hours)" in page.text
    assert "leaves 31.82 hours for cases" in page.text
    assert "300 minutes: an average; a hearing may last up to two days" in page.text


def test_unpaid_work_says_which_assessment_is_assumed(reader: Client) -> None:
    page = tier(reader, "community", "C0")
    assert "assumes a full Layer 3 OASys assessment for every case" in page.text
    assert "the points went from 35 to 25 (−28.6%)" in page.text
    assert "assessment for every case" not in tier(reader, "community", "C1").text


@pytest.mark.parametrize(
    ("case_type", "name", "on", "said"),
    [
        ("custody", "A3", ON, "Points of cases in custody were not reviewed in 2023"),
        ("licence", "A0", ON, "scores 0 points, so there are no hours behind it"),
        (
            "community",
            "A3",
            "?on=2022-06-01",
            "The hours and activities behind these points are not published",
        ),
        ("community", "A3", "?on=2019-06-01", "There were no points for such a case on this date"),
    ],
)
def test_where_nothing_is_published_the_page_says_why(reader, case_type, name, on, said) -> None:
    page = tier(reader, case_type, name, on)
    assert said in page.text
    assert page.tables == []


def test_a_tier_that_there_is_not(reader: Client) -> None:
    assert reader.get(reverse("rules-tier", args=["community", "Z9"])).status_code == 404


def test_what_changed_for_a_cases(reader: Client) -> None:
    page = read(reader, reverse("rules-a-cases"))
    assert "A community case in tier A3 went from 206 points to 128" in page.text
    rows = {row[0]: row[1:] for row in page.tables[0][1:]}
    assert rows["A3, community"] == ["206", "128", "−78", "−37.9%", "9.5%", "5.8%", "95.5", "52.14"]
    assert rows["A3, licence"] == ["219", "158", "−61", "−27.9%", "10.1%", "7.2%", "118", "52.14"]
    assert rows["A0, community"][-1] == "2.00 (a default)"
    assert reverse("rules-tier", args=["licence", "A3"]) in {href for href, _ in page.links}


def test_the_pages_are_led_to(reader: Client) -> None:
    a3 = reverse("rules-tier", args=["community", "A3"])
    rule = read(reader, reverse("rule", args=["tier_points.pc16.community.A3"]) + "?back=/post/X:1/")
    assert f"{a3}?back=/post/X%3A1/" in rule.html
    assert "are for, activity by activity" not in read(
        reader, reverse("rule", args=["tier_points.pc16.custody.A3"])
    ).html  # fmt: skip
    assert a3 in {
        href for href, _ in read(reader, reverse("rules-table", args=["tier-activities"]) + ON).links
    }
    for name in ("rules", "the-number"):
        linked = {href for href, _ in read(reader, reverse(name)).links}
        assert {reverse("rules-a-cases"), reverse("rules-table", args=["activity-library"])} <= linked


def test_all_tiers_with_their_hours(reader: Client) -> None:
    rows = read(reader, reverse("rules-table", args=["tier-activities"]) + ON).rows()
    assert len(rows) == 28
    for row in rows:
        assert round(sum(map(float, row[3:6])), 2) == float(row[2])


def test_the_library_says_what_was_agreed_by_whom(reader: Client) -> None:
    rows = {
        row[0]: row for row in read(reader, reverse("rules-table", args=["activity-library"]) + ON).rows()
    }
    assert rows["Parole report"][2] == "970"
    assert rows["Parole report"][6] == "published"
    assert "more than 150 practitioners" in rows["Parole report"][7]
    assert rows["Home visit"][3].startswith("60 for the rest, 30 to travel")
    assert rows["Home visit"][6:8] == ["a default, not published", "nobody yet"]
    assert rows["Work on a case with a warrant"][1] == "not in the points"
