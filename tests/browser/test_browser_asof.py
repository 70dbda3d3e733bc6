"""Another day in a real browser: chosen on a page, kept by every link, left again; nothing changes there."""

import re
from collections.abc import Callable

import pytest
from browser_people import NARROW, WIDE, Complaints
from browser_rules import faults_of
from playwright.sync_api import Page, expect

Person = Callable[..., Page]


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_pages_of_another_day_keep_the_rules(
    person: Person, complaints: Complaints, viewport: dict[str, int]
) -> None:
    page = person("spo", viewport=viewport)
    complaints.expected |= {400, 404}
    faults = []
    for address in (
        "/as-of/?back=/nation/",
        "/as-of/?on=30+February&back=/nation/",
        "/on/2026-11-20/nation/",
        "/on/2019-01-01/nation/",
        "/on/2026-11-20/nation/hours/",
    ):
        page.goto(address)
        faults += faults_of(page)
    assert faults == []


def test_a_day_is_chosen_by_keyboard_and_left_again(person: Person) -> None:
    page = person("analyst", java_script_enabled=False)
    page.goto("/nation/reports/")
    page.get_by_role("link", name="View an earlier date").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Date", exact=True).fill("2026-11-20")
    page.get_by_role("button", name="View this date").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/on/2026-11-20/nation/reports/$"))
    expect(page.get_by_text("You are viewing 20 November 2026.")).to_be_visible()
    page.locator(".wmt-tabs").get_by_role("link", name="Workload").click()
    expect(page).to_have_url(re.compile(r"/on/2026-11-20/nation/$"))
    page.get_by_role("link", name="Back to today").click()
    expect(page).to_have_url(re.compile(r"[^n]/nation/$"))
    expect(page.get_by_text("You are viewing")).to_have_count(0)
