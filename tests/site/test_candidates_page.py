"""Who could hold a case, on pages of teams and PDUs: figures of the ledger, and no hours are not free."""

import re
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from django.test import Client
from tabs_fixtures import table_of

from wmt import rules
from wmt.allocation.candidates import candidates
from wmt.allocation.cases import described
from wmt.ledger import Ledger, shown_capacity
from wmt.site.links import unit_url

pytestmark = pytest.mark.one_database


@pytest.mark.both_databases
@pytest.mark.parametrize("level", ["team", "pdu"])
@pytest.mark.parametrize("kind", ["custody:B3", "t2a:licence:A1", "community:untiered"])
def test_the_page_says_what_the_ledger_says(
    nation: Any, signed_in: Callable[..., Client], level: str, kind: str
) -> None:
    unit = nation.unit(level)
    led = Ledger(nation.night.facts(), nation.night.rules(), former=nation.night.former())
    teams = led.facts.team.filter(pl.col(f"{level}_code") == unit.code)["team_code"].to_list()
    case = described(led, kind)
    given = nation.night.table("input/case").select("team_code", "staff_code", "allocated_on")
    expected = candidates(led, [case], teams, given)
    asked = {"type": case.location, "tier": case.tier, "kind": "t2a" if case.stream == "t2a" else ""}
    page = signed_in().get(unit_url(level, unit.code, "candidates", **asked)).text
    shown = table_of(page, "candidates")
    assert expected
    assert [row["May hold it"] for row in shown] == ["yes" if each.eligible else "no" for each in expected]
    for row, each in zip(shown, expected, strict=True):
        assert row["Grade"] == each.grade
        assert row["Capacity now"].startswith(shown_capacity(*each.now))
        assert row["Capacity with it"].startswith(shown_capacity(*each.together))
        for place in ("community", "custody", "licence"):
            # the letters of the tiers add up to the cases: '8B 2, C 6' is a number and the note below it
            held, letters = re.fullmatch(r"(\d+)(.*)", row[place.capitalize()].replace("\xa0", " ")).groups()
            assert int(held) == each.caseload.get(place, 0)
            assert sum(int(part.split()[1]) for part in letters.split(", ") if part) == int(held)
        lately = [row[f"Given in {days} days"] for days in (7, 28)]
        assert lately == [str(each.recent.get(days, 0)) for days in (7, 28)]
        for words in (*each.why_not, *each.notes):
            assert words in row["Notes"]
        assert ("not for this grade" in row["Notes"]) != each.effects[0].eligibility.eligible
        assert ("over already" in row["Notes"]) == (each.is_over and each.over_with_all)


def test_placeholders_and_prison_posts_are_not_offered(nation: Any, signed_in: Callable[..., Client]) -> None:
    posts = nation.night.table("facts/post")
    nobody = posts.filter((pl.col("is_placeholder") == 1) | (pl.col("grade") == "DMY"))
    client, teams = signed_in(), nobody["team_code"].unique().sort().to_list()[:3]
    assert teams
    for team in teams:
        page = client.get(unit_url("team", team, "candidates")).text
        rows = [] if "There is nobody here who could hold a case." in page else table_of(page, "candidates")
        mine = set(nobody.filter(team_code=team)["staff_code"])
        assert not [row for row in rows if any(code in row["Practitioner"] for code in mine)]


def test_what_makes_no_sense_is_the_first_choice(nation: Any, signed_in: Callable[..., Client]) -> None:
    address = unit_url("team", nation.unit("team").code, "candidates")
    client = signed_in()
    plain = client.get(address).text
    odd = client.get(address, {"type": "prison", "tier": "Z9", "kind": "omic"}).text
    assert "A case of community A3" in plain
    assert table_of(plain, "candidates") == table_of(odd, "candidates")


def test_who_may_hold_what_leads_to_its_rules(nation: Any, signed_in: Callable[..., Client]) -> None:
    address = unit_url("team", nation.unit("team").code, "candidates")
    client = signed_in()
    assert "/rules/?q=eligibility" in client.get(address).text
    found = client.get("/rules/", {"q": "eligibility"}).text
    assert found.count("eligibility.PSO") >= 3
    worth = rules.load().at(nation.night.rules().day)["eligibility.PSO.custody"]
    assert str(worth.value) in found


@pytest.mark.parametrize("level", ["nation", "region", "post"])
def test_other_units_say_where_to_look(nation: Any, signed_in: Callable[..., Client], level: str) -> None:
    page = signed_in().get(unit_url(level, nation.unit(level).code, "candidates"))
    assert page.status_code == 200
    assert "Choose a PDU or a team" in page.text
