"""The staffing pack: the figures of the pages, in both readings, with no name, reason or order of teams."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from tabs_fixtures import in_sight, table_of

from wmt.site.links import unit_url
from wmt.site.queries import pack_tables, staffing
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state
from wmt.staffing import gap
from wmt.staffing.establishment import AGENCY, FIXED_TERM, RETURNER, TARGET, EstablishmentEntry

pytestmark = pytest.mark.one_database
SignIn = Callable[..., Client]


def entry(kind: str, fte: Fraction, last: date | None, *place: str, first: int = 2026) -> EstablishmentEntry:
    return EstablishmentEntry(place or ("R1",), "PO", kind, fte, date(first, 1, 1), last, "")


@pytest.mark.unit
def test_ends_are_summed_by_month_and_none_of_a_team_is_told() -> None:
    half = Fraction(1, 2)
    found = pack_tables.ends(
        [
            entry(AGENCY, half, date(2027, 3, 5)),
            entry(AGENCY, Fraction(2), date(2027, 3, 31), "R1", "P1"),
            entry(FIXED_TERM, Fraction(1), date(2027, 1, 9), "R1", "P1", "T1"),  # of one person
            entry(FIXED_TERM, Fraction(3), date(2027, 1, 9), "R1", "P1"),
            entry(RETURNER, Fraction(1), None, first=2027),
            entry(AGENCY, Fraction(9), None),  # no end is known
            entry(TARGET, Fraction(9), date(2027, 3, 5)),
        ]
    )
    shown = [[row.values[column.key].text for column in found.columns] for row in found.rows]
    assert shown == [
        ["January 2027", "comes back", "PO", "1.00"],
        ["January 2027", "fixed term ends", "PO", "3.00"],
        ["March 2027", "agency staff ends", "PO", "2.50"],
    ]


@pytest.mark.unit
def test_teams_are_counted_by_words_and_stand_in_no_order() -> None:
    counts = {
        4: {"likely": 2, "unlikely": 5, "four weeks are full already": 1},
        8: {"almost certain": 1, "likely": 2, "unlikely": 4, "four weeks are full already": 1},
    }
    found = pack_tables.odds(counts, date(2026, 11, 20), "110%")
    assert [[value.text for value in row.values.values()] for row in found.rows] == [
        ["Four weeks are full already", "1", "1"], ["Almost certain", "0", "1"], ["Likely", "2", "2"],
        ["Unlikely", "5", "4"],
    ]  # fmt: skip
    said = pack_tables.odds_words(counts, "110%")
    assert "2 of 8 teams within 4 weeks, 3 of 8 teams within 8 weeks; 1 is already" in said
    assert pack_tables.odds_words({}, "110%") == ""


def test_the_pack_has_the_figures_of_the_pages_in_both_readings(nation: Any, signed_in: SignIn) -> None:
    unit, state = nation.unit("region"), current_state()
    browser = signed_in("analyst")
    page = browser.get(unit_url("region", unit.code, "staffing-pack")).text
    rows = table_of(page, "staffing")
    for chain, words in (("product", "NET and NAT one after the other"), ("sum", "NET and NAT together")):
        told = gap.present_open(staffing.staffing_of(state, unit, chain=chain))
        wanted = {each["grade"]: each for each in told["grades"]} | {"All": told["all"]}
        shown = [row for row in rows if row["Reading"] == words]
        assert [row["Grade"] for row in shown] == list(wanted)
        for row in shown:
            of = wanted[row["Grade"]]
            assert row["Needed (FTE)"] == f"{of['need']:,.1f}"
            assert row["In post (FTE)"] == f"{of['contracted']:,.1f}"
            assert row["There ÷ needed, at most"] == f"{of['contracted'] / of['need'] * 100:,.1f}%"
    said = in_sight(page)
    assert "The two readings differ because" in said
    assert "Three more sick days a year" in said
    assert "read it as ‘no change’" in said
    names = Unit.objects.filter(load=nation.load, level="post", region_code=unit.code)
    assert not [each for each in names.exclude(name="").values_list("name", flat=True) if each in page]
    teams = Unit.objects.filter(load=nation.load, level="team", region_code=unit.code)
    assert not [each for each in teams.values_list("code", flat=True) if f">{each}<" in page]
    book = browser.get(unit_url("region", unit.code, "staffing-pack") + "pack.xlsx")
    assert b"".join(book).startswith(b"PK") if book.streaming else book.content.startswith(b"PK")


def test_the_api_has_the_same_and_a_team_has_no_pack(nation: Any, signed_in: SignIn) -> None:
    browser = signed_in("practitioner")
    pdu = nation.unit("pdu")
    told = browser.get(f"/api/v1/units/pdu/{pdu.code}/staffing-pack").json()
    assert [table["name"] for table in told["tables"]] == [
        "staffing", "establishment", "ends", "forecast", "odds", "room",
    ]  # fmt: skip
    assert "regions and of England and Wales" in told["words"]["trainees"]
    team = nation.unit("team")
    assert browser.get(f"/api/v1/units/team/{team.code}/staffing-pack").status_code == 422
    assert browser.get(unit_url("team", team.code, "staffing-pack")).status_code == 404
