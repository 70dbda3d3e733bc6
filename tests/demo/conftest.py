"""The small nation that most tests of this folder read: 160 posts, 5,000 cases, four nights, no faults."""

from pathlib import Path

import pytest
from demo_nations import Written

from wmt.demo import write_nation


@pytest.fixture(scope="session")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder: Path = tmp_path_factory.mktemp("nation")
    return Written(folder, write_nation(folder, seed=7, scale=0.02, nights=4))
