"""The pages of the rules: the list, one rule through time, and what is said of names that do not exist."""

import os
import random
import re
from datetime import date
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from rules_fixtures import Page, read, signed_in

from wmt import rules
from wmt.site.web.rules.labels import OTHER, day_words, group_of

pytestmark = pytest.mark.one_database

TREE = rules.load()
A3 = "tier_points.pc16.community.A3"


@pytest.fixture
def reader(db: None) -> Client:  # noqa: ARG001
    return signed_in()


def address(path: str) -> str:
    return reverse("rule", args=[path])


#: All thousand of them in a soak, a tenth of them every time.
SOME = TREE.paths if os.environ.get("WMT_SOAK") == "1" else random.Random(2026).sample(TREE.paths, 110)


def test_every_rule_has_a_page_that_leads_only_to_rules_there_are(reader) -> None:
    pages = {path: read(reader, address(path)) for path in SOME}
    known = {address(path) for path in TREE.paths}
    for path, page in pages.items():
        assert path in page.html
        led_to = {urlsplit(href).path for href, _ in page.links if href.startswith("/rules/value/")}
        assert led_to <= known, path


def test_every_rule_belongs_to_a_group() -> None:
    assert [path for path in TREE.paths if group_of(path) is OTHER] == []


@pytest.mark.parametrize("path", [path for path in TREE.paths if len(TREE.parameter(path).values) > 1][::9])
def test_the_values_of_a_rule_stand_in_the_order_of_their_days(reader, path) -> None:
    values = TREE.parameter(path).values
    rows = read(reader, address(path)).rows()
    said = [re.sub("in force$|for information, prices nothing$", "", row[0]) for row in rows]
    assert said == [
        "date not published" if value.valid_from == date(2017, 5, 1) else day_words(value.valid_from)
        for value in values
    ]
    for row, value in zip(rows, values, strict=True):
        assert value.source in row[-1]


@pytest.mark.parametrize(
    ("on", "row", "now"),
    [
        ("2021-04-30", None, "not in force on 30 April 2021"),
        ("2023-01-05", 0, "206 points on 5 January 2023"),
        ("2023-01-06", 1, "128 points on 6 January 2023"),
    ],
)
def test_the_value_of_the_day_asked_for_is_marked(reader, on, row, now) -> None:
    page = read(reader, f"{address(A3)}?on={on}")
    marked = [place for place, cells in enumerate(page.rows()) if "in force" in cells[0]]
    assert marked == ([] if row is None else [row])
    assert now in page.text


def test_points_of_a_tier_stand_beside_their_hours_and_the_points_before(reader) -> None:
    page = read(reader, f"{address(A3)}?on=2026-01-01")
    old, new = page.rows()
    assert old[2:6] == ["206", "new", "not published", "not published"]
    assert new[2:6] == ["128", "−78 (−37.9%)", "95.5", "7.32"]
    assert "Until 5 January 2023 it was 206 points: −78 (−37.9%) since then." in page.text
    assert "95.5 hours a year are 109.9 minutes a week" in page.text
    assert "divided by 0.86: 127.8, which is 128 points" in page.text


def test_points_of_a_contact_say_how_minutes_became_points(reader) -> None:
    text = read(reader, f"{address('cms_points.CMS47')}?on=2026-01-01").text
    assert "60 minutes once in every four weeks (13.04 times a year) are 13.04 hours a year" in text
    assert "17.4, so 17 points" in text


def test_points_that_no_hours_are_published_for_do_not_claim_any(reader) -> None:
    for path in ("tier_points.pc16.custody.A3", "tier_points.pc16.licence.A0", "report_points.sdr"):
        assert "hours a year are" not in read(reader, address(path)).text


def test_a_rule_leads_to_its_neighbours(reader) -> None:
    linked = {href for href, _ in read(reader, address(A3)).links}
    near = ["tier_points.pc16.community.A2", "tier_points.pc16.licence.A3", "t2a_points.pc16.custody.A3"]
    near += ["annual_hours.pc16.community.A3"]
    assert {address(path) for path in near} <= linked


def test_a_chart_is_drawn_only_where_there_are_steps(reader) -> None:
    assert '<svg class="wmt-chart' in read(reader, address(A3)).html
    for path in ("tier_points.pc16.custody.A3", "nat_contents", "reduction_reasons.1.name"):
        assert '<svg class="wmt-chart' not in read(reader, address(path)).html


@pytest.mark.parametrize("path", ["tier_points.pc16.comunity.A3", "nominal_targt.PO", "a/b/c", "x" * 900])
def test_an_unknown_name_is_answered_in_words_with_the_likeliest_rules(reader, path) -> None:
    page = read(reader, address(path), status=404)
    with pytest.raises(rules.NoRuleError) as refused:
        TREE.parameter(path)
    said = str(refused.value)
    assert said[1:] in page.text
    likely = [name for name in TREE.paths if f" {name} " in f"{said.replace('?', ' ')} "]
    assert {address(name) for name in likely} <= {href for href, _ in page.links}


def test_the_beginning_of_names_leads_to_the_rules_that_begin_with_it(reader) -> None:
    page = read(reader, address("tier_points.pc16.licence"), status=404)
    assert "33 rules begin with this name" in page.text


@pytest.mark.parametrize(
    ("back", "kept"),
    [
        ("/post/N01:X/working/?figure=points", True),
        ("https://elsewhere.example/", False),
        ("//elsewhere.example/", False),
        ("/\\elsewhere.example", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_the_way_back_leads_only_into_this_site(reader, back, kept) -> None:
    links = {text: href for href, text in read_with(reader, address(A3), back=back).links}
    assert links.get("Back to the figure") == (back if kept else None)


def read_with(reader: Client, where: str, **query: str) -> Page:
    response = reader.get(where, query)
    assert response.status_code == 200
    return Page(response.content.decode())


def shown(reader: Client, **query: str) -> tuple[str, list[list[str]]]:
    page = read_with(reader, reverse("rules"), **query)
    return page.text, page.rows() if page.tables else []


def test_the_list_holds_every_rule(reader) -> None:
    text, rows = shown(reader)
    assert f"{len(TREE.paths):,} of {len(TREE.paths):,} rules." in text
    assert rows


def test_the_list_is_narrowed_by_words_whatever_their_case(reader) -> None:
    _, rows = shown(reader, q="LICENCE  a3", group="points")
    names = {row[-1] for row in rows}
    assert "tier_points.pc16.licence.A3" in names
    assert all("licence.A3" in name for name in names)


def test_the_list_is_narrowed_by_the_day_on_which_values_begin(reader) -> None:
    text, _ = shown(reader, changed="2023-01-06")
    began = [p for p in TREE.paths if date(2023, 1, 6) in {v.valid_from for v in TREE.parameter(p).values}]
    assert f"{len(began):,} of {len(TREE.paths):,} rules." in text


def test_the_list_shows_the_values_of_another_day(reader) -> None:
    for on, value in (("2023-01-05", "206"), ("6 January 2023", "128"), ("2020-01-01", "not in force")):
        _, rows = shown(reader, q=A3, on=on)
        assert [row[1] for row in rows if row[-1] == A3] == [value]


def test_words_that_no_rule_has_are_answered_in_words(reader) -> None:
    text, rows = shown(reader, q="unicorn")
    assert "No rule has all of these words" in text
    assert not rows


@pytest.mark.parametrize("typed", ["31 February 2023", "soon", "0001-01-01", "20230-01-01"])
def test_a_day_that_is_none_is_refused_beside_what_was_typed(reader, typed) -> None:
    for where in (reverse("rules"), reverse("rules-table", args=["licence"])):
        page = read_with(reader, where, on=typed)
        assert page.inputs["on"] == typed
        assert "on-error" in page.ids
        assert "#on" in {href for href, _ in page.links}


def test_a_name_with_markup_is_shown_as_text(reader) -> None:
    page = read_with(reader, reverse("rules"), q="<script>alert(1)</script>")
    assert "<script>alert" not in page.html
    assert page.inputs["q"] == "<script>alert(1)</script>"


def test_links_between_these_pages_resolve(reader) -> None:
    begins = [reverse("rules"), reverse("rules-compare"), reverse("the-number"), reverse("accessibility")]
    begins += [address(A3), reverse("rules-table", args=["reports"])]
    found = {href for begin in begins for href, _ in read(reader, begin).links}
    ours = {href for href in found if href.startswith(("/rules/", "/the-number/", "/accessibility/"))}
    pages = sorted(href for href in ours if not urlsplit(href).path.endswith((".csv", ".xlsx", ".parquet")))
    assert len(pages) > 150
    for href in pages:
        read(reader, href)


def test_only_what_is_in_force_is_called_so(reader) -> None:
    """Local agreements of 2009 bind nobody; timings price nothing; thresholds have no published start."""
    for path, said in (
        ("thresholds.local_court_reports.reports_a_month", "local and historical, not in force"),
        ("activity_timings.local.unpaid_work_contacts", "local and historical, not in force"),
        ("activity_timings.parole_report", "for information, prices nothing"),
        ("activity_timings.planned_contact.total", "for information, prices nothing"),
        ("thresholds.excessive_workload.percent", "in force"),
        (A3, "in force"),
    ):
        page = read(reader, f"{address(path)}?on=2026-11-21")
        assert page.rows()[-1][0].endswith(said), path
    threshold = read(reader, address("thresholds.excessive_workload.percent"))
    assert "date not published" in threshold.rows()[0][0]
    assert "May 2017" not in threshold.text
