"""The small nation that most tests of this folder read: 160 posts, 5,000 cases, four nights, no faults."""

from pathlib import Path

import pytest
from demo_nations import Written

from made_once import made_once, shared_folder
from wmt.demo import write_nation


@pytest.fixture(scope="session")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Written:

    def write(folder: Path) -> Written:
        return Written(folder, write_nation(folder, seed=7, scale=0.02, nights=4))

    return made_once(shared_folder(tmp_path_factory) / "demo-nation", write)
