"""The cohorts of a case, on its page."""

from collections.abc import Sequence

from wmt.site import tables
from wmt.site.queries.case_cohorts import CohortMark


def tags(marks: Sequence[CohortMark]) -> list[str]:
    """The names of the cohorts it is in today, each once."""
    return list(dict.fromkeys(mark.cohort.name for mark in marks if mark.is_now))


def table(marks: Sequence[CohortMark]) -> tables.Table:
    """Every mark with its days; without a row where there is none."""
    columns = [
        tables.Column("name", "Cohort"),
        tables.Column("about", "Which cases", "words"),
        tables.Column("first", "First day", "date"),
        tables.Column("last", "Last day", "date"),
    ]
    rows = []
    for mark in marks:
        has_days = mark.first_day is not None
        values = {
            "name": tables.text(mark.cohort.name, note="" if mark.is_now else "not on the day of this data"),
            "about": tables.text(mark.cohort.about),
            "first": tables.day(mark.first_day) if has_days else tables.Value(None, "flagged in nDelius"),
            "last": tables.day(mark.last_day)
            if mark.last_day or not has_days
            else tables.Value(None, "until ended"),
        }
        rows.append(tables.Row(values))
    return tables.Table("cohorts", "Cohorts", columns, rows)
