"""Waiting cases on pages of teams and PDUs: those of placeholder posts, and references by the role."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from django.test import Client
from tabs_fixtures import table_of

from night_tools import write_facts
from wmt import rules
from wmt.allocation.waiting import waiting
from wmt.ledger import Ledger
from wmt.nights import open_night
from wmt.site.links import unit_url
from wmt.site.workload import swap
from wmt.site.workload.models import Load
from wmt.site.workload.night_rows import rows_of
from worlds import World

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
    page = signed_in("analyst", "pdu", mine["pdu_code"][0]).get(unit_url(level, code, "waiting")).text
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
    assert "Cases" not in table_of(page, "waiting")[0]  # each row is one


def test_a_team_without_any_says_so(nation: Any, signed_in: Callable[..., Client]) -> None:
    posts = nation.night.table("facts/post")
    teams = set(posts["team_code"]) - set(_waiting(nation)["team_code"])
    page = signed_in().get(unit_url("team", sorted(teams)[0], "waiting")).text
    assert "No case here waits to be allocated." in page


def test_cases_that_are_only_counted_are_told_as_the_command_tells_them(
    signed_in: Callable[..., Client], settings: Any, tmp_path: Path
) -> None:
    """Of twelve cases, eight are counted; two have a flag that weighs twice, one of them a counted one."""
    doubled = rules.Overlay("example", "a test", (("case_weighting.iom", date(2020, 1, 1), 200),))
    world = World(as_at := datetime(2023, 6, 14, 18, 30)).post("N1A:U1", "DMY", "0", is_placeholder=1)
    world.post("N1A:U2", "DMY", "0", is_placeholder=1).post("N1A:S1").cases("N1A:S1", "custody", "B3", 2)
    world.cases("N1A:U1", "licence", "C1", 3).cases("N1A:U2", "licence", "C1", 5)
    world.cases("N1A:U1", "custody", "B3", ref="X000001").cases("N1A:U2", "custody", "B3", ref="X000002")
    world.flag("N1A:U1", "X000001", "I", "custody", "B3").flag("N1A:U1", "X000009", "I", "licence", "C1")
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path, today="extract")
    ruleset = rules.load().at(as_at.date(), (doubled,))
    night = open_night(write_facts(settings.CONFIG.nights, ruleset, world.facts()))
    moment = as_at.replace(tzinfo=ZoneInfo("Europe/London"))
    load = Load.objects.create(
        night=night.path.name, as_at=moment, rules_date=as_at.date(), tier_scheme="pc16", ended_at=moment
    )
    swap.put(load.pk, rows_of(night, {}))
    swap.show(load)

    page = signed_in("head", "pdu", "N1PDU").get(unit_url("team", "N1A", "waiting")).text
    shown = {(row["CRN"], row["Cases"], row["Points"]) for row in table_of(page, "waiting")}
    told = waiting(Ledger(night.facts(), night.rules())).select("ref", "cases", "points_x100").rows()
    assert shown == {(ref or "counts only", str(n), f"{points // 100:,}") for ref, n, points in told}
    custody = ruleset["tier_points.pc16.custody.B3"].hundredths
    assert {("X000001", 1, 2 * custody), ("X000002", 1, custody)} < set(told)
    assert (None, 3, 4 * ruleset["tier_points.pc16.licence.C1"].hundredths) in told
