"""What an administrator comes for: loads with progress and faults, the audit of them, people and roles."""

import itertools
import re
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest
from browser_people import Complaints, text_of
from browser_rules import faults_of
from browser_site import Site, seal
from browser_ways import Walk, Walker
from playwright.sync_api import Error, expect

_PATIENCE_MS = 120_000
_numbers = itertools.count(1)


def upload(walker: Walker, extract: list[Path], people: list[Path]) -> None:
    """Send files by the page for it. The window that chooses files is the browser's own: left out."""
    walker.link("Loads", ".wmt-nav")
    walker.link("Load an extract", "main")
    walker.page.get_by_label("The extract").set_input_files(extract)
    walker.page.get_by_label("Hours and reductions, if you have them").set_input_files(people)
    walker.button("Load the extract")
    walker.there("/loads/")


def test_a_load_is_followed_until_it_is_done(walk: Walk, site: Site) -> None:
    """The second night: loaded once; the same file again changes nothing. Both are told on the page."""
    walker = walk("administrator")
    page, night = walker.page, site.nights[1]
    upload(walker, sorted((night / "tidy").iterdir()), sorted((night / "people").iterdir()))
    with suppress(Error):  # the page of a load goes on by itself, also while it is looked at
        if page.locator("#progress").count():
            assert faults_of(page) == []
    done = page.locator("main").get_by_text(re.compile("shown now|loaded before|kept as history"))
    expect(done.first).to_be_visible(timeout=_PATIENCE_MS)
    assert faults_of(page) == []
    page.goto("/nation/")
    assert "21 November 2026" in page.get_by_role("region", name="Date of the data").inner_text()
    walker.link("Audit", ".wmt-nav")
    assert re.search(r"An administrator loaded .*manifest\.json", text_of(page))


@pytest.fixture
def faulty(site: Site, tmp_path: Path) -> list[Path]:
    """The tables of a night, where the grades of staff are missing."""
    found = []
    for path in sorted((site.nights[0] / "tidy").iterdir()):
        copy = tmp_path / path.name
        copy.write_bytes(path.read_bytes())
        found.append(copy)
    staff = pl.read_parquet(tmp_path / "staff.parquet")
    staff.drop("grade_code", "grade").write_parquet(tmp_path / "staff.parquet")
    seal(tmp_path)
    return found


def test_a_refused_file_is_told_of_in_its_report(walk: Walk, site: Site, faulty: list[Path]) -> None:
    walker = walk("administrator")
    page = walker.page
    moment = page.get_by_role("region", name="Date of the data").inner_text()
    upload(walker, faulty, sorted((site.nights[0] / "people").iterdir()))
    expect(page.locator("main").get_by_text("rejected").first).to_be_visible(timeout=_PATIENCE_MS)
    told = text_of(page)
    assert "staff" in told
    assert "not changed" in told
    assert page.locator("#table-faults tbody tr, #table-kinds tbody tr").count() >= 1
    assert faults_of(page) == []
    page.goto("/nation/")
    assert page.get_by_role("region", name="Date of the data").inner_text() == moment


def test_a_person_is_added_and_given_a_role(walk: Walk) -> None:
    walker = walk("administrator")
    page = walker.page
    name = f"Newcomer number {next(_numbers)} by {walker.way}"
    walker.link("People", ".wmt-nav")
    walker.link("Add a person", "main")
    walker.write(page.get_by_label("Email address"), name.replace(" ", ".").lower() + "@example.org")
    walker.write(page.get_by_label("Name", exact=True), name)
    walker.button("Add the person")
    assert "/accounts/" in page.get_by_label("Link to set a password").input_value()
    walker.use(page.locator("main a[href*='/people/']").first)
    walker.choose(page.locator("#grant-role"), page.locator("#grant-role option").nth(4).inner_text())
    walker.choose(page.locator("#grant-level"), "nation")
    walker.button("Add role")
    expect(page.get_by_role("region", name=re.compile(f"Roles of {name}"))).to_be_visible()
    assert faults_of(page) == []
    walker.link("Audit", ".wmt-nav")
    walker.choose(page.get_by_label("Kind of event"), "Role added or ended")
    walker.button("Find")
    assert name in text_of(page)


def test_an_administrator_is_denied_nothing(walk: Walk, complaints: Complaints) -> None:
    """Every place of the navigation opens; any other answer than 200 is a complaint."""
    walker = walk("administrator")
    # on a telephone alone there is a place for searching besides: here it is hidden
    for name in walker.page.locator(".wmt-nav a:visible").all_inner_texts():
        walker.link(name, ".wmt-nav")
        assert walker.page.locator("h1").inner_text()
    assert complaints.heard == []
