"""Waiting cases on pages of teams and PDUs: those of placeholder posts, and references by the role."""

import re
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from django.test import Client
from tabs_fixtures import table_of

from wmt.allocation.waiting import waiting
from wmt.ledger import Ledger
from wmt.site.links import unit_url

pytestmark = pytest.mark.one_database


def _waiting(nation: Any) -> pl.DataFrame:
    led = Ledger(nation.night.facts(), nation.night.rules(), former=nation.night.former())
    return waiting(led, nation.night.table("input/case"))


@pytest.mark.both_databases
@pytest.mark.parametrize("level", ["team", "pdu"])
def test_every_waiting_case_is_told(nation: Any, signed_in: Callable[..., Client], level: str) -> None:
    found = _waiting(nation)
    assert len(found)
    code = found.group_by(f"{level}_code").len().sort("len", f"{level}_code")[f"{level}_code"][-1]
    mine = found.filter(pl.col(f"{level}_code") == code)
    page = signed_in("head", "pdu", mine["pdu_code"][0]).get(unit_url(level, code, "waiting")).text
    shown = table_of(page, "waiting")
    assert {row["CRN"] for row in shown} == set(mine["ref"])
    points = dict(mine.select("ref", "points_x100").iter_rows())
    assert all(row["Points"] == f"{points[row['CRN']] // 100:,}" for row in shown)
    days = [int(row["Days"].replace(",", "")) for row in shown if row["Days"]]
    assert days == sorted(days, reverse=True)
    # from a case to who could hold one of its kind
    first = mine.row(by_predicate=pl.col("ref") == shown[0]["CRN"], named=True)
    there = re.findall(r'href="([^"]*candidates[^"]*type=[^"]*)"', page)[0].replace("&amp;", "&")
    assert f"type={first['location']}" in there
    assert f"tier={first['tier']}" in there


def test_who_may_not_read_cases_reads_no_reference(nation: Any, signed_in: Callable[..., Client]) -> None:
    found = _waiting(nation)
    code = found["pdu_code"][0]
    refs = found.filter(pdu_code=code)["ref"].to_list()
    team = nation.night.table("facts/team")
    other = team.filter(pl.col("pdu_code") != code)["team_code"][0]
    page = signed_in("practitioner", "team", other).get(unit_url("pdu", code, "waiting")).text
    assert not [ref for ref in refs if ref in page]
    assert "withheld" in page


def test_a_team_without_any_says_so(nation: Any, signed_in: Callable[..., Client]) -> None:
    posts = nation.night.table("facts/post")
    teams = set(posts["team_code"]) - set(_waiting(nation)["team_code"])
    page = signed_in().get(unit_url("team", sorted(teams)[0], "waiting")).text
    assert "No case here waits to be allocated." in page
