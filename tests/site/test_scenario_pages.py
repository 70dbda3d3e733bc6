"""Demand scenarios on pages, in the API and in plans: one calculation, kept and compared as plans are."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tabs_fixtures import in_sight, table_of

from wmt.site.links import unit_url
from wmt.site.plans.models import SavedPlan
from wmt.site.queries import scenario as query
from wmt.site.queries import staffing
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database
SignIn = Callable[..., Client]


def test_today_is_the_need_of_people_needed_and_page_and_api_agree(nation: Any, signed_in: SignIn) -> None:
    unit, client, state = nation.unit("pdu"), signed_in("analyst"), current_state()
    levers = {"police": "5 to 8", "ceiling": "110"}
    page = client.get(unit_url("pdu", unit.code, "scenario"), levers)
    told = client.get(f"/api/v1/units/pdu/{unit.code}/scenario?lever=police=5 to 8&lever=ceiling=110").json()
    now = staffing.staffing_of(state, unit).need
    assert told["now"]["need"] == pytest.approx(float(now.by_points), abs=1e-4)
    assert told["now"]["points"] == pytest.approx(float(now.points))
    rows = table_of(page.text, "when")
    assert [row["When"] for row in rows] == ["Today", *(f"In {n} months" for n in (3, 6, 12, 24))]
    for row, each in zip(rows[1:], told["when"], strict=True):
        assert row["Needed, at least (FTE)"] == f"{each['need_least']:,.1f}"
        assert row["Needed, at most (FTE)"] == f"{each['need_most']:,.1f}"
    assert {each["kind"] for each in told["room"]} <= {"high", "medium", "low", "other"}
    assert all(each["spare_least"] <= each["spare_most"] for each in told["room"])
    assert "placeholder: chosen here" in in_sight(page.text)


def test_a_fault_is_said_by_its_field_and_the_rest_is_shown(nation: Any, signed_in: SignIn) -> None:
    unit, client = nation.unit("region"), signed_in("practitioner")
    address = unit_url("region", unit.code, "scenario")
    page = client.get(address, {"police": "many", "days_away": "3"}).text
    assert "Enter a number for ‘More police officers" in in_sight(page)
    assert len(table_of(page, "levers")) == 1
    assert "leave no time" in in_sight(client.get(address, {"net_percent": "80", "days_away": "150"}).text)
    refused = client.get(f"/api/v1/units/region/{unit.code}/scenario?lever=police=many")
    assert refused.status_code == 422
    for levers in ("lever=weather=1", "lever=police=5&lever=police=8"):
        assert client.get(f"/api/v1/units/region/{unit.code}/scenario?{levers}").status_code == 422
    longer = client.get(f"/api/v1/units/region/{unit.code}/scenario?lever=time_factor=5").json()
    assert "5.0 times that of today" in longer["questions"][0]
    assert longer["questions"][0] in in_sight(client.get(address, {"time_factor": "5"}).text)


def test_a_scenario_is_kept_compared_and_read_as_plans_are(nation: Any, signed_in: SignIn) -> None:
    unit, client = nation.unit("pdu"), signed_in("analyst")
    address = f"{reverse('scenario-plan')}?level=pdu&code={unit.code}"
    sent = {"name": "More work", "key": "a-scenario", "police": "5 to 8", "contract": "100",
            "unit_cost": "20", "intensity": "low"}  # fmt: skip
    assert client.post(address, sent).status_code == client.post(address, sent).status_code == 302
    row = SavedPlan.objects.get(key="a-scenario")
    assert [step.content["lever"] for step in row.plan.steps] == ["police", "contract"]
    told = query.told(current_state(), unit, row.plan.demand)
    page = client.get(reverse("plan", args=[row.pk])).text
    month = next(each for each in told["when"] if each["months"] == 12)
    assert table_of(page, "demand-when")[3]["Needed, at most (FTE)"] == f"{month['need_most']:,.1f}"
    assert re.search(r"scenario/\?police=5\+to\+8&amp;contract=100", page)
    beside = table_of(client.get(reverse("plan-compare"), {"a": row.pk}).text, "demand")
    assert beside[0]["In 12 months, at least (FTE)"] == f"{month['need_least']:,.1f}"
    assert client.get(f"/api/v1/plans/{row.pk}").json()["demand"]["when"][2]["need_most"] == pytest.approx(
        float(month["need_most"])
    )
    # a step of its own form, and its form again
    step = reverse("plan-step", args=[row.pk, "demand"])
    assert client.post(step, {"version": row.version, "lever": "recalls", "low": "2000"}).status_code == 422
    added = {"version": row.version, "lever": "recalls", "low": "5", "high": "9.5"}
    assert client.post(step, added).status_code == 302
    assert 'value="9.5"' in client.get(reverse("plan-step-change", args=[row.pk, 3])).text


def test_nothing_is_kept_of_a_scenario_that_is_none(nation: Any, signed_in: SignIn) -> None:
    assert nation
    client = signed_in("analyst")
    for sent, said in (
        ({"name": "x"}, "Nothing is different from today"),
        ({"name": "x", "police": "many"}, "Enter a number for"),
        ({"name": " ", "police": "5"}, "Enter a name for the plan"),
    ):
        answer = client.post(f"{reverse('scenario-plan')}?level=nation&code=nation", sent, follow=True)
        assert said in in_sight(answer.text)
    assert not SavedPlan.objects.filter(name="x").exists()
