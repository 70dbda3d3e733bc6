"""The page on input and the tests know every fault there is."""

import re
from pathlib import Path

from wmt.intake.remedies import REMEDIES

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "input.md"


def test_the_page_lists_every_fault_with_its_remedy() -> None:
    listed = dict(
        re.findall(
            r"^\| `([A-Z0-9_]+)` \| [a-z ]+ \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
        )
    )
    assert listed == REMEDIES


def test_every_fault_is_provoked_by_a_test() -> None:
    tests = "".join(
        path.read_text(encoding="utf-8")
        for path in HERE.glob("test_*.py")
        if path.name != Path(__file__).name
    )
    assert [code for code in REMEDIES if f'"{code}"' not in tests] == []
