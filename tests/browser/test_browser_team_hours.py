"""A team's hours on one form, and tables that are sent: by mouse, by keyboard alone, without scripts."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser_people import NARROW, WIDE, Complaints, text_of
from browser_rules import faults_of
from browser_site import Site, loaded_home, running
from browser_ways import WAYS, Walk, Walker
from playwright.sync_api import Locator, Page, expect

Person = Callable[..., Page]


@pytest.fixture(scope="module")
def site(nation_folder: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The nation's first night, where what people enter disturbs no other test."""
    home = tmp_path_factory.mktemp("browser-team-hours")
    loaded_home(home, nation_folder, shared)
    with running(home, nation_folder, shared) as found:
        yield found


def one_of(page: Page, at: int) -> Locator:
    """One person of the team's form."""
    return page.locator(".wmt-person").nth(at)


def cells(page: Page, table: str, row: str) -> dict[str, str]:
    """The first row of a table that begins with a name, by its headings."""
    found = page.locator(f"#table-{table}")
    heads = [re.sub(r"[↕▲▼]", "", head).strip() for head in found.locator("thead th").all_inner_texts()]
    line = found.locator("tbody tr").filter(has_text=row).first
    words = [cell.partition("over ")[0].strip() for cell in line.locator("th, td").all_inner_texts()]
    return dict(zip(heads, words, strict=True))


def capacity(page: Page) -> str:
    """The team's capacity in its table of hours."""
    return page.locator("#table-hours tfoot td").nth(-2).inner_text().partition("over ")[0].strip()


def to_form(walker: Walker) -> str:
    """From the manager's own place to the form of the team; the name of the team."""
    page = walker.page
    walker.link("Hours and reductions", ".wmt-tabs")
    name = page.locator("h1").inner_text().split("\n")[-1].strip()
    walker.use(page.get_by_role("button", name="Change hours and reductions of this team"))
    walker.there("/hours/edit/")
    return name


def test_a_manager_changes_the_whole_team_at_once(walk: Walk) -> None:
    """Hours of one person and a reduction of another: looked at, saved, seen on the page, and undone."""
    walker = walk("spo")
    page = walker.page
    # each way has a reduction of its own: the same one twice is refused
    off = str(5 + WAYS.index(walker.way))
    team = to_form(walker)
    first = one_of(page, 0).locator("h2").inner_text()
    walker.write(one_of(page, 0).get_by_label("New contracted hours"), "10")
    walker.use(one_of(page, 1).locator("summary"))
    walker.choose(one_of(page, 1).get_by_label("Reason"), "Court Duty")
    walker.write(one_of(page, 1).get_by_label("Takes off the hours"), off)
    walker.write(page.get_by_label("Why"), "Winter plan")
    walker.button("Preview")
    assert cells(page, "effect", first)["Contracted hours after"] == "10"
    of_team = cells(page, "effect", team)
    assert of_team["Capacity before"] != of_team["Capacity after"]
    walker.button("Save")
    expect(page.locator(".govuk-notification-banner--success")).to_contain_text("2 changes are saved")
    expect(page.locator(".govuk-notification-banner--success")).to_contain_text(of_team["Capacity after"])
    assert capacity(page) == of_team["Capacity after"]
    assert cells(page, "hours", first)["Contracted hours"].startswith("10")
    assert "Court Duty" in text_of(page)
    to_form(walker)
    cuts = page.get_by_role("group", name=re.compile("^Court Duty"))
    cut = cuts.filter(has=page.locator(f"input[value='{off}']"))
    walker.write(cut.get_by_label("Takes off"), f"0.{off}")
    walker.write(one_of(page, 0).get_by_label("New contracted hours"), "37")
    walker.write(page.get_by_label("Why"), "The winter is over")
    walker.button("Preview")
    assert page.locator(".govuk-error-summary").all_inner_texts() == []
    walker.button("Save")
    expect(page.locator(".govuk-notification-banner--success")).to_contain_text("2 changes are saved")
    assert capacity(page) != of_team["Capacity after"]


def test_a_fault_leads_to_its_field(walk: Walk, complaints: Complaints) -> None:
    complaints.expected.add(422)
    walker = walk("spo")
    page = walker.page
    to_form(walker)
    walker.write(one_of(page, 0).get_by_label("New contracted hours"), "sixty")
    walker.button("Preview")
    assert "Error: " in page.title()
    summary = page.locator(".govuk-error-summary")
    walker.use(summary.get_by_role("link").first)
    field = one_of(page, 0).get_by_label("New contracted hours")
    expect(field).to_be_focused() if walker.way != "no scripts" else expect(field).to_be_in_viewport()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("sixty")


def filled_in(page: Page, hours: str) -> bytes:
    """The team's table of hours as the template has it, with other hours for the first person."""
    href = page.get_by_role("link", name="CSV, contracted hours").get_attribute("href")
    answer = page.request.get(f"{page.url.split('/team/')[0]}{href}")
    rows = list(csv.reader(io.StringIO(answer.text().removeprefix("\ufeff"))))
    rows[1][rows[0].index("hours")] = hours
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def look_at(walker: Walker, data: bytes) -> None:
    """From a team's hours: send a table to be looked at."""
    page = walker.page
    walker.link("Upload hours and reductions", "main")
    file = {"name": "contracted_hours.csv", "mimeType": "text/csv", "buffer": data}
    page.locator("#tables").set_input_files([file])  # type: ignore[list-item]
    walker.button("Check")
    walker.page.wait_for_url(re.compile(r"/people-tables/\d+/"))


def test_tables_are_looked_at_and_applied(walk: Walk) -> None:
    walker = walk("spo")
    page = walker.page
    walker.link("Hours and reductions", ".wmt-tabs")
    hours, before = page.url, capacity(page)
    name = page.locator("#table-hours tbody th").first.inner_text()
    wrong, right = filled_in(page, "many"), filled_in(page, "12.5")
    look_at(walker, wrong)
    fault = cells(page, "faults", "contracted_hours")
    assert (fault["Row"], fault["Column"]) == ("2", "hours")
    expect(page.get_by_role("button", name="Apply all")).to_have_count(0)
    walker.button("Discard")
    page.goto(hours)
    look_at(walker, right)
    assert cells(page, "effect", name)["Contracted hours after"] == "12.5"
    page.goto(hours)
    assert capacity(page) == before, "nothing is applied by looking"
    page.go_back()
    walker.button("Apply all")
    expect(page.locator(".govuk-notification-banner--success")).to_contain_text("1 change is saved")
    page.goto(hours)
    assert cells(page, "hours", name)["Contracted hours"].startswith("12.5")
    look_at(walker, filled_in(page, "37"))
    walker.button("Apply all")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_pages_of_a_team_keep_the_rules(
    person: Person, complaints: Complaints, size: dict[str, int]
) -> None:
    complaints.expected.add(422)
    page = person("spo", viewport=size)
    faults = faults_of(page)
    page.goto(page.url.rstrip("/") + "/hours/")
    hours = page.url
    faults += faults_of(page)
    page.goto(hours + "edit/")
    one_of(page, 1).locator("summary").click()
    faults += faults_of(page)
    one_of(page, 0).get_by_label("New contracted hours").fill("99")
    one_of(page, 1).get_by_label("Takes off the hours").fill("9")
    page.get_by_label("Why").fill("To see it refused")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".govuk-error-summary a")).to_have_count(2)
    expect(one_of(page, 1).get_by_label("Reason")).to_be_visible()
    faults += faults_of(page)
    one_of(page, 0).get_by_label("New contracted hours").fill("9")
    one_of(page, 1).get_by_label("Reason").select_option(label="Court Duty")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#table-effect")).to_be_visible()
    faults += faults_of(page)
    page.goto(hours)
    walker = Walker(page, "mouse")
    for data in (filled_in(page, "many"), filled_in(page, "11")):
        page.goto(hours)
        look_at(walker, data)
        faults += faults_of(page)
    assert faults == []


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_pages_of_reasons_keep_the_rules(
    person: Person, complaints: Complaints, size: dict[str, int]
) -> None:
    complaints.expected.add(422)
    page = person("administrator", viewport=size)
    faults = []
    for address in (
        "/reasons/",
        "/reasons/5/",
        "/reasons/5/change/",
        "/reasons/5/retire/",
        "/people-tables/",
    ):
        page.goto(address)
        faults += faults_of(page)
    page.goto("/reasons/new/")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".govuk-error-summary a").first).to_be_visible()
    faults += faults_of(page)
    assert faults == []


def test_a_head_sees_the_teams_and_what_ends(person: Person) -> None:
    page = person("head", viewport=NARROW)
    Walker(page, "mouse").link("Hours and reductions", ".wmt-tabs")
    assert faults_of(page) == []
    teams = page.locator("#table-teams tbody tr")
    expect(teams.first).to_be_visible()
    page.locator("#table-teams tbody th a").first.click()
    assert "/team/" in page.url
    assert page.url.endswith("/hours/")
