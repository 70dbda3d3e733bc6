"""The guide has every figure, and every file it prints is an agreement."""

import re
from pathlib import Path

import pytest

from wmt.agreements import reading
from wmt.agreements.measured import FIGURES

GUIDE = (Path(__file__).parents[2] / "docs" / "agreements.md").read_text("utf-8")
FILES = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


def test_the_guide_has_every_figure_with_its_words() -> None:
    for name, kind in FIGURES.items():
        only = f"({', '.join(kind.only)})" if kind.only else ""
        assert f"| `{name}{only}` | {kind.words} |" in GUIDE


@pytest.mark.parametrize("text", FILES, ids=["short", "long"])
def test_every_file_of_the_guide_is_an_agreement(text: str) -> None:
    assert reading.read_pack(text, "of-the-guide").measures


def test_the_first_one_has_five_lines() -> None:
    assert len(FILES[0].splitlines()) == 5
