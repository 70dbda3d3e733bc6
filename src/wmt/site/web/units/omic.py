"""OMiC: cases of offender management in custody, shown beside the capacity and never in it."""

from typing import Any

from django.db.models import Count, Sum

from wmt.ledger import OMIC, SHARES
from wmt.site import tables
from wmt.site.figures import line_queries, units
from wmt.site.links import unit_url
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units import cohort_column, labels, line_tables
from wmt.site.web.units.references import notes, reference
from wmt.site.workload import models
from wmt.text import counted

TITLE = "OMiC"
TEMPLATE = "unit/omic.jinja"


def applies(unit: models.Unit) -> bool:
    """Where there may be posts of OMiC teams; of a post, where it holds OMiC cases."""
    return unit.level != "post" or unit.omic_cases > 0


def content(question: UnitRequest) -> dict[str, Any]:
    """The OMiC cases and points of the units below, or of a post the cases one by one."""
    if question.is_post:
        return {"tables": {"omic": _listed(question)}, "filters": None}
    said, question = _held_by_others(question), question.in_stream(OMIC)
    below = line_tables.below(question)
    columns = [
        *line_tables.name_columns(question),
        tables.Column("omic_cases", "OMiC cases", "count"),
        tables.Column("omic", "Points in custody", "points", "Points of the cases while in custody."),
        tables.Column(
            "omic_licence", "Points on licence", "points", "Points the same cases would have on licence."
        ),
    ]
    rows = [line_tables.name_row(question, unit, "omic", _values(question, unit)) for unit in below]
    total = line_tables.total_row(_values(question, question.subject))
    caption = line_tables.caption(question, "OMiC cases")
    table = tables.Table("omic", caption, columns, rows, total, said)
    return {"tables": {"omic": table}, "filters": line_tables.grade_filter(question)}


def _held_by_others(question: UnitRequest) -> list[str]:
    """How many OMiC cases posts of other streams hold, and where those are counted.

    Where the unit has no OMiC posts, the table is of the stream that is shown: its posts hold what it says.
    """
    posts = units.everybody(question.state, question.unit).exclude(stream=OMIC).filter(omic_cases__gt=0)
    if question.grade:
        posts = posts.filter(grade=question.grade)
    said = []
    if OMIC not in units.streams(question.state, question.unit):
        if here := posts.filter(stream=question.unit.stream).count():
            held = counted(here, "practitioner")
            said.append(
                f"These are held by {held} outside OMiC teams, and are not counted in any capacity figure."
            )
        posts = posts.exclude(stream=question.unit.stream)
    # what posts outside OMiC teams hold that is not in the table
    found = posts.order_by().aggregate(
        posts=Count("pk"), cases=Sum("omic_cases"), custody=Sum("omic_x100"), licence=Sum("omic_licence_x100")
    )
    if not found["posts"]:
        return said
    cases, held = counted(found["cases"], "OMiC case"), counted(found["posts"], "practitioner")
    custody, licence = (tables.exact(found[name]).text for name in ("custody", "licence"))
    custody = counted(custody, "point")
    are = "is" if found["cases"] == 1 else "are"
    return [
        *said,
        f"{cases} ({custody} in custody, {licence} on licence) {are} held by {held} outside OMiC "
        "teams. They are listed on the OMiC page of each of these practitioners, and are not counted in this "
        "table's total or in any capacity figure.",
    ]


def _values(question: UnitRequest, unit: models.Unit) -> dict[str, tables.Value]:
    def href(figure: str) -> str:
        return line_tables.lines_url(question, unit, figure)

    return {
        "omic_cases": tables.count(unit.omic_cases, href("omic_cases")),
        "omic": tables.points(unit.omic_x100, href("omic")),
        "omic_licence": tables.points(unit.omic_licence_x100, href("omic_licence")),
    }


def _listed(question: UnitRequest) -> tables.Table:
    """The OMiC cases of a post, each with what it is worth in custody."""
    pricing = line_queries.pricing_of(question.state)
    here = [
        line
        for line in line_queries.lines_of(question.state, question.unit, question.user, kind="case")
        if line_queries.belongs(pricing[line.pricing], SHARES["omic_cases"])
    ]
    columns = [
        tables.Column("crn", "CRN", "code"),
        tables.Column("tier", "Tier", "code"),
        tables.Column("type", "Type"),
        tables.Column("cases", "Cases", "count"),
        tables.Column("points", "Points in custody", "points"),
        tables.Column("since", "Held since", "date"),
        tables.Column("flags", "Flags"),
        *([cohort_column.COLUMN] if cohort_column.is_used(here, in_full=question.in_full) else []),
    ]
    href = line_tables.lines_url(question, question.unit, "omic")
    cases = tables.count(line_queries.summed(here, line_tables.NUMBER))
    points = tables.exact(line_queries.summed(here, line_tables.BESIDE), href)
    rows = [_row(question, line, pricing[line.pricing]) for line in here]
    on_licence = tables.exact(question.unit.omic_licence_x100).text
    said = [f"On licence the same cases would have {counted(on_licence, 'point')}."] if here else []
    total = line_tables.listed_total(columns, rows, cases=cases, points=points)
    return tables.Table("omic", "OMiC cases", columns, rows, total, [*said, *notes(here)],
                 "There are no OMiC cases.")  # fmt: skip


def _row(question: UnitRequest, line: models.Line, pricing: models.Pricing) -> tables.Row:
    href = unit_url("post", question.unit.code, "working", figure="omic", of=str(pricing.number))
    values = {
        "crn": reference(line, href),
        "tier": tables.text("untiered" if pricing.tier == "0" else pricing.tier),
        "type": tables.text(labels.place(pricing)),
        "cases": tables.count(line_queries.summed([line], line_tables.NUMBER)),
        "points": tables.exact(line.beside_x100),
        "since": tables.day(line.since),
        "flags": tables.text(line.about),
        "cohorts": cohort_column.value(question.state, line),
    }
    return tables.Row(values)
