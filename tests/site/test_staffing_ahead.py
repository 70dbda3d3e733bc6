"""Trainees and officers, and the caseload forecast: the figures of the core on pages, in plain words."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tabs_fixtures import in_sight, table_of

from wmt.site.links import unit_url
from wmt.site.queries import staffing
from wmt.site.workload.state import current_state
from wmt.staffing import forecast_told, kept_statistics, pipeline_told, series

pytestmark = pytest.mark.one_database
SignIn = Callable[..., Client]


def test_months_ahead_are_counted_from_the_month_of_the_data() -> None:
    found = [pipeline_told.month_after(date(2026, 11, 20), months) for months in (0, 1, 2, 14)]
    assert found == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1), date(2028, 1, 1)]


def test_how_sure_a_forecast_is_follows_from_its_back_test() -> None:
    prison = series.packaged()["prison"]
    told = forecast_told.of_series(prison, 8, date(2026, 11, 20))
    test, said = told["back_test"], forecast_told.sure_words(told, 3)
    assert f"{test['off_percent'][4]:.1f}% off a year ahead" in said
    assert f"{test['error_against_last_value']:.2f} times" in said
    few = forecast_told.of_series(series.packaged()["caseload"], 8, date(2026, 11, 20))
    assert "read it as ‘no change’" in forecast_told.sure_words(few, 3)
    assert all(each["value"] == each["last_value"] for each in few["steps"])
    at_once = [series.SeriesValue(each.as_at, each.value, date(2026, 11, 1)) for each in prison.values]
    together = forecast_told.of_series(replace(prison, values=at_once), 8, date(2026, 11, 20))
    assert "cannot be tried on the past" in forecast_told.sure_words(together, 3)


def test_officers_begin_with_the_contracts_of_the_data_and_levers_move_them(
    nation: Any, signed_in: SignIn
) -> None:
    unit, client, state = nation.unit("region"), signed_in("analyst"), current_state()
    address = unit_url("region", unit.code, "trainees")
    page = client.get(address).text
    contracted = float(staffing.staffing_of(state, unit).supply.grades["PO"].contracted)
    rows = table_of(page, "months")
    assert (len(rows), rows[0]["Officers"]) == (25, f"{contracted:,.1f}")
    assert "trainees qualify in" in in_sight(page)
    assert "placeholder: chosen here" in in_sight(page)
    nobody = table_of(client.get(address, {"intake": "0", "leaving": "0", "months": "12"}).text, "months")
    assert [row["Officers"] for row in nobody] == [f"{contracted:,.1f}"] * 13
    assert "Enter a number from 0 to 100" in in_sight(client.get(address, {"leaving": "101"}).text)


def test_the_forecast_draws_no_change_beside_it_and_uses_nothing_from_after_the_day(
    nation: Any, signed_in: SignIn
) -> None:
    client, unit = signed_in("practitioner"), nation.unit("region")
    page = client.get(unit_url("nation", "nation", "forecast"), {"series": "prison"}).text
    assert page.count("no change") >= 1
    assert len(table_of(page, "ahead")) == 8
    assert {row["No change"] for row in table_of(page, "ahead")} == {table_of(page, "ahead")[0]["No change"]}
    assert "How sure is this forecast?" in in_sight(page)
    assert "is on the page of England and Wales" in in_sight(
        client.get(unit_url("region", unit.code, "forecast")).text
    )


@pytest.mark.usefixtures("nation")
def test_tables_that_were_read_are_among_the_series_and_a_damaged_one_is_named(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(kept_statistics, "FOLDER", str(tmp_path))
    table = kept_statistics.KeptTable(
        "caseload",
        date(2026, 10, 29),
        [kept_statistics.KeptValue("caseload", date(2026, 6, 30), 260_123, "G4")],
        "tables.ods",
        "00",
    )
    (tmp_path / table.name).write_bytes(table.as_csv())
    client, address = signed_in("practitioner"), unit_url("nation", "nation", "forecast")
    page = client.get(address).text
    assert table_of(page, "published")[0]["Value used"] == "260,123"
    assert "Source: Offender management statistics quarterly, published 29 October 2026" in in_sight(page)
    (tmp_path / table.name).write_text("spoiled", "utf-8")
    page = client.get(address).text
    assert "caseload-2026-10-29.csv cannot be read" in in_sight(page)
    assert table_of(page, "published")[0]["Value used"] == "258,332"


def test_people_needed_says_what_three_sick_days_cost_and_why_the_readings_differ(
    nation: Any, signed_in: SignIn
) -> None:
    unit = nation.unit("pdu")
    found = staffing.staffing_of(current_state(), unit)
    least, _ = sorted(staffing.cost_of_days(found, 3))
    # 1,776 points an officer, 1,750.453 with three days more
    assert float(least) == pytest.approx(float(found.need.points) * (1 / 1750.453 - 1 / 1776), rel=1e-3)
    page = in_sight(signed_in("analyst").get(unit_url("pdu", unit.code, "staffing")).text)
    assert f"would cost {float(least):.1f}" in page
    assert re.search(r"Of probation officers, .* is (between )?[\d,.]+( and [\d,.]+)? short", page)
    assert "The two readings differ because NET (20.0%)" in page
