"""The calculator of tiers, on a page and by the API: what it says, and that nothing entered is kept."""

import logging
import re
from typing import Any

import pytest
from django.test import Client
from rules_fixtures import signed_in

from wmt.site.audit.models import AuditEvent

pytestmark = pytest.mark.one_database

V2 = {
    "as_of": "30 November 2026",
    "gender": "female",
    "rsr": "6.99",
    "rosh": "medium",
    "mappa_level": "1",
    "complexity_factors": ["RMDO", "ALSH"],
    "mandate_for_change": "yes",
    "iom": "no",
    "supervision_suspended": "no",
    "ogrs": "70",
    "assessed": "yes",
    "need_drugs": "severe",
}
AG = {
    "as_of": "30/11/2026",
    "rosh": "high",
    "has_active_event": "yes",
    "arp": "32.5",
    "arp_type": "static",
    "csrp": "3.2",
    "csrp_type": "dynamic",
    "dc_srp": "",
    "mappa_category": "3",
    "lifer": "yes",
    "latest_release_date": "15/5/2023",
    "domestic_abuse": "no",
    "stalking": "no",
    "child_protection": "no",
    "sexual_offence_ever": "no",
}


@pytest.fixture
def browser(db: None) -> Client:  # noqa: ARG001
    return signed_in()


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_form_is_there_and_asks_for_nobody(browser: Client) -> None:
    for scheme in ("v2", "a-g"):
        page = browser.get(f"/tiers/{scheme}/")
        assert page.status_code == 200
        fields = set(re.findall(r'name="([a-z_]+)"', page.content.decode()))
        assert not fields & {"crn", "name", "ref", "case_ref"}
    assert browser.get("/tiers/pc16/").status_code == 404
    assert "/tiers/v2/" in browser.get("/rules/").content.decode()


def test_a_tier_with_its_steps_and_what_one_change_would_do(browser: Client) -> None:
    said = words(browser.post("/tiers/v2/", V2))
    assert "Tier C1" in said
    assert "RSR 6.99 (3.00 or more, under 7.00): 10 points." in said
    assert "10 + 5 + 4 + 0 = 19 points: letter C (10 to 19 points)." in said
    assert re.search(r"Complexity factors one more B1", said)  # 21 points
    assert re.search(r"RoSH very high A1", said)
    assert "Earlier breach or recall: counts as none" in said


def test_a_letter_with_its_steps(browser: Client) -> None:
    said = words(browser.post("/tiers/a-g/", AG))
    assert "Tier C, provisional" in said
    assert "Lifer or IPP, last release 15 May 2023: D." in said
    assert re.search(r"ARP type dynamic C ", said)
    assert "DC-SRP: the step for sexual reoffending gives no letter" in said


@pytest.mark.parametrize(
    ("scheme", "changed", "said"),
    [
        ("v2", {"rsr": "seven"}, "RSR score must be a number with at most 2 decimals from 0 to 100"),
        ("v2", {"ogrs": "101"}, "OGRS score must be a whole number from 0 to 100"),
        ("v2", {"ogrs": "5.5"}, "OGRS score must be a whole number from 0 to 100"),
        ("v2", {"as_of": ""}, "Enter the date"),
        ("v2", {"as_of": "1/1/2021"}, "tiers of the scheme v2 can be worked out from 1 April 2021 on"),
        ("v2", {"rosh": "huge"}, "Select an option in the list for ‘Risk of serious harm (RoSH)’"),
        ("v2", {"complexity_factors": ["ABCD"]}, "Select complexity factors in the list"),
        ("a-g", {"as_of": "1/1/2026"}, "tiers of the scheme a-g can be worked out from 23 April 2026 on"),
        ("a-g", {"latest_release_date": "31/2/2024"}, "The latest release date must be a real date"),
    ],
)
def test_what_is_entered_wrongly_is_said_beside_its_field(
    browser: Client, scheme: str, changed: dict[str, Any], said: str
) -> None:
    answer = browser.post(f"/tiers/{scheme}/", (V2 if scheme == "v2" else AG) | changed)
    assert answer.status_code == 422
    assert said in words(answer)
    assert "There is a problem" in words(answer)


def test_wrong_data_has_no_tier(browser: Client) -> None:
    said = words(browser.post("/tiers/a-g/", AG | {"dc_srp": "0.5", "dc_srp_band": "medium"}))
    assert "No tier A DC-SRP score of 0.50 cannot be medium." in said


def test_nothing_entered_is_kept_or_logged(browser: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    before = AuditEvent.objects.count()
    browser.post("/tiers/v2/", V2 | {"rsr": "4.44"})
    browser.post(
        "/api/v1/tiers", {"scheme": "v2", "cases": [{"as_of": "2026-11-30", "rsr": 4.44}]}, "application/json"
    )
    assert AuditEvent.objects.count() == before
    assert "4.44" not in caplog.text


def test_the_api_says_what_the_page_says(browser: Client) -> None:
    case = {
        "as_of": "2026-11-30",
        "rosh": "medium",
        "rsr": 6.99,
        "mappa_level": 1,
        "complexity_factors": ["RMDO", "ALSH"],
        "mandate_for_change": True,
        "weather": "fine",
    }
    answer = browser.post("/api/v1/tiers", {"scheme": "v2", "cases": [case]}, "application/json")
    [found] = answer.json()["items"]
    assert (found["tier"], found["letter_points"], found["points"]["RSR"]) == ("C2", 19, 10)
    assert (found["not_read"], found["letters"]) == (["weather"], None)
    [letter] = browser.post(
        "/api/v1/tiers",
        {"scheme": "a-g", "cases": [{"as_of": "2026-11-30", "predictors": {"arp": 6.9, "csrp": 6.9}}]},
        "application/json",
    ).json()["items"]
    assert (letter["tier"], letter["letters"]["REOFFENDING"], letter["points"]) == ("B", "B", None)


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        ([{"as_of": "2026-11-30", "rsr": "7"}], "case 1, rsr: should be a number, not the text '7'"),
        ([{"as_of": "2020-01-01"}], "can be worked out from 1 April 2021 on"),
        ([{}], "case 1: has no as_of"),
    ],
)
def test_the_api_refuses_with_the_place_and_the_remedy(browser: Client, cases: list[Any], said: str) -> None:
    answer = browser.post("/api/v1/tiers", {"scheme": "v2", "cases": cases}, "application/json")
    assert answer.status_code == 422
    assert said in answer.content.decode()
