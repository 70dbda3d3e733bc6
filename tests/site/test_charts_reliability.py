"""What was said of the weeks ahead against what happened: sentences, what is marked as few, the picture."""

import itertools
from datetime import date

import polars as pl
import pytest
from test_charts import marks, of_tone

from wmt.odds import DECILES
from wmt.site.queries.odds import OddsScore
from wmt.site.web.charts.canvas import NARROW, WIDE
from wmt.site.web.time import reliability

pytestmark = pytest.mark.unit


def a_score(*rows: tuple[int, int, float, float]) -> OddsScore:
    return OddsScore(4, date(2026, 11, 20), 21, 0.03, 0.06, pl.DataFrame(rows, schema=DECILES, orient="row"))


def test_a_word_counts_all_tenths_it_covers() -> None:
    score = a_score(
        (0, 9_000, 0.02, 0.01),  # 90 happened
        (10, 100, 0.14, 0.2),  # 20
        (40, 80, 0.45, 0.4),  # 32
        (50, 40, 0.55, 0.625),  # 25
        (90, 49, 0.95, 1.0),
    )
    assert reliability.told(score, "people", "110%") == [
        "Of 49 people told ‘almost certain’ or ‘very likely’ (80% to 100%), 49 were over 110% for four weeks "
        "in a row by then. (49 is too few to judge by.)",
        "Of 120 people told ‘about even’ (40% to 60%), 57 were over 110% for four weeks in a row by then.",
        "Of 9,100 people told ‘unlikely’ or ‘very unlikely’ (0% to 20%), 110 were over 110% for four weeks "
        "in a row by then.",
    ]


def test_few_are_marked_and_judge_nothing() -> None:
    found = reliability.picture(a_score((20, 50, 0.25, 0.4), (90, 49, 0.95, 0.1)), "people")
    assert found is not None
    assert found.summary == (
        "Of 1 class said at least 50 times, 0 lie within ten points of what happened. The furthest off is "
        "20% to 30%: 25.0% was said, 40.0% happened."
    )
    for width in (WIDE, NARROW):
        root = marks(found, width)
        assert (len(of_tone(root, "mark")), len(of_tone(root, "diamond"))) == (1, 1)
    assert found.key[-1].shape == "diamond"


def test_every_number_has_its_room_on_a_narrow_page() -> None:
    full = a_score(*((tenth * 10, 99_999, tenth / 10, tenth / 10) for tenth in range(10)))
    root = marks(reliability.picture(full, "people"), NARROW)
    counts = [each for each in root.iter("text") if each.text == "99,999"]
    lines = {each.attrib["y"] for each in counts}
    assert (len(counts), len(lines)) == (10, 2)
    for line in lines:
        places = sorted(int(each.attrib["x"]) for each in counts if each.attrib["y"] == line)
        assert all(after - before >= 50 for before, after in itertools.pairwise(places))
