"""Time in a browser: a jump followed down to its cases, a question over years answered and taken away."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_people import NARROW, WIDE, text_of
from browser_site import Site, loaded_home, running
from browser_ways import Walk
from playwright.sync_api import Page


@pytest.fixture(scope="module")
def site(
    nation_folder: Path, database: str, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site of its own, with both nights of the nation."""
    home = tmp_path_factory.mktemp("browser-time")
    loaded_home(home, nation_folder, shared, nights=2, database=database)
    with running(home, nation_folder, shared, wmt_database_url=database) as found:
        yield found


def amount(words: str) -> Decimal:
    """A number as the page writes it."""
    return Decimal(words.strip().replace(",", "").replace("−", "-").replace("+", ""))


def table(page: Page, name: str) -> list[dict[str, str]]:
    """The rows of a table by the words of their headings, the row of totals last."""
    heads = [re.sub(r"[↕▲▼]", "", head).strip() for head in
             page.locator(f"#table-{name} thead th").all_inner_texts()]  # fmt: skip
    lines = page.locator(f"#table-{name} tbody tr, #table-{name} tfoot tr")
    return [dict(zip(heads, line.locator("th, td").all_inner_texts(), strict=True)) for line in lines.all()]


def story(site: Site) -> str:
    """The post of the nation's second story; of a nation that has one only, that one's."""
    stories = json.loads((site.nation / "truth.json").read_text("utf-8"))["stories"]
    return str(stories[-1]["post"])


def test_a_jump_is_followed_down_to_its_cases(site: Site, walk: Walk) -> None:
    """From the figures over time to the day, to why it moved, to the lines of the weightiest cause."""
    walker = walk("practitioner")
    page = walker.page
    page.goto(f"{site.address}/post/{story(site)}/")
    walker.link("Changes over time", ".wmt-tabs")
    days = table(page, "days")
    assert len(days) == 3
    newest = page.locator("#table-days tbody tr").first
    walker.use(newest.get_by_role("link", name="since", exact=False))
    walker.there("/why/")
    said = page.locator("#said").inner_text()
    assert re.match(r"(Up|Down|Unchanged|No change)", said), said
    *causes, whole = table(page, "causes")
    assert sum(amount(row["Points"]) for row in causes) == amount(whole["Points"])
    assert sum(amount(row["Percentage points"]) for row in causes) == amount(whole["Percentage points"])
    walker.use(page.locator("#table-causes tbody tr").first.get_by_role("link"))
    walker.there("cause=")
    *lines, total = table(page, "lines")
    for head in ("Points", "Available points"):
        if head in total:
            assert sum(amount(row[head]) for row in lines) == amount(total[head])
            assert amount(total[head]) == amount(causes[0][head])
    walker.use(page.locator(".govuk-back-link"))
    assert "cause=" not in page.url


def test_the_second_story_is_forty_cases(site: Site, walk: Walk) -> None:
    """77% to 111%, because the requirements of forty cases had not been commenced and now count."""
    walker = walk("practitioner")
    page = walker.page
    page.goto(f"{site.address}/post/{story(site)}/why/")
    said = page.locator("#said").inner_text()
    figures = page.locator(".wmt-figures__figure").all_inner_texts()
    # the jump people tell of, in whole per cents
    assert [round(Decimal(words.rstrip("%"))) for words in figures[:2]] == [77, 111]
    told = re.search(
        r"40 cases whose requirements had not been commenced now count \((\+[\d,]+) points", said
    )
    assert told, said
    walker.use(page.locator("#table-causes tbody tr").first.get_by_role("link"))
    *lines, total = table(page, "lines")
    assert len(lines) == 40
    assert amount(total["Points"]) == amount(told[1]) > 0
    assert [row["Before"] for row in lines if "requirement not commenced" not in row["Before"]] == []
    assert all(row["Rule before"].strip() and row["Rule after"].strip() for row in lines)


def test_an_analyst_answers_the_five_year_question_and_takes_it_away(walk: Walk, tmp_path: Path) -> None:
    walker = walk("analyst")
    page = walker.page
    walker.link("Analysis", ".wmt-nav")
    walker.link("How many were over a threshold for several weeks, by year?", "main")
    walker.write(page.get_by_label("Over (%)"), "120")
    walker.write(page.get_by_label("Consecutive weeks"), "4")
    walker.button("Run")
    walker.there("percent=120")
    answer = page.locator("#answer").inner_text()
    shown = table(page, "answer")
    years = [row["Year"] for row in shown]
    assert years
    assert all(year in answer for year in years)
    assert page.locator("#table-answer tbody a").count() == 0, "no names were asked for"
    with page.expect_download() as coming:
        walker.use(page.locator("#table-answer .wmt-exports a").first)
    file = tmp_path / coming.value.suggested_filename
    coming.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        taken = list(csv.DictReader(lines))
    assert [row["Year"] for row in taken] == years
    over = next(head for head in shown[0] if head.startswith("Over for"))
    assert [int(row[over]) for row in taken] == [int(row[over].replace(",", "")) for row in shown]


def test_a_day_that_makes_no_sense_is_said_at_its_field(walk: Walk) -> None:
    walker = walk("head")
    page = walker.page
    walker.link("Changes over time", ".wmt-tabs")
    walker.write(page.get_by_label("First day"), "the other day")
    walker.button("Show")
    walker.there("from=")
    assert "There is a problem" in text_of(page)
    assert page.get_by_label("First day").input_value() == "the other day"
    walker.link("The first day must be a real date", "main", exact=False)
    focused = page.evaluate("document.activeElement.id || location.hash.slice(1)")
    assert "from" in (focused, page.url.partition("#")[2])


TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES: dict[str, Callable[[str], str]] = {
    "over time": lambda post: f"/post/{post}/over-time/",
    "over time of the nation by grade": lambda _: "/nation/over-time/?grades=1&mean=7",
    "wrong days": lambda post: f"/post/{post}/over-time/?from=never",
    "days without figures": lambda post: f"/post/{post}/over-time/?from=2001-01-01&to=2001-02-01",
    "why it moved": lambda post: f"/post/{post}/why/",
    "why the nation moved": lambda _: "/nation/why/",
    "the lines of a cause": lambda _: "/nation/why/?cause=new_case",
    "the archive": lambda post: f"/post/{post}/archive/",
    "questions": lambda _: "/questions/",
    "an answer": lambda _: "/questions/days/?level=post&percent=50&names=1",
    "a question that makes no sense": lambda _: "/questions/weeks/?percent=many",
}


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_pages_over_time_are_for_everybody(
    site: Site, person: Callable[..., Page], size: dict[str, int]
) -> None:
    page = person("administrator", viewport=size)
    faults = []
    for name, address in PAGES.items():
        page.goto(site.address + address(story(site)))
        found = Axe().run(page, options={"runOnly": TAGS})
        faults += [f"{name}: {each['id']} {each['help']}" for each in found.response["violations"]]
        across = page.evaluate("document.documentElement.scrollWidth")
        faults += [f"{name} is {across} wide"] if across > size["width"] else []
    assert faults == []
