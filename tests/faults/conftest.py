"""The small nation that loads are killed over."""

from functools import partial

import pytest

from made_once import made_once, shared_folder
from night_tools import Nation, make_nation


@pytest.fixture(scope="session")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Nation:
    made = partial(make_nation, nights=2, formats=("tidy", "people"))
    return made_once(shared_folder(tmp_path_factory) / "faults-nation", made)
