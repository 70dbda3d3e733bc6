"""Every page anybody can come to by links keeps the rules: axe, no sideways scrolling, no complaint."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from browser_crawl import crawl
from browser_people import NARROW, WIDE, links
from browser_rules import faults_of, sideways
from playwright.sync_api import Page

from how_many import SOAK

Person = Callable[..., Page]
#: At 200% zoom a window of 1280 is 640 wide, with pixels of twice the size.
ZOOMED = {"width": 640, "height": 450}
#: A region's and a PDU's pages are those of the nation and a team; other tests run axe on the rest of these.
ELSEWHERE = re.compile(
    r"^/(region|pdu)/|/(hours|reductions|grade|mentoring|pqip|duties|over-time|why|archive|pack)/|^/(questions|on|as-of)/"
)
#: Pages that change most with the room they have.
CHANGING = ("/", "/nation/", "/nation/working/", "/nation/caseload/", "/rules/", "/the-number/")
LEVELS = ("nation", "region", "pdu", "team", "post")


def all_faults(page: Page, start: str, *, axe: bool = True, **more: Any) -> tuple[set[str], list[str]]:
    """The kinds of pages found from a start, and all that is wrong with them."""
    kinds, faults = set(), []
    for kind in crawl(page, start=start, **more):
        kinds.add(kind)
        # the soak looks at all by axe
        faults += faults_of(page, axe=axe and (SOAK or not ELSEWHERE.search(kind)))
    return kinds, faults


def narrow_faults(page: Page) -> list[str]:
    """All that is wrong with pages where there is little room."""
    faults = all_faults(page, "/")[1] if SOAK else []
    for start in ("/nation/", *nearest(page)):
        page.goto(start)
        for href in page.locator(".wmt-tabs a, .wmt-pages a").evaluate_all("all => all.map(a => a.pathname)"):
            page.goto(href)
            faults += sideways(page)
    for address in CHANGING:
        page.goto(address)
        faults += faults_of(page)
    return faults


def nearest(page: Page) -> tuple[str, str]:
    """The addresses of a team and of one of its posts."""
    page.goto("/nation/?list=team")
    team = str(page.locator('main a[href^="/team/"]').first.get_attribute("href"))
    page.goto(team)
    return team, str(
        page.locator('main td a[href^="/post/"], main th a[href^="/post/"]').first.get_attribute("href")
    )


def test_every_kind_of_page_as_the_administrator_sees_it(person: Person) -> None:
    kinds, faults = all_faults(person("administrator", viewport=WIDE), "/")
    assert faults == []
    wanted = {f"/{level}/*/{tab}" for level in LEVELS[1:] for tab in ("", "working/", "caseload/")}
    wanted |= {"/nation/", "/nation/working/", "/nation/caseload/", "/rules/", "/rules/value/*"}
    wanted |= {"/rules/compare/", "/the-number/", "/accessibility/", "/loads/", "/loads/*/", "/loads/new/"}
    wanted |= {"/audit/", "/people/", "/people/*/", "/people/new/"}
    assert wanted - kinds == set()


def test_every_kind_of_page_on_a_telephone(person: Person) -> None:
    """The soak looks at all; else every tab is looked at for its width, and by axe what changes most."""
    assert narrow_faults(person("analyst", viewport=NARROW, has_touch=True)) == []


def test_every_kind_of_page_at_200_per_cent(person: Person) -> None:
    """As on a telephone."""
    assert narrow_faults(person("head", viewport=ZOOMED, device_scale_factor=2)) == []


@pytest.mark.parametrize("role", ["practitioner", "spo", "head"])
def test_the_pages_nearest_to_home(person: Person, role: str) -> None:
    page = person(role)
    faults = faults_of(page)
    for href in page.locator(".wmt-tabs a, .wmt-nav a").evaluate_all("all => all.map(a => a.pathname)"):
        page.goto(href)
        faults += sideways(page)
    assert faults == []


def test_the_figure_is_on_the_first_screen_of_a_telephone(person: Person) -> None:
    """At 360 by 640 pixels, at every level, without scrolling."""
    page = person("practitioner", viewport={"width": 360, "height": 640}, has_touch=True)
    starts = [page.url, *(href for href, _ in links(page, ".govuk-breadcrumbs"))]
    assert len(starts) == 5  # the post, and the units it belongs to
    for start in starts:
        page.goto(start)
        figure = page.locator(".wmt-lead__figure").bounding_box()
        assert figure is not None, start
        assert figure["y"] + figure["height"] < 640, start
