"""A manager allocates waiting cases by keyboard alone, on a telephone: on a site of its own."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from browser_people import NARROW, WIDE, Complaints, text_of
from browser_rules import faults_of
from browser_site import Site, load_night, running, seal
from browser_ways import KEYBOARD, MOUSE, NO_SCRIPTS, Walk, Walker
from playwright.sync_api import Page, expect

Person = Callable[..., Page]


@pytest.fixture(scope="module")
def site(nation_folder: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The nation's first night, where somebody of each team has left and their cases wait."""
    home = tmp_path_factory.mktemp("browser-allocation")
    night = home / "left"
    shutil.copytree(min(path for path in nation_folder.iterdir() if path.is_dir()), night)
    staff = pl.read_parquet(night / "tidy" / "staff.parquet")
    officers = pl.when(pl.col("grade") == "PSO").then("staff_code")
    gone = pl.col("staff_code") == officers.max().over("team_code")
    staff = staff.with_columns(is_placeholder=pl.col("is_placeholder") | gone.fill_null(value=False))
    staff.write_parquet(night / "tidy" / "staff.parquet")
    seal(night / "tidy")
    load_night(home, night)
    with running(home, nation_folder, shared) as found:
        yield found


def _keeps_the_rules(page: Page) -> None:
    for room in (WIDE, NARROW):
        page.set_viewport_size(room)  # type: ignore[arg-type]
        assert faults_of(page) == []


def _to(walker: Walker, kind: str) -> str:
    """From the waiting cases to the decision about the first, for the first of whom something is said."""
    page = walker.page
    walker.link("Who could hold it", "#table-waiting")
    _keeps_the_rules(page)
    rows = page.locator("#table-candidates tbody tr").filter(has_text=kind)
    name = rows.first.locator("th").inner_text()
    walker.use(rows.first.get_by_role("link", name=f"Choose {name}"))
    _keeps_the_rules(page)
    return name


def test_waiting_cases_are_allocated_with_a_reason_and_undone(person: Person, complaints: Complaints) -> None:
    complaints.expected |= {422}
    walker = Walker(page := person("spo", keyboard=True, viewport=NARROW), KEYBOARD)
    walker.link("Cases", ".wmt-tabs")
    walker.link("Waiting cases")
    waiting_cases = page.url
    waiting = page.locator("#table-waiting tbody th")
    first, second = waiting.all_inner_texts()[:2]

    name = _to(walker, "Choose")
    walker.write(page.get_by_label("Why this person (optional)"), "Knows the family")
    for box in page.locator("#why_over, #why_not_eligible").all():
        walker.write(box, "For this week")
    walker.button("Allocate the case")
    assert f"Case allocated to {name}" in text_of(page)
    assert "Knows the family" in text_of(page)
    _keeps_the_rules(page)

    page.goto(waiting_cases)
    assert waiting.first.inner_text() == second
    name = _to(walker, "over already")
    walker.button("Allocate the case")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    _keeps_the_rules(page)
    walker.use(page.locator(".govuk-error-summary a").first)
    expect(page.locator("#why_over")).to_be_focused()
    page.keyboard.type("Until the new colleague begins")
    walker.button("Allocate the case")
    assert "Until the new colleague begins" in text_of(page)
    walker.button("Undo the allocation")
    assert "The allocation is undone." in text_of(page)
    _keeps_the_rules(page)

    page.goto(waiting_cases)
    assert waiting.first.inner_text() == second
    walker.link("Allocations", "nav")
    rows = page.locator("#table-allocations tbody tr").all_inner_texts()
    assert ["undone" in row for row in rows[:2]] == [True, False]
    assert (second in rows[0], first in rows[1]) == (True, True)
    _keeps_the_rules(page)


def test_two_people_are_compared_and_a_figure_leads_to_the_decision(person: Person) -> None:
    walker = Walker(page := person("spo", keyboard=True, viewport=NARROW), KEYBOARD)
    count = page.locator(".wmt-nav__count").inner_text()
    walker.link("Cases", ".wmt-tabs")
    walker.link("Waiting cases")
    assert 0 < page.locator("#table-waiting tbody tr").count() <= int(count)
    walker.link("Who could hold it", "#table-waiting")
    ticks = page.locator("input[name=with]")
    for place in (0, 1):
        walker.use(ticks.nth(place))
    walker.use(page.get_by_role("button", name="Compare those ticked").first)
    assert page.locator("#table-compare thead th").count() == 3
    _keeps_the_rules(page)

    walker.link("Cases and people")
    _keeps_the_rules(page)
    cell = page.locator("#table-matrix tbody td a[href*='crn=']").first
    shown = cell.inner_text()
    walker.use(cell)
    assert shown in text_of(page)
    assert page.get_by_role("button", name="Allocate the case").count() == 1


def test_an_officer_leaves_and_their_cases_are_spread(person: Person, complaints: Complaints) -> None:
    complaints.expected |= {422}
    walker = Walker(page := person("spo", keyboard=True, viewport=NARROW), KEYBOARD)
    walker.use(page.locator("main table a[href^='/post/']").first)
    walker.link("Cases", ".wmt-tabs")
    walker.link("Allocate several of these cases to others")
    walker.button("Suggest who gets which")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    assert "Choose at least one case" in text_of(page)
    _keeps_the_rules(page)
    for words in ("Tick all", "Tick everybody"):
        walker.use(page.get_by_role("button", name=words))
    cases = page.locator("input[name=case]:checked").count()
    walker.button("Suggest who gets which")
    _keeps_the_rules(page)
    stays = page.locator("select[name=to]").evaluate_all("all => all.filter(one => !one.value).length")
    first = page.locator("#to-1")
    walker.choose(first, first.locator("option").nth(1).inner_text())
    walker.button("See what it would do")
    assert page.locator("#table-effect tbody tr").count() > 2
    walker.use(page.locator("#give"))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    walker.use(page.locator(".govuk-error-summary a").first)
    page.get_by_label("Officer left").press("Space")
    for box in page.locator("#why_over, #why_not_eligible").all():
        box.press_sequentially("Until the new colleague begins")
    walker.use(page.locator("#give"))
    given = page.locator("#table-together tbody tr")
    expect(given.first).to_be_visible()
    assert cases - stays <= given.count() <= cases
    _keeps_the_rules(page)
    walker.use(page.locator("main form").get_by_role("button"))
    expect(page.get_by_text("undone.", exact=False).first).to_be_visible()
    _keeps_the_rules(page)


def test_a_waiting_case_is_recorded_changed_and_taken_off(walk: Walk, complaints: Complaints) -> None:
    complaints.expected |= {422}
    walker = walk("spo", viewport=NARROW)
    page, crn = walker.page, {MOUSE: "X999991", KEYBOARD: "X999992", NO_SCRIPTS: "X999993"}[walker.way]
    walker.link("Cases", ".wmt-tabs")
    walker.link("Waiting cases")
    walker.link("Record a waiting case", "main")
    _keeps_the_rules_of(walker)
    walker.write(page.get_by_label("CRN"), crn[:4])
    walker.choose(page.get_by_label("Type of case"), "Licence")
    walker.write(page.get_by_label("Why it has no tier yet (optional)"), "No assessment yet")
    walker.write(page.get_by_label("Day it came to the team"), "20/11/2026")
    walker.button("Save")
    summary = page.locator(".govuk-error-summary")
    assert "a letter and six digits" in summary.inner_text()
    _keeps_the_rules_of(walker)
    walker.use(summary.locator("a").first)
    walker.write(page.get_by_label("CRN"), crn)
    walker.button("Save")
    assert "The waiting case is saved." in text_of(page)
    assert "none yet: No assessment yet" in text_of(page)
    _keeps_the_rules_of(walker)
    walker.link("Change what is recorded")
    walker.choose(page.get_by_label("Tier", exact=True), "B3")
    walker.button("Save")
    assert f"{crn}, event 1" in text_of(page)
    assert "Tier was none yet: No assessment yet" in text_of(page)
    walker.link("Choose who will hold it")
    assert "licence B3" in text_of(page)
    page.go_back()
    walker.link("Take it off the list")
    walker.write(page.get_by_label("Why it no longer waits"), "Gone to another team")
    _keeps_the_rules_of(walker)
    walker.button("Take it off the list")
    ended = page.locator("#table-ended tbody tr").filter(has_text=crn)
    assert "removed: Gone to another team" in ended.inner_text()
    _keeps_the_rules_of(walker)


def _keeps_the_rules_of(walker: Walker) -> None:
    if walker.way != NO_SCRIPTS:
        _keeps_the_rules(walker.page)


def test_a_practitioner_is_told_and_sees_why(person: Person, complaints: Complaints) -> None:
    complaints.expected |= {422}
    own = person("practitioner", viewport=NARROW)
    name = own.locator("h1").inner_text().splitlines()[-1]
    walker = Walker(page := person("spo", keyboard=True, viewport=NARROW), KEYBOARD)
    walker.link("Cases", ".wmt-tabs")
    walker.link("Waiting cases")
    walker.link("Who could hold it", "#table-waiting")
    row = page.locator("#table-candidates tbody tr").filter(has_text=name)
    walker.use(row.get_by_role("link", name=f"Choose {name}"))
    assert "Email is not switched on here, so nobody will be sent an email." in text_of(page)
    walker.write(page.get_by_label("Why this person (optional)"), "Knows the family")
    for box in page.locator("#why_over, #why_not_eligible").all():
        walker.write(box, "For this week")
    assert not page.get_by_label("Other people to tell by email (optional)").count()
    walker.write(
        page.get_by_label("Why this person (optional)"), "Knows the family: https://elsewhere.example"
    )
    walker.button("Allocate the case")
    walker.use(page.locator(".govuk-error-summary a").first)
    expect(page.locator("#notes")).to_be_focused()
    _keeps_the_rules(page)
    page.locator("#notes").fill("Knows the family")
    walker.button("Allocate the case")
    assert f"{name} (practitioner@demonstration.invalid): not sent: email is not switched on" in text_of(page)

    own.goto(own.url)
    own.get_by_role("link", name="Notifications").first.click()
    assert "A case was allocated to you." in text_of(own)
    own.get_by_role("link", name="A case was allocated to you.").click()
    assert "Knows the family" in text_of(own)
    assert "First allocation" in text_of(own)
    _keeps_the_rules(own)
