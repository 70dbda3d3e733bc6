"""The values of a rule through time as a chart beside the table of the same figures."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from wmt import rules
from wmt.site.web.charts.figure import Chart
from wmt.site.web.charts.steps import ChartStep, steps
from wmt.site.web.rules import labels

_THOUSANDTHS = 1_000
_YEAR = timedelta(365)


def chart_of(values: Sequence[rules.DatedValue], unit: str, day: date) -> Chart | None:
    """The chart of a rule's values up to a day or the last change; None where they are no numbers or one."""
    known = [(value, height) for value in values if (height := labels.number(value)) is not None]
    if len(known) < 2 or len(known) != len(values):
        return None
    found = [
        ChartStep(
            # drawn from the day it began: one that always held begins a year before the next
            value.valid_from if value.valid_from != rules.ALWAYS else values[1].valid_from - _YEAR,
            int(max(height, Decimal(0)) * _THOUSANDTHS),
            labels.worth(value.value),
            labels.day_words(value.valid_from),
        )
        for value, height in known
    ]
    title = f"{values[-1].description.rstrip('.')}, through time"
    said = (f"{labels.worth_with_unit(value)} from {labels.day_words(value.valid_from)}" for value in values)
    return steps(
        title, unit.capitalize(), "; ".join(said) + ".", found, day, f"shown: {labels.day_words(day)}"
    )
