"""What the five people come for, each by mouse, by keyboard alone and without scripts."""

import csv
import re
from decimal import Decimal
from pathlib import Path

from browser_people import Complaints, text_of
from browser_site import ACCENTED
from browser_ways import KEYBOARD, NO_SCRIPTS, Walk, Walker, seen, stop
from playwright.sync_api import expect


def place(walker: Walker) -> list[str]:
    """The parts of the address: level, code, tab."""
    return [part for part in walker.page.url.partition("?")[0].split("/")[3:] if part]


def number(words: str) -> Decimal:
    """The first number in words."""
    found = re.search(r"-?[\d,]+(\.\d+)?", words)
    assert found, words
    return Decimal(found[0].replace(",", ""))


def test_a_practitioner_finds_why_a_case_earns_its_points(walk: Walk) -> None:
    walker = walk("practitioner")
    page = walker.page
    assert place(walker)[0] == "post"
    before = page.url
    walker.clicks = 0
    walker.use(page.locator(".wmt-figures a[href*='figure=points']"))
    row = page.locator("#table-points tbody tr").filter(has_text="Community").filter(has_not_text="suspended")
    cells, heads = row.first.locator("th, td"), page.locator("#table-points thead th")
    names = [name.partition(" ↕")[0].strip() for name in heads.all_inner_texts()]
    each = cells.nth(next(at for at, name in enumerate(names) if name.startswith("Points each"))).inner_text()
    walker.use(
        cells.nth(next(at for at, name in enumerate(names) if name.startswith("Rule"))).get_by_role("link")
    )
    assert walker.clicks <= 3
    told = text_of(page)
    assert f"{each} points" in told
    for word in ("Hours a year", "Hours a four-week month", "Source", "in force"):
        assert word in told
    assert page.locator("table[class*=timeline] tbody tr").count() > 1, (
        "the old value stands beside the new one"
    )
    walker.use(page.locator("main a[href*='/working/']").first)
    walker.there("/working/")
    walker.link("Workload", ".wmt-tabs")
    assert page.url == before


def test_a_practitioner_sees_which_cases_count(walk: Walk) -> None:
    """All cases are those that count and those that do not, each with its reason."""
    walker = walk("practitioner")
    page = walker.page
    figures = page.locator(".wmt-figures__one")
    counting = number(figures.filter(has_text="Active cases").locator("a").inner_text())
    all_cases = number(figures.filter(has_text="All cases in nDelius").locator("a").inner_text())
    walker.link("Cases", ".wmt-tabs")
    rows = page.locator("#table-reconciliation tbody tr").all_inner_texts()
    assert rows
    told = text_of(page)
    assert f"{all_cases} cases are in nDelius" in told.replace(",", "")
    assert re.search(rf"\b{counting}\b are active", told.replace(",", ""))
    walker.link("Which cases count", "main", exact=False)
    assert "#not-counted" in page.url


def test_a_manager_compares_colleagues(walk: Walk) -> None:
    walker = walk("spo")
    page = walker.page
    assert place(walker)[0] == "team"
    table = page.locator("#table-overview")
    listed = table.locator("tbody tr").count()
    assert listed > 1
    walker.use(table.locator("thead").get_by_role("link", name="Points", exact=False).first)
    expect(page.locator("#table-overview th[aria-sort=descending]")).to_have_count(1)
    points = [number(words) for words in table.locator("tbody a[href*='figure=points']").all_inner_texts()]
    assert points == sorted(points, reverse=True)
    walker.choose(page.get_by_label("Grade", exact=True), "PO")
    walker.button("Show")
    walker.there("grade=PO")
    grades = table.locator("tbody tr td:nth-child(3)").all_inner_texts()
    assert grades
    assert set(grades) == {"PO"}
    team = page.url.partition("?")[0]
    walker.use(table.locator("tbody th a").first)
    assert place(walker)[0] == "post"
    walker.use(page.locator(".govuk-breadcrumbs a").last)
    assert page.url == team
    walker.link("Cases", ".wmt-tabs")
    beside = page.locator("#beside a")
    if beside.count():
        walker.use(beside.first)
        assert place(walker)[0] == "team"
        assert place(walker)[2] == "caseload"
        assert not page.url.startswith(team)


def test_a_head_goes_down_and_up_and_prints_the_pack(walk: Walk) -> None:
    walker = walk("head")
    page = walker.page
    assert place(walker)[0] == "pdu"
    pdu = page.url
    walker.use(page.locator("#table-overview tbody th a").first)
    assert place(walker)[0] == "team"
    walker.use(page.locator(".govuk-breadcrumbs a").last)
    assert page.url == pdu
    walker.link("Print or download report", "main")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    assert page.locator("main table").count() > 1
    assert len(page.pdf(format="A4")) > 10_000


def test_an_analyst_takes_a_table_away(walk: Walk, tmp_path: Path) -> None:
    walker = walk("analyst")
    page = walker.page
    assert place(walker) == ["nation"]
    walker.use(page.locator("#table-overview tbody th a").first)
    assert place(walker)[0] == "region"
    shown = page.locator("#table-overview tbody a[href*='figure=points']").all_inner_texts()
    with page.expect_download() as coming:
        walker.use(page.locator("#table-overview .wmt-exports a").first)
    file = tmp_path / coming.value.suggested_filename
    coming.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert file.suffix == ".csv"
    name = next(name for name in rows[0] if name.lower() == "points")
    exact = [Decimal(row[name]) for row in rows][: len(shown)]
    assert [number(words) for words in shown] == [round_half_up(points) for points in exact]


def round_half_up(points: Decimal) -> Decimal:
    """Points as pages show them."""
    return points.quantize(Decimal(1), "ROUND_HALF_UP")


def test_an_analyst_compares_the_rules_of_two_dates(walk: Walk) -> None:
    walker = walk("analyst")
    walker.link("Rules", ".wmt-nav")
    walker.link("Compare the rules on two dates", "main")
    walker.write(walker.page.get_by_label("First date"), "5 January 2023")
    walker.write(walker.page.get_by_label("Second date"), "2023-01-06")
    walker.button("Compare")
    walker.there("a=")
    assert "rules differ" in text_of(walker.page)
    assert walker.page.locator("main tbody tr").count() > 10


def test_an_analyst_searches(walk: Walk) -> None:
    """A part of an accented name without its accents, and a CRN as it stands on a page."""
    walker = walk("analyst")
    page = walker.page
    walker.write(page.locator("#frame-search"), "zoltans")
    walker.button("Search", ".wmt-search")
    walker.there("/search/")
    walker.link(ACCENTED[0], "main", exact=False)
    assert place(walker)[0] == "post"
    walker.link("Cases", ".wmt-tabs")
    crn = page.locator("#table-cases tbody .wmt-code").first.inner_text().strip()
    here = page.url
    walker.write(page.locator("#frame-search"), crn)
    walker.button("Search", ".wmt-search")
    walker.there("/search/")
    assert crn in text_of(page)
    walker.link(ACCENTED[0], "main", exact=False)
    assert place(walker)[:2] == [part for part in here.split("/")[3:] if part][:2]


def test_who_may_not_is_told_in_words(walk: Walk, complaints: Complaints) -> None:
    complaints.expected.add(403)
    walker = walk("practitioner")
    assert walker.page.get_by_role("link", name="Audit").count() == 0
    walker.page.goto("/audit/")
    told = text_of(walker.page)
    assert "ministrator" in told
    assert "role" in told


def test_the_way_of_the_focus(walk: Walk) -> None:
    """The skip link comes first and works; every stop is seen; the order is that of the page."""
    walker = walk("spo")
    if walker.way == NO_SCRIPTS:
        walker = Walker(walker.page, KEYBOARD)
    page = walker.page
    page.goto(page.url)
    page.keyboard.press("Tab")
    assert stop(page) == "A Skip to main content"
    assert seen(page)
    stops = page.locator(
        "a[href]:not([tabindex='-1']), button, input:not([type=hidden]), select, summary, [tabindex='0']"
    )
    wanted = stops.evaluate_all(
        "all => all.filter(e => e.checkVisibility()).map((e, n) => (e.dataset.stop = n, n))"
    )
    for at in wanted:
        assert page.evaluate("() => document.activeElement.dataset.stop") == str(at), stop(page)
        assert seen(page), stop(page)
        page.keyboard.press("Tab")
    page.goto(page.url)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => !!document.activeElement.closest('main')"), stop(page)
