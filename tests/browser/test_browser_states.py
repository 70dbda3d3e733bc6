"""States no link leads to: faults, denials, errors in forms, nothing to show, long names, paper, no data."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser_people import NARROW, Complaints, text_of
from browser_rules import faults_of, sideways, violations
from browser_site import LONG, Site, running, wmt
from playwright.sync_api import BrowserContext, Page, expect

Person = Callable[..., Page]
Windows = Callable[..., BrowserContext]


@pytest.mark.parametrize("viewport", [None, NARROW], ids=["wide", "narrow"])
def test_faults_and_denials(person: Person, complaints: Complaints, viewport: dict[str, int] | None) -> None:
    complaints.expected |= {400, 403, 404}
    page = person("practitioner", **({"viewport": viewport} if viewport else {}))
    faults = []
    for href, words in (
        ("/there/is/none/", "page"),
        ("/team/NOBODY/", "NOBODY"),
        ("/nation/none/", "page"),
        ("/rules/value/no.such.rule/", "no.such.rule"),
        ("/audit/", "role"),
        ("/people/", "role"),
        ("/loads/new/", "role"),
    ):
        page.goto(href)
        assert words in text_of(page), href
        faults += faults_of(page)
    assert faults == []


def test_errors_in_forms(person: Person, complaints: Complaints) -> None:
    complaints.expected |= {400, 422}
    page = person("administrator")
    faults = []
    for href, button in (("/people/new/", "Add the person"), ("/loads/new/", "Load the extract")):
        page.goto(href)
        page.get_by_role("button", name=button).click()
        page.wait_for_load_state()
        faults += faults_of(page)
        summary = page.locator(".govuk-error-summary")
        expect(summary).to_be_focused()
        led = summary.locator("a").first
        field = str(led.get_attribute("href"))
        led.click()
        expect(page.locator(field)).to_be_focused()
        assert page.locator(field).get_attribute("aria-describedby"), f"no message at {field} of {href}"
    page.goto("/audit/?from_day=yesterday")
    assert "must be a real date" in text_of(page)
    faults += faults_of(page)
    assert faults == []


def test_a_wrong_password(window: Windows, site: Site, complaints: Complaints) -> None:
    complaints.expected |= {400, 422}
    page = window(base_url=site.address).new_page()
    page.goto("/")
    faults = faults_of(page)
    page.get_by_label("Email address").fill("nobody@example.org")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    assert faults + faults_of(page) == []


def test_nothing_fits(person: Person) -> None:
    page = person("analyst")
    faults = []
    for href, words in (
        ("/nation/?grade=DMY&band=within", "No results. Change the filters."),
        ("/search/?q=zzzzqqqq", "zzzzqqqq"),
        ("/search/?q=", "Search"),
    ):
        page.goto(href)
        assert words in page.content(), href
        faults += faults_of(page)
    page.goto("/nation/working/?figure=untiered_cases&grade=DMY")
    assert faults + faults_of(page) == []


@pytest.mark.parametrize("viewport", [None, NARROW], ids=["wide", "narrow"])
def test_long_names(person: Person, viewport: dict[str, int] | None) -> None:
    """A PDU, a team and a person with a name of 120 characters."""
    page = person("analyst", **({"viewport": viewport} if viewport else {}))
    faults, name = [], LONG[:120]
    for level in ("pdu", "team"):
        page.goto(f"/nation/?list={level}")
        faults += [f"{page.url}: {fault}" for fault in sideways(page)]
        page.get_by_role("rowheader", name=name).get_by_role("link").click()
        assert page.locator("h1").inner_text().endswith(name)
        faults += faults_of(page)
    page.get_by_role("rowheader", name=re.compile(re.escape(name[:60]))).get_by_role("link").click()
    faults += faults_of(page)
    page.goto(f"/search/?q={name[:40]}")
    assert faults + faults_of(page) == []


def test_on_paper(person: Person) -> None:
    """Nothing that leads elsewhere, and the moment of the figures at the head."""
    page = person("head")
    page.emulate_media(media="print")
    faults = []
    for tab in ("", "working/", "caseload/"):
        page.goto(re.sub(r"[?#].*", "", page.url) if not tab else home(page) + tab)
        expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
        expect(page.get_by_role("region", name="Date of the data")).to_be_visible()
        # nobody aims at paper
        faults += [fault for fault in violations(page) if not fault.startswith("target-size")]
    assert len(page.pdf(format="A4")) > 10_000
    assert faults == []


def home(page: Page) -> str:
    """The unit's own address of a page of it."""
    return "/".join(page.url.split("/")[:5]) + "/"


@pytest.fixture
def empty_site(tmp_path: Path, shared: Path, nation_folder: Path) -> Iterator[Site]:
    """A site that was just set up: no figures, one administrator by a link."""
    with running(tmp_path, nation_folder, shared, wmt_demo="0", wmt_second_factor="0") as found:
        yield found


def test_before_the_first_load(empty_site: Site, window: Windows, complaints: Complaints) -> None:
    """The first administrator sets a password by the link, and is told that there are no figures yet."""
    told = wmt(empty_site.home, "administrator", "first@example.org", "--name", "First of all", wmt_demo="0")
    complaints.expected |= {503, 404}
    page = window(base_url=empty_site.address).new_page()
    page.goto(next(word for word in told.split() if word.startswith("/")))
    faults = faults_of(page)
    for field in page.locator("input[type=password]").all():
        field.fill("three trains run north")
    page.locator("main button[type=submit]").click()
    page.wait_for_load_state()
    page.goto("/accounts/login/")
    page.get_by_label("Email address").fill("first@example.org")
    page.get_by_label("Password").fill("three trains run north")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator(".wmt-who summary").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    for href in ("/", "/nation/", "/rules/", "/the-number/", "/loads/", "/loads/new/", "/audit/", "/people/"):
        page.goto(href)
        assert page.locator("h1").inner_text()
        faults += faults_of(page)
    page.goto("/nation/")
    assert "load" in text_of(page).lower()
    assert faults == []
