"""The navigation of a unit: six sections at most, every page in one of them, no address lost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from wmt.site.links import unit_url
from wmt.site.web.unit_pages.sections import SECTIONS
from wmt.site.web.unit_pages.views import TABS

pytestmark = pytest.mark.one_database

LEVELS = ("nation", "region", "pdu", "team", "post")


def links_of(page: str, name: str) -> list[tuple[str, str]]:
    nav = re.search(rf'<nav class="{name}".*?</nav>', page, re.DOTALL)
    return re.findall(r'href="([^"]+)"[^>]*>([^<]+)<', nav[0]) if nav else []


def test_every_tab_is_in_one_section() -> None:
    placed = [name for names in SECTIONS.values() for name in names]
    assert sorted(placed) == sorted(TABS)
    assert len(SECTIONS) <= 6


@pytest.mark.parametrize("level", LEVELS)
def test_every_page_is_one_or_two_links_away(
    nation: Any, signed_in: Callable[..., Client], level: str
) -> None:
    """From the overview by a section and then by a page of it: all that applies, and nothing twice."""
    unit, client = nation.unit(level), signed_in()
    sections = links_of(client.get(unit_url(level, unit.code)).text, "wmt-tabs")
    assert 5 <= len(sections) <= 6
    reached = {href for href, _ in sections}
    for href, _ in sections:
        page = client.get(href)
        assert page.status_code == 200
        here = re.findall(r'class="wmt-(?:tabs|pages)__link" href="([^"]+)" aria-current="page"', page.text)
        assert here == [href]
        reached |= {below for below, _ in links_of(page.text, "wmt-pages")}
    wanted = {unit_url(level, unit.code, name) for name, tab in TABS.items() if tab.applies(unit)}
    assert reached == wanted


@pytest.mark.parametrize("tab", TABS)
def test_every_old_address_still_answers(nation: Any, signed_in: Callable[..., Client], tab: str) -> None:
    client = signed_in()
    for level in LEVELS:
        address = unit_url(level, nation.unit(level).code, tab)
        answer = client.get(address)
        assert answer.status_code == 200, (level, tab)
        marked = re.findall(r'wmt-(?:tabs|pages)__link" href="([^"]+)" aria-current="page"', answer.text)
        assert marked == [address], (level, tab)
