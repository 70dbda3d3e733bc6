"""A head of PDU has its cases shared again: by mouse, by keyboard and without scripts, on a telephone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_people import NARROW, WIDE, Complaints, text_of
from browser_rules import faults_of
from browser_site import Site, loaded_home, running
from browser_ways import NO_SCRIPTS, Walk, Walker
from playwright.sync_api import expect

#: The places of boxes, those first in whose rows the fewest cases move: others have to be left to move some.
_WHO_GIVE_AND_GET_LEAST = """boxes => boxes
    .map((box, place) => [[4, 5].map(at => Number(box.closest("tr").cells[at].innerText)), place])
    .map(([[gives, gets], place]) => [gives + gets, place])
    .sort((one, other) => one[0] - other[0] || one[1] - other[1]).map(each => each[1])"""


@pytest.fixture(scope="module")
def site(
    nation_folder: Path, database: str, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site of its own: what others load or enter may leave nobody who can take a case."""
    home = tmp_path_factory.mktemp("resharing-site")
    loaded_home(home, nation_folder, shared, database=database)
    with running(home, nation_folder, shared, wmt_database_url=database) as found:
        yield found


def _keeps_the_rules(walker: Walker) -> None:
    if walker.way != NO_SCRIPTS:
        for room in (WIDE, NARROW):
            walker.page.set_viewport_size(room)  # type: ignore[arg-type]
            assert faults_of(walker.page) == []


def _found(walker: Walker) -> None:
    """The page of a search once its job is done: it asks again by itself, or somebody loads it again."""
    page = walker.page
    if walker.way != NO_SCRIPTS:
        expect(page.locator("#progress")).to_have_count(0, timeout=180_000)
        page.wait_for_load_state()
        return
    for _ in range(360):
        if not page.locator("#progress").count():
            return
        page.wait_for_timeout(500)
        page.reload()


def test_cases_are_shared_again_and_put_into_a_plan(walk: Walk, complaints: Complaints) -> None:  # noqa: ARG001
    walker = walk("head", viewport=NARROW)
    page = walker.page
    walker.link("Actions", ".wmt-tabs")
    walker.link("Re-share cases")
    _keeps_the_rules(walker)
    walker.button("Suggest moves")
    assert "A first answer" in text_of(page)
    _keeps_the_rules(walker)
    walker.button("Look for the best answer")
    _found(walker)
    moves = page.locator("#table-moves tbody tr")
    assert moves.count() > 0, text_of(page)[:6000]
    _keeps_the_rules(walker)
    walker.use(page.locator("input[name=never]").first)
    boxes = page.locator("input[name=person]")
    for number in boxes.evaluate_all(_WHO_GIVE_AND_GET_LEAST)[:3]:
        walker.use(boxes.nth(number))
    walker.button("Look again")
    _found(walker)
    kept = page.locator("label", has=page.locator("input[name=held]")).all_inner_texts()
    assert len([words for words in kept if "stays as they are" in words]) == 3
    assert len([words for words in kept if "does not go to" in words]) == 1
    _keeps_the_rules(walker)
    walker.button("Put these moves into a plan")
    assert "Re-share cases of" in text_of(page)
    assert page.locator(".wmt-plan__step").count() > 0
