"""Court reports only: posts that write reports and hold no case, so that a caseload says nothing of them."""

from typing import Any

from wmt.ledger import COURTS
from wmt.site import tables
from wmt.site.figures import line_queries, units
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units import line_tables
from wmt.site.workload.models import Unit

TITLE = "Court-only staff"
TEMPLATE = "unit/court.jinja"


def applies(unit: Unit) -> bool:
    """Where there may be posts that only write court reports."""
    return unit.level != "post" or unit.stream == COURTS


def content(question: UnitRequest) -> dict[str, Any]:
    """The posts of the unit that only write reports; for the nation, how many there are in each region."""
    question = question.in_stream(COURTS)
    if question.is_post:
        posts = [question.unit] if question.unit.stream == COURTS else []
    else:
        posts = list(units.below(question.state, question.unit, "post", question.grade, COURTS))
    sums = line_queries.sums_of(question.state, posts, kind="report", by_grade=False)
    posts = [post for post in posts if post.code in sums]
    rows = []
    if question.unit.level == units.NATION:
        what, first, last = "by region", "Region", tables.Column("posts", "Practitioners", "count")
        for region in line_tables.below(question):
            here = [post for post in posts if post.region_code == region.code]
            if here:
                href = line_tables.child_url(question, region, "court")
                values = {"posts": tables.count(len(here), href)} | _reports(here, sums, href)
                rows.append(line_tables.name_row(question, region, "court", values))
    else:
        what, first, last = f"of {question.unit.name}", "Practitioner", tables.Column("grade", "Grade")
        for post in posts:
            href = line_tables.lines_url(question, post, "reports")
            values = _reports([post], sums, href)
            rows.append(line_tables.name_row(question, post, "reports", values))
    total = {"posts": tables.count(len(posts))} | _reports(posts, sums)
    grade = f" (grade {question.grade})" if question.grade and not question.is_post else ""
    table = tables.Table(
        "court",
        f"Court-only staff: practitioners {what}{grade}",
        [tables.Column("name", first), tables.Column("code", "Code", "code"), last, *_COLUMNS],
        rows,
        line_tables.total_row(total) if posts else None,
        empty="There are no court-only staff.",
    )
    return {"tables": {"court": table}, "filters": line_tables.grade_filter(question)}


_COLUMNS = [
    tables.Column("reports", "Reports", "count"),
    tables.Column("points", "Points of reports", "points"),
]


def _reports(
    posts: list[Unit], sums: dict[str, list[line_queries.Lines]], href: str = ""
) -> dict[str, tables.Value]:
    lines = [line for post in posts for line in sums[post.code]]
    return {
        "reports": tables.count(line_queries.summed(lines, line_tables.NUMBER), href),
        "points": tables.points(line_queries.summed(lines, line_tables.POINTS), href),
    }
