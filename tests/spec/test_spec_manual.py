"""The committed manual is what the specs print, and a spec that is written wrongly is refused."""

import pytest

from spec.manual import MANUAL, manual
from spec.phrases import Writer
from spec.reading import SpecError, read_grid, read_page
from worlds import World

PAGE = """
title: A page
rule: A rule.
source: chosen here
tables:
  - title: A table
    table: |
      {header}
      {row}
"""


def page(header: str, row: str) -> str:
    return PAGE.format(header=header, row=row)


def test_the_committed_manual_is_what_the_specs_print() -> None:
    committed = {file.name: file.read_text("utf-8") for file in MANUAL.glob("*.md")}
    assert committed == manual(), "run `make spec`"


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        ("work | points", "1 community B2", "2 filled cells"),
        ("work | points", "1 community B2 |", "2 filled cells"),
        ("work | points | points", "1 community B2 | 112 | 112", "one name"),
        ("work | capasity", "1 community B2 | 5.1%", "nothing is done with the column 'capasity'"),
    ],
)
def test_a_table_that_is_not_understood_is_refused(header: str, row: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        read_page("99-page", page(header, row))


@pytest.mark.parametrize(
    "work",
    [
        "one community B2",
        "1 community B2 at large",
        "2 letters",
        "CMS47 done for nobody today",
        "1 SDR in a week",
    ],
)
def test_work_that_is_not_understood_is_refused(work: str) -> None:
    situation = read_page("99-page", page("work | points", f"{work} | 0")).tables[0].situations[0]
    writer = Writer(World())
    writer.post(situation)
    with pytest.raises(SpecError, match="known here"):
        writer.work(situation)


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(SpecError, match="unknown keys"):
        read_page("99-page", page("work | points", "none | 0") + "    tabel: x\n")


def test_cells_are_trimmed() -> None:
    assert read_grid("here", " a | b \n 1 |  2").rows == (("1", "2"),)
