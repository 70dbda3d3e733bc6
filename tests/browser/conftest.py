"""What the browser's tests share: a site of their own in another process, a Chromium, people signed in.

The browser belongs to a module: while it runs, an event loop does, and Django's own tests would object.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from browser_people import WIDE, Complaints, sign_in
from browser_rules import clean
from browser_site import Site, loaded_home, running, written_nation
from browser_ways import KEYBOARD, NO_SCRIPTS, WAYS, Walk, Walker
from playwright.sync_api import Browser, BrowserContext, Page

from headless import browser
from how_many import SOAK
from made_once import shared_folder

Person = Callable[..., Page]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share."""
    return shared_folder(tmp_path_factory)


@pytest.fixture(scope="session", autouse=True)
def _clean_pages(shared: Path) -> None:
    """What axe found clean counts for all workers; in the soak nothing does."""
    if not SOAK:
        clean.folder = shared / "clean-pages"
        clean.folder.mkdir(exist_ok=True)


@pytest.fixture(scope="session")
def nation_folder(shared: Path) -> Path:
    """The demonstration nation on disk: two nights."""
    return written_nation(shared)


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """The address of a PostgreSQL of this worker with WMT_TEST_DATABASE=postgres; empty: SQLite."""
    with ExitStack() as held:
        if os.environ.get("WMT_TEST_DATABASE") != "postgres":
            yield ""
            return
        from bench.engines import postgres_address

        yield held.enter_context(postgres_address())


@pytest.fixture(scope="session")
def site(
    nation_folder: Path, database: str, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The site with the nation's first night, as a demonstration."""
    home = tmp_path_factory.mktemp("browser-site")
    loaded_home(home, nation_folder, shared, database=database)
    with running(home, nation_folder, shared, wmt_database_url=database) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    with browser() as started:
        yield started


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What the browser complains of. Any fails the test; put wanted statuses in `expected`."""
    found = Complaints()
    yield found
    assert found.heard == []


@pytest.fixture
def window(chromium: Browser, complaints: Complaints) -> Iterator[Callable[..., BrowserContext]]:
    """Opens windows that share nothing with each other; takes the options of a context of Playwright."""
    with ExitStack() as held:

        def opened(**options: Any) -> BrowserContext:
            context = chromium.new_context(**{"viewport": WIDE, "locale": "en-GB", **options})
            held.callback(context.close)
            context.set_default_timeout(20_000)
            complaints.listen(context)
            return context

        yield opened


@pytest.fixture(params=WAYS)
def walk(request: pytest.FixtureRequest, person: Person) -> Walk:
    """`walk("spo")` is one of the five who goes through the site in one of three ways."""

    def walking(role: str, **options: Any) -> Walker:
        way = request.param
        page = person(role, keyboard=way == KEYBOARD, java_script_enabled=way != NO_SCRIPTS, **options)
        return Walker(page, way)

    return walking


@pytest.fixture(scope="module")
def sessions() -> dict[tuple[Any, ...], list[Any]]:
    """The cookies of whoever signed in to a site of this module, in one of the ways."""
    return {}


@pytest.fixture
def person(
    site: Site, window: Callable[..., BrowserContext], sessions: dict[tuple[Any, ...], list[Any]]
) -> Person:
    """`person("spo")` is a page signed in as one of the five people: the first time as they would do it."""

    def signed_in(role: str, *, keyboard: bool = False, **options: Any) -> Page:
        opened = window(base_url=site.address, **options)
        way = (site.address, role, keyboard, options.get("java_script_enabled", True))
        opened.add_cookies(sessions.get(way, []))
        page = opened.new_page()
        sign_in(page, site.address, role, keyboard=keyboard)
        sessions[way] = opened.cookies()
        if (places := page.locator("#table-places tbody th a")).count():
            # the manager has two teams: the walks are about the one that comes first by its code
            page.goto(min(str(place.get_attribute("href")) for place in places.all()))
        return page

    return signed_in
