"""A small nation of three nights, its loads, and a workbook in which one post is spoiled."""

from pathlib import Path

import pytest

from night_tools import Nation, make_nation, spoil
from wmt.nights import Night, Order
from wmt.nights.load import load


@pytest.fixture(scope="session")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Nation:
    folder: Path = tmp_path_factory.mktemp("nights-nation")
    return make_nation(folder)


@pytest.fixture(scope="session")
def clean(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> list[Night]:
    """The three nights as they are without faults. Nobody may write into them."""
    nights = tmp_path_factory.mktemp("clean") / "nights"
    found = [
        load(nights, Order(paths=[nation.workbook(number)], people=nation.people(number))).night
        for number in range(3)
    ]
    return [night for night in found if night is not None]


@pytest.fixture(scope="session")
def spoiled(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Nights 1 and 2 with a bad count in the post of the story."""
    folder = tmp_path_factory.mktemp("spoiled")
    return {
        number: spoil(nation.workbook(number), folder / f"{number}.xlsx", nation.story) for number in (1, 2)
    }
