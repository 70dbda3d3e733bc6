"""Pictures of the main pages for the documents: taken in every run, written with WMT_PICTURES=1."""

import os
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser_people import NARROW, WIDE
from browser_site import Site, loaded_home, running, wmt
from playwright.sync_api import Page

Person = Callable[..., Page]
#: Whether they are kept.
WRITES = bool(os.environ.get("WMT_PICTURES"))
PAPER = {"width": 718, "height": 1047}
FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
#: By the picture's name: who looks, at what (own: their home), how wide, and the most of it that is shown.
PICTURES = {
    "home": ("practitioner", "own:", WIDE, 1100),
    "team": ("spo", "own:", WIDE, 1500),
    "working": ("practitioner", "own:working/?figure=points", WIDE, 1200),
    "caseload": ("practitioner", "own:caseload/", WIDE, 1400),
    "nation": ("analyst", "/nation/", WIDE, 1500),
    "rule": ("practitioner", "/rules/value/tier_points.pc16.community.A3/", WIDE, 1200),
    "the-number": ("practitioner", "/the-number/", WIDE, 1200),
    "search": ("analyst", "/search/?q=amber", WIDE, 1100),
    "hours": ("practitioner", "own:hours/", WIDE, 1300),
    "team-hours": ("spo", "own:hours/", WIDE, 1500),
    "team-edit": ("spo", "own:hours/edit/", WIDE, 1300),
    "loads": ("administrator", "/loads/1/", WIDE, 1100),
    "narrow": ("practitioner", "own:", NARROW, 1100),
    "sheet": ("practitioner", "own:sheet/", PAPER, 1000),
    "report": ("head", "own:pack/", PAPER, 1030),
}
#: Charts alone: who looks, at what, how wide. Those over time are of a year where pictures are written.
CHARTS = {
    "strip": ("head", "own:?list=post", WIDE),
    "regions": ("analyst", "/nation/", WIDE),
    "crowd": ("administrator", "/gallery/#crowd", WIDE),
    "over-time": ("analyst", "/nation/over-time/", WIDE),
    # the two nights without the year lie in one week, and one place is no line
    "grades": ("head", f"own:over-time/?grades=1&by={'week' if WRITES else 'day'}", WIDE),
    "post-time": ("practitioner", "own:over-time/", NARROW),
    "why": ("head", "own:why/", WIDE),
    "rule": ("practitioner", "/rules/value/tier_points.pc16.community.A3/", WIDE),
}


@pytest.fixture(scope="module")
def site(
    nation_folder: Path, database: str, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site of its own with both nights, and the year before them where the pictures are to be kept."""
    home = tmp_path_factory.mktemp("browser-pictures")
    loaded_home(home, nation_folder, shared, nights=2, database=database)
    if WRITES:
        past = tmp_path_factory.mktemp("pictures-past") / "nation"
        wmt(home, "nation", str(past), "--scale", "0.02", "--nights", "2", "--past-days", "370")
        wmt(home, "nights", "import-archive", *map(str, sorted((past / "past").glob("*.parquet"))))
    with running(home, nation_folder, shared, wmt_database_url=database) as found:
        yield found


@pytest.mark.parametrize("name", CHARTS)
def test_a_picture_shows_its_chart(person: Person, name: str) -> None:
    role, where, size = CHARTS[name]
    page = person(role, viewport=size, reduced_motion="reduce")
    page.goto(page.url + where.removeprefix("own:") if where.startswith("own:") else where)
    page.evaluate("() => document.querySelector('.wmt-asat').style.position = 'static'")
    chart = where.partition("#")[2]
    picture = page.locator(f"main figure#{chart}" if chart else "main figure").first.screenshot(
        animations="disabled"
    )
    assert different_rows(picture) > 20, "the picture is blank"
    if WRITES:
        (FOLDER / f"chart-{name}.png").write_bytes(picture)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_shows_its_page(person: Person, name: str) -> None:
    role, where, size, most = PICTURES[name]
    page = person(role, viewport=size, reduced_motion="reduce")
    page.goto(page.url + where.removeprefix("own:") if where.startswith("own:") else where)
    if size == PAPER:
        page.emulate_media(media="print")
    height = min(most, int(page.evaluate("() => document.documentElement.scrollHeight")))
    page.set_viewport_size({"width": size["width"], "height": height})
    picture = page.screenshot(animations="disabled")
    assert different_rows(picture) > 20, "the picture is blank"
    if WRITES:
        (FOLDER / f"site-{name}.png").write_bytes(picture)


def different_rows(png: bytes) -> int:
    """How many different rows of pixels a picture has: a blank one has one."""
    data, at = b"", 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        data += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    raw = zlib.decompress(data)
    height = struct.unpack(">I", png[20:24])[0]
    width = len(raw) // height
    return len({raw[row * width : (row + 1) * width] for row in range(height)})
