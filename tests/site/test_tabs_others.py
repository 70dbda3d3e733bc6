"""Reports, help, OMiC and court reports only: the figures are those of the night's own files."""

import re
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from django.test import Client
from tabs_fixtures import in_sight, lines_of, links, number, table_of

from wmt.ledger import shown_points
from wmt.site.links import unit_url
from wmt.site.web.units import court, omic

pytestmark = pytest.mark.one_database

LEVELS = ("nation", "region", "pdu", "team")
BELOW = {"nation": "region", "region": "pdu", "pdu": "team", "team": "post"}
TABS = ("caseload", "reports", "help", "omic", "court")


def _with(nation: Any, level: str, **wanted: Any) -> Any:
    from wmt.site.workload.models import Unit

    found = Unit.objects.filter(load=nation.load, level=level, whole=True, **wanted).order_by("code").first()
    assert found
    return found


@pytest.mark.parametrize("level", LEVELS)
def test_reports_inside_their_days(nation: Any, signed_in: Callable[..., Client], level: str) -> None:
    unit = _with(nation, level, reports_x100__gt=0)
    page = signed_in().get(unit_url(level, unit.code, "reports")).text
    *rows, total = table_of(page, "reports")
    inside = pl.col("reason").is_null() | (pl.col("reason") != "outside the days that count")
    lines = lines_of(nation, level, unit.code).filter(pl.col("kind") == "report")
    for kind, head in (("sdr", "SDR"), ("fdr", "FDR"), ("oral", "Oral"), ("parom", "Parole")):
        mine = lines.filter(inside & pl.col("rule").str.ends_with(f".{kind}"))
        assert number(total[head]) == mine["quantity_micro"].sum() // 1_000_000
        assert number(total[f"{head} points"]) == shown_points(mine["points_x100"].sum())
        assert sum(number(row[head]) for row in rows) == number(total[head])
    assert number(total["Points of all reports"]) == shown_points(unit.reports_x100)
    *kinds, every = table_of(page, "kinds")
    assert number(every["Number"]) == lines["quantity_micro"].sum() // 1_000_000
    assert sum(number(row["Number"]) for row in kinds) == number(every["Number"])
    assert all(row["Notes"] for row in kinds)


@pytest.mark.both_databases
def test_reports_of_a_post_one_by_one(nation: Any, signed_in: Callable[..., Client]) -> None:
    unit = _with(nation, "post", reports_x100__gt=0)
    *rows, total = table_of(signed_in().get(unit_url("post", unit.code, "reports")).text, "reports")
    lines = lines_of(nation, "post", unit.code).filter(pl.col("kind") == "report")
    assert len(rows) == len(lines)
    assert number(total["Points"]) == unit.reports_x100 // 100


@pytest.mark.parametrize("level", LEVELS)
def test_help_given_less_help_received(nation: Any, signed_in: Callable[..., Client], level: str) -> None:
    unit = _with(nation, level, posts__gt=0)
    page = signed_in().get(unit_url(level, unit.code, "help")).text
    for row in table_of(page, "help"):
        code, at = (row["Code"], BELOW[level]) if row["Code"] else (unit.code, level)
        lines = lines_of(nation, at, code).filter(pl.col("kind") == "contact")
        assert number(row["Given"]) == shown_points(
            lines.filter(pl.col("points_x100") > 0)["points_x100"].sum()
        )
        received = lines.filter(pl.col("points_x100") < 0)["points_x100"].sum()
        assert number(row["Received"]) == shown_points(received)
        assert number(row["Net points"]) == shown_points(lines["points_x100"].sum())
        assert number(row["Contacts"]) == len(lines.filter(pl.col("points_x100") != 0))


def test_help_nets_to_zero_over_the_nation(nation: Any, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    assert nation.unit("nation").contacts_x100 == 0
    page = client.get(unit_url("nation", "nation", "help")).text
    assert "add up to 0" in page
    assert table_of(page, "help")[-1]["Net points"] == "0"
    assert "Not known" in page
    assert (
        "all grades, support given and received add up to 0"
        in client.get(unit_url("nation", "nation", "help", grade="PO")).text
    )


@pytest.mark.both_databases
def test_contacts_of_a_post_name_the_colleague(nation: Any, signed_in: Callable[..., Client]) -> None:
    unit, client = _with(nation, "post", contacts_x100__gt=0), signed_in()
    page = client.get(unit_url("post", unit.code, "help")).text
    *rows, total = table_of(page, "contacts")
    lines = lines_of(nation, "post", unit.code).filter(pl.col("kind") == "contact")
    assert len(rows) == len(lines)
    assert number(total["Points"]) == unit.contacts_x100 // 100
    assert all(row["Colleague"] and row["Date"] and row["Counts"] for row in rows)
    assert any(row["Activity"] for row in rows)
    colleagues = [href for href in links(page) if href.startswith("/post/") and unit.code not in href]
    assert client.get(colleagues[0]).status_code == 200


@pytest.mark.both_databases
@pytest.mark.parametrize("level", LEVELS)
def test_omic_stands_beside_the_capacity(nation: Any, signed_in: Callable[..., Client], level: str) -> None:
    post = _with(nation, "post", stream="omic", omic_cases__gt=0)
    code = "nation" if level == "nation" else getattr(post, f"{level}_code")
    page = signed_in().get(unit_url(level, code, "omic")).text
    *rows, total = table_of(page, "omic")
    lines = lines_of(nation, level, code, "omic")
    cases = lines.filter((pl.col("kind") == "case") & (pl.col("stream") == "omic"))
    licence = lines.filter(pl.col("kind") == "omic_licence")
    assert number(total["OMiC cases"]) == len(cases) == sum(number(row["OMiC cases"]) for row in rows)
    assert number(total["Points in custody"]) == shown_points(cases["beside_x100"].sum())
    assert number(total["Points on licence"]) == shown_points(licence["beside_x100"].sum())
    assert "not included" in page


def test_omic_cases_of_other_posts_are_told_on_the_tab_of_the_unit(
    nation: Any, signed_in: Callable[..., Client]
) -> None:
    from wmt.site.workload.models import Unit

    omic_post = _with(nation, "post", stream="omic", omic_cases__gt=0)
    address = unit_url("region", omic_post.region_code, "omic")
    client = signed_in()
    assert "outside OMiC teams" not in client.get(address).text
    other = _with(nation, "post", stream="sentence_management", region_code=omic_post.region_code)
    Unit.objects.filter(pk=other.pk).update(omic_cases=3, omic_x100=12_345, omic_licence_x100=20_000)
    said = "3 OMiC cases (123.45 points in custody, 200 on licence) are held by 1 practitioner outside OMiC"
    assert said in client.get(address).text


def test_without_omic_posts_the_note_counts_the_practitioners_of_the_table(
    nation: Any, signed_in: Callable[..., Client]
) -> None:
    from wmt.site.workload.models import Unit

    posts = Unit.objects.filter(load=nation.load, level="post")
    teams = set(posts.exclude(stream="sentence_management").values_list("team_code", flat=True))
    one, other = list(posts.exclude(team_code__in=teams).order_by("team_code", "code")[:2])
    assert one.team_code == other.team_code
    Unit.objects.filter(pk=one.pk).update(omic_cases=3, omic_x100=12_345, omic_licence_x100=20_000)
    Unit.objects.filter(pk=other.pk).update(omic_cases=2, omic_x100=100, omic_licence_x100=0, stream="courts")
    page = signed_in().get(unit_url("team", one.team_code, "omic")).text
    assert "These are held by 1 practitioner outside OMiC teams" in page
    assert "2 OMiC cases (1 point in custody, 0 on licence) are held by 1 practitioner outside OMiC" in page


@pytest.mark.both_databases
def test_omic_cases_of_a_post(nation: Any, signed_in: Callable[..., Client]) -> None:
    unit = _with(nation, "post", omic_cases__gt=0)
    *rows, total = table_of(signed_in().get(unit_url("post", unit.code, "omic")).text, "omic")
    assert len(rows) == unit.omic_cases == number(total["Cases"])
    assert omic.applies(unit)
    assert not omic.applies(_with(nation, "post", omic_cases=0))


@pytest.mark.both_databases
def test_court_reports_only(nation: Any, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    lines = lines_of(nation, "nation", "nation", "courts")
    with_cases = lines.filter(pl.col("kind") == "case")["post_code"]
    expected = lines.filter((pl.col("kind") == "report") & ~pl.col("post_code").is_in(with_cases.implode()))
    *regions, total = table_of(client.get(unit_url("nation", "nation", "court")).text, "court")
    assert number(total["Practitioners"]) == expected["post_code"].n_unique() > 0
    assert number(total["Reports"]) == expected["quantity_micro"].sum() // 1_000_000
    listed = []
    for region in regions:
        *posts, whole = table_of(client.get(unit_url("region", region["Code"], "court")).text, "court")
        assert number(whole["Reports"]) == number(region["Reports"])
        listed += [row["Code"] for row in posts]
    assert set(listed) == set(expected["post_code"])
    assert court.applies(_with(nation, "post", cases_all=0, omic_cases=0, reports_x100__gt=0))
    assert not court.applies(_with(nation, "post", cases_all__gt=0, reports_x100__gt=0))


@pytest.mark.both_databases
@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("level", [*LEVELS, "post"])
def test_an_empty_unit_is_shown_in_words(
    nation: Any, signed_in: Callable[..., Client], level: str, tab: str
) -> None:
    from wmt.site.workload.models import Unit

    code = "EMPTY:ONE" if level == "post" else "EMPTY"
    if level == "nation":
        return _empty_nation(nation, signed_in, tab)
    Unit.objects.create(load=nation.load, level=level, code=code, name="Nothing", whole=True, number=999_999)
    answer = signed_in().get(unit_url(level, code, tab))
    assert answer.status_code == 200
    assert not re.search(r"\bNaN\b", in_sight(answer.text))
    return None


def _empty_nation(nation: Any, signed_in: Callable[..., Client], tab: str) -> None:
    from wmt.site.workload.models import Cell, Unit

    Cell.objects.filter(load=nation.load).delete()
    Unit.objects.filter(load=nation.load).exclude(level="nation").delete()
    assert signed_in().get(unit_url("nation", "nation", tab)).status_code == 200


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("level", [*LEVELS, "post"])
def test_a_page_asks_the_database_a_few_times(
    nation: Any, signed_in: Callable[..., Client], django_assert_max_num_queries: Any, level: str, tab: str
) -> None:
    unit, client = _with(nation, level), signed_in()
    client.get(unit_url(level, unit.code, tab))  # that it was read is written down the first time in a day
    with django_assert_max_num_queries(20):  # two of them ask for the priority of the PDU and an alarm
        client.get(unit_url(level, unit.code, tab))
