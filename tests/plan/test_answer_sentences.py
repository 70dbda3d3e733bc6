"""What is told first of a re-sharing: where all together are over the threshold, nobody hopes for less."""

from typing import Any

import pytest

from wmt.site.web.resharing.answer_tables import sentences

pytestmark = pytest.mark.unit


def answer(*posts: tuple[int, int, int]) -> dict[str, Any]:
    """Points before and after, and available points, in whole points."""
    names = ("before_x100", "after_x100", "available_x100")
    told = [dict(zip(names, (100 * each for each in post), strict=True)) for post in posts]
    return {"over_x100": 11_000, "posts": told, "moves": [], "stay": {}, "may_move": 0, "protected": 0}


def test_that_not_everybody_can_come_under_the_threshold_is_said_with_the_reason() -> None:
    full = sentences(answer((1_500, 1_200, 1_000), (900, 1_200, 1_000), (50, 50, 0)))
    assert full[1] == "All of them together are at 120.0% then, so no sharing brings everybody to 110%."
    uneven = sentences(answer((1_500, 1_100, 1_000), (700, 1_100, 1_000)))
    assert not any("together" in each for each in uneven)
