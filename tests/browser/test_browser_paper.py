"""What Chromium prints, sheet by sheet, and charts on a desk and on a telephone: nothing is cut."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_people import NARROW, WIDE
from browser_site import Site, loaded_home, running
from playwright.sync_api import Page
from pypdf import PdfReader

Person = Callable[..., Page]
#: The width of A4 less its margins of 10 mm, in the pixels of a style sheet.
SHEET = {"width": 718, "height": 1047}
ON_ITS_SIDE = {"width": 1047, "height": 718}
#: Elements that reach beyond the sheet, addresses behind links, heads that do not come again, ways to go.
BEYOND = """() => {
  const apart = '.govuk-visually-hidden, svg, details:not([open])';
  const seen = e => e.getClientRects().length && !e.closest(apart);
  const words = e => e.tagName + '.' + e.className + ': ' + (e.innerText || '').slice(0, 40);
  const all = (which, is) => [...document.querySelectorAll(which)].filter(seen).filter(is).map(words);
  const width = document.documentElement.clientWidth + 1;
  return {
    wide: all('main *', e => e.getBoundingClientRect().right > width),
    told: all('a[href]', e => !['none', 'normal'].includes(getComputedStyle(e, '::after').content)),
    heads: all('main thead', e => getComputedStyle(e).display != 'table-header-group'),
    ways: all('nav a, .wmt-search, .wmt-filters, button', () => true),
  };
}"""
NOTHING: dict[str, list[str]] = {"wide": [], "told": [], "heads": [], "ways": []}
#: Words of a chart that reach beyond it, or lie on each other.
CUT = """() => [...document.querySelectorAll('main svg.wmt-chart')].filter(s => s.getClientRects().length)
  .flatMap(svg => {
    const frame = svg.viewBox.baseVal, texts = [...svg.querySelectorAll('text')];
    const boxes = texts.map(t => [t.getBBox(), t.textContent]);
    const out = ([b]) => b.x < -1 || b.y < -1 || b.x + b.width > frame.width + 1
      || b.y + b.height > frame.height + 1;
    const on = ([a], [b]) => a.x < b.x + b.width - 1 && b.x < a.x + a.width - 1
      && a.y < b.y + b.height - 4 && b.y < a.y + a.height - 4;
    return boxes.filter((one, i) => out(one) || boxes.slice(i + 1).some(other => on(one, other)))
      .map(([, words]) => words);
  })"""
#: By who looks: the pages below their own place that are printed, and the most sheets they take.
PAGES: dict[str, dict[str, int]] = {
    "practitioner": {
        "": 2, "sheet/": 1, "hours/": 2, "why/": 2, "caseload/": 9, "over-time/": 9,
        "working/?figure=points": 9
    },
    "spo": {
        "": 4, "pack/": 3, "hours/": 3, "ahead/": 3, "candidates/": 3, "matrix/": 3, "waiting/": 2,
        "caseload/": 12, "why/": 2, "duties/": 2, "allocations/": 2
    },
    "head": {"": 3, "pack/": 3, "over-time/": 15, "hours/": 3, "caseload/": 4, "duties/": 3},
    "analyst": {"": 3, "pack/": 3, "why/": 2, "over-time/": 15, "caseload/": 4},
}  # fmt: skip
CHARTS = ("", "?list=post", "over-time/", "over-time/?grades=1&by=week", "why/")


def printed(page: Page) -> int:
    """How many sheets a page takes, all of which lie as wide as the page was laid out."""
    size = page.viewport_size
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert {sheet.mediabox.width > sheet.mediabox.height for sheet in sheets} == {size == ON_ITS_SIDE}
    return len(sheets)


@pytest.fixture(scope="module")
def site(
    nation_folder: Path, database: str, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site of its own, with both nights of the nation: charts over time need two."""
    home = tmp_path_factory.mktemp("browser-paper")
    loaded_home(home, nation_folder, shared, nights=2, database=database)
    with running(home, nation_folder, shared, wmt_database_url=database) as found:
        yield found


@pytest.fixture(params=PAGES)
def pages(request: pytest.FixtureRequest, person: Person) -> tuple[Page, str, dict[str, int]]:
    """The page of one of four, the address of their own place, and what they print."""
    page = person(request.param, viewport=SHEET)
    if request.param == "analyst":
        page.goto("/nation/")
    return page, page.url.partition("?")[0], PAGES[request.param]


def test_no_sheet_cuts_a_table_or_prints_an_address(pages: Any) -> None:
    page, own, wanted = pages
    for path, most in wanted.items():
        answer = page.goto(own + path)
        assert answer is not None
        assert answer.status == 200, path
        page.emulate_media(media="print")
        page.set_viewport_size(ON_ITS_SIDE if path in ("ahead/", "candidates/") else SHEET)
        assert page.evaluate(BEYOND) == NOTHING, path
        assert printed(page) <= most, path
        page.emulate_media(media="screen")


#: Fills a sheet for supervision with as much as it may hold: four reductions, four changes, three reports.
FULL = """() => {
  const coming = document.querySelector('#table-coming'), row = coming.querySelector('tbody tr');
  for (let i = coming.querySelectorAll('tbody tr').length; i < 5; i++) {
    const more = row.cloneNode(true);
    more.children[1].textContent = 'Wellbeing or reasonable adjustment has ended; 29.6 hours a week';
    row.after(more);
  }
  document.querySelector('#table-active').innerHTML = coming.innerHTML;
  document.querySelector('#table-active tbody tr').remove();
  for (let i = 0; i < 3; i++) {
    const words = document.createElement('p');
    words.className = 'govuk-body';
    words.textContent = '1 report stops counting (Standard delivery report (SDR)) on 29 November 2026: '
      + 'the figure will then be 118.7%.';
    coming.after(words);
  }
  document.querySelector('.wmt-chart--wide').setAttribute('viewBox', '0 0 960 172');
}"""


def test_a_full_sheet_for_supervision_is_one_page(person: Person) -> None:
    page = person("practitioner", viewport=SHEET)
    page.goto(page.url + "sheet/")
    page.evaluate(FULL)
    assert page.locator("#table-active tbody tr").count() == 4
    page.emulate_media(media="print")
    assert printed(page) == 1, page.evaluate("() => document.body.scrollHeight")


def test_notes_have_all_the_room_that_the_sheet_has_left(person: Person) -> None:
    page = person("practitioner", viewport=SHEET)
    page.goto(page.url + "sheet/")
    page.emulate_media(media="print")
    end = page.evaluate("() => document.querySelector('.wmt-sheet').getBoundingClientRect().bottom")
    room = page.evaluate("() => document.querySelector('.wmt-sheet__lines').getBoundingClientRect().height")
    assert SHEET["height"] - 80 < end <= SHEET["height"]
    assert room > 150
    assert printed(page) == 1


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["desk", "telephone"])
@pytest.mark.parametrize("role", ["practitioner", "head", "analyst"])
def test_no_word_of_a_chart_is_cut(person: Person, role: str, size: Any) -> None:
    page = person(role, viewport=size)
    if role == "analyst":
        page.goto("/nation/")
    own, seen = page.url.partition("?")[0], 0
    for path in CHARTS:
        page.goto(own + path)
        charts = page.locator("main svg.wmt-chart:visible")
        seen += charts.count()
        assert page.evaluate(CUT) == [], path
        for number in range(charts.count()):
            box = charts.nth(number).bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= size["width"], path
    assert seen


#: A team of two streams: one more column, somebody without hours, and figures as long as they may be.
TWO_STREAMS = """() => document.querySelectorAll('.wmt-table:has(thead th:nth-child(12))').forEach(table => {
  for (const row of table.rows) {
    const work = document.createElement(row.cells[1].tagName);
    work.textContent = row.rowIndex ? 'Sentence management' : 'Work';
    row.cells[0].after(work);
    for (const cell of [...row.cells].slice(2))
      cell.textContent = row.rowIndex === 1 ? 'no available hours' : row.rowIndex ? '1,118.7%' : '30 Nov';
  }
})"""
#: Of the column that keyboards scroll to: how much of it is seen beside the first one, which stays.
LAST_SEEN = """() => {
  const region = document.activeElement, cells = region.querySelector('tbody tr').cells;
  const first = cells[0].getBoundingClientRect(), last = [...cells].at(-1).getBoundingClientRect();
  const frame = region.getBoundingClientRect();
  return {whole: last.right <= frame.right + 1 && last.left >= first.right - 1,
          named: first.left >= frame.left - 1, room: (frame.right - first.right) / last.width};
}"""


def test_the_next_weeks_fit_a_sheet_with_every_column_and_a_telephone_by_keyboard(person: Person) -> None:
    page = person("spo", viewport=SHEET)
    page.goto(page.url.partition("?")[0] + "ahead/")
    page.set_viewport_size(NARROW)
    for table in ("capacity", "hours"):
        page.locator(f"#table-{table} .wmt-scroll").focus()
        for _ in range(40):
            page.keyboard.press("ArrowRight")
        page.wait_for_timeout(500)
        seen = page.evaluate(LAST_SEEN)
        assert (seen["whole"], seen["named"]) == (True, True), table
        assert seen["room"] >= 2, table
    page.set_viewport_size(ON_ITS_SIDE)
    page.emulate_media(media="print")
    page.evaluate(TWO_STREAMS)
    assert page.evaluate(BEYOND) == NOTHING
    letters = "() => getComputedStyle(document.querySelector('#table-capacity td')).fontSize"
    assert float(page.evaluate(letters).removesuffix("px")) * 72 / 96 >= 8  # points on paper
    assert printed(page) <= 4
