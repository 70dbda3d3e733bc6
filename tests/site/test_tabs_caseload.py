"""Caseload: counts equal those of the night's own files, and all cases are accounted for."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from django.test import Client
from tabs_fixtures import lines_of, links, number, table_of

from wmt.ledger import (
    LineReason,
    capacity_x100,
    reconciliation,
    uncommenced_at_stake,
    untiered_at_stake,
)
from wmt.site.links import unit_url
from wmt.site.web.units import labels

LEVELS = ("nation", "region", "pdu", "team", "post")
BELOW = {"nation": "region", "region": "pdu", "pdu": "team", "team": "post"}


def _cases(nation: Any, level: str, code: str) -> pl.DataFrame:
    return lines_of(nation, level, code).filter(pl.col("kind") == "case")


def _busy(nation: Any, level: str) -> Any:
    """A unit that has cases that do not count, untiered ones among them where there are such."""
    from wmt.site.workload.models import Unit

    units = Unit.objects.filter(load=nation.load, level=level, whole=True, cases__gt=0)
    return units.order_by("-untiered_cases", "code").first()


@pytest.mark.parametrize("level", LEVELS)
def test_all_cases_are_those_that_count_and_each_reason_why_not(
    nation: Any, signed_in: Callable[..., Client], level: str
) -> None:
    unit = _busy(nation, level)
    page = signed_in().get(unit_url(level, unit.code, "caseload")).text
    *rows, total = table_of(page, "reconciliation")
    expected = {
        "Active" if row["counted"] else f"Not active: {labels.reason(row['reason'])}": row["cases"]
        for row in reconciliation(_cases(nation, level, unit.code))
    }
    assert {row["Cases"]: number(row["Number"]) for row in rows} == expected
    assert sum(expected.values()) == number(total["Number"]) == unit.cases_all


@pytest.mark.parametrize("level", LEVELS[:-1])
def test_types_of_the_units_below_add_up_to_the_unit(
    nation: Any, signed_in: Callable[..., Client], level: str
) -> None:
    unit = _busy(nation, level)
    page = signed_in().get(unit_url(level, unit.code, "caseload")).text
    *rows, total = table_of(page, "types")
    names = ["Community", "Licence", "Custody", "T2A", "Supervision suspended", "Untiered"]
    for row in [*rows, total]:
        assert sum(number(row[name]) for name in names) == number(row["All active"])
    for name in [*names, "All active", "All cases in nDelius"]:
        assert sum(number(row[name]) for row in rows) == number(total[name])
    assert number(total["All active"]) == unit.cases
    assert number(total["Untiered"]) == unit.untiered_cases
    plain = (pl.col("location") == "licence") & (pl.col("tier") != "0") & (pl.col("suspended") == 0)
    for row in rows:
        lines = _cases(nation, BELOW[level], row["Code"])
        licence = lines.filter(plain & (pl.col("stream") == "standard"))["active_cases"].sum()
        assert number(row["Licence"]) == licence


@pytest.mark.parametrize("level", LEVELS)
def test_tiers_hold_every_active_case_once(nation: Any, signed_in: Callable[..., Client], level: str) -> None:
    unit = _busy(nation, level)
    page = signed_in().get(unit_url(level, unit.code, "caseload")).text
    *rows, total = table_of(page, "tiers")
    tiers = [row["Tier"] for row in rows]
    assert tiers[:5] == ["A3", "A2", "A1", "A0", "B3"]
    assert tiers[-2:] == ["Supervision suspended", "Untiered"]
    assert sum(number(row["All active"]) for row in rows) == number(total["All active"]) == unit.cases
    tiered = _cases(nation, level, unit.code).filter((pl.col("tier") == "B2") & (pl.col("suspended") == 0))
    shown = next(row for row in rows if row["Tier"] == "B2")
    assert number(shown["All active"]) == tiered["active_cases"].sum()
    t2a = tiered.filter(pl.col("stream") == "t2a")
    assert number(shown["T2A"]) == t2a["active_cases"].sum()


def test_grades_share_out_every_tier(nation: Any, signed_in: Callable[..., Client]) -> None:
    page = signed_in().get(unit_url("nation", "nation", "caseload")).text
    *rows, total = table_of(page, "grades")
    cases = _cases(nation, "nation", "nation")
    officers = cases.filter(pl.col("grade") == "PO")["active_cases"].sum()
    assert number(total["PO"]) == officers
    assert (
        abs(Decimal(total["PO share"].rstrip("%")) - 100 * Decimal(officers) / number(total["All grades"]))
        < 1
    )
    assert sum(number(row["PO"]) for row in rows) == officers


def test_a_grade_narrows_the_counts(nation: Any, signed_in: Callable[..., Client]) -> None:
    page = signed_in().get(unit_url("nation", "nation", "caseload", grade="PSO")).text
    cases = _cases(nation, "nation", "nation").filter(pl.col("grade") == "PSO")
    assert number(table_of(page, "types")[-1]["All active"]) == cases["active_cases"].sum()
    assert number(table_of(page, "reconciliation")[-1]["Number"]) == cases["listed_cases"].sum()
    assert 'id="table-grades"' not in page


@pytest.mark.parametrize("level", ["team", "post"])
def test_every_case_is_listed_and_says_why(nation: Any, signed_in: Callable[..., Client], level: str) -> None:
    unit, client = _busy(nation, level), signed_in()
    cases = _cases(nation, level, unit.code)
    silent = cases.filter(pl.col("active_cases") == 0)
    for counted, expected in (
        ("", cases),
        ("no", silent),
        ("yes", cases.filter(pl.col("active_cases") != 0)),
    ):
        page = client.get(unit_url(level, unit.code, "caseload", counted=counted)).text
        if expected.is_empty():
            continue
        *rows, total = table_of(page, "cases")
        assert number(total["Cases"]) == len(expected)
        assert len(rows) == min(len(expected), 100)
        assert {row["CRN"] for row in rows} <= set(expected["ref"])
        assert all(row["Notes"] for row in rows)


def test_a_figure_of_a_reason_leads_to_its_cases(nation: Any, signed_in: Callable[..., Client]) -> None:
    client, unit = signed_in(), _busy(nation, "team")
    page = client.get(unit_url("team", unit.code, "caseload")).text
    cases = _cases(nation, "team", unit.code).filter(
        (pl.col("active_cases") == 0) & (pl.col("listed_cases") != 0)
    )
    reason = cases["reason"][0]
    href = next(href for href in links(page) if "reason=" in href and reason.split()[0] in href)
    rows = table_of(client.get(href.partition("#")[0]).text, "cases")
    assert number(rows[-1]["Cases"]) == len(cases.filter(pl.col("reason") == reason))
    assert {row["Notes"] for row in rows[:-1]} == {labels.reason(reason)}


def test_untiered_cases_say_what_is_at_stake(nation: Any, signed_in: Callable[..., Client]) -> None:
    page = signed_in().get(unit_url("nation", "nation", "caseload")).text
    *rows, total = table_of(page, "untiered")
    night = nation.night
    expected = untiered_at_stake(_cases(nation, "nation", "nation"), night.rules(), nation.load.tier_scheme)
    assert [number(row["Untiered cases"]) for row in rows] == [row["cases"] for row in expected]
    for row, stake in zip(rows, expected, strict=True):
        assert Decimal(row["Lowest points each"]) == stake["lowest"]
        assert Decimal(row["Highest points each"]) == stake["highest"]
    assert number(total["Untiered cases"]) == nation.unit("nation").untiered_cases


@pytest.mark.parametrize("level", LEVELS)
def test_cases_whose_requirements_are_not_commenced_are_listed_and_valued(
    nation: Any, signed_in: Callable[..., Client], level: str
) -> None:
    night, scheme = nation.night, nation.load.tier_scheme
    everywhere = uncommenced_at_stake(_cases(nation, "nation", "nation"), night.rules(), scheme)
    assert everywhere["points_x100"].sum() > 0
    team_code, staff_code = everywhere.select("team_code", "staff_code").row(0)
    (unit,) = night.table("facts/team").filter(team_code=team_code).to_dicts()
    codes = {**{f"{name}": unit[f"{name}_code"] for name in ("team", "pdu", "region")}, "nation": "nation"}
    code = {**codes, "post": f"{team_code}:{staff_code}"}[level]
    found = uncommenced_at_stake(_cases(nation, level, code), night.rules(), scheme)

    page = signed_in().get(unit_url(level, code, "caseload")).text
    *rows, total = table_of(page, "uncommenced")
    more = found["points_x100"].sum()
    assert number(total["Cases"]) == len(found) == sum(number(row["Cases"]) for row in rows)
    assert Decimal(total["Points they would add"].replace(",", "")) * 100 == more
    assert f"{len(found)} cases with requirements that have not started" in page
    from wmt.site.workload.models import Unit

    shown = Unit.objects.get(load=nation.load, level=level, code=code, whole=True)
    before = capacity_x100(shown.points_x100, shown.available_x100)
    after = capacity_x100(shown.points_x100 + more, shown.available_x100)
    assert before is not None
    assert after is not None
    assert f"({Decimal(after - before).scaleb(-2):,.1f} percentage points)" in page
    if level in ("team", "post"):
        assert {row["CRN"] for row in rows} == set(found["ref"])
        assert str(LineReason.UNCOMMENCED) in {row["Notes"] for row in table_of(page, "cases")[:-1]}


def test_filters_without_sense_are_taken_for_none(nation: Any, signed_in: Callable[..., Client]) -> None:
    unit, client = _busy(nation, "team"), signed_in()
    plain = client.get(unit_url("team", unit.code, "caseload")).text
    odd = client.get(
        unit_url("team", unit.code, "caseload", type="x", grade="x", counted="x", reason="x", page="-1")
    ).text
    for name in ("types", "reconciliation", "tiers", "cases"):
        assert table_of(odd, name) == table_of(plain, name)


def test_counts_without_cases_say_so(nation: Any, signed_in: Callable[..., Client]) -> None:
    from wmt.site.workload.models import Line

    unit = _busy(nation, "post")
    line = Line.objects.filter(load=nation.load, post_no=unit.number, active_cases=1).first()
    assert line
    line.ref, line.quantity_micro, line.active_cases, line.listed_cases = "", 7_000_000, 7, 7
    line.save()
    page = signed_in().get(unit_url("post", unit.code, "caseload")).text
    assert "counts of cases, not single cases" in page
    assert any(row["CRN"] == "counts only" and row["Cases"] == "7" for row in table_of(page, "cases"))
