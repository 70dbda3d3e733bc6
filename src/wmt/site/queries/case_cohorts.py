"""The cohorts of one case, with their days, by what the night and its rules say.

For whoever may read the case: who asks has been found to be somebody (`case_history.find`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.conf import settings

from wmt.facts import cohorts
from wmt.nights import NightError, open_night
from wmt.site.figures import cohort_lines
from wmt.site.workload.models import Line
from wmt.site.workload.state import State

_TABLE = "input/case_cohort"


@dataclass(frozen=True)
class CohortMark:
    """That a case is, was or will be in a cohort. Without days: the extract flags it today."""

    cohort: cohorts.CaseCohort
    first_day: date | None
    last_day: date | None
    is_now: bool


def marks_of_case(state: State, ref: str, lines: Iterable[Line]) -> list[CohortMark]:
    """Every mark of a case, the cohorts in their order; `lines` are those of the case."""
    named, day = cohort_lines.cohorts_of(state), state.as_at.date()
    now = {code for line in lines for code in line.cohorts.split()}
    rows = _marks(state, ref).iter_rows()
    found = [
        CohortMark(named[code], first, last, first <= day and (last is None or last >= day))
        for code, first, last in rows
        if code in named
    ]
    dated = {mark.cohort.code for mark in found if mark.is_now}
    found += [CohortMark(cohort, None, None, True) for code, cohort in named.items() if code in now - dated]
    order = list(named)
    return sorted(found, key=lambda mark: (order.index(mark.cohort.code), mark.first_day or date.min))


def _marks(state: State, ref: str) -> pl.DataFrame:
    columns = [name for name in cohorts.MARK if name != "case_ref"]
    try:
        night = open_night(settings.CONFIG.nights / state.night)
    except NightError:
        return pl.DataFrame(schema=cohorts.MARK).select(columns)
    if f"{_TABLE}.parquet" not in night.manifest.files:
        return pl.DataFrame(schema=cohorts.MARK).select(columns)
    rows = pl.scan_parquet(night.path / f"{_TABLE}.parquet")
    return rows.filter(pl.col("case_ref") == ref).select(columns).collect()
