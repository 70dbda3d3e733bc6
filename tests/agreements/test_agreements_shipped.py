"""The agreements that come with the program, on the figures of their sources."""

from datetime import date

import pytest

from agreements.printed import PAGE, Situation, page, situations
from wmt.agreements import reading
from wmt.agreements.pack import Agreement

ROWS = situations()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.pack}-{row.content['measure']}")
def test_a_pack_says_of_its_sources_figures_what_its_source_says(row: Situation) -> None:
    value, state, span = row.said
    assert (value, state) == (row.content["value"], row.content["state"])
    assert span == row.content.get("span", "")


def test_the_page_of_states_is_what_the_rows_print() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `make spec`"


def test_every_measure_of_every_pack_has_a_row() -> None:
    rows = {(row.pack, row.content["measure"]) for row in ROWS}
    assert rows == {(key, name) for key, pack in reading.shipped().items() for name in pack.measures}


def test_every_agreement_of_the_survey_is_there() -> None:
    assert set(reading.shipped()) == {
        "area-a", "area-b", "area-c", "cafcass", "cheshire", "cheshire-tiers", "committee-ceiling", "cumbria",
        "derbyshire", "devon-and-cornwall", "dorset", "gwent", "hampshire", "inspectorate", "north-yorkshire",
        "staffordshire",
    }  # fmt: skip


@pytest.mark.parametrize("pack", reading.shipped().values(), ids=lambda pack: pack.key)
def test_a_shipped_pack_says_what_its_source_leaves_open(pack: Agreement) -> None:
    # the bulletin prints all its figures; every other source leaves something open
    assert pack.blanks or pack.key == "inspectorate"


def test_an_agreement_is_in_force_from_its_first_day_to_its_last() -> None:
    ceiling = reading.find("committee-ceiling")
    assert not ceiling.in_force(date(2021, 6, 21))
    assert ceiling.in_force(date(2021, 6, 22))
    assert reading.find("gwent").in_force(date(1999, 1, 1))


def test_the_text_of_a_shipped_pack_reads_as_the_pack() -> None:
    text = reading.shipped_text("dorset")
    assert reading.read_pack(text, "dorset") == reading.find("dorset")


def test_a_pack_that_does_not_come_with_the_program_is_refused_with_those_that_do() -> None:
    with pytest.raises(reading.UnknownPackError, match=r"no agreement 'dorsett'; .*-cornwall, dorset"):
        reading.find("dorsett")
