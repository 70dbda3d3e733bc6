"""The cohorts of the cases of a table, beside their CRNs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wmt.facts.cohorts import names
from wmt.site import tables
from wmt.site.figures import cohort_lines
from wmt.site.workload.models import Line
from wmt.site.workload.state import State

KEY = "cohorts"
COLUMN = tables.Column(KEY, "Cohorts")


def value(state: State, line: Line | None) -> tables.Value:
    """The cohorts of the case of a line, as somebody may read it: of one that is withheld, none."""
    return tables.text(", ".join(names(line.cohorts, cohort_lines.cohorts_of(state))) if line else "")


def codes(line: Line | None) -> list[str]:
    """The codes of the cohorts of the case of a line, as somebody may read it."""
    return line.cohorts.split() if line else []


def is_used(lines: Sequence[Line | None], *, in_full: bool) -> bool:
    """Whether a table of lines has the column: where a case is in a cohort, and in files always."""
    return in_full or any(line is not None and line.cohorts for line in lines)


def with_cohorts(
    table: tables.Table, user: Any, state: State, *, after: str = "what", crn: str = "crn"
) -> tables.Table:
    """A table whose rows have the CRNs of cases (several with commas between), with their cohorts after the
    column `after`; as it is where none of them is in one that `user` may know of."""
    refs = [str(row.values[crn].raw or "").split(", ") for row in table.rows]
    found = cohort_lines.names_of(user, state, {ref for each in refs for ref in each if ref})
    if not found:
        return table
    columns = list(table.columns)
    place = [column.key for column in columns].index(after) + 1
    rows = [
        replace(row, values={**row.values, KEY: tables.text(_together(each, found))})
        for row, each in zip(table.rows, refs, strict=True)
    ]
    total = replace(table.total, values={**table.total.values, KEY: tables.text("")}) if table.total else None
    return replace(table, columns=[*columns[:place], COLUMN, *columns[place:]], rows=rows, total=total)


def _together(refs: Sequence[str], found: dict[str, str]) -> str:
    """The cohorts of one case, or of several each with its CRN."""
    if len(refs) == 1:
        return found.get(refs[0], "")
    return "; ".join(f"{ref}: {found[ref]}" for ref in refs if ref in found)
