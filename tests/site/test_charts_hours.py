"""What a chart over time says of one place."""

from datetime import date

import pytest

from wmt.site.queries.period_figures import FigurePeriod
from wmt.site.web.time.over_chart import reductions


@pytest.mark.parametrize(
    ("hours_micro", "days", "said"),
    [
        (6_970_000, 1, "6.97 hours"),
        (1_000_000, 1, "1 hour"),
        (20_000_000, 3, "6.67 hours"),  # as the table under the chart has it, never cut to 6.6
        (13_412_500, 1, "13.4125 hours"),
        (2_999_999 * 2, 2, "3 hours"),
    ],
)
def test_hours_of_reductions_are_those_of_the_table(hours_micro: int, days: int, said: str) -> None:
    period = FigurePeriod(date(2026, 11, 2), date(2026, 11, 8), days, {"reduction_hours_micro": hours_micro})
    place = reductions([period]).series[0].places[0]
    assert place.words().endswith(f": {said}")
    assert period.hours("reduction_hours_micro").text == said.split(maxsplit=1)[0]
