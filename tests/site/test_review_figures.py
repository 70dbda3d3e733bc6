"""Figures that could be wrong and look right: what a review of the site found, each held by a test."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client
from exports_fixtures import rows

from wmt.site.figures import line_queries
from wmt.site.links import unit_url
from wmt.site.web.units import pricing_ids
from wmt.site.workload.models import Line, Load, Pricing, Unit

pytestmark = pytest.mark.one_database


@pytest.fixture
def analyst(nation: Any, signed_in: Callable[..., Client]) -> Client:  # noqa: ARG001
    return signed_in("analyst")


def _file(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    return rows(answer, "csv")


def _team_with_a_post_of_its_own_number(nation: Any) -> tuple[Unit, str]:
    """A team whose number is also that of one of its posts, and a grade that none of its posts has."""
    teams = Unit.objects.filter(load=nation.load, level="team", whole=True).order_by("number")
    posts = Unit.objects.filter(load=nation.load, level="post")
    team = next(team for team in teams if posts.filter(number=team.number, team_code=team.code).exists())
    held = Unit.objects.filter(load=nation.load, level="post", team_code=team.code)
    return team, ({"PO", "PSO", "TPO", "SPO", "DMY"} - set(held.values_list("grade", flat=True))).pop()


@pytest.mark.both_databases
@pytest.mark.parametrize(("tab", "table"), [("caseload", "cases"), ("help", "contacts")])
def test_a_grade_that_nobody_has_lists_nothing(nation: Any, analyst: Client, tab: str, table: str) -> None:
    team, grade = _team_with_a_post_of_its_own_number(nation)
    assert _file(analyst, f"{unit_url('team', team.code, tab)}{table}.csv?grade={grade}") == []


@pytest.mark.both_databases
def test_over_and_notes_are_of_the_grade_that_is_shown(nation: Any, analyst: Client) -> None:
    team = nation.unit("team")
    both = Unit.objects.filter(load=nation.load, level="team", code=team.code)
    one = both.filter(whole=False).order_by("grade").first()
    both.update(points_x100=200_00, available_x100=100_00, posts_without_time=7)
    both.filter(pk=one.pk).update(points_x100=50_00, posts_without_time=0)
    whole = analyst.get(unit_url("team", team.code)).text
    assert "wmt-lead--over" in whole
    assert "7 posts have no available hours" in whole
    page = analyst.get(f"{unit_url('team', team.code)}?grade={one.grade}").text
    assert "wmt-lead--over" not in page
    assert "7 posts have no available hours" not in page
    assert f"Figures (grade {one.grade} only)" in page


def test_the_pack_of_a_grade_says_so_over_its_figures(nation: Any, analyst: Client) -> None:
    team = nation.unit("team")
    page = analyst.get(f"{unit_url('team', team.code)}pack/?grade=PO").text
    assert f"{team.name}, posts of grade PO only" in page
    assert "as a whole" not in page


@pytest.mark.both_databases
def test_bands_are_named_by_the_mark_of_the_rules_in_use(nation: Any, analyst: Client) -> None:
    Load.objects.filter(pk=nation.load.pk).update(over_x100=12_550)
    page = analyst.get("/nation/?band=over").text
    assert "over 125.50%" in page
    assert "90% to 125.50%" in page
    assert "110%" not in page


@pytest.mark.both_databases
def test_the_day_of_former_figures_is_that_of_our_clock(nation: Any, analyst: Client) -> None:
    post = nation.unit("post")
    # half past midnight of 2 June in summer time
    Unit.objects.filter(pk=post.pk).update(stale_since=datetime(2023, 6, 1, 23, 30, tzinfo=UTC))
    assert "figures from 2 Jun 2023" in analyst.get(unit_url("post", post.code)).text


def test_a_file_does_not_claim_a_filter_that_was_not_used(analyst: Client) -> None:
    from wmt.site.audit.models import AuditEvent

    assert _file(analyst, "/nation/overview.csv?grade=po&band=under&list=team")
    said = AuditEvent.objects.filter(kind="export").latest("pk")
    assert "band under" in said.sentence
    assert "grade" not in said.sentence


@pytest.mark.both_databases
def test_help_of_no_points_is_neither_given_nor_received(nation: Any, analyst: Client) -> None:
    numbers = Pricing.objects.filter(load=nation.load, kind="contact")
    numbers.update(each_x100=0)
    line_queries.priced.cache_clear()  # a load's rows never change but here
    found = _file(analyst, "/nation/downloads/contacts.csv")
    line_queries.priced.cache_clear()
    assert {row["Given or received"] for row in found} == {"No points on either side"}


@pytest.mark.parametrize("numbers", [set(), {4}, {4, 5, 6}, {1, 2, 9, 11, 12, 13}])
def test_pricings_in_an_address_are_read_as_written(numbers: set[int]) -> None:
    assert pricing_ids.read(pricing_ids.written(numbers), range(20)) == numbers


@pytest.mark.parametrize("text", ["", "-", "1.", "1-", "2--3", "x", "1.x", "٣", "9" * 9, "1." * 3_000 + "1"])
def test_an_address_that_names_no_pricings_names_none(text: str) -> None:
    assert pricing_ids.read(text, range(20)) == frozenset()


def _cells(page: str, table: str) -> list[tuple[str, str]]:
    """The figures of a table with the addresses they lead to."""
    part = page.partition(f'id="table-{table}"')[2].partition("</table>")[0]
    found = re.findall(r'<td[^>]*><a class="govuk-link" href="([^"]+)">(-?[\d,]+)<', part)
    return [(unescape(href), shown.replace(",", "")) for href, shown in found]


def _lines_at(client: Client, href: str) -> tuple[int, int]:
    """What the lines at an address add up to, and how many things they are of, rounded like a cell."""
    path, _, query = href.partition("?")
    figure = re.search(r"figure=(\w+)", query)
    assert figure, href
    page = client.get(href).text
    total = re.search(r'data-sum="(-?[\d.]+)"', page)
    lines = _file(client, f"{path}{figure[1]}.csv?{query}")
    number = sum(float(row.get("Number") or 1) for row in lines)
    return round(float(total[1])) if total else 0, round(number)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("tab", "table"),
    [("help", "help"), ("reports", "reports"), ("caseload", "tiers"), ("caseload", "untiered")],
)
@pytest.mark.parametrize("grade", ["", "PO"])
def test_a_figure_of_several_rules_leads_to_just_its_lines(
    nation: Any, analyst: Client, tab: str, table: str, grade: str
) -> None:
    region = nation.unit("region", reports_x100__gt=0, untiered_cases__gt=0)
    page = analyst.get(unit_url("region", region.code, tab, grade=grade)).text
    cells = [(href, shown) for href, shown in _cells(page, table) if "figure=" in href]
    assert cells
    for href, shown in cells[:25]:
        total, number = _lines_at(analyst, href)
        assert int(shown) in (total, number), (href, shown, total, number)


@pytest.mark.both_databases
def test_points_that_are_reconciled_lead_to_lines_of_points(nation: Any, analyst: Client) -> None:
    post = nation.unit("post", cases__gt=5, community_x100__gt=0)
    page = analyst.get(unit_url("post", post.code, "caseload")).text
    hrefs = [(href, shown) for href, shown in _cells(page, "reconciliation") if "figure=points" in href]
    assert hrefs
    numbers = Pricing.objects.filter(load=nation.load, kind="case").values("number")
    lines = Line.objects.filter(load=nation.load, post_no=post.number, pricing__in=numbers)
    assert int(hrefs[0][1]) == sum(line.points_x100 for line in lines if line.active_cases) // 100
    for href, shown in hrefs:
        assert _lines_at(analyst, href)[0] == int(shown)


def test_addresses_of_files_keep_odd_codes(nation: Any, analyst: Client) -> None:
    team = nation.unit("team")
    code = "A#1?%2 é"
    Unit.objects.filter(load=nation.load, level="team", code=team.code).update(code=code)
    page = analyst.get(unit_url("team", code)).text
    found = re.search(r'href="([^"]*overview\.csv)', page)
    assert found
    assert _file(analyst, unescape(found[1])) == []  # its posts bear the former code
