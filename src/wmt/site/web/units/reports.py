"""Reports for courts and the parole board: what they earn, and which are outside the days that count."""

from typing import Any

from wmt.ledger import LineReason
from wmt.site import tables
from wmt.site.figures import line_queries
from wmt.site.links import unit_url
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units import labels, line_tables
from wmt.site.web.units.references import notes
from wmt.site.workload.models import Pricing, Unit

TITLE = "Reports"
TEMPLATE = "unit/reports.jinja"
#: The reports that have columns of their own; all kinds are in the table of kinds.
KINDS = {"sdr": "SDR", "fdr": "FDR", "oral": "Oral", "parom": "Parole"}


def applies(unit: Unit) -> bool:  # noqa: ARG001
    """Every unit may write reports; where nobody did, the page says so."""
    return True


def content(question: UnitRequest) -> dict[str, Any]:
    """The reports of the units below, by kind, and for a post one by one."""
    below = line_tables.below(question)
    grade = line_tables.grade_of(question)
    own = line_queries.sums_of(question.state, [question.unit], grade=grade, kind="report", by_grade=False)
    lines = own.get(question.unit.code, [])
    found: dict[str, tables.Table] = {}
    if question.is_post:
        found["reports"] = _listed(question)
    else:
        sums = line_queries.sums_of(question.state, below, grade=grade, kind="report", by_grade=False)
        columns = line_tables.name_columns(question)
        for kind, title in KINDS.items():
            columns += [
                tables.Column(kind, title, "count"),
                tables.Column(f"{kind}_points", f"{title} points", "points"),
            ]
        columns.append(tables.Column("points", "Points of all reports", "points"))
        rows = [
            line_tables.name_row(question, unit, "reports", _values(question, unit, sums.get(unit.code, [])))
            for unit in below
        ]
        caption = line_tables.caption(question, "Reports that count now")
        total = line_tables.total_row(_values(question, question.unit, lines))
        notes = ["Other kinds, and expired reports, are in the next table."]
        found["reports"] = tables.Table("reports", caption, columns, rows, total, notes)
    found["kinds"] = _kinds(question, lines)
    return {"tables": found, "filters": line_tables.grade_filter(question), "none": not lines}


def _kind(pricing: Pricing) -> str:
    """Which report it is of: the last part of its rule."""
    return pricing.rule.rpartition(".")[2]


def _is_inside(pricing: Pricing) -> bool:
    return pricing.reason != LineReason.OUTSIDE_WINDOW


def _values(question: UnitRequest, unit: Unit, lines: list[line_queries.Lines]) -> dict[str, tables.Value]:
    inside = line_tables.sort_out((line for line in lines if _is_inside(line.pricing)), _kind)
    values = {}
    for kind in KINDS:
        href = line_tables.those_url(question, unit, "reports", inside[kind])
        values[kind] = tables.count(line_queries.summed(inside[kind], line_tables.NUMBER), href)
        values[f"{kind}_points"] = tables.points(line_queries.summed(inside[kind], line_tables.POINTS), href)
    href = line_tables.lines_url(question, unit, "reports")
    return values | {"points": tables.points(line_queries.summed(lines, line_tables.POINTS), href)}


def _kinds(question: UnitRequest, lines: list[line_queries.Lines]) -> tables.Table:
    """Every kind of report of the unit itself, inside the days that count or not, and why it earns or not."""
    ordered = sorted(lines, key=lambda line: (_kind(line.pricing), not _is_inside(line.pricing)))
    rows = []
    for line in ordered:
        pricing = line.pricing
        href = line_tables.pricing_url(question, [line], "reports")
        values = {
            "name": tables.text(labels.report_name(pricing)),
            "reports": tables.count(line_queries.summed([line], line_tables.NUMBER), href),
            "each": tables.exact(pricing.each_x100),
            "points": tables.exact(line.points_x100, href),
            "why": _why(question, pricing),
        }
        rows.append(tables.Row(values))
    columns = [
        tables.Column("name", "Report"),
        tables.Column("reports", "Number", "count"),
        tables.Column("each", "Points each", "points"),
        tables.Column("points", "Points", "points"),
        tables.Column("why", "Notes"),
    ]
    empty = tables.text("")
    total = {
        "name": tables.text("Total"),
        "reports": tables.count(line_queries.summed(lines, line_tables.NUMBER)),
        "each": empty,
        "points": tables.exact(
            line_queries.summed(lines, line_tables.POINTS),
            line_tables.lines_url(question, question.unit, "reports"),
        ),
        "why": empty,
    }
    return tables.Table("kinds", "Points of reports, and why some have none", columns, rows,
                 tables.Row(total) if rows else None, empty="There are no reports.")  # fmt: skip


def _why(question: UnitRequest, pricing: Pricing) -> tables.Value:
    back = question.request.get_full_path()
    return tables.text(labels.reason(pricing.reason) or "counted", labels.rule_href(pricing.rule, back))


def _listed(question: UnitRequest) -> tables.Table:
    """The reports of a post one by one, as the extract lists them."""
    pricing = line_queries.pricing_of(question.state)
    lines = line_queries.lines_of(question.state, question.unit, question.user, kind="report")
    rows = []
    for line in lines:
        priced = pricing[line.pricing]
        href = unit_url("post", question.unit.code, "working", figure="reports", of=str(priced.number))
        values = {
            "name": tables.text(labels.report_name(priced), href),
            "ref": tables.text(
                "" if line.ref == _kind(priced) else line.ref or ("withheld" if line.withheld else "")
            ),
            "since": tables.day(line.since),
            "about": tables.text(line.about),
            "reports": tables.count(line_queries.summed([line], line_tables.NUMBER)),
            "points": tables.exact(line.points_x100),
            "why": _why(question, priced),
        }
        rows.append(tables.Row(values))
    columns = [
        tables.Column("name", "Report"),
        tables.Column("ref", "Reference", "code"),
        tables.Column("since", "Date", "date"),
        tables.Column("about", "Status"),
        tables.Column("reports", "Number", "count"),
        tables.Column("points", "Points", "points"),
        tables.Column("why", "Notes"),
    ]
    reports = tables.count(line_queries.summed(lines, line_tables.NUMBER))
    points = tables.exact(line_queries.summed(lines, line_tables.POINTS))
    return tables.Table(
        "reports",
        "Reports",
        columns,
        rows,
        line_tables.listed_total(columns, rows, reports=reports, points=points),
        notes(lines),
        "There are no reports.",
    )
