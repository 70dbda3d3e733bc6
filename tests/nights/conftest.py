"""A small nation of three nights, its loads, and a workbook in which one post is spoiled."""

from pathlib import Path

import pytest

from made_once import made_once, shared_folder
from night_tools import Nation, make_nation, spoil
from wmt.nights import Night, Order
from wmt.nights.load import load


@pytest.fixture(scope="session")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Nation:
    return made_once(shared_folder(tmp_path_factory) / "nights-nation", make_nation)


@pytest.fixture(scope="session")
def clean(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> list[Night]:
    """The three nights as they are without faults. Nobody may write into them."""

    def write(nights: Path) -> list[Night]:
        orders = [Order(paths=[nation.workbook(each)], people=nation.people(each)) for each in range(3)]
        return [night for order in orders if (night := load(nights, order).night) is not None]

    return made_once(shared_folder(tmp_path_factory) / "nights-clean", write)


@pytest.fixture(scope="session")
def named(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three nights that keep names. Nobody may write into them."""

    def write(nights: Path) -> Path:
        for number in range(3):
            load(nights, Order(paths=[nation.tidy(number)], people=nation.people(number), names=True))
        return nights

    return made_once(shared_folder(tmp_path_factory) / "nights-named", write)


@pytest.fixture(scope="session")
def spoiled(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Nights 1 and 2 with a bad count in the post of the story."""

    def write(folder: Path) -> dict[int, Path]:
        folder.mkdir()
        return {each: spoil(nation.workbook(each), folder / f"{each}.xlsx", nation.story) for each in (1, 2)}

    return made_once(shared_folder(tmp_path_factory) / "nights-spoiled", write)
