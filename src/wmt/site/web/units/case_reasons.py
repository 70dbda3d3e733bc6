"""Why the case system has more cases than count: every case that does not, by its reason."""

from wmt.site import tables
from wmt.site.figures import line_queries
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units import labels, line_tables
from wmt.site.web.units.case_counts import Below
from wmt.site.workload.models import Unit

#: Levels whose cases are listed one by one; above them there are too many to read.
LISTED_AT = ("team", "post")


def reconciliation(question: UnitRequest, lines: list[line_queries.Lines]) -> tables.Table:
    """All cases of the case system: those that count, and why each of the others does not."""
    listed = [line for line in lines if line.listed_cases]
    counted = [line for line in listed if line.active_cases]
    silent = _by_reason(lines)
    unit = question.unit
    rows = [_explained(question, "Active", counted, line_tables.lines_url(question, unit, "cases"))]
    rows += [
        _explained(
            question,
            f"Not active: {labels.reason(reason)}",
            silent[reason],
            _of_reason(question, unit, reason),
        )
        for reason in sorted(silent)
    ]
    total = _explained(
        question, "All cases in nDelius", listed, line_tables.lines_url(question, unit, "cases_all")
    )
    columns = [
        tables.Column("name", "Cases"),
        tables.Column("cases", "Number", "count"),
        tables.Column("points", "Points", "points"),
    ]
    notes = ["The rows add up to all cases. OMiC cases are not included."]
    return tables.Table(
        "reconciliation", "All cases in nDelius, and which are active", columns, rows, total, notes
    )


def _explained(question: UnitRequest, title: str, lines: list[line_queries.Lines], href: str) -> tables.Row:
    points_href = line_tables.pricing_url(question, lines, "points")
    values = {
        "name": tables.text(title),
        "cases": tables.count(line_queries.summed(lines, line_tables.LISTED), href),
        "points": tables.points(line_queries.summed(lines, line_tables.POINTS), points_href),
    }
    return tables.Row(values)


def uncounted(
    question: UnitRequest, lines: list[line_queries.Lines], below: Below, reason: str
) -> tables.Table | None:
    """The units below by why cases do not count; with a reason, only that one. None for a post."""
    if question.is_post:
        return None
    here = sorted(_by_reason(lines))
    reasons = [each for each in here if each == reason] or here
    whole = [tables.Column("cases", "Not active in total", "count")] if len(reasons) == len(here) else []
    columns = [
        *line_tables.name_columns(question),
        *(tables.Column(each, labels.upper_first(labels.reason(each)), "count") for each in reasons),
        *whole,
    ]
    rows = [
        line_tables.name_row(question, unit, "caseload", _why(question, unit, below.of(unit), reasons))
        for unit in below.units
    ]
    total = line_tables.total_row(_why(question, question.unit, lines, reasons))
    grade = line_tables.grade_of(question)
    caption = f"Cases that are not active{f' (grade {grade})' if grade else ''}"
    if not here:
        return tables.Table("uncounted", caption, columns, [], empty="Every case is active.")
    return tables.Table("uncounted", caption, columns, rows, total)


def _why(
    question: UnitRequest, unit: Unit, lines: list[line_queries.Lines], reasons: list[str]
) -> dict[str, tables.Value]:
    found = _by_reason(lines)
    values = {
        each: tables.count(
            line_queries.summed(found.get(each, []), line_tables.LISTED), _of_reason(question, unit, each)
        )
        for each in reasons
    }
    silent = [line for of_reason in found.values() for line in of_reason]
    href = line_tables.child_url(question, unit, "caseload", counted="no")
    return values | {
        "cases": tables.count(line_queries.summed(silent, line_tables.LISTED), f"{href}{_anchor(unit)}")
    }


def _of_reason(question: UnitRequest, unit: Unit, reason: str) -> str:
    """The cases of a unit that do not count for a reason: one by one, or where they are."""
    return line_tables.child_url(question, unit, "caseload", reason=reason) + _anchor(unit)


def _anchor(unit: Unit) -> str:
    return "#table-cases" if unit.level in LISTED_AT else "#table-uncounted"


def _by_reason(lines: list[line_queries.Lines]) -> dict[str, list[line_queries.Lines]]:
    """The cases that do not count, by why. OMiC cases are not among all cases, so they are not here."""
    silent = (line for line in lines if line.active_cases == 0 and line.listed_cases != 0)
    return dict(line_tables.sort_out(silent, lambda pricing: pricing.reason))
