"""The pack of a unit: the figures of its pages in one piece, on paper and as a workbook."""

import io
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client
from exports_fixtures import body, sheet

from wmt.ledger import HEADLINE, STREAM_NAMES, capacity_x100, decimal, shown_points
from wmt.site.audit.models import AuditEvent
from wmt.site.links import unit_url
from wmt.site.workload.models import Unit

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]
SHEETS = {
    "nation": ["Nation", "Regions", "Pdus", "Teams", "Practitioners"],
    "region": ["Region", "Pdus", "Teams", "Practitioners"],
    "pdu": ["Pdu", "Teams", "Practitioners"],
    "team": ["Team", "Practitioners"],
}


def below(nation: Any, unit: Unit, level: str) -> list[Unit]:
    """The units of a level under a unit."""
    found = Unit.objects.filter(load=nation.load, level=level, whole=True, stream=HEADLINE)
    return list(found if unit.level == "nation" else found.filter(**{f"{unit.level}_code": unit.code}))


@pytest.mark.both_databases
@pytest.mark.parametrize("level", list(SHEETS))
def test_the_workbook_has_a_sheet_a_level(nation: Any, signed_in: SignIn, level: str) -> None:
    unit = nation.unit(level)
    answer = signed_in().get(unit_url(level, unit.code, "pack") + "pack.xlsx")
    assert answer.status_code == 200
    assert re.search(
        r'filename="wmt-[\w.-]+-pack-\d{4}-\d\d-\d\d-\d{4}\.xlsx"', answer["Content-Disposition"]
    )
    content = body(answer)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames[: 1 + len(SHEETS[level])] == ["About", *SHEETS[level]]
    assert any("econciliation" in name for name in book.sheetnames)
    whole = sheet(content)[0]
    assert Decimal(str(whole["Points"])) == decimal(unit.points_x100)
    levels = ["region", "pdu", "team", "post"][-len(SHEETS[level]) + 1 :]
    for at, each in enumerate(levels, 2):
        *found, last = sheet(content, at)
        wanted = {unit.code: unit for unit in below(nation, unit, each)}
        assert {row["Code"] for row in found} == set(wanted)
        for row in found:
            of = wanted[row["Code"]]
            assert Decimal(str(row["Points"])) == decimal(of.points_x100)
            capacity = decimal(capacity_x100(of.points_x100, of.available_x100))
            assert row["Capacity (%)"] == (None if capacity is None else float(capacity))
        assert Decimal(str(last["Points"])) == decimal(unit.points_x100)


ON_PAPER = {"nation": ["region"], "region": ["pdu"], "pdu": ["team", "post"], "team": ["post"]}


@pytest.mark.both_databases
@pytest.mark.parametrize("level", list(SHEETS))
def test_the_page_has_the_units_below(nation: Any, signed_in: SignIn, level: str) -> None:
    unit = nation.unit(level)
    page = signed_in().get(unit_url(level, unit.code, "pack"))
    assert page.status_code == 200
    assert "not to judge people" in page.text
    assert unit_url(level, unit.code, "pack") + "pack.xlsx" in page.text
    for each in ON_PAPER[level]:
        for of in below(nation, unit, each):
            assert f'href="{unit_url(of.level, of.code)}"' in page.text
    assert f"{shown_points(unit.points_x100):,}" in page.text
    assert "Points by kind of work" in page.text
    ids = re.findall(r'id="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))


def test_packs_are_written_down(nation: Any, signed_in: SignIn) -> None:
    client, team = signed_in(name="Ann Lee"), nation.unit("team")
    address = unit_url("team", team.code, "pack")
    client.head(address)
    client.head(address + "pack.xlsx")
    assert not AuditEvent.objects.filter(kind="export").exists()
    client.get(address)
    body(client.get(address + "pack.xlsx"))
    opened, taken = AuditEvent.objects.filter(kind="export").order_by("pk")
    assert opened.sentence.startswith(f"Ann Lee opened the report of {team.name} to print: ")
    assert taken.sentence.startswith(f"Ann Lee downloaded the report of {team.name} as Excel: ")
    assert (taken.level, taken.code) == ("team", team.code)


def test_a_practitioner_has_no_pack(nation: Any, signed_in: SignIn) -> None:
    client, post = signed_in(), nation.unit("post")
    for name in ("", "pack.xlsx"):
        answer = client.get(unit_url("post", post.code, "pack") + name)
        assert answer.status_code == 404
        assert unit_url("team", post.team_code, "pack") in answer.text
    assert client.get("/region/none/pack/").status_code == 404
    assert not AuditEvent.objects.filter(kind="export").exists()


def test_what_is_too_long_for_paper_is_said(
    nation: Any, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wmt.site.web.exports import pack

    monkeypatch.setattr(pack, "ON_PAPER", 2)
    page = signed_in().get("/nation/pack/").text
    regions = Unit.objects.filter(load=nation.load, level="region", whole=True, stream=HEADLINE)
    assert f"The 2 with the highest capacity of {len(regions):,}." in page
    timed = [unit for unit in regions if unit.available_x100]
    highest = max(timed, key=lambda unit: unit.points_x100 / unit.available_x100)
    listed = page.partition('id="table-regions"')[2].partition("</table>")[0]
    assert f'href="{unit_url("region", highest.code)}"' in listed
    assert len(set(re.findall(r'href="/region/([^/"]+)/"', listed))) == 2


def test_a_practitioner_has_a_sheet(nation: Any, signed_in: SignIn) -> None:
    post = nation.unit("post")
    client = signed_in()
    page = client.get(unit_url("post", post.code, "sheet"))
    assert page.status_code == 200
    assert f"{shown_points(post.points_x100):,}" in page.text
    for words in (
        "Reductions now and to come",
        "What begins and ends, and when",
        "Notes and what was agreed",
    ):
        assert words in page.text
    overview = client.get(unit_url("post", post.code)).text
    assert unit_url("post", post.code, "sheet") in overview
    assert client.get("/post/none/sheet/").status_code == 404


@pytest.mark.both_databases
def test_streams_are_three_figures_on_paper(nation: Any, signed_in: SignIn) -> None:
    page = signed_in().get("/nation/pack/").text
    rows = page.partition('id="table-streams"')[2].partition("</table>")[0]
    found = Unit.objects.filter(load=nation.load, level="nation", grade="")
    assert found.count() > 1
    for unit in found:
        assert STREAM_NAMES[unit.stream] in rows
        assert f"{shown_points(unit.points_x100):,}" in rows
