"""The small nation that loads are killed over."""

from pathlib import Path

import pytest

from night_tools import Nation, make_nation


@pytest.fixture(scope="session")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Nation:
    folder: Path = tmp_path_factory.mktemp("killed")
    return make_nation(folder, nights=2, formats=("tidy", "people"))
