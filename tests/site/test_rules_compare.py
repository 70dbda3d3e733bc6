"""Two days side by side: what `rules.diff` finds, and days that cannot be compared."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from rules_fixtures import Page, signed_in

from wmt import rules
from wmt.site.web.rules.labels import day_words

pytestmark = pytest.mark.one_database

TREE = rules.load()


@pytest.fixture
def reader(db: None) -> Client:  # noqa: ARG001
    return signed_in()


def compared(reader: Client, **query: str) -> Page:
    response = reader.get(reverse("rules-compare"), query)
    assert response.status_code == 200
    return Page(response.content.decode())


def all_rows(reader: Client, **query: str) -> dict[str, list[str]]:
    """The rows of all pages of the table, by the rule's name."""
    found: dict[str, list[str]] = {}
    for number in range(1, 100):
        page = compared(reader, **query, page=str(number))
        rows = {row[-1]: row for row in page.rows()} if page.tables else {}
        if not rows.keys() - found.keys():
            break
        found |= rows
    return found


DAYS = [(day - timedelta(days=1), day) for day in TREE.days]


@pytest.mark.parametrize(("a", "b"), [*DAYS, (DAYS[0][0], DAYS[-1][1]), (DAYS[-1][1], DAYS[0][1])])
def test_the_page_holds_what_differs_and_nothing_else(reader, a, b) -> None:
    expected = {change.path: change for change in rules.diff(TREE.at(a), TREE.at(b))}
    rows = all_rows(reader, a=a.isoformat(), b=b.isoformat())
    assert rows.keys() == expected.keys()
    for path, row in rows.items():
        assert (row[1] == "not in force") == (expected[path].before is None)
        assert (row[2] == "not in force") == (expected[path].after is None)


def test_without_dates_it_shows_the_change_of_january_2023(reader) -> None:
    page = compared(reader, q="tier_points.pc16.community.A3")
    assert (page.inputs["a"], page.inputs["b"]) == ("5 January 2023", "6 January 2023")
    [row] = [row for row in page.rows() if row[-1] == "tier_points.pc16.community.A3"]
    assert row[1:6] == ["206", "128", "−78", "−37.9%", "points"]


def test_every_day_on_which_values_begin_can_be_chosen(reader) -> None:
    page = compared(reader)
    offered = {href for href, _ in page.links}
    for eve, day in DAYS:
        assert f"{reverse('rules-compare')}?a={eve}&b={day}" in offered


@pytest.mark.parametrize(
    ("a", "b", "wrong"),
    [
        ("31/02/2023", "2023-01-06", ["a"]),
        ("2023-01-05", "tomorrow", ["b"]),
        ("", "", ["a", "b"]),
        ("", "2023-01-06", ["a"]),
        ("0000-00-00", "9999-12-31", ["a", "b"]),
        ("<b>", "2023-01-06", ["a"]),
    ],
)
def test_days_that_are_none_are_refused_and_what_was_typed_is_kept(reader, a, b, wrong) -> None:
    page = compared(reader, a=a, b=b, q="licence")
    assert (page.inputs["a"], page.inputs["b"], page.inputs["q"]) == (a, b, "licence")
    assert [name for name in ("a", "b") if f"{name}-error" in page.ids] == wrong
    assert {f"#{name}" for name in wrong} <= {href for href, _ in page.links}
    assert page.tables == []


def test_one_day_missing_is_asked_for(reader) -> None:
    page = compared(reader, a="2023-01-05")
    assert page.inputs["b"] == "6 January 2023"
    assert page.tables


@pytest.mark.parametrize(
    "typed", ["6 January 2023", "6 Jan 2023", "06/01/2023", "6-1-2023", "2023-1-6", " 6 1 2023 "]
)
def test_days_may_be_written_in_many_ways(reader, typed) -> None:
    assert all_rows(reader, a="5 January 2023", b=typed, q="nominal_target.PO")


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ("1995-01-01", "2023-01-06", f"begin on {day_words(TREE.days[0])}"),
        ("2023-01-06", "2023-01-06", "Both dates are the same day"),
        ("2023-01-06", "2023-01-05", "The first date is the later one"),
        ("2023-01-06", "2099-01-01", f"No rule is known to change after {day_words(TREE.days[-1])}"),
    ],
)
def test_odd_pairs_of_days_are_explained(reader, a, b, said) -> None:
    assert said in compared(reader, a=a, b=b).text


def test_before_any_rule_nothing_differs(reader) -> None:
    text = compared(reader, a="1995-01-01", b="1996-01-01").text
    assert "0 rules differ" in text
    assert text.count("no rule was in force") == 2


def test_the_day_after_the_last_change_is_like_the_last() -> None:
    last = TREE.days[-1]
    assert rules.diff(TREE.at(last), TREE.at(date(2100, 12, 31))) == []
