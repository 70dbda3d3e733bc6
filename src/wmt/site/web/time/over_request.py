"""What a page over time was asked for: the days, the step, the grades, and the history it asks of."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from wmt.history import History
from wmt.ledger import OMIC
from wmt.site.queries import periods
from wmt.site.queries.period_figures import FigurePeriod
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.query_form import ChoiceOrDefault
from wmt.site.web.forms.date_range import SpanForm
from wmt.site.workload.models import Unit

#: What is summed of OMiC over days.
OMIC_SUMS = ("omic_cases", "omic_x100", "omic_licence_x100")


MEANS = {"28": "28 days", "7": "7 days", "range": "the whole period"}


class OverTimeForm(SpanForm):
    """The days, the step and the averages of a page over time."""

    by = ChoiceOrDefault(periods.STEPS.items(), initial="day")
    grades = ChoiceOrDefault([("", "all grades together"), ("1", "one line for each grade")])
    mean = ChoiceOrDefault(MEANS.items(), initial="28")


@dataclass(frozen=True)
class OverTimeRequest:
    """What the address asks for, and the part of the history that it asks of."""

    question: UnitRequest
    past: History
    span: "OverTimeForm"

    @property
    def step(self) -> str:
        """Day, week or month."""
        return str(self.span.data["by"])

    @property
    def mean(self) -> str:
        """Over how many days averages are."""
        return str(self.span.data["mean"])

    @property
    def grades(self) -> bool:
        """Whether there is a line for each grade."""
        return self.span.data["grades"] == "1" and not self.question.is_post

    @property
    def unit(self) -> Unit:
        return self.question.unit

    @property
    def stream(self) -> str:
        """The stream it is about: that of the unit, which a post is in today."""
        return self.unit.stream

    def read(self, grade: str = "") -> list[FigurePeriod]:
        """The unit's figures over the days asked for, the first day first."""
        if self.span.days is None:
            return []
        return periods.stretches(self.series(grade), self.step, self.standing)

    def series(self, grade: str = "") -> pl.DataFrame:
        """The same as the history has them: columns `COLUMNS`, of OMiC more."""
        if self.is_omic:
            return self._days(grade, (*periods.COLUMNS, *OMIC_SUMS))
        found = self._days(grade)
        return found.filter(pl.col("stream") != OMIC) if self.question.is_post else found

    def _days(self, grade: str = "", columns: tuple[str, ...] = periods.COLUMNS) -> pl.DataFrame:
        assert self.span.days is not None
        unit = self.unit
        return periods.series_of(
            self.past, unit.level, unit.code, *self.span.days, grade, self.stream, columns
        )

    @cached_property
    def is_omic(self) -> bool:
        """Whether OMiC work is shown: that of a unit's OMiC posts, or of a post in OMiC on all days."""
        if not self.question.is_post or self.span.days is None:
            return self.stream == OMIC
        streams = set(self._days()["stream"])
        return streams == {OMIC} or (not streams and self.stream == OMIC)

    @property
    def series_omic(self) -> pl.DataFrame:
        """The days on which a post was in OMiC."""
        return self._days().filter(pl.col("stream") == OMIC)

    @property
    def sums(self) -> tuple[str, ...]:
        """What is summed over days."""
        return (*periods.SUMS, *OMIC_SUMS) if self.is_omic else periods.SUMS

    @cached_property
    def standing(self) -> periods.DayOrigins:
        """Which of the days stand on a correction, and which on an archive."""
        assert self.span.days is not None
        return periods.DayOrigins.of(self.past, *self.span.days)
