"""Posts without hours that only contacts, flags or case details mention, and what they do to a figure."""

from django.db.models import QuerySet

from wmt.ledger import shown_capacity
from wmt.rules import RuleSet
from wmt.site import tables
from wmt.site.figures import units
from wmt.site.links import unit_url, working_url
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.workload.models import Unit
from wmt.site.workload.state import rules_of


def without_hours(question: UnitRequest) -> QuerySet[Unit]:
    """The posts under a unit that no list of officers has, and for which nobody entered hours, not even 0."""
    posts = units.below(question.state, question.unit, "post")
    return posts.filter(is_only_mentioned=True, unentered_posts_without_time=1).exclude(team_code="NOT-KNOWN")


def table_of(question: UnitRequest) -> tables.Table:
    """Those posts with their work, and the points their grade's usual hours would hold."""
    rules = rules_of(question.state)
    posts = list(without_hours(question))
    columns = [
        tables.Column("name", "Practitioner"),
        tables.Column("code", "Code", "code"),
        tables.Column("grade", "Grade"),
        tables.Column("cases", "Active cases", "count"),
        tables.Column("points", "Points", "points", "They count towards every unit."),
        tables.Column(
            "usual", "If the grade's hours counted", "points", "Available points that are left out."
        ),
    ]
    rows = []
    for post in posts:
        values = {
            "name": tables.text(post.name, unit_url("post", post.code, "hours")),
            "code": tables.text(post.code),
            "grade": tables.text(post.grade),
            "cases": tables.count(post.cases),
            "points": tables.points(post.points_x100, working_url("post", post.code, "points")),
            "usual": tables.points(usual_x100(rules, post.grade)),
        }
        rows.append(tables.Row(values, "post", post.code))
    return tables.Table(
        "nohours",
        "Posts that are on no list of officers",
        columns,
        rows,
        notes=_notes(question, sum(usual_x100(rules, post.grade) for post in posts)) if posts else (),
        empty="There are no such posts.",
        prefix="n",
    )


def usual_x100(rules: RuleSet, grade: str) -> int:
    """The points that the hours assumed for a grade would hold, in hundredths, cut to a whole point."""
    target, hours, full = (
        rules[f"{name}.{grade}"].hundredths for name in ("nominal_target", "default_hours", "full_time_hours")
    )
    return target * hours // (full * 100) * 100


def _notes(question: UnitRequest, usual: int) -> tuple[str, ...]:
    unit = question.unit
    now = shown_capacity(unit.points_x100, unit.available_x100)
    then = shown_capacity(unit.points_x100, unit.available_x100 + usual)
    return (
        "Only contacts, flags or case details mention these posts, so we do not assume that anyone works in "
        "them. Enter hours for each post that is filled.",
        f"{unit.name} is at {now}. If each post had the usual hours of its grade, it would be at {then}.",
    )
